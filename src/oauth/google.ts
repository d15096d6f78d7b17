// Google, or whoever speaks OpenID Connect at GOOGLE_ISSUER: its addresses by discovery, the person by the ID token.
import { z } from '@hono/zod-openapi'
import type { AuthorizationServer } from 'oauth4webapi'
import type { Config } from '../config'
import { type Exchange, type Person, requestOptions } from './oauth.exchange'

const FRESH_MS = 3_600_000

// By isolate, like the settings. The library keeps the provider's signing keys by this very object, for five minutes.
const discovered = new WeakMap<Config, { server: AuthorizationServer; at: number }>()

/** The metadata at the issuer (OpenID Connect Discovery 1.0), asked for once an hour. */
export async function googleServer(config: Config): Promise<AuthorizationServer> {
  const known = discovered.get(config)
  if (known && Date.now() - known.at < FRESH_MS) return known.server
  const oauth = await import('oauth4webapi')
  const issuer = new URL(config.GOOGLE_ISSUER)
  const answer = await oauth.discoveryRequest(issuer, requestOptions(oauth, config.GOOGLE_ISSUER))
  const server = await oauth.processDiscoveryResponse(issuer, answer)
  discovered.set(config, { server, at: Date.now() })
  return server
}

const Claims = z.object({
  sub: z.string().min(1).max(255),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  name: z.string().optional(),
})

/** The person of the ID token, once its issuer, audience, nonce, times and signature are checked (Core 1.0, 3.1.3.7). */
export async function googlePerson({ config, oauth, server, client, response, nonce }: Exchange): Promise<Person> {
  const checks = { expectedNonce: nonce, requireIdToken: true }
  const answer = await oauth.processAuthorizationCodeResponse(server, client, response, checks)
  await oauth.validateApplicationLevelSignature(server, response, requestOptions(oauth, config.GOOGLE_ISSUER))
  const { sub, email, email_verified, name } = Claims.parse(oauth.getValidatedIdTokenClaims(answer))
  return { subject: sub, name, email: email_verified ? email : undefined }
}
