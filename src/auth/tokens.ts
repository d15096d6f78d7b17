// Tokens: short-lived JWTs for access, rotating opaque ones for refresh.
import { z } from '@hono/zod-openapi'
import { sign } from 'hono/jwt'
import { type Person, POLICY, type Role } from '../access/policy'
import type { Config } from '../config'
import { mac, randomToken, sameText } from '../crypto'
import { DAY_MS, SECOND_MS } from '../time'

export const ACCESS_SECONDS = 15 * 60
export const REFRESH_MS = 7 * DAY_MS
/** How long a refresh token still works after it was exchanged, so that two tabs may refresh at once. */
export const GRACE_MS = 10 * SECOND_MS

/** What an access token must say, for Hono's JWT middleware. */
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

/** The actor of a verified payload; undefined when a claim is missing, `exp` above all, which Hono does not demand. */
export function actorOf(payload: unknown): Person | undefined {
  const { data } = Claims.safeParse(payload)
  if (!data) return undefined
  const { sub: id, ws: workspaceId, sid: sessionId, role, cc: country, tz: timeZone, ev: emailVerified } = data
  return { type: 'user', id, workspaceId, role, sessionId, country, timeZone, emailVerified }
}

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
 * A refresh token is `session.nonce.mac`. The mac tells a used token from a made-up one without the database, and the
 * next token is derived from this one, so that two tabs that refresh at once are given the same.
 */
export async function firstRefreshToken(config: Config, sessionId: string): Promise<string> {
  return signedToken(config, sessionId, randomToken())
}

export async function nextRefreshToken(config: Config, token: string): Promise<string> {
  return signedToken(config, sessionOf(token), await mac(config.JWT_SECRET, 'refresh successor', token))
}

/** Whether a refresh token was ever given out by this Worker. */
export async function isGenuine(config: Config, token: string): Promise<boolean> {
  const [session = '', nonce = ''] = token.split('.')
  return sameText(token, await signedToken(config, session, nonce))
}

export function sessionOf(refreshToken: string): string {
  return refreshToken.split('.')[0] ?? ''
}

async function signedToken(config: Config, session: string, nonce: string): Promise<string> {
  return `${session}.${nonce}.${await mac(config.JWT_SECRET, 'refresh token', `${session}.${nonce}`)}`
}
