// Times, numbers and lengths as the reader writes them: relative, with the instant on hover and for machines.
import type { FC } from 'hono/jsx'
import type { Desk } from '../desk'

type Place = Pick<Desk, 'locale' | 'timeZone' | 'at'>

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400]

/** How far an instant is from now, such as `2 hours ago` or `tomorrow`. Days are those of the calendar. */
export function relative(instant: string, { locale, timeZone, at }: Place): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const seconds = (Date.parse(instant) - Date.parse(at)) / 1_000
  const days = dayOf(instant, timeZone) - dayOf(at, timeZone)
  const [far, distance] = [Math.abs(seconds), Math.abs(days)]
  if (far < MINUTE) return format.format(0, 'second')
  if (far < HOUR) return format.format(Math.trunc(seconds / MINUTE), 'minute')
  if (days === 0 || far < 6 * HOUR) return format.format(Math.trunc(seconds / HOUR), 'hour')
  if (distance < 14) return format.format(days, 'day')
  if (distance < 60) return format.format(Math.round(days / 7), 'week')
  return distance < 700
    ? format.format(Math.round(days / 30.4), 'month')
    : format.format(Math.round(days / 365), 'year')
}

function dayOf(instant: string, timeZone: string): number {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(instant))
  return Date.parse(`${day}T00:00:00Z`) / 1_000 / DAY
}

/** An instant in full, with the name of the zone. */
export function exact(instant: string, { locale, timeZone }: Place): string {
  const parts = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  } as const
  return new Intl.DateTimeFormat(locale, { timeZone, ...parts, timeZoneName: 'short' }).format(new Date(instant))
}

/** The time of day. */
export function clockTime(instant: string, { locale, timeZone }: Place): string {
  return new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit' }).format(new Date(instant))
}

/** A local day in words: `today`, `yesterday`, else its date. */
export function dayName(instant: string, place: Place): string {
  const { locale, timeZone, at } = place
  const days = dayOf(instant, timeZone) - dayOf(at, timeZone)
  if (Math.abs(days) <= 1) {
    const word = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1)
  }
  const year = instant.slice(0, 4) === at.slice(0, 4) ? {} : { year: 'numeric' as const }
  return new Intl.DateTimeFormat(locale, { timeZone, weekday: 'long', day: 'numeric', month: 'long', ...year }).format(
    new Date(instant),
  )
}

/** A calendar day such as `2026-11-21`, short. */
export function shortDay(date: string, { locale }: Pick<Desk, 'locale'>): string {
  const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' })
  return format.format(new Date(`${date}T00:00:00Z`))
}

/** A number. */
export const count = (value: number, { locale }: Pick<Desk, 'locale'>) => new Intl.NumberFormat(locale).format(value)

/** A share as a whole per cent; a dash where there is none. */
export function share(value: number | null, { locale }: Pick<Desk, 'locale'>): string {
  return value === null ? '–' : new Intl.NumberFormat(locale, { style: 'percent' }).format(value)
}

const LENGTHS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
] as const

/** A length of time in its largest whole unit; a dash where there is none. */
export function duration(seconds: number | null, { locale }: Pick<Desk, 'locale'>): string {
  if (seconds === null) return '–'
  const [unit, size] = LENGTHS.find(([, each]) => seconds >= each) ?? (['second', 1] as const)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(seconds / size))
}

/** A time, relative or as the caller words it. */
export const Time: FC<{ desk: Desk; at: string; text?: string; class?: string }> = ({
  desk,
  at,
  text,
  class: kind,
}) => (
  <time datetime={at} title={exact(at, desk)} class={kind}>
    {text ?? relative(at, desk)}
  </time>
)
