// Tokens: short-lived JWTs for access, rotating opaque ones for refresh.
import { z } from '@hono/zod-openapi'
import { sign, verify } from 'hono/jwt'
import { type Person, POLICY, type Role } from '../access/policy'
import type { Config } from '../config'
import { mac, randomToken, sameText } from '../crypto'
import { DAY_MS, SECOND_MS } from '../time'

/** The lifetime of an access token. */
export const ACCESS_SECONDS = 15 * 60
/** How long a session stays active without a refresh. */
export const REFRESH_MS = 7 * DAY_MS
/** How long a refresh token is still accepted after its exchange, so that two tabs can refresh at once. */
export const GRACE_MS = 10 * SECOND_MS

/** Issuer and audience of access tokens. */
const ISSUED = { iss: 'edge-crm', aud: 'edge-crm/access' }

const isRole = (value: string): value is Role => Object.hasOwn(POLICY, value)
const Claims = z.object({
  sub: z.string(),
  ws: z.string(),
  sid: z.string(),
  role: z.string().refine(isRole),
  cc: z.string().nullable(),
  tz: z.string(),
  ev: z.boolean(),
  iat: z.number(),
  exp: z.number(),
})
type Claims = z.infer<typeof Claims>

const MAX_VERIFIED = 1000
// Tokens whose signature this isolate has checked, the oldest first; a client sends one again and again.
const verified = new WeakMap<Config, Map<string, Claims>>()

/** The claims of an access token that is signed by this Worker and has not expired; undefined for any other text. */
export async function verifiedClaims(config: Config, token: string): Promise<Claims | undefined> {
  const known = verified.get(config) ?? new Map<string, Claims>()
  verified.set(config, known)
  const claims = known.get(token) ?? (await checkedClaims(config, token))
  if (!claims) return undefined
  if (claims.exp <= Math.floor(Date.now() / 1000)) {
    known.delete(token)
    return undefined
  }
  if (!known.has(token)) {
    const [oldest = ''] = known.size < MAX_VERIFIED ? [] : known.keys()
    known.delete(oldest)
    known.set(token, claims)
  }
  return claims
}

// Hono checks signature, times, issuer and audience; it does not require that there are times.
async function checkedClaims({ JWT_SECRET }: Config, token: string): Promise<Claims | undefined> {
  try {
    return Claims.parse(await verify(token, JWT_SECRET, { alg: 'HS256', ...ISSUED }))
  } catch {
    return undefined
  }
}

/** The person that the claims name. */
export function actorOf(claims: Claims): Person {
  const { sub: id, ws: workspaceId, sid: sessionId, role, cc: country, tz: timeZone, ev: emailVerified } = claims
  return { type: 'user', id, workspaceId, role, sessionId, country, timeZone, emailVerified }
}

/** A signed JWT (HS256) that names a person, valid for `seconds`. */
export function accessToken(
  config: Config,
  actor: Omit<Person, 'type'>,
  seconds: number = ACCESS_SECONDS,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  const { id: sub, workspaceId: ws, sessionId: sid, role, country: cc, timeZone: tz, emailVerified: ev } = actor
  return sign({ ...ISSUED, sub, ws, sid, role, cc, tz, ev, iat, exp: iat + seconds }, config.JWT_SECRET, 'HS256')
}

/**
 * A refresh token is `session.nonce.mac`. The MAC tells used tokens from forged ones without the database. Each token
 * is derived from the one before, so that two tabs that refresh at once get the same.
 */
export async function firstRefreshToken(config: Config, sessionId: string): Promise<string> {
  return signedToken(config, sessionId, randomToken())
}

/** The token that replaces this one: always the same for the same token. */
export async function nextRefreshToken(config: Config, token: string): Promise<string> {
  return signedToken(config, sessionIdOf(token), await mac(config.JWT_SECRET, 'refresh successor', token))
}

/** Whether this Worker issued the refresh token, at any time. */
export async function isGenuine(config: Config, token: string): Promise<boolean> {
  const [session = '', nonce = ''] = token.split('.')
  return sameText(token, await signedToken(config, session, nonce))
}

/** The id of the session to which a refresh token belongs. */
export function sessionIdOf(refreshToken: string): string {
  return refreshToken.split('.')[0] ?? ''
}

async function signedToken(config: Config, session: string, nonce: string): Promise<string> {
  return `${session}.${nonce}.${await mac(config.JWT_SECRET, 'refresh token', `${session}.${nonce}`)}`
}
