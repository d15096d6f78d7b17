// Tokens: short-lived JWTs for access, rotating opaque ones for refresh.
import { z } from '@hono/zod-openapi'
import { sign } from 'hono/jwt'
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

/** Issuer and audience that Hono's JWT middleware requires. */
export const VERIFICATION = { iss: 'edge-crm', aud: 'edge-crm/access' }

const isRole = (value: string): value is Role => Object.hasOwn(POLICY, value)
const Claims = z.object({
  sub: z.string(),
  ws: z.string(),
  sid: z.string(),
  role: z.string().refine(isRole),
  cc: z.string().nullable(),
  tz: z.string(),
  ev: z.boolean(),
  exp: z.number(),
})

/** The actor of a verified payload; undefined if a claim is missing. Hono does not require `exp`, so this checks it. */
export function actorOf(payload: unknown): Person | undefined {
  const { data } = Claims.safeParse(payload)
  if (!data) return undefined
  const { sub: id, ws: workspaceId, sid: sessionId, role, cc: country, tz: timeZone, ev: emailVerified } = data
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
  return sign({ ...VERIFICATION, sub, ws, sid, role, cc, tz, ev, iat, exp: iat + seconds }, config.JWT_SECRET, 'HS256')
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
