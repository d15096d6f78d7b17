// iCalendar (RFC 5545): writes entries as the text that calendar programs read. Times are UTC and need no VTIMEZONE.

/** An entry; `at` and `changedAt` are instants, ISO-8601 UTC, `revision` counts its changes from 0. */
export type Entry = {
  uid: string
  at: string
  summary: string
  description: string
  url: string | null
  /** Whether the entry blocks its time (TRANSP). */
  isBusy: boolean
  changedAt: string
  revision: number
}

/** RFC 5545, 3.1: longer lines are folded. In octets, the line break excluded. */
const LINE_OCTETS = 75
/** Records have no duration: every entry gets half an hour. */
const LENGTH = 'PT30M'
/** How often a program reads the feed again: RFC 7986, 5.7, and the older X-PUBLISHED-TTL. */
const REFRESH = 'PT1H'

/** A calendar of this name: lines of at most 75 octets, each ended by CRLF. */
export function calendarText(name: string, entries: Entry[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Edge CRM//Calendar feed//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${text(name)}`,
    `REFRESH-INTERVAL;VALUE=DURATION:${REFRESH}`,
    `X-PUBLISHED-TTL:${REFRESH}`,
    ...entries.flatMap(eventLines),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${foldLine(line)}\r\n`).join('')
}

function eventLines({ uid, at, summary, description, url, isBusy, changedAt, revision }: Entry): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    // The time of the change, not of the request, so that an unchanged calendar is the same text.
    `DTSTAMP:${utc(changedAt)}`,
    `DTSTART:${utc(at)}`,
    `DURATION:${LENGTH}`,
    `SUMMARY:${text(summary)}`,
    ...(description === '' ? [] : [`DESCRIPTION:${text(description)}`]),
    ...(url === null ? [] : [`URL:${url}`]),
    `TRANSP:${isBusy ? 'OPAQUE' : 'TRANSPARENT'}`,
    `LAST-MODIFIED:${utc(changedAt)}`,
    `SEQUENCE:${revision}`,
    'END:VEVENT',
  ]
}

// `2026-11-21T15:00:00.000Z` as 20261121T150000Z.
function utc(instant: string): string {
  return `${instant.slice(0, 19).replace(/[-:]/g, '')}Z`
}

/** TEXT of RFC 5545, 3.3.11: special characters escaped, control characters removed. */
function text(value: string): string {
  return value
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n')
}

const encoder = new TextEncoder()

// Never splits a character. A continuation line begins with a space, which counts.
function foldLine(line: string): string {
  let octets = 0
  return Array.from(line, (character) => {
    const size = encoder.encode(character).length
    const isFull = octets + size > LINE_OCTETS
    octets = isFull ? size + 1 : octets + size
    return isFull ? `\r\n ${character}` : character
  }).join('')
}
