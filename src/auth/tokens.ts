// Tokens: short-lived JWTs for access, rotating opaque ones for refresh. Both name their workspace in clear.
import { z } from '@hono/zod-openapi'
import { sign, verify } from 'hono/jwt'
import { type Person, POLICY, type Role } from '../access/policy'
import type { Config } from '../config'
import { isMac, mac, macs, randomToken, secretsOf, sha256 } from '../crypto'
import { LANGUAGES } from '../languages'
import { DAY_MS, SECOND_MS } from '../time'

/** The lifetime of an access token. */
export const ACCESS_SECONDS = 15 * 60
/** How long a session stays active without a refresh. */
export const REFRESH_MS = 7 * DAY_MS
/** How long a device is known by its last refresh token after its session ran out. */
export const DEVICE_MS = 30 * DAY_MS
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
  lang: z.enum(LANGUAGES).nullable(),
  ev: z.boolean(),
  iat: z.number(),
  exp: z.number(),
})

/** What an access token says; `issuedAt` and `expiresAt` are in seconds since 1970. */
type AccessToken = { actor: Person; issuedAt: number; expiresAt: number }

const MAX_VERIFIED = 1000
// Tokens that were checked under the secrets of these settings, the oldest first: a client sends one again and again.
const verified = new WeakMap<Config, Map<string, AccessToken>>()

/**
 * What an access token says that one of the secrets has signed; `expired` for one whose time is over, and undefined for
 * any other text.
 */
export async function readAccessToken(config: Config, token: string): Promise<AccessToken | 'expired' | undefined> {
  const known = verified.get(config) ?? new Map<string, AccessToken>()
  verified.set(config, known)
  const read = known.get(token) ?? (await checkedToken(config, token))
  if (!read) return undefined
  if (read.expiresAt <= Math.floor(Date.now() / 1000)) {
    known.delete(token)
    return 'expired'
  }
  if (!known.has(token)) {
    const [oldest = ''] = known.size < MAX_VERIFIED ? [] : known.keys()
    known.delete(oldest)
    known.set(token, read)
  }
  return read
}

async function checkedToken(config: Config, token: string): Promise<AccessToken | undefined> {
  for (const secret of secretsOf(config)) {
    // Hono looks at `exp` before the signature and does not require it: the caller looks at it, of genuine tokens alone.
    const payload = await verify(token, secret, { alg: 'HS256', ...ISSUED, exp: false }).catch(() => undefined)
    const { data } = Claims.safeParse(payload)
    if (data) return { actor: actorOf(data), issuedAt: data.iat, expiresAt: data.exp }
  }
  return undefined
}

function actorOf({ sub: id, ws: workspaceId, sid: sessionId, role, cc, tz, lang, ev }: z.infer<typeof Claims>): Person {
  const person = { type: 'user' as const, id, workspaceId, role, sessionId, country: cc, timeZone: tz }
  return { ...person, language: lang, emailVerified: ev }
}

/** A signed JWT (HS256) that names a person, valid for `seconds`. */
export function accessToken(
  config: Config,
  actor: Omit<Person, 'type'>,
  seconds: number = ACCESS_SECONDS,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  const { id: sub, workspaceId: ws, sessionId: sid, role, country: cc, timeZone: tz } = actor
  const { language: lang, emailVerified: ev } = actor
  return sign({ ...ISSUED, sub, ws, sid, role, cc, tz, lang, ev, iat, exp: iat + seconds }, config.JWT_SECRET, 'HS256')
}

/** What a refresh token names; its text is `workspace.session.nonce.mac`. */
export type RefreshToken = { workspaceId: string; sessionId: string; nonce: string }

/** The nonce of the first refresh token of a session. */
export const newNonce = randomToken

/** The text of a refresh token. Its MAC tells used tokens from forged ones without the database. */
export async function refreshTokenText(config: Config, token: RefreshToken): Promise<string> {
  const text = unsigned(token)
  return `${text}.${await mac(config, 'refresh token', text)}`
}

/** What a refresh token names if this Worker issued it, at any time; else undefined. */
export async function readRefreshToken(config: Config, text: string): Promise<RefreshToken | undefined> {
  const [workspaceId = '', sessionId = '', nonce = '', tag = '', ...rest] = text.split('.')
  const token = { workspaceId, sessionId, nonce }
  const isGenuine = rest.length === 0 && (await isMac(config, 'refresh token', unsigned(token), tag))
  return isGenuine ? token : undefined
}

/**
 * The tokens that may replace this one, one for each secret that is accepted, that of the present secret first. Each is
 * derived from the one before, so that two tabs that refresh at once get the same.
 */
export async function successorsOf(config: Config, token: RefreshToken): Promise<RefreshToken[]> {
  const nonces = await macs(config, 'refresh successor', `${token.sessionId}.${token.nonce}`)
  return nonces.map((nonce) => ({ ...token, nonce }))
}

/** The hash under which a refresh token is stored. */
export function refreshHash({ sessionId, nonce }: Pick<RefreshToken, 'sessionId' | 'nonce'>): Promise<string> {
  return sha256(`${sessionId}.${nonce}`)
}

function unsigned({ workspaceId, sessionId, nonce }: RefreshToken): string {
  return `${workspaceId}.${sessionId}.${nonce}`
}
