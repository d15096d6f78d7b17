// Dashboard: figures, times and events as people say them.
const number = new Intl.NumberFormat('en')

export const count = (value: number) => number.format(value)

/** A share as a whole per cent; a dash where there is none. */
export const share = (value: number | null) => (value === null ? '–' : `${Math.round(value * 100)} %`)

const STEPS = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const

/** A length of time in its largest whole unit, such as `3 hours`; a dash where there is none. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–'
  const [size, unit] = STEPS.find(([step]) => seconds >= step) ?? [1, 'second']
  const whole = Math.round(seconds / size)
  return `${count(whole)} ${unit}${whole === 1 ? '' : 's'}`
}

/** How long ago an instant was, or how far ahead it is. */
export function distance(instant: string, now: string): string {
  const seconds = (Date.parse(now) - Date.parse(instant)) / 1_000
  if (Math.abs(seconds) < 60) return 'now'
  return seconds > 0 ? `${duration(seconds)} ago` : `in ${duration(-seconds)}`
}

/** An instant by the clock of a time zone, such as `Fri 21 Nov, 15:00`. */
export function clock(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(instant))
}

/** A calendar day, such as `21 Nov`. */
export function day(date: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })
  return format.format(new Date(`${date}T00:00:00Z`))
}

const DEEDS: Record<string, string> = {
  'lead.enquired': 'wrote in',
  'interaction.created': 'logged an interaction',
  'interaction.done': 'completed a follow-up',
  'user.registered': 'joined',
  'user.password_changed': 'changed a password',
  'user.session_revoked': 'was signed out',
}

/** What happened, in words: `lead.claimed` of Alice is `claimed the lead Alice`. */
export function deed(verb: string, whom?: string): string {
  const said = DEEDS[verb]
  if (said) return verb === 'lead.enquired' && whom ? `${said}: ${whom}` : said
  const [what = '', done = ''] = verb.split('.')
  const named = whom === undefined ? `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}` : `the ${what} ${whom}`
  return `${done.replaceAll('_', ' ')} ${named}`
}

const STATUS: Record<string, string> = { NEW: 'New', CONTACTED: 'Contacted', QUALIFIED: 'Qualified', CLOSED: 'Closed' }

export const status = (value: string) => STATUS[value] ?? value
