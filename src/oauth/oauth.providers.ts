// The providers: their credentials, their addresses, and how each yields a user's profile.
import { z } from '@hono/zod-openapi'
import type { AuthorizationServer, Client } from 'oauth4webapi'
import type { Config } from '../config'
import { PROVIDERS } from '../db/schema/oauth'
import { AppError } from '../errors'
import { loadOAuth } from '../late'
import { HOUR_MS, SECOND_MS } from '../time'

export { PROVIDERS }
export type Provider = (typeof PROVIDERS)[number]

/** Names of the providers as people read them. */
export const TITLES: Record<Provider, string> = { google: 'Google', github: 'GitHub' }

/** The client id and secret of this Worker at a provider. Throws `not_configured` with the missing settings. */
export function credentialsOf(config: Config, provider: Provider): { id: string; secret: string } {
  const prefix = provider === 'google' ? 'GOOGLE' : 'GITHUB'
  const [id, secret] = [config[`${prefix}_CLIENT_ID`], config[`${prefix}_CLIENT_SECRET`]]
  if (id !== undefined && secret !== undefined) return { id, secret }
  const missing = [...(id ? [] : [`${prefix}_CLIENT_ID`]), ...(secret ? [] : [`${prefix}_CLIENT_SECRET`])]
  const detail = `Signing in with ${TITLES[provider]} needs ${missing.join(', ')} to be set.`
  throw new AppError('not_configured', { detail })
}

/** The timeout of one request to a provider. */
const TIMEOUT_MS = 5 * SECOND_MS

/** A signal that aborts one request to a provider after 5 seconds. */
export const timeoutSignal = () => AbortSignal.timeout(TIMEOUT_MS)

/** The library's options for requests to this address. Settings allow plain HTTP only in development. */
export async function requestOptions(url: string) {
  const oauth = await loadOAuth()
  return { [oauth.allowInsecureRequests]: url.startsWith('http:'), signal: timeoutSignal }
}

/** The response of the token endpoint, not yet validated, with everything needed to validate it. */
export type Exchange = {
  config: Config
  server: AuthorizationServer
  client: Client
  response: Response
  nonce: string
}

/** A user's profile at a provider; `email` is given only if the provider has verified it. */
export type OAuthProfile = { subject: string; name?: string; email?: string }

const METADATA_MS = HOUR_MS

// Per isolate. The library caches the provider's signing keys by this object, for five minutes.
const discovered = new WeakMap<Config, { server: AuthorizationServer; at: number }>()

/** The issuer's metadata (OpenID Connect Discovery 1.0), fetched at most once an hour. */
export async function googleServer(config: Config): Promise<AuthorizationServer> {
  const cached = discovered.get(config)
  if (cached && Date.now() - cached.at < METADATA_MS) return cached.server
  const oauth = await loadOAuth()
  const issuer = new URL(config.GOOGLE_ISSUER)
  const answer = await oauth.discoveryRequest(issuer, await requestOptions(config.GOOGLE_ISSUER))
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

/** The profile in the ID token, after checking issuer, audience, nonce, times and signature (OIDC Core 1.0, 3.1.3.7). */
export async function googleProfile({ config, server, client, response, nonce }: Exchange): Promise<OAuthProfile> {
  const oauth = await loadOAuth()
  const checks = { expectedNonce: nonce, requireIdToken: true }
  const answer = await oauth.processAuthorizationCodeResponse(server, client, response, checks)
  await oauth.validateApplicationLevelSignature(server, response, await requestOptions(config.GOOGLE_ISSUER))
  const { sub, email, email_verified, name } = Claims.parse(oauth.getValidatedIdTokenClaims(answer))
  return { subject: sub, name, email: email_verified ? email : undefined }
}

/** GitHub has no discovery document, so that its endpoints are fixed. */
export function githubServer({ GITHUB_URL }: Config): AuthorizationServer {
  const issuer = `${GITHUB_URL}/login/oauth`
  return { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` }
}

const User = z.object({ id: z.number().int().positive(), login: z.string(), name: z.string().nullish() })

const Emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

/** The profile of the token's owner. The address comes from /user/emails: the one in /user may be unverified. */
export async function githubProfile({ config, server, client, response }: Exchange): Promise<OAuthProfile> {
  const oauth = await loadOAuth()
  const { access_token } = await oauth.processAuthorizationCodeResponse(server, client, response)
  const [user, emails] = await Promise.all([
    fetchGithub(config, '/user', access_token).then((answer) => User.parse(answer)),
    fetchGithub(config, '/user/emails?per_page=100', access_token).then((answer) => Emails.parse(answer)),
  ])
  const email = emails.find(({ primary, verified }) => primary && verified)?.email
  return { subject: String(user.id), name: user.name || user.login, email }
}

async function fetchGithub({ GITHUB_API_URL }: Config, path: string, token: string): Promise<unknown> {
  const response = await fetch(`${GITHUB_API_URL}${path}`, {
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/vnd.github+json',
      // GitHub refuses requests without a User-Agent.
      'User-Agent': 'edge-crm',
    },
    redirect: 'manual',
    signal: timeoutSignal(),
  })
  if (!response.ok) throw new Error(`${path.split('?')[0]} answered ${response.status}`)
  return response.json()
}
