// Maps errors of a provider to one error for the user and one line in the log, without secrets.
import type { PublicCtx } from '../context'
import { AppError } from '../errors'
import type { Provider } from './oauth.providers'

// Codes of oauth4webapi for an answer that was refused. All other errors mean that there was no usable answer.
const INVALID_ANSWER_CODES = [
  'OAUTH_AUTHORIZATION_RESPONSE_ERROR',
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_RESPONSE_BODY_ERROR',
  'OAUTH_UNSUPPORTED_OPERATION',
  'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
]

/** Runs requests to a provider; maps each failure to `oauth_denied`, `oauth_failed` or `provider_unavailable`. */
export async function withProviderErrors<T>(ctx: PublicCtx, provider: Provider, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw error instanceof AppError ? error : toAppError(ctx, provider, error)
  }
}

function toAppError({ requestId }: PublicCtx, provider: Provider, error: unknown): AppError {
  const providerError = providerErrorOf(error)
  // RFC 6749, 4.1.2.1: the user did not consent.
  if (providerError === 'access_denied') return new AppError('oauth_denied')
  const code = textOf(error, 'code') ?? textOf(error, 'name') ?? 'unknown'
  const line = { requestId, provider, code, providerError, message: textOf(error, 'message') }
  if (
    providerError === 'server_error' ||
    providerError === 'temporarily_unavailable' ||
    !INVALID_ANSWER_CODES.includes(code)
  ) {
    console.error(JSON.stringify({ level: 'error', event: 'provider_unavailable', ...line }))
    return new AppError('provider_unavailable', { retryAfter: 30 })
  }
  console.error(JSON.stringify({ level: 'error', event: 'oauth_failed', ...line }))
  return new AppError('oauth_failed')
}

// The provider's error code: that of the thrown error, or of a body with status 200, as GitHub sends it.
function providerErrorOf(error: unknown): string | undefined {
  const code = textOf(error, 'error') ?? textOf(property(property(error, 'cause'), 'body'), 'error')
  return code !== undefined && /^[\w.-]{1,60}$/.test(code) ? code : undefined
}

function textOf(value: unknown, name: string): string | undefined {
  const found = property(value, name)
  return typeof found === 'string' ? found : undefined
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
