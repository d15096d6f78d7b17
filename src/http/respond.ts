// Errors as answers: a problem document (RFC 9457), or the format of a dialect. A 500 shows nothing internal.
import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { AppError, type ErrorCode, problem } from '../errors'
import { bodyText, malformedJsonError } from './body'
import type { AppEnv } from './context'

/** Renders an error: as a problem document, or in the format of a dialect. */
export type ErrorRenderer = (
  error: AppError,
  c: Context<AppEnv>,
) => { status: ContentfulStatusCode; type: string; body: object }

/** The error handler that answers with this renderer. */
export function createErrorHandler(render: ErrorRenderer): ErrorHandler<AppEnv> {
  return async (error, c) => respond(c, (await jsonError(error, c)) ?? toAppError(error, c), render)
}

const renderProblem: ErrorRenderer = ({ code, extras: { retryAfter, etag, allow, ...shown } }, c) => {
  const body = problem(code, c.var.requestId, new URL(c.req.url).origin, shown)
  return { status: body.status, type: 'application/problem+json', body }
}

export const onError = createErrorHandler(renderProblem)

/** The error of a request without a route: `method_not_allowed` where `methods` are those that its path knows. */
export function noRouteError(c: Context<AppEnv>, methods: readonly string[]): AppError {
  const asked = `${c.req.method} ${askedPath(c)}`
  if (methods.length === 0) return new AppError('not_found', { detail: `No route ${asked}; see /doc.` })
  const allow = methods.join(', ')
  return new AppError('method_not_allowed', { detail: `No route ${asked}: the path knows ${allow}; see /doc.`, allow })
}

// Hono's reader of bodies does not say where the mistake stands: only then is the body read again.
async function jsonError(error: Error, c: Context<AppEnv>): Promise<AppError | undefined> {
  const isJson = error instanceof HTTPException && error.status === 400 && /json/i.test(error.message)
  return isJson ? malformedJsonError(await bodyText(c)) : undefined
}

/** The path that was asked, which a dialect's request does not have when it is routed. */
export const askedPath = (c: Context<AppEnv>): string => new URL(c.req.url).pathname

/** The AppError for anything thrown. An unknown error becomes `internal` and is logged. */
export function toAppError(error: Error, c: Context<AppEnv>): AppError {
  if (error instanceof HTTPException) return new AppError(codeOfStatus(error.status), hintFor(error.status))
  // Drizzle wraps the error of a statement in a message that contains the parameters: only its cause is used.
  const cause = error.cause instanceof Error ? error.cause : error
  if (cause instanceof AppError) {
    if (cause.code === 'misconfigured') {
      console.error(JSON.stringify({ level: 'error', event: 'misconfigured', message: cause.extras.detail }))
    }
    return cause
  }
  const { requestId } = c.var
  const where = { method: c.req.method, path: askedPath(c), name: cause.name, stack: cause.stack }
  console.error(JSON.stringify({ level: 'error', event: 'internal', requestId, ...where }))
  return new AppError('internal')
}

function respond(c: Context<AppEnv>, error: AppError, render: ErrorRenderer) {
  const { retryAfter, etag, allow } = error.extras
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter))
  if (etag !== undefined) c.header('ETag', etag)
  if (allow !== undefined) c.header('Allow', allow)
  const { status, type, body } = render(error, c)
  if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="edge-crm"')
  return c.body(JSON.stringify(body), status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
}

const BY_STATUS: Record<number, ErrorCode> = {
  400: 'malformed_json',
  401: 'unauthenticated',
  403: 'forbidden',
  413: 'body_too_large',
  415: 'wrong_content_type',
}

function codeOfStatus(status: number): ErrorCode {
  return BY_STATUS[status] ?? (status < 500 ? 'invalid' : 'internal')
}

const HINTS: Record<number, string> = {
  403: 'Another site sent this form: open the page itself, and try again.',
  415: 'Send the body with Content-Type: application/json.',
}

function hintFor(status: number) {
  const detail = HINTS[status]
  return detail === undefined ? {} : { detail }
}
