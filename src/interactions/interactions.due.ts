// Days as people have them: when today begins and ends where somebody lives, summer time and all.
// The longest day that clocks make, with room to spare.
import { MINUTE_MS } from '../time'

const DAY_AT_MOST = 36 * 60

export const DUE = ['overdue', 'today', 'upcoming'] as const

/** The instants between which a follow-up is overdue, due today or upcoming for somebody in `timeZone`. */
export function dueBetween(due: (typeof DUE)[number], now: string, timeZone: string): { from?: string; to?: string } {
  const { start, end } = dayIn(timeZone, now)
  return { overdue: { to: start }, today: { from: start, to: end }, upcoming: { from: end } }[due]
}

/** The instants at which the day of `now` begins and ends in a zone; some days have 23 hours, some begin at one. */
export function dayIn(timeZone: string, now: string): { start: string; end: string } {
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone })
  const dateAt = (minute: number) => calendar.format(minute * MINUTE_MS)
  const present = Math.floor(Date.parse(now) / MINUTE_MS)
  const today = dateAt(present)
  const start = firstMinute(present - DAY_AT_MOST, present, (minute) => dateAt(minute) >= today)
  const end = firstMinute(present, present + DAY_AT_MOST, (minute) => dateAt(minute) > today)
  return { start: new Date(start * MINUTE_MS).toISOString(), end: new Date(end * MINUTE_MS).toISOString() }
}

// By halving: `holds` is false at `low`, true at `high`, and changes once between them.
function firstMinute(low: number, high: number, holds: (minute: number) => boolean): number {
  if (high - low <= 1) return high
  const middle = Math.floor((low + high) / 2)
  return holds(middle) ? firstMinute(low, middle, holds) : firstMinute(middle, high, holds)
}
