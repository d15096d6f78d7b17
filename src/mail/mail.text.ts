// How text that people typed stands in a mail: in one line, as a name, or quoted line by line. It can forge no line.

// Marks that turn the reading direction, and marks that nobody sees.
const UNSEEN = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/u
const BREAKS_AND_GAPS = /[\s\p{Cc}]+/gu
const ADDRESS = /(?:[a-z][a-z0-9+.-]*:\/\/|www\.)\S*/giu
// What mail programs make a link of without being told: a dot between two words.
const INNER_DOT = /(?<=[\p{L}\p{N}])[.\u3002\uff0e\uff61](?=[\p{L}\p{N}])/gu
const NAME_MAX = 60

/** One line of at most `max` characters, without control characters and without marks that turn the reading direction. */
export function oneLine(text: string, max = 300): string {
  return text.replace(UNSEEN, '').replace(BREAKS_AND_GAPS, ' ').trim().slice(0, max).toWellFormed()
}

/** A name: one line of at most 60 characters, in which no mail program finds a link. */
export function brief(text: string): string {
  const name = oneLine(oneLine(text, 1000).replace(ADDRESS, ' ').replace(INNER_DOT, ' '), 1000)
  return name.length > NAME_MAX ? `${oneLine(name, NAME_MAX - 1)}…` : name
}

/** The lines of a text; each begins with a mark when it is quoted, so that none looks like a line of the mail's own. */
export function linesOf(text: string): string[] {
  return text.split(LINE_BREAK).map((line) => oneLine(line, 10_000))
}
