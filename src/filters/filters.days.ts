// Days in filters: today, days from today, and periods such as `lastMonth`, where the caller is.
import { clockIn, instantOf } from '../clock'
import { instant } from '../field-schemas'
import { DAY_MS } from '../time'

/** Days from the first, before the second; a missing end is open. */
export type Days = { from?: string; before?: string }

/** What days and instants are read by: the caller's zone, and the instant of the request. */
export type Now = { timeZone: string; now: string }

const DAY = /^\d{4}-\d\d-\d\d$/
const RELATIVE = /^today(?:([+-])(\d{1,4}))?$/
const SPAN = /^(last|next)(\d{1,4})(days|weeks|months)$/
const UNITS = ['Week', 'Month', 'Quarter', 'Year'] as const
const PERIOD = /^(this|last|next)(Week|Month|Quarter|Year)$/

export const PERIODS = [
  ...['today', 'yesterday', 'tomorrow', 'last7days', 'next7days'],
  ...UNITS.flatMap((unit) => ['this', 'last', 'next'].map((which) => which + unit)),
]

/** Today where the caller is, such as `2026-11-21`. */
export function todayOf({ timeZone, now }: Now): string {
  return dayOf(clockIn(timeZone)(Date.parse(now)))
}

/** The day that a text names: itself, `today`, or so many days from today. Undefined if it names none. */
export function dayNamed(text: string, now: Now): string | undefined {
  if (DAY.test(text)) return isDay(text) ? text : undefined
  const [found, sign, count = '0'] = RELATIVE.exec(text) ?? []
  return found === undefined ? undefined : shifted(todayOf(now), Number(`${sign ?? '+'}${count}`))
}

/** The days of a period such as `thisWeek`, `lastMonth` or `next30days`. Weeks begin on Monday. Undefined if there is none. */
export function daysOf(period: string, now: Now): Days | undefined {
  const today = todayOf(now)
  const single = { yesterday: -1, today: 0, tomorrow: 1 }[period]
  if (single !== undefined) return { from: shifted(today, single), before: shifted(today, single + 1) }
  const [, direction, count = '', each] = SPAN.exec(period) ?? []
  if (direction) return Number(count) === 0 ? undefined : spanOf(today, direction === 'last', Number(count), each)
  const [, which, unit] = PERIOD.exec(period) ?? []
  if (!which) return undefined
  const at = { last: -1, this: 0, next: 1 }[which] ?? 0
  return { from: startOf(today, unit, at), before: startOf(today, unit, at + 1) }
}

/** The instants of days: from the beginning of the first, before that of the second, where the caller is. */
export function instantsOf({ from, before }: Days, { timeZone }: Now): Days {
  return {
    ...(from !== undefined && { from: instantOf(timeZone, from) }),
    ...(before !== undefined && { before: before === AFTER_ALL ? AFTER_ALL : instantOf(timeZone, before) }),
  }
}

/** The day so many days later, from year 1 on; AFTER_ALL behind the year 9999. */
export function shifted(day: string, days: number): string {
  return dayOf(Date.parse(`${day}T00:00Z`) + days * DAY_MS)
}

/** A moment in time as the first day, and as the first instant, that do not come before it. */
export type Edge = { day: string; instant: string }

/** Where a day or an instant begins and where it ends. An instant is a millisecond. */
export type Moment = { begins: Edge; ends: Edge }

/** The moment that a text names: an instant, `now`, or what `dayNamed` knows. Undefined if it names none. */
export function momentNamed(text: string, now: Now): Moment | undefined {
  const day = dayNamed(text, now)
  if (day !== undefined) return { begins: edgeOfDay(day, now), ends: edgeOfDay(shifted(day, 1), now) }
  const { success, data } = text === 'now' ? { success: true, data: now.now } : instant().safeParse(text)
  if (!success || data === undefined) return undefined
  const ms = Date.parse(data)
  return { begins: edgeOfInstant(data, now), ends: edgeOfInstant(isoOf(ms + 1), now) }
}

function edgeOfDay(day: string, { timeZone }: Now): Edge {
  return { day, instant: day === AFTER_ALL ? AFTER_ALL : instantOf(timeZone, day) }
}

function edgeOfInstant(at: string, { timeZone }: Now): Edge {
  if (at === AFTER_ALL) return { day: AFTER_ALL, instant: AFTER_ALL }
  const day = dayOf(clockIn(timeZone)(Date.parse(at)))
  return { day: instantOf(timeZone, day) >= at ? day : shifted(day, 1), instant: at }
}

// The last seven days are today and the six days before it, the next seven today and the six after it.
function spanOf(today: string, isLast: boolean, count: number, unit: string | undefined): Days {
  const days = unit === 'weeks' ? 7 * count : count
  const end = unit === 'months' ? monthsFrom(today, isLast ? -count : count) : shifted(today, isLast ? -days : days)
  return isLast ? { from: shifted(end, 1), before: shifted(today, 1) } : { from: today, before: end }
}

function startOf(today: string, unit: string | undefined, steps: number): string {
  const [year = 0, month = 1] = today.split('-').map(Number)
  const weekday = (new Date(`${today}T00:00Z`).getUTCDay() + 6) % 7
  if (unit === 'Week') return shifted(today, 7 * steps - weekday)
  if (unit === 'Year') return dateOf(year + steps, 0, 1)
  return unit === 'Month'
    ? dateOf(year, month - 1 + steps, 1)
    : dateOf(year, 3 * (Math.floor((month - 1) / 3) + steps), 1)
}

// The same day of another month, or the last day of that month if it has no such day.
function monthsFrom(today: string, months: number): string {
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number)
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return dateOf(year, month - 1 + months, Math.min(day, last))
}

const dateOf = (year: number, month: number, day: number) => dayOf(Date.UTC(year, month, day))

/** A text that comes after every day and instant. */
export const AFTER_ALL = '~'
const [FIRST, END] = [Date.parse('0001-01-01T00:00Z'), Date.UTC(10_000, 0)]

const isoOf = (ms: number) => (ms >= END ? AFTER_ALL : new Date(ms).toISOString())

function dayOf(ms: number): string {
  return isoOf(Math.max(ms, FIRST)).slice(0, 10)
}

function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00Z`)
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text)
}
