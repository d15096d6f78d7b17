// What FTS5 is asked: phrases, and how short they may be.

/** A trigram index finds no term shorter than this, in characters. */
const MIN_TERM = 3
// Combining accents are no characters to the index.
const ACCENTS = /[\u0300-\u0331]/g

export function isSearchable(term: string): boolean {
  return [...term.replace(ACCENTS, '')].length >= MIN_TERM
}

/** An FTS5 phrase: the user's text stands in it as text, never as syntax. */
export function phrase(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
