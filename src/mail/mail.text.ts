// Cleans text that people wrote for a mail: as one line, as a name, or as quoted lines. It cannot forge a line.

// Characters that change the text direction, and invisible characters.
const INVISIBLE = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/u
const BREAKS_AND_GAPS = /[\s\p{Cc}]+/gu
const ADDRESS = /(?:[a-z][a-z0-9+.-]*:\/\/|www\.)\S*/giu
// A dot between two words, which mail programs turn into a link.
const INNER_DOT = /(?<=[\p{L}\p{N}])[.\u3002\uff0e\uff61](?=[\p{L}\p{N}])/gu
const NAME_MAX = 60

/** One line of at most `max` characters, without control, invisible and text direction characters. */
export function oneLine(text: string, max = 300): string {
  return text.replace(INVISIBLE, '').replace(BREAKS_AND_GAPS, ' ').trim().slice(0, max).toWellFormed()
}

/** A name: one line of at most 60 characters, without anything that a mail program turns into a link. */
export function brief(text: string): string {
  const name = oneLine(oneLine(text, 1000).replace(ADDRESS, ' ').replace(INNER_DOT, ' '), 1000)
  return name.length > NAME_MAX ? `${oneLine(name, NAME_MAX - 1)}…` : name
}

/** The lines of a text, cleaned one by one. The renderer puts a `>` before each. */
export function linesOf(text: string): string[] {
  return text.split(LINE_BREAK).map((line) => oneLine(line, 10_000))
}
