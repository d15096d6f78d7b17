// The client of Cloudflare Turnstile. It stands alone as the only code here that calls another service.
import { z } from 'zod'
import type { PublicCtx } from '../context'
import { AppError } from '../errors'

const Verification = z.object({ success: z.boolean() })

/** Whether a person sent the form; true if TURNSTILE_SECRET is not set. Throws `turnstile_unavailable` without an answer. */
export async function isHuman({ config, address }: PublicCtx, token: string | undefined): Promise<boolean> {
  const { TURNSTILE_SECRET: secret, TURNSTILE_VERIFY_URL: url } = config
  if (secret === undefined) return true
  if (!token) return false
  try {
    const form = new URLSearchParams({ secret, response: token })
    // `remoteip` is optional, and of an IPv6 address only the network is known here.
    if (/^[\d.]+$/.test(address)) form.set('remoteip', address)
    const response = await fetch(url, { method: 'POST', body: form, signal: AbortSignal.timeout(5_000) })
    return Verification.parse(await response.json()).success
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    console.error(JSON.stringify({ level: 'error', event: 'turnstile_unavailable', message }))
    throw new AppError('turnstile_unavailable', { retryAfter: 30 })
  }
}
