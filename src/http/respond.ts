// Failures: whatever is thrown becomes one answer, mostly a problem document (RFC 9457). A 500 says nothing of the inside.
import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { AppError, type ErrorCode, problem } from '../errors'
import type { AppEnv } from './context'

/** How a failure is said to a caller: mostly as a problem document, by a dialect in its own words. */
export type ErrorRenderer = (
  failure: AppError,
  c: Context<AppEnv>,
) => { status: ContentfulStatusCode; type: string; body: object }

/** The error handler that says failures in this way. */
export function createErrorHandler(say: ErrorRenderer): ErrorHandler<AppEnv> {
  return (error, c) => respond(c, toAppError(error, c), say)
}

const renderProblem: ErrorRenderer = ({ code, extras: { retryAfter, etag, ...shown } }, c) => {
  const body = problem(code, c.var.requestId, new URL(c.req.url).origin, shown)
  return { status: body.status, type: 'application/problem+json', body }
}

export const onError = createErrorHandler(renderProblem)

export const notFound: NotFoundHandler<AppEnv> = (c) =>
  respond(c, new AppError('not_found', { detail: `No route ${c.req.method} ${c.req.path}; see /doc.` }), renderProblem)

/** What went wrong, by our own table; what is not in it is an `internal`, and logged. */
export function toAppError(error: Error, c: Context<AppEnv>): AppError {
  if (error instanceof HTTPException) return new AppError(codeOfStatus(error.status), hintFor(error.status))
  // Drizzle wraps what a single statement throws, in a message that holds the parameters: only the cause is looked at.
  const cause = error.cause instanceof Error ? error.cause : error
  if (cause instanceof AppError) {
    if (cause.code === 'misconfigured') {
      console.error(JSON.stringify({ level: 'error', event: 'misconfigured', message: cause.extras.detail }))
    }
    return cause
  }
  const { requestId } = c.var
  const where = { method: c.req.method, path: c.req.path, name: cause.name, stack: cause.stack }
  console.error(JSON.stringify({ level: 'error', event: 'internal', requestId, ...where }))
  return new AppError('internal')
}

function respond(c: Context<AppEnv>, failure: AppError, say: ErrorRenderer) {
  const { retryAfter, etag } = failure.extras
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter))
  if (etag !== undefined) c.header('ETag', etag)
  const { status, type, body } = say(failure, c)
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
  403: 'This form was sent from another site: open the page itself, and try again.',
  415: 'Send the body with Content-Type: application/json.',
}

function hintFor(status: number) {
  const detail = HINTS[status]
  return detail === undefined ? {} : { detail }
}
