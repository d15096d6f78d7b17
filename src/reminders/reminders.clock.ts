// Local clocks: whether quiet hours apply, and when a local time comes next, summer time included.
import { DAY_MS, MINUTE_MS } from '../time'

/** Quiet hours between two local times, `HH:MM`; they include midnight if `from` is later than `to`. */
export type Quiet = { from: string; to: string } | null
/** Gives the local time of an instant (milliseconds), as the instant at which UTC has that time, to the minute. */
export type Clock = (ms: number) => number

export function clockIn(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return (ms) => Date.parse(`${format.format(ms).replace(' ', 'T')}:00Z`)
}

/** The zone itself, or UTC if this runtime does not know it, so that one old row does not stop all mail. */
export function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

/** The first instant from `from` on with the local time `time` (`HH:MM`). A time that the clocks skip counts from midnight. */
export function nextAt(clock: Clock, time: string, from: number): number {
  const midnight = Math.floor(clock(from) / DAY_MS) * DAY_MS
  const readings = [-1, 0, 1, 2].map((day) => midnight + day * DAY_MS + minutesOf(time) * MINUTE_MS)
  const instants = readings.flatMap((reading) => instantsOf(clock, reading))
  return Math.min(...instants.filter((at) => at >= from))
}

/** The instant of a local time such as `2026-12-01T09:00`; UTC for years that local clocks do not tell. */
export function instantAt(timeZone: string, wall: string): string {
  const reading = Date.parse(`${wall}Z`)
  const minute = Math.floor(reading / MINUTE_MS) * MINUTE_MS
  const isTold = wall >= '1900' && wall < '9999'
  const [at = minute] = isTold ? instantsOf(clockIn(timeZone), minute) : []
  return Number.isFinite(at) ? new Date(at + reading - minute).toISOString() : `${wall}Z`
}

/** A day such as `2026-12-01` as the instant at which it begins in a time zone, a local time as its instant; an instant as it is. */
export function instantOf(timeZone: string, text: string): string {
  if (text.endsWith('Z')) return text
  return instantAt(timeZone, text.includes('T') ? text : `${text}T00:00`)
}

/** The instant itself, or the end of the quiet hours if it lies in them. */
export function afterQuietHours(clock: Clock, quiet: Quiet, at: number): number {
  return quiet && isWithin(quiet, clock(at)) ? nextAt(clock, quiet.to, at) : at
}

/** When the next daily digest is due after an instant: at its hour, or at the end of quiet hours that cover it. */
export function nextDigest(clock: Clock, hour: number, quiet: Quiet, after: number): number {
  return afterQuietHours(clock, quiet, nextAt(clock, `${hour}:00`, after + 1))
}

function isWithin({ from, to }: NonNullable<Quiet>, reading: number): boolean {
  const [start, end, minute] = [minutesOf(from), minutesOf(to), (reading % DAY_MS) / MINUTE_MS]
  return start <= end ? start <= minute && minute < end : start <= minute || minute < end
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

// A local time that comes twice has two instants. One that the clocks skip has none, and is read by the clock before.
function instantsOf(clock: Clock, reading: number): number[] {
  const [before = 0, later = 0] = [reading - DAY_MS, reading + DAY_MS].map((at) => clock(at) - at)
  const instants = [reading - before, reading - later].filter((at) => clock(at) === reading)
  return instants.length > 0 ? instants : [reading - before]
}
