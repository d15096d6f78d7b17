// Secrets of webhooks and the signatures made with them: Standard Webhooks 1.0, https://www.standardwebhooks.com.
import { type Secrets, seal, unseal } from '../crypto'

const PREFIX = 'whsec_'
const BYTES = 32
const encoder = new TextEncoder()

/** A new secret: `whsec_` and 256 random bits in base64. */
export function newWebhookSecret(): string {
  return PREFIX + base64(crypto.getRandomValues(new Uint8Array(BYTES)))
}

/** The secret as it is stored; it is opened for its own webhook alone. */
export function sealedSecret(secrets: Secrets, webhookId: string, secret: string): Promise<string> {
  return seal(secrets, 'webhook secret', secret, { context: webhookId })
}

export function openedSecret(secrets: Secrets, webhookId: string, sealed: string): Promise<string> {
  return unseal(secrets, 'webhook secret', sealed, webhookId)
}

/** The headers of a try: the id of the event, the time of the try, and a signature by each secret. `now` is in milliseconds. */
export async function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000))
  const signatures = await Promise.all(secrets.map((secret) => signature(secret, `${id}.${timestamp}.${body}`)))
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Edge-CRM-Webhooks/1.0',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.map((each) => `v1,${each}`).join(' '),
  }
}

async function signature(secret: string, content: string): Promise<string> {
  const key = Uint8Array.from(atob(secret.slice(PREFIX.length)), (char) => char.charCodeAt(0))
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return base64(new Uint8Array(await crypto.subtle.sign('HMAC', imported, encoder.encode(content))))
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
