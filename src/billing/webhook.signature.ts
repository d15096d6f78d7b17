// Signatures of Stripe's events (https://docs.stripe.com/webhooks/signature): `t=<seconds>,v1=<HMAC-SHA-256 in hex>`.
import { sameText } from '../crypto'
import { SECOND_MS } from '../time'

/** How old a signature may be: an event that was recorded cannot be sent again later. */
const TOLERANCE_SECONDS = 300

/** Whether this body was signed with this secret within the last five minutes. */
export async function isSignedByStripe(body: string, header: string, secret: string, now: number): Promise<boolean> {
  const parts = header.split(',').map((part) => part.trim().split('='))
  const valuesOf = (name: string) => parts.flatMap(([key, value = '']) => (key === name ? [value] : []))
  const [timestamp = ''] = valuesOf('t')
  if (!/^\d{1,12}$/.test(timestamp) || now / SECOND_MS - Number(timestamp) > TOLERANCE_SECONDS) return false
  // While a secret is being replaced, there is one signature for each.
  const expected = await hexMac(secret, `${timestamp}.${body}`)
  return valuesOf('v1').some((signature) => sameText(signature, expected))
}

async function hexMac(secret: string, data: string): Promise<string> {
  const encoder = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign'])
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(data)))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
