// What a form of the desk sends: its texts by name, and the input that the schemas of the API take out of them.
import type { Context } from 'hono'
import { z } from 'zod'
import { instantAt } from '../clock'
import { AppError } from '../errors'
import { bodyText } from '../http/body'
import type { AppEnv } from '../http/context'
import { isMultipart, multipartPairs, type Pair, urlencodedPairs } from '../http/forms'
import { validationError } from '../http/router'
import { DAY_MS } from '../time'
import { hasFormMark } from './desk.session'

/** The texts of a form. A field that was not sent is empty. */
export type Form = {
  get: (name: string) => string
  all: (name: string) => string[]
  has: (name: string) => boolean
  /** The names that were sent, each once. */
  names: string[]
}

const MAX_PAIRS = 400
/** Longer than every field of the API: the schemas refuse what is cut here. */
const MAX_TEXT = 12_000
const MAX_NAME = 100

export function formOf(pairs: readonly Pair[] = []): Form {
  const bounded = pairs.slice(0, MAX_PAIRS).filter(([name]) => name.length <= MAX_NAME)
  const values = Map.groupBy(bounded, ([name]) => name)
  const all = (name: string) => (values.get(name) ?? []).map(([, value]) => value.slice(0, MAX_TEXT))
  return { all, get: (name) => all(name)[0] ?? '', has: (name) => values.has(name), names: [...values.keys()] }
}

/** The form of a request. Throws `forbidden` where it lacks the mark of this session, and `unsupported_encoding`. */
export async function readForm(c: Context<AppEnv>): Promise<Form> {
  const isParts = isMultipart(c.req.header('Content-Type') ?? '')
  const form = formOf(isParts ? await multipartPairs(c) : urlencodedPairs(await bodyText(c)))
  if (!(await hasFormMark(c, form.get('mark')))) throw new AppError('forbidden', { detail: OTHER_SESSION })
  return form
}

const OTHER_SESSION = 'This form belongs to another session: go back, reload the page, and try again.'

/** The input of a verb, by a schema of the API. Throws `invalid`, whose issues name fields of the form. */
export function parsed<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const { data, error } = schema.safeParse(input)
  if (error) throw validationError('json', error)
  return data
}

/** The fields that were sent, as a patch: an empty one is null. */
export function patchOf(form: Form, names: readonly string[]): Record<string, string | null> {
  const sent = names.filter((name) => form.has(name))
  return Object.fromEntries(sent.map((name) => [name, form.get(name).trim() === '' ? null : form.get(name)]))
}

/** The same for a new record: empty fields are left out. */
export function filledOf(form: Form, names: readonly string[]): Record<string, string> {
  const filled = names.filter((name) => form.get(name).trim() !== '')
  return Object.fromEntries(filled.map((name) => [name, form.get(name)]))
}

/** The choices of when to come back; `date` takes the day and the time beside it. */
export const WHENS = ['', 'tomorrow', '3', '7', '14', '30', 'date'] as const
/** The local time of a follow-up without one. */
const MORNING = '09:00'
const Day = z.iso.date()
const Time = z.iso.time()

/**
 * The instant that the fields `when`, `day` and `time` of a form name, in the reader's zone; undefined for none. Throws
 * `invalid` for a day that is none.
 */
export function whenOf(form: Form, now: string, timeZone: string): string | undefined {
  const when = form.get('when')
  const day = when === 'date' || (when === '' && form.get('day')) ? form.get('day') : dayAfter(when, now, timeZone)
  if (day === undefined || (day === '' && when === '')) return undefined
  if (!Day.safeParse(day).success) {
    throw new AppError('invalid', { errors: [{ path: 'body.day', message: 'must be a day', code: 'day' }] })
  }
  const time = Time.safeParse(form.get('time')).success ? form.get('time') : MORNING
  return instantAt(timeZone, `${day}T${time.slice(0, 5)}`)
}

function dayAfter(when: string, now: string, timeZone: string): string | undefined {
  const days = when === 'tomorrow' ? 1 : Number(when)
  if (when === '' || !Number.isInteger(days) || days < 1 || days > 365) return undefined
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(now))
  return new Date(Date.parse(today) + days * DAY_MS).toISOString().slice(0, 10)
}
