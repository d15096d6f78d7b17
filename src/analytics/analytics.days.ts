// Analytics: days as numbers since 1970-01-01, and the local day of a quarter-hour of UTC.
import { DAY_MS, MINUTE_MS } from '../time'

export const GRAINS = ['day', 'week', 'month'] as const
export type Grain = (typeof GRAINS)[number]

export const dayNumber = (date: string): number => Math.floor(Date.parse(date) / DAY_MS)
/** The date of a day, as `YYYY-MM-DD`. */
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/**
 * Gives the local day of a quarter-hour (0 to 95) of a day in UTC. Since 1972, every zone differs from UTC by a whole number
 * of quarter-hours, summer time included (IANA time zone database).
 */
export function calendarIn(timeZone: string): (utcDate: string, slot: number) => number {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  const offsetAt = memoize((ms: number) => Date.parse(`${clock.format(ms).replace(' ', 'T')}Z`) - ms)
  return (utcDate, slot) => {
    const start = Date.parse(utcDate)
    const instant = start + slot * 15 * MINUTE_MS
    const offset = offsetAt(start)
    // If the clocks change on this day, the offset of the quarter-hour itself is read.
    const exact = offset === offsetAt(start + DAY_MS) ? offset : offsetAt(instant)
    return Math.floor((instant + exact) / DAY_MS)
  }
}

function memoize(find: (key: number) => number): (key: number) => number {
  const known = new Map<number, number>()
  return (key) => {
    const value = known.get(key) ?? find(key)
    known.set(key, value)
    return value
  }
}

/** The local day of an instant. */
export function dayAt(timeZone: string, instant: string): number {
  const slot = Math.floor((Date.parse(instant) % DAY_MS) / (15 * MINUTE_MS))
  return calendarIn(timeZone)(instant.slice(0, 10), slot)
}

/** The first day of the week (ISO 8601: a Monday) or month that a day lies in; of grain `day`, the day itself. */
export function startOf(grain: Grain, day: number): number {
  if (grain === 'day') return day
  // 1970-01-01 was a Thursday.
  if (grain === 'week') return day - ((day + 3) % 7)
  return dayNumber(`${dateOf(day).slice(0, 7)}-01`)
}

/** The first day of the week or month, or the day, that is `steps` away. */
export function addSteps(grain: Grain, day: number, steps: number): number {
  if (grain !== 'month') return startOf(grain, day) + steps * (grain === 'week' ? 7 : 1)
  const date = new Date(startOf(grain, day) * DAY_MS)
  return Math.floor(date.setUTCMonth(date.getUTCMonth() + steps) / DAY_MS)
}
