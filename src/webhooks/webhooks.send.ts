// One try of one delivery: signs the body and posts it. The answer's body is never read.
import type { CallFailure, Outbound } from '../outbound/outbound.call'
import { call } from '../outbound/outbound.call'
import { retryAfterOf } from './webhooks.ladder'
import { signedHeaders } from './webhooks.secret'

/** What a try met. `error` is a class of failures, never a text of the receiver. `ms` is how long it took. */
export type Tried = {
  isDelivered: boolean
  /** The receiver says that it wants no more. */
  isGone: boolean
  status: number | null
  error: CallFailure | 'status' | 'redirect' | 'gone' | null
  ms: number
  retryAfterMs: number
}

export type Receiver = { url: string; secrets: readonly string[] }
/** `now` gives milliseconds since 1970. */
export type Sending = { outbound: Outbound; patienceMs: number; now: () => number }

/** Posts a body. Never throws. */
export async function send(
  { outbound, patienceMs, now }: Sending,
  { url, secrets }: Receiver,
  id: string,
  body: string,
): Promise<Tried> {
  const started = Date.now()
  const headers = await signedHeaders(secrets, id, body, now())
  const called = await call(outbound, url, { method: 'POST', headers, body }, patienceMs)
  const ms = Date.now() - started
  if ('failure' in called) {
    return { isDelivered: false, isGone: false, status: null, error: called.failure, ms, retryAfterMs: 0 }
  }
  const { response } = called
  // Not awaited: a receiver may never end its answer.
  response.body?.cancel().catch(() => {})
  const { status } = response
  const error = errorOf(status)
  const retryAfterMs = error === null ? 0 : retryAfterOf(response.headers.get('Retry-After'), now())
  return { isDelivered: error === null, isGone: status === 410, status, error, ms, retryAfterMs }
}

function errorOf(status: number): Tried['error'] {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400) return 'redirect'
  return status === 410 ? 'gone' : 'status'
}
