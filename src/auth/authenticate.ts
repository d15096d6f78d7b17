// Sets the actor of a request, from an access token or an API key. Open routes ignore an invalid credential.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { jwt } from 'hono/jwt'
import { JwtTokenExpired } from 'hono/utils/jwt/types'
import { z } from 'zod'
import { charge, connect } from '../db/client'
import { AppError } from '../errors'
import { type AppEnv, publicCtx, runAfter } from '../http/context'
import { createKeyring, type Found, type Keyring } from '../keys/keyring'
import { lookUpKey, recordKeyUse } from '../keys/keys.lookup'
import { hashOfKey, keyFromHeader, prefixOf } from '../keys/keys.token'
import { currentPerson } from './sessions.service'
import { ACCESS_SECONDS, actorOf, VERIFICATION } from './tokens'

/** Allows a lookup in the database, or throws `rate_limited`. */
type AdmitLookup = (c: Context<AppEnv>) => Promise<void>

/** Middleware that sets the actor or, for an expired token or a key that is not accepted, the `refusal` of `allow()`. */
export function authenticate(admitLookup: AdmitLookup) {
  const keyring = createKeyring()
  return createMiddleware<AppEnv>(async function authenticate(c, next) {
    const header = c.req.header('Authorization')
    const key = header === undefined ? undefined : keyFromHeader(header)
    if (key !== undefined) await setActorByKey(c, key, keyring, admitLookup)
    else if (header !== undefined) await setActorByToken(c)
    await next()
  })
}

async function setActorByToken(c: Context<AppEnv>): Promise<void> {
  const verify = jwt({ secret: c.var.config.JWT_SECRET, alg: 'HS256', verification: VERIFICATION })
  try {
    await verify(c, async () => c.set('actor', actorOf(c.get('jwtPayload'))))
  } catch (error) {
    if (!(error instanceof HTTPException)) throw error
    if (error.cause instanceof JwtTokenExpired && (await isGenuine(c))) {
      c.set('refusal', new AppError('token_expired', { detail: 'Refresh it, or sign in.' }))
    }
  }
}

// Hono looks at the time before the signature: a made-up token must not read as one that was good.
async function isGenuine(c: Context<AppEnv>): Promise<boolean> {
  const verify = jwt({ secret: c.var.config.JWT_SECRET, alg: 'HS256', verification: { ...VERIFICATION, exp: false } })
  const Expiring = z.object({ exp: z.number() })
  return verify(c, async () => {}).then(
    () => Expiring.safeParse(c.get('jwtPayload')).success,
    () => false,
  )
}

async function setActorByKey(
  c: Context<AppEnv>,
  key: string,
  keyring: Keyring,
  admitLookup: AdmitLookup,
): Promise<void> {
  try {
    const found = await findKey(c, key, keyring, admitLookup)
    const isExpired = found?.expiresAt != null && found.expiresAt <= new Date().toISOString()
    if (found && !isExpired) c.set('actor', found.machine)
    else c.set('refusal', keyError(isExpired ? 'has expired' : 'is unknown or was revoked'))
  } catch (error) {
    c.set('refusal', error)
  }
}

// Asks the primary, so that a new or revoked key takes effect at once. The lookup counts as cost of the request.
async function findKey(c: Context<AppEnv>, key: string, keyring: Keyring, admitLookup: AdmitLookup): Promise<Found> {
  const prefix = prefixOf(key)
  if (prefix === undefined) return undefined
  const hash = await hashOfKey(key)
  const remembered = keyring.recall(hash)
  if (remembered) return remembered.found
  await admitLookup(c)
  const { db, cost } = connect(c.env.DB, 'first-primary')
  const { found, isUseDue } = await lookUpKey(db, prefix, hash).finally(() => charge(c.var.connection, cost))
  keyring.remember(hash, found)
  const at = new Date().toISOString()
  if (found && isUseDue) runAfter(c, recordKeyUse(connect(c.env.DB, 'first-primary').db, found.machine.id, at))
  return found
}

function keyError(reason: string): AppError {
  return new AppError('unauthenticated', { detail: `The API key ${reason}.` })
}

const Issued = z.object({ iat: z.number() })

/** Middleware: an access token that was issued more than 15 minutes ago counts only if its session is still active. */
export const revalidateSession = createMiddleware<AppEnv>(async function revalidateSession(c, next) {
  const { data } = Issued.safeParse(c.get('jwtPayload'))
  const isOld = data !== undefined && Date.now() / 1000 - data.iat > ACCESS_SECONDS
  const { actor } = c.var
  if (actor?.type === 'user' && isOld) c.set('actor', await currentPerson(publicCtx(c), actor))
  await next()
})
