// http: the head of a request is bounded before anything reads it: its address, and the value of each header.
import { createMiddleware } from 'hono/factory'
import { type AppError, invalidError } from '../errors'
import type { AppEnv } from './context'

const MAX = 16_384

/** Refuses as `invalid`, by name, what is longer than 16 KB. */
export const boundedHead = createMiddleware<AppEnv>(async function boundedHead({ req }, next) {
  if (req.url.length > MAX) throw tooLong('query')
  for (const [name, value] of req.raw.headers) if (value.length > MAX) throw tooLong(`header.${name}`)
  await next()
})

function tooLong(path: string): AppError {
  return invalidError(path, `must be at most ${MAX} characters long`, 'too_big')
}
