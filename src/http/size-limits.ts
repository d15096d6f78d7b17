// How large a request may be: its address and each header before anything reads them, and its body.
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { AppError, invalidError } from '../errors'
import { requireUtf8Escapes, STREAMED } from './body'
import type { AppEnv } from './context'

const MAX_HEAD = 16_384
const MAX_BODY = 1_048_576
/** No body that needs no account comes near to it: the longest enquiry, all of it escaped, has 110 KB. */
const MAX_BODY_OF_STRANGERS = 131_072
/** Files that are imported at the desk, whose forms are read whole. */
const DESK_IMPORT = /^\/dashboard\/import\/(check|try|run)$/
const MAX_DESK_FILE = 10 * MAX_BODY

/**
 * Throws `invalid`, with the name of the header, where the address or a header is longer than 16 KB, and
 * `unsupported_encoding` where the address is not UTF-8.
 */
export const limitHead = createMiddleware<AppEnv>(async function limitHead({ req }, next) {
  if (req.url.length > MAX_HEAD) throw tooLongError('query')
  requireUtf8Escapes(req.url)
  for (const [name, value] of req.raw.headers) if (value.length > MAX_HEAD) throw tooLongError(`header.${name}`)
  await next()
})

/** Throws `body_too_large` where a body is larger than 1 MB or, without an account, than 128 KB. */
export const limitBody = createMiddleware<AppEnv>(async function limitBody(c, next) {
  if (isStreamed(c)) return next()
  if (c.var.actor && DESK_IMPORT.test(c.req.path)) return bodyOfDeskImport(c, next)
  return c.var.actor ? bodyOfMember(c, next) : bodyOfStranger(c, next)
})

const bodyOfMember = bodyLimit({
  maxSize: MAX_BODY,
  onError: (c) => {
    const isFile = STREAMED.includes(c.req.path)
    const more = isFile ? ' Without an Idempotency-Key, a file may have 50 MB.' : ''
    throw new AppError('body_too_large', { detail: `A body may have 1 MB.${more}` })
  },
})
const bodyOfDeskImport = bodyLimit({
  maxSize: MAX_DESK_FILE,
  onError: () => {
    throw new AppError('body_too_large', { detail: 'At the desk a file may have 10 MB. Larger ones go to the API.' })
  },
})
const bodyOfStranger = bodyLimit({
  maxSize: MAX_BODY_OF_STRANGERS,
  onError: () => {
    throw new AppError('body_too_large', { detail: 'Without a valid credential, a body may have 128 KB.' })
  },
})

// An import reads its file as it arrives and has its own limit. With an Idempotency-Key the whole file is read first.
function isStreamed(c: Context<AppEnv>): boolean {
  return STREAMED.includes(c.req.path) && c.req.method === 'POST' && c.req.header('Idempotency-Key') === undefined
}

function tooLongError(path: string): AppError {
  return invalidError(path, `must be at most ${MAX_HEAD} characters long`, 'too_big')
}
