// dialects: what one is made of. Its routes are plain Hono; what each takes and answers is noted on the handlers
// themselves, so that the document is read off what runs.
import { zValidator } from '@hono/zod-validator'
import type { Context, Hono, MiddlewareHandler, ValidationTargets } from 'hono'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import type { Permission } from '../access/policy'
import type { DIALECTS } from '../config'
import { AppError, ERRORS } from '../errors'
import { allow } from '../http/allow'
import { type AppEnv, clientOf, publicCtx } from '../http/context'
import { uuid } from '../http/fields'
import { createErrorHandler, type ErrorRenderer } from '../http/respond'
import { validationError } from '../http/router'

export type Dialect = {
  name: (typeof DIALECTS)[number]
  title: string
  app: Hono<AppEnv>
  /** The paths that are its own even where it has no route: there, a 404 is said in its words. */
  base: RegExp
  onError: ReturnType<typeof createErrorHandler>
  /** The paths at which passwords may be guessed, or accounts made. */
  signsIn: readonly string[]
  /** The paths to which a provider sends browsers back. */
  callbacks?: readonly string[]
  /** The paths that a monitor asks. */
  probes?: readonly string[]
  /** Puts a request into the form that the product reads. */
  translate?: MiddlewareHandler<AppEnv>
  /** Whether a request that another dialect knows as well is meant for this one. */
  isMeant?: (headers: Headers) => boolean
}

/** The media types of an answer that is a file. */
type FileOf = { types: readonly string[] }
/**
 * What an answer holds, by status: the schema of its body or the media types of a file; where a redirect leads; or the
 * message of a failure, which is then said in these words.
 */
export type Answers = Partial<Record<number, z.ZodType | FileOf | string>>
type Target = 'json' | 'query' | 'param'
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

/** What a request is for and what it answers; a failure with one of these statuses has this message. */
export function describe(summary: string, answers: Answers, { file }: Pick<Note, 'file'> = {}) {
  const words = Object.entries(answers).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const middleware = createMiddleware<AppEnv>(async function describe(c, next) {
    c.set('wording', Object.fromEntries(words))
    await next()
  })
  return annotate(middleware, { summary, answers, ...(file ? { file } : {}) })
}

/** The guard of a request, by the product's own policy. */
export function requires(permission: Permission, { isAsked = false } = {}) {
  return annotate(allow(permission, { isAsked }).middleware, { permission })
}

/**
 * What a request carries; throws `validationError`. Fields that the schema does not know are passed over, as these systems did,
 * and a body that is empty has no fields, whatever its content type promises.
 */
export function validates<T extends Target & keyof ValidationTargets, S extends z.ZodType<object>>(
  target: T,
  schema: S,
) {
  const validate = zValidator(target, schema, (result) => {
    if (!result.success) throw validationError(target, result.error)
  })
  const middleware: typeof validate = async (c, next) => {
    if (target !== 'json' || (await c.req.text()) !== '') return validate(c, next)
    const { data = {}, error } = await schema.safeParseAsync({})
    if (error) throw validationError(target, error)
    c.req.addValidatedData(target, data)
    return next()
  }
  return annotate(middleware, { takes: { target, schema } })
}

/** How a dialect says failures: `body` makes its own shape of the message, `messages` are its words for a code. */
export function errorHandler(
  body: (message: string, failure: AppError) => object,
  messages: Partial<Record<AppError['code'], string>> = {},
  statuses: Partial<Record<AppError['code'], 400 | 401 | 403 | 404>> = {},
) {
  const say: ErrorRenderer = (failure, c) => {
    const { code, extras } = failure
    const status = statuses[code] ?? ERRORS[code][0]
    const message = c.var.wording?.[status] ?? messages[code] ?? extras.detail ?? ERRORS[code][1]
    return { status, type: 'application/json', body: body(message, failure) }
  }
  return createErrorHandler(say)
}

/** The context of a verb that may be called without a token, and knows who asks where there is one. */
export function anyCtx(c: Context<AppEnv>) {
  return { ...publicCtx(c), actor: c.var.actor }
}

/** Access tokens of systems that know no refreshing live for a day, as theirs did. */
const DAY_SECONDS = 86_400
export function client(c: Context<AppEnv>, { isForADay = false } = {}) {
  return { ...clientOf(c), ...(isForADay ? { accessSeconds: DAY_SECONDS } : {}) }
}

/** The failure of a verb in other words: where it is `code`, a promise is refused as `then` instead. */
export async function mapError<T>(work: Promise<T>, code: AppError['code'], then: () => AppError | Promise<AppError>) {
  return work.catch(async (error) => {
    throw error instanceof AppError && error.code === code ? await then() : error
  })
}

export const IdParam = z.object({ id: uuid() })
