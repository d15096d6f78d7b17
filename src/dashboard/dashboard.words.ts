// Dashboard: figures, times and events in words.
const number = new Intl.NumberFormat('en')

export const count = (value: number) => number.format(value)

/** A share as a whole per cent; a dash where there is none. */
export const share = (value: number | null) => (value === null ? '–' : `${Math.round(value * 100)} %`)

/** The part that a list shows, such as `The oldest 8 of 40.`; undefined where it shows all. */
export function partOf(which: string, shown: unknown[], all: number): string | undefined {
  return all > shown.length ? `${which} ${count(shown.length)} of ${count(all)}.` : undefined
}

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

/** An instant in a time zone, such as `Fri 21 Nov, 15:00`. */
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
  'interaction.done': 'completed a follow-up',
  'invitation.withdrawn': 'withdrew an invitation',
  'ticket.commented': 'commented on a ticket',
  'user.registered': 'joined',
  'user.calendar_closed': 'ended the calendar link',
  'user.calendar_opened': 'made a calendar link',
  'user.email_changed': 'changed the e-mail address',
  'user.email_yielded': 'yielded the e-mail address',
  'user.email_verified': 'verified the e-mail address',
  'user.linked': 'linked a way to sign in',
  'user.notifications_changed': 'changed which mails to get',
  'user.password_changed': 'changed a password',
  'user.password_reset': 'reset a password',
  'user.session_revoked': 'ended a session',
  'user.unlinked': 'unlinked a way to sign in',
  'workspace.plan_changed': 'changed the plan',
  'workspace.updated': 'updated the workspace',
}

/** An event in words: `lead.claimed` of Alice is `claimed the lead Alice`. */
export function deed(verb: string, whom?: string): string {
  const phrase = DEEDS[verb]
  if (phrase) return verb === 'lead.enquired' && whom ? `${phrase}: ${whom}` : phrase
  const [what = '', done = ''] = verb.replaceAll('_', ' ').split('.')
  return `${done} ${whom === undefined ? `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}` : `the ${what} ${whom}`}`
}

const LOGGED: Record<string, readonly [string, string]> = {
  NOTE: ['wrote a note', 'about'],
  CALL: ['logged a call', 'with'],
  EMAIL: ['logged an e-mail', 'with'],
  MEETING: ['logged a meeting', 'with'],
  TASK: ['noted a task', 'for'],
  FOLLOW_UP: ['planned a follow-up', 'with'],
}

/** A logged interaction in words: `logged a call with Alice`. */
export function logging(type: string, whom?: string): string {
  const [phrase, preposition] = LOGGED[type] ?? ['logged an interaction', 'with']
  return whom === undefined ? phrase : `${phrase} ${preposition} ${whom}`
}

const STATUS: Record<string, string> = { NEW: 'New', CONTACTED: 'Contacted', QUALIFIED: 'Qualified', CLOSED: 'Closed' }

export const status = (value: string) => STATUS[value] ?? value
