// A request to the desk: who reads, in which words and time zone, what was asked and what was typed.
import type { Context } from 'hono'
import { isActorRefusal } from '../access/actor-guard'
import { type Permission, reach } from '../access/policy'
import type { Ctx, PublicCtx } from '../context'
import type { Together } from '../db/client'
import { AppError, type ErrorCode, type ProblemExtras } from '../errors'
import { uuid } from '../field-schemas'
import { type AppEnv, publicCtx } from '../http/context'
import { acceptedTags, type Language, languageOf } from '../languages'
import { type Form, formOf } from './desk.form'
import { formMark } from './desk.session'
import { type Words, wordsOf } from './words/words'

/** Where the desk stands. */
export const HOME = '/dashboard'

/** What was wrong with a form that is shown again: by its code, with a message for each field. */
export type Failure = { code: ErrorCode; text: string; fields: Record<string, string>; extras: ProblemExtras }

export type Desk = {
  c: Context<AppEnv>
  /** The context of verbs that need no actor. */
  base: PublicCtx
  /** The context of all other verbs. Throws `unauthenticated` for a visitor. */
  ctx: Ctx
  together: Together
  words: Words
  /** The language with its region, as the browser has it, for numbers and dates. */
  locale: string
  timeZone: string
  /** The instant of the request. */
  at: string
  /** The mark of this session's forms. */
  mark: string
  /** The address that is shown, from the root, with its query. */
  here: string
  params: Record<string, string>
  /** The parameter `id`. Throws `not_found` where it is no id. */
  id: string
  query: URLSearchParams
  /** What was typed, where a form is shown again or sent. */
  form: Form
  failure?: Failure
  /** What an action has made that is shown only here. */
  secret?: string
  /** What an action has found out, for the page that it is of. */
  shown?: unknown
  can: (permission: Permission) => boolean
}

/** The desk of a request. */
export async function deskOf(c: Context<AppEnv>, params: Record<string, string> = {}): Promise<Desk> {
  const { actor, config, connection } = c.var
  const { words, locale } = await readingOf(c)
  const url = new URL(c.req.url)
  // An error may come before there are settings and a database.
  const base = connection ? publicCtx(c) : undefined
  return {
    c,
    get base() {
      return base ?? publicCtx(c)
    },
    get ctx() {
      if (!actor) throw new AppError('unauthenticated')
      return { ...(base ?? publicCtx(c)), actor }
    },
    get together() {
      return c.var.connection.together
    },
    words,
    locale,
    timeZone: actor?.timeZone ?? 'UTC',
    at: base?.now ?? new Date().toISOString(),
    mark: config ? await formMark(c) : '',
    here: c.req.method === 'GET' ? url.pathname + url.search : url.pathname,
    params,
    get id() {
      const id = uuid().safeParse(params.id)
      if (!id.success) throw new AppError('not_found')
      return id.data
    },
    query: url.searchParams,
    form: formOf(),
    can: (permission) => actor !== undefined && reach(actor, permission) !== undefined,
  }
}

/** The words of a request and the locale of its numbers and dates: by the profile, else by the browser. */
export async function readingOf(c: Context<AppEnv>): Promise<{ words: Words; locale: string }> {
  const { actor } = c.var
  const tags = acceptedTags(c.req.header('Accept-Language'))
  const chosen = actor?.type === 'user' ? actor.language : null
  const language: Language = chosen ?? tags.map(languageOf).find((each) => each !== undefined) ?? 'en'
  const words = await wordsOf(language)
  // The browser knows the region.
  const own = tags.find((tag) => tag.length > 2 && languageOf(tag) === language)
  return { words, locale: (own && Intl.DateTimeFormat.supportedLocalesOf(own)[0]) || words.locale }
}

/** A path of the desk, or its start for any other address: where a form may lead back to. */
export function safePath(path: string): string {
  if (path.length > 1000) return HOME
  const isPlain = /^\/dashboard(?:[/?][\w\-./?=&%+:,~*]*)?$/.test(path) && !path.includes('//')
  return isPlain ? path : HOME
}

/** An error in the reader's words, with a message for each field that it names. */
export function failureOf({ words }: Pick<Desk, 'words'>, { code, extras }: AppError): Failure {
  const { errors = [], retryAfter, etag, allow, ...rest } = extras
  const named = errors.map(({ path, message, code: issue }) => {
    const [, ...field] = path.split('.')
    return [field.join('.'), words.issue(issue, message)] as const
  })
  const fields = Object.fromEntries(named.filter(([field]) => field !== '').toReversed())
  const general = named.find(([field]) => field === '')?.[1]
  return { code, text: general ?? words.error(code, extras), fields, extras: rest }
}

/** Whether an error is said on the page itself: something in the input or in the state of the record. */
export function isSaid(error: unknown): error is AppError {
  if (!(error instanceof AppError) || isActorRefusal(error)) return false
  return !['internal', 'misconfigured', 'unauthenticated', 'token_expired', 'rate_limited'].includes(error.code)
}
