// Analytics: the span of local days that a request names, and its limits.
import type { Ctx } from '../context'
import { invalidError } from '../errors'
import { addSteps, calendarIn, dateOf, dayAt, dayNumber, type Grain } from './analytics.days'

/** Local days as numbers: `from` is the first, `to` the day after the last. `localDay` gives the day of a quarter-hour. */
export type Span = { from: number; to: number; timeZone: string; localDay: ReturnType<typeof calendarIn> }
export type SpanRequest = { from?: string; to?: string; timeZone?: string }

/** The most days of a span: each is read. */
const LONGEST: Record<Grain, number> = { day: 366, week: 731, month: 1_827 }
/** Before 1973 some clocks were minutes off the quarter-hour. */
const EARLIEST = '1973-01-01'
/** Steps before the present one, if a request does not say `from`. */
const DEFAULT_STEPS = { day: 29, week: 11, month: 11 }

/**
 * The days of a request; by default 30 days, 12 weeks or 12 months with today as the last day. Throws `invalid` if they are
 * none, too many, or too long ago.
 */
export function spanOf({ actor, now }: Ctx, request: SpanRequest, grain: Grain = 'day'): Span {
  const timeZone = request.timeZone ?? actor.timeZone
  const to = request.to === undefined ? dayAt(timeZone, now) + 1 : dayNumber(request.to)
  const from = request.from === undefined ? addSteps(grain, to - 1, -DEFAULT_STEPS[grain]) : dayNumber(request.from)
  if (from < dayNumber(EARLIEST)) throw invalidError('query.from', `must be ${EARLIEST} or later`, 'too_early')
  if (from >= to) {
    const end = request.to === undefined ? `${dateOf(to)}, the day after today` : dateOf(to)
    throw invalidError('query.from', `must be before to, which is ${end} and is not counted itself`, 'not_before')
  }
  if (to - from > LONGEST[grain]) {
    const rule = `by ${grain}, a span has at most ${LONGEST[grain]} days, not ${to - from}`
    throw invalidError('query.to', `is too far from ${dateOf(from)}; ${rule}`, 'too_long')
  }
  return { from, to, timeZone, localDay: calendarIn(timeZone) }
}

/** The fields of a span in an answer. */
export function spanFields({ from, to, timeZone }: Span) {
  return { from: dateOf(from), to: dateOf(to), timeZone }
}
