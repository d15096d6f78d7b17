// Folding: text as it is compared and sorted by, without case, accents and surrounding space.

/** Combining marks that may follow each other, as in Unicode's Stream-Safe Text Format (UAX #15): ordering more is quadratic. */
export const MAX_MARKS = 30
const ENDLESS = new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, 'u')
const SURPLUS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu')

/** Whether a text has more combining marks in a row than any language writes. Such a text must not be normalised. */
export function hasEndlessMarks(text: string): boolean {
  return ENDLESS.test(text)
}

export function fold(text: string): string {
  const marked = text.replace(SURPLUS, '$1').normalize('NFKD')
  return marked.replace(/\p{M}/gu, '').toLowerCase().trim().replace(/\s+/g, ' ')
}
