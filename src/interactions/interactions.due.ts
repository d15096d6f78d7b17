// Local days: when a day begins and ends in a time zone, summer time included.
import { MINUTE_MS } from '../time'

/** In minutes, more than any local day has. */
const DAY_AT_MOST = 36 * 60

export const DUE = ['overdue', 'today', 'upcoming'] as const

/** The instants between which a follow-up is overdue, due today or upcoming in a time zone. */
export function dueBetween(due: (typeof DUE)[number], now: string, timeZone: string): { from?: string; to?: string } {
  const { start, end } = dayIn(timeZone, now)
  return { overdue: { to: start }, today: { from: start, to: end }, upcoming: { from: end } }[due]
}

/** The instants at which the local day of `now` begins and ends. Some days have 23 hours, and some begin at 01:00. */
export function dayIn(timeZone: string, now: string): { start: string; end: string } {
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone })
  const dateAt = (minute: number) => calendar.format(minute * MINUTE_MS)
  const thisMinute = Math.floor(Date.parse(now) / MINUTE_MS)
  const today = dateAt(thisMinute)
  const start = firstMinute(thisMinute - DAY_AT_MOST, thisMinute, (minute) => dateAt(minute) >= today)
  const end = firstMinute(thisMinute, thisMinute + DAY_AT_MOST, (minute) => dateAt(minute) > today)
  return { start: new Date(start * MINUTE_MS).toISOString(), end: new Date(end * MINUTE_MS).toISOString() }
}

// Binary search: `holds` is false at `low`, true at `high`, and changes once between them.
function firstMinute(low: number, high: number, holds: (minute: number) => boolean): number {
  if (high - low <= 1) return high
  const middle = Math.floor((low + high) / 2)
  return holds(middle) ? firstMinute(low, middle, holds) : firstMinute(middle, high, holds)
}
