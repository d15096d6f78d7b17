// Verifies what a webhook sends: Standard Webhooks 1.0, with Web Crypto alone.
import type { components } from './schema.js'

type Schemas = components['schemas']
/** An event as a webhook sends it. */
export type WebhookEvent =
  | Schemas['LeadEvent']
  | Schemas['CustomerEvent']
  | Schemas['InteractionEvent']
  | Schemas['TicketEvent']
  | Schemas['OtherEvent']

/** Why a request is no event of ours: `headers` are missing, it is too old or of the future (`time`), or the `signature` is wrong. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
  constructor(readonly reason: 'headers' | 'time' | 'signature') {
    super(`Not an event of this webhook: ${reason}`)
  }
}

export type VerifyOptions = {
  /** How many seconds the time of the try may differ from now: 300 by default. */
  toleranceSeconds?: number
  /** The present time in milliseconds, for tests. */
  now?: () => number
}

type HeaderSource = Headers | Record<string, string | readonly string[] | undefined>
const PREFIX = 'whsec_'
const encoder = new TextEncoder()

/**
 * The event of a request, if its signature is right. `body` is the text or the bytes as they came, not parsed and written
 * again. `secrets` is one secret, or several while they overlap. Throws `WebhookVerificationError`.
 */
export async function verifyWebhook(
  secrets: string | readonly string[],
  headers: HeaderSource,
  body: string | Uint8Array,
  { toleranceSeconds = 300, now = Date.now }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  )
  if (!id || !timestamp || !signatures || !/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('headers')
  if (Math.abs(now() / 1_000 - Number(timestamp)) > toleranceSeconds) throw new WebhookVerificationError('time')
  const bytes = typeof body === 'string' ? encoder.encode(body) : body
  const head = encoder.encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(head.length + bytes.length)
  signed.set(head)
  signed.set(bytes, head.length)
  // A list of a sender that goes mad is not walked to its end.
  const given = signatures.split(' ').slice(0, 20).flatMap(bytesOfSignature)
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets) {
    const key = await keyOf(secret)
    for (const each of given) {
      // Web Crypto compares in constant time.
      if (await crypto.subtle.verify('HMAC', key, each, signed)) return JSON.parse(new TextDecoder().decode(bytes))
    }
  }
  throw new WebhookVerificationError('signature')
}

function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof entry === 'string' ? entry : entry?.[0]
}

function bytesOfSignature(text: string): Uint8Array<ArrayBuffer>[] {
  const [version, signature = ''] = text.split(',')
  const bytes = version === 'v1' ? bytesOf(signature) : undefined
  return bytes ? [bytes] : []
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = bytesOf(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret)
  if (!bytes || bytes.length === 0) throw new TypeError('The secret of a webhook is whsec_ and base64')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
