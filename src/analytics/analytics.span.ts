// Analytics: the days that are asked about, checked, in whose clock.
import type { Ctx } from '../context'
import { invalidError } from '../errors'
import { addSteps, calendarIn, dateOf, dayAt, dayNumber, type Grain } from './analytics.days'

/** Local days as numbers, `from` the first, `to` the one after the last, and the clock that tells them. */
export type Span = { from: number; to: number; timeZone: string; localDay: ReturnType<typeof calendarIn> }
export type SpanRequest = { from?: string; to?: string; timeZone?: string }

/** How many days may be asked about at a time: each is read. */
const LONGEST: Record<Grain, number> = { day: 366, week: 731, month: 1_827 }
/** Before 1973 some clocks were minutes off the quarter-hour. */
const EARLIEST = '1973-01-01'
const USUAL = { day: 29, week: 11, month: 11 }

/**
 * The days asked about; unless said otherwise, 30 days, 12 weeks or 12 months with today as the last day. Throws
 * `invalid` where they are none, too many, or too long ago.
 */
export function spanOf({ actor, now }: Ctx, request: SpanRequest, grain: Grain = 'day'): Span {
  const timeZone = request.timeZone ?? actor.timeZone
  const to = request.to === undefined ? dayAt(timeZone, now) + 1 : dayNumber(request.to)
  const from = request.from === undefined ? addSteps(grain, to - 1, -USUAL[grain]) : dayNumber(request.from)
  if (from < dayNumber(EARLIEST)) throw invalidError('query.from', `must be ${EARLIEST} or later`, 'too_early')
  if (from >= to) {
    const end = request.to === undefined ? `${dateOf(to)}, the day after today` : dateOf(to)
    throw invalidError('query.from', `must be before to, which is ${end} and is not counted itself`, 'not_before')
  }
  if (to - from > LONGEST[grain]) {
    const mend = `by ${grain}, at most ${LONGEST[grain]} days at a time: ${to - from} are asked about`
    throw invalidError('query.to', `is too far from ${dateOf(from)}; ${mend}`, 'too_long')
  }
  return { from, to, timeZone, localDay: calendarIn(timeZone) }
}

/** A span as it is answered. */
export function spanFields({ from, to, timeZone }: Span) {
  return { from: dateOf(from), to: dateOf(to), timeZone }
}
