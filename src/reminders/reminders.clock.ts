// Clocks as people have them: when it is quiet somewhere, and when it will next be a certain time there, summer time and all.
import { DAY_MS, MINUTE_MS } from '../time'

/** Between these two times of the day, `HH:MM`, over midnight where the first is the later one. */
export type Quiet = { from: string; to: string } | null
/** What clocks in a zone show at an instant (milliseconds), as the instant at which UTC shows the same, to the minute. */
export type Clock = (ms: number) => number

export function clockIn(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return (ms) => Date.parse(`${format.format(ms).replace(' ', 'T')}:00Z`)
}

/** An IANA zone, or UTC in place of one that this runtime does not know, so that one row of the past stops nobody's mail. */
export function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

/** The first instant from `from` on at which it is `time` (`HH:MM`) there; where that time is skipped, as long after midnight. */
export function nextAt(clock: Clock, time: string, from: number): number {
  const midnight = Math.floor(clock(from) / DAY_MS) * DAY_MS
  const readings = [-1, 0, 1, 2].map((day) => midnight + day * DAY_MS + minutesOf(time) * MINUTE_MS)
  const instants = readings.flatMap((reading) => instantsOf(clock, reading))
  return Math.min(...instants.filter((at) => at >= from))
}

/** The instant itself, or, where that is in the quiet hours, their end. */
export function whenLoud(clock: Clock, quiet: Quiet, at: number): number {
  return quiet && isWithin(quiet, clock(at)) ? nextAt(clock, quiet.to, at) : at
}

/** When the next daily digest is due after an instant: at its hour, or when the quiet hours around it end. */
export function nextDigest(clock: Clock, hour: number, quiet: Quiet, after: number): number {
  return whenLoud(clock, quiet, nextAt(clock, `${hour}:00`, after + 1))
}

function isWithin({ from, to }: NonNullable<Quiet>, reading: number): boolean {
  const [start, end, minute] = [minutesOf(from), minutesOf(to), (reading % DAY_MS) / MINUTE_MS]
  return start <= end ? start <= minute && minute < end : start <= minute || minute < end
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

// A time that clocks show twice has two instants; one that they skip has none, and gets that of the clock before.
function instantsOf(clock: Clock, reading: number): number[] {
  const [before = 0, later = 0] = [reading - DAY_MS, reading + DAY_MS].map((at) => clock(at) - at)
  const shown = [reading - before, reading - later].filter((at) => clock(at) === reading)
  return shown.length > 0 ? shown : [reading - before]
}
