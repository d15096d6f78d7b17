// dialects: the parts of a dialect. Its routes are plain Hono. Notes on the handlers document input and answers, so that
// the document is made from the handlers that run.
import { zValidator } from '@hono/zod-validator'
import type { Context, Hono, MiddlewareHandler, ValidationTargets } from 'hono'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import type { Permission } from '../access/policy'
import type { DIALECTS } from '../config'
import { AppError, ERRORS } from '../errors'
import { uuid } from '../field-schemas'
import { allow } from '../http/allow'
import { type AppEnv, clientOf, publicCtx } from '../http/context'
import { createErrorHandler, type ErrorRenderer } from '../http/respond'
import { validationError } from '../http/router'
import { readBody } from './bodies'

export type Dialect = {
  name: (typeof DIALECTS)[number]
  title: string
  app: Hono<AppEnv>
  /** The paths of the dialect. Where it has no route for one, its 404 answers. */
  base: RegExp
  /** The path of `/v1` for what begins with a path of the dialect; the longest counts. */
  ownPaths: Readonly<Record<string, `/v1/${string}`>>
  onError: ReturnType<typeof createErrorHandler>
  /** The paths where a password may be guessed or an account made: they have the rate limit of sign-ins. */
  signsIn: readonly string[]
  /** The paths to which a provider redirects browsers. */
  callbacks?: readonly string[]
  /** The paths that a monitor requests. */
  probes?: readonly string[]
  /** Translates a request into the form that the product reads. */
  translate?: MiddlewareHandler<AppEnv>
  /** Whether a request that another dialect knows as well is for this one. */
  isMeant?: (headers: Headers) => boolean
}

/** The path of the product's own API for a path of a dialect. */
export function ownPathOf({ ownPaths }: Pick<Dialect, 'ownPaths'>, path: string): string {
  const begins = Object.keys(ownPaths).filter((start) => path.startsWith(start))
  const [longest = ''] = begins.toSorted((a, b) => b.length - a.length)
  return ownPaths[longest] ?? '/v1'
}

/** The media types of an answer that is a file. */
type FileOf = { types: readonly string[] }
/**
 * The answers by status: the schema of a body, the media types of a file, the target of a redirect, or the message of an
 * error.
 */
export type Answers = Partial<Record<number, z.ZodType | FileOf | string>>
type Target = 'json' | 'query' | 'param' | 'either'
export type Note = {
  summary?: string
  answers?: Answers
  permission?: Permission
  takes?: { target: Target; schema: z.ZodType }
  /** The media types of a body that is a file. */
  file?: FileOf['types']
}

const notes = new WeakMap<object, Note>()

export const noteOn = (handler: object): Note => notes.get(handler) ?? {}

function annotate<M extends object>(middleware: M, note: Note): M {
  notes.set(middleware, note)
  return middleware
}

/** Documents a route: its purpose and its answers. An error with one of these statuses gets this message. */
export function describe(summary: string, answers: Answers, { file }: Pick<Note, 'file'> = {}) {
  const words = Object.entries(answers).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const middleware = createMiddleware<AppEnv>(async function describe(c, next) {
    c.set('wording', Object.fromEntries(words))
    await next()
  })
  return annotate(middleware, { summary, answers, ...(file ? { file } : {}) })
}

/** The guard of a route, by the policy of the product. */
export function requires(permission: Permission, { isAsked = false } = {}) {
  return annotate(allow(permission, { isAsked }).middleware, { permission })
}

/**
 * Validates a part of a request; throws `invalid`. As in these systems, unknown fields are ignored; but a change of which no
 * field is known is refused, for it would change nothing. Names of fields may be in any case.
 */
export function validates<
  T extends 'json' | 'query' | ('param' & keyof ValidationTargets),
  S extends z.ZodType<object>,
>(target: T, schema: S) {
  const validate = zValidator(target, schema, (result) => {
    if (!result.success) throw validationError(target, result.error)
  })
  let names: readonly string[] | undefined
  const middleware: typeof validate = async (c, next) => {
    if (target !== 'json') return validate(c, next)
    const given = await readBody(c)
    names ??= namesIn(schema)
    const fields = isObject(given) ? namedAs(names, given) : given
    if (isObject(fields) && isChange(c.req.method)) requireKnown(names, fields)
    const { data = {}, error } = await schema.safeParseAsync(fields)
    if (error) throw validationError(target, error)
    c.req.addValidatedData(target, data)
    return next()
  }
  return annotate(middleware, { takes: { target, schema } })
}

/** The same for a system whose clients send fields in the query or in the body: the body counts where both have one. */
export function validatesEither<S extends z.ZodType<object>>(schema: S) {
  let names: readonly string[] | undefined
  const middleware = createMiddleware<AppEnv, string, { in: { json: z.input<S> }; out: { json: z.output<S> } }>(
    async function validatesEither(c, next) {
      const body = c.req.method === 'GET' ? {} : await readBody(c)
      names ??= namesIn(schema)
      const query = Object.entries(c.req.queries()).map(([name, values]) => [
        name,
        values.length > 1 ? values : values[0],
      ])
      const inBody = isObject(body) ? namedAs(names, body) : body
      const fields = isObject(inBody) ? { ...namedAs(names, Object.fromEntries(query)), ...inBody } : inBody
      const { data = {}, error } = await schema.safeParseAsync(fields)
      if (error) throw validationError(c.req.method === 'GET' ? 'query' : 'json', error)
      c.req.addValidatedData('json', data)
      await next()
    },
  )
  return annotate(middleware, { takes: { target: 'either', schema } })
}

const isChange = (method: string) => method === 'PUT' || method === 'PATCH'
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The names of the fields that a schema knows. */
function namesIn(schema: z.ZodType): readonly string[] {
  const { success, data } = Shaped.safeParse(schema)
  if (!success) return []
  return data.shape ? Object.keys(data.shape) : [data.in, data.out].flatMap((inner) => (inner ? namesIn(inner) : []))
}
const Shaped = z.object({
  shape: z.record(z.string(), z.unknown()).optional(),
  in: z.instanceof(z.ZodType).optional(),
  out: z.instanceof(z.ZodType).optional(),
})

// A name that is known as it is stays; another one is the one that differs in case alone.
function namedAs(names: readonly string[], given: Record<string, unknown>): Record<string, unknown> {
  const byLower = new Map(names.map((name) => [name.toLowerCase(), name]))
  const known = names.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]] as const)
  const meant = Object.keys(given).flatMap((name) => {
    const named = name.length <= MAX_NAME && !names.includes(name) ? byLower.get(name.toLowerCase()) : undefined
    return named === undefined ? [] : [[named, given[name]] as const]
  })
  const unknown = Object.keys(given).length > 0 && known.length + meant.length === 0
  return unknown ? given : Object.fromEntries([...meant, ...known])
}
const MAX_NAME = 40

function requireKnown(names: readonly string[], given: Record<string, unknown>): void {
  const isKnown = Object.keys(given).length === 0 || names.some((name) => Object.hasOwn(given, name))
  if (isKnown) return
  const message = `None of these fields can be changed here: send ${names.join(', ')}`
  throw new AppError('invalid', { errors: [{ path: 'body', message, code: 'unknown' }] })
}

// What these systems do not tell apart: an expired token, and a method that a path does not know.
const OTHERWISE: Partial<Record<AppError['code'], 'unauthenticated' | 'not_found'>> = {
  token_expired: 'unauthenticated',
  method_not_allowed: 'not_found',
}

/** The error handler of a dialect: `body` puts the message into its format, `messages` are its texts by code. */
export function errorHandler(
  body: (message: string, error: AppError) => object,
  messages: Partial<Record<AppError['code'], string>> = {},
  statuses: Partial<Record<AppError['code'], 400 | 401 | 403 | 404>> = {},
) {
  const render: ErrorRenderer = (error, c) => {
    const code = OTHERWISE[error.code] ?? error.code
    const extras = code === error.code ? error.extras : {}
    const status = statuses[code] ?? ERRORS[code][0]
    const promised = c.var.wording?.[status] ?? messages[code]
    const detail = extras.detail && [extras.detail, c.var.dialectHint].join(' ')
    const message = promised ?? detail ?? ERRORS[code][1]
    return { status, type: 'application/json', body: body(message, error) }
  }
  return createErrorHandler(render)
}

/** The context of a verb that needs no token, with the actor where there is one. */
export function anyCtx(c: Context<AppEnv>) {
  return { ...publicCtx(c), actor: c.var.actor }
}

/** The lifetime of an access token in systems without refresh tokens. */
const DAY_SECONDS = 86_400
export function client(c: Context<AppEnv>, { isForADay = false } = {}) {
  return { ...clientOf(c), ...(isForADay ? { accessSeconds: DAY_SECONDS } : {}) }
}

/** Replaces an error of a promise: where it has this code, the error of `then` is thrown instead. */
export async function mapError<T>(work: Promise<T>, code: AppError['code'], then: () => AppError | Promise<AppError>) {
  return work.catch(async (error) => {
    throw error instanceof AppError && error.code === code ? await then() : error
  })
}

export const IdParam = z.object({ id: uuid() })
