// The providers: what each needs to be set, where it is found, and the profile that it gives of a person.
import { z } from '@hono/zod-openapi'
import type { AuthorizationServer, Client } from 'oauth4webapi'
import type { Config } from '../config'
import { PROVIDERS } from '../db/schema/oauth'
import { AppError } from '../errors'
import { HOUR_MS, SECOND_MS } from '../time'

export { PROVIDERS }
export type Provider = (typeof PROVIDERS)[number]

export const TITLES: Record<Provider, string> = { google: 'Google', github: 'GitHub' }

/** As whom this Worker comes to a provider. Throws `not_configured`, naming what is missing. */
export function credentialsOf(config: Config, provider: Provider): { id: string; secret: string } {
  const prefix = provider === 'google' ? 'GOOGLE' : 'GITHUB'
  const [id, secret] = [config[`${prefix}_CLIENT_ID`], config[`${prefix}_CLIENT_SECRET`]]
  if (id !== undefined && secret !== undefined) return { id, secret }
  const missing = [...(id ? [] : [`${prefix}_CLIENT_ID`]), ...(secret ? [] : [`${prefix}_CLIENT_SECRET`])]
  const detail = `Signing in with ${TITLES[provider]} needs ${missing.join(', ')} to be set.`
  throw new AppError('not_configured', { detail })
}

type Library = typeof import('oauth4webapi')

/** How long a provider may take to answer one request. */
const PATIENCE_MS = 5 * SECOND_MS

/** A signal for one request to a provider. */
export const timeoutSignal = () => AbortSignal.timeout(PATIENCE_MS)

/** What the library needs to know for requests below this address; settings allow plain http in development alone. */
export function requestOptions({ allowInsecureRequests }: Library, url: string) {
  return { [allowInsecureRequests]: url.startsWith('http:'), signal: timeoutSignal }
}

/** An answer of the token endpoint, to be read and believed or not. */
export type Exchange = {
  config: Config
  oauth: Library
  server: AuthorizationServer
  client: Client
  response: Response
  nonce: string
}

/** Somebody as a provider tells it; `email` only where the provider has verified it. */
export type OAuthProfile = { subject: string; name?: string; email?: string }

const FRESH_MS = HOUR_MS

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
export async function googleProfile({
  config,
  oauth,
  server,
  client,
  response,
  nonce,
}: Exchange): Promise<OAuthProfile> {
  const checks = { expectedNonce: nonce, requireIdToken: true }
  const answer = await oauth.processAuthorizationCodeResponse(server, client, response, checks)
  await oauth.validateApplicationLevelSignature(server, response, requestOptions(oauth, config.GOOGLE_ISSUER))
  const { sub, email, email_verified, name } = Claims.parse(oauth.getValidatedIdTokenClaims(answer))
  return { subject: sub, name, email: email_verified ? email : undefined }
}

export function githubServer({ GITHUB_URL }: Config): AuthorizationServer {
  const issuer = `${GITHUB_URL}/login/oauth`
  return { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` }
}

const User = z.object({ id: z.number().int().positive(), login: z.string(), name: z.string().nullish() })

const Emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

/** The person whom the access token is of. Addresses come from /user/emails alone: the profile shows any, unproven. */
export async function githubProfile({ config, oauth, server, client, response }: Exchange): Promise<OAuthProfile> {
  const { access_token } = await oauth.processAuthorizationCodeResponse(server, client, response)
  const [user, emails] = await Promise.all([
    ask(config, '/user', access_token).then((answer) => User.parse(answer)),
    ask(config, '/user/emails?per_page=100', access_token).then((answer) => Emails.parse(answer)),
  ])
  const email = emails.find(({ primary, verified }) => primary && verified)?.email
  return { subject: String(user.id), name: user.name || user.login, email }
}

async function ask({ GITHUB_API_URL }: Config, path: string, token: string): Promise<unknown> {
  const response = await fetch(`${GITHUB_API_URL}${path}`, {
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/vnd.github+json',
      // GitHub refuses requests that do not say who is asking.
      'User-Agent': 'edge-crm',
    },
    redirect: 'manual',
    signal: timeoutSignal(),
  })
  if (!response.ok) throw new Error(`${path.split('?')[0]} answered ${response.status}`)
  return response.json()
}
