// Combining marks in a row: how many of them a text may hold, and how an endless row is cut without putting it in order.

/** Combining marks that may follow each other, as in Unicode's Stream-Safe Text Format (UAX #15): ordering more is quadratic. */
export const MAX_MARKS = 30
const ENDLESS = new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, 'u')

/** Whether a text has more combining marks in a row than any language writes. Such a text must not be normalised. */
export function hasEndlessMarks(text: string): boolean {
  return ENDLESS.test(text)
}

// The half-width voicing marks become combining ones by NFKD. Of fewer than 10 marks NFKD makes fewer than 30.
const HAS_LONG_ROW = /[\p{M}\uff9e\uff9f]{10}/u
const LONG_ROW = /[^\p{M}\uff9e\uff9f]?[\p{M}\uff9e\uff9f]{10,}/gu

/**
 * The text with `dropped` marks taken out of its long rows, and with at most 30 of the others left in each. Canonically
 * equivalent texts keep the same marks: each character is decomposed alone, and a row that is cut is sorted.
 */
export function cutLongRows(text: string, dropped: RegExp): string {
  if (!HAS_LONG_ROW.test(text)) return text
  return text.replace(LONG_ROW, (row) => {
    const decomposed = Array.from(row, (char) => char.normalize('NFKD')).join('')
    const kept = decomposed.replace(dropped, '')
    const marks = [...kept].filter((char) => /\p{M}/u.test(char))
    if (marks.length <= MAX_MARKS) return kept
    const cut = [...new Set(marks)].sort().slice(0, MAX_MARKS)
    return kept.replace(/\p{M}/gu, '') + cut.join('')
  })
}
