// Where a sign-in may end: at an address of a frontend that CORS_ORIGINS names, and nowhere else.
import type { Config } from '../config'
import { AppError } from '../errors'

/**
 * The address as browsers read it, if its origin is exactly one of CORS_ORIGINS. Throws `invalid`. Backslashes and
 * userinfo are refused although they would come to the right host: nobody means them, and readers of URLs differ.
 */
export function allowedReturn({ CORS_ORIGINS }: Config, redirectTo: string): string {
  const url = URL.canParse(redirectTo) ? new URL(redirectTo) : undefined
  const isPlain = /^https?:\/\/[^\s\\]+$/i.test(redirectTo) && !url?.username && !url?.password
  if (url && isPlain && CORS_ORIGINS.includes(url.origin)) return url.href
  const message = 'must be a whole address, with an origin that CORS_ORIGINS names'
  throw new AppError('invalid', { errors: [{ path: 'query.redirectTo', message, code: 'redirect_not_allowed' }] })
}

/** The address of the frontend with what came of the sign-in: a code to exchange, or the code of an error. */
export function returning(redirectTo: string, result: { code: string } | { error: string }): string {
  const url = new URL(redirectTo)
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value)
  return url.href
}
