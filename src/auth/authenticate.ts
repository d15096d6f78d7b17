// Sets the actor of a request, from an access token or an API key. Open routes ignore an invalid credential.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { connect } from '../db/client'
import { AppError } from '../errors'
import { type AppEnv, connectionOf, publicCtx, runAfter, setActor } from '../http/context'
import { createKeyring, type Found, type Keyring } from '../keys/keyring'
import { lookUpKey, recordKeyUse } from '../keys/keys.lookup'
import { hashOfKey, keyFromHeader, placeOf } from '../keys/keys.token'
import { databaseOf } from '../objects/place'
import { currentPerson } from './sessions.service'
import { ACCESS_SECONDS, readAccessToken } from './tokens'

/** Allows a lookup in the database, or throws `rate_limited`. */
type AdmitLookup = (c: Context<AppEnv>) => Promise<void>

/** Middleware that sets the actor or, for an expired token or a key that is not accepted, the `refusal` of `allow()`. */
export function authenticate(admitLookup: AdmitLookup) {
  const keyring = createKeyring()
  return createMiddleware<AppEnv>(async function authenticate(c, next) {
    const header = c.req.header('Authorization')
    const key = header === undefined ? undefined : keyFromHeader(header)
    if (key !== undefined) await setActorByKey(c, key, keyring, admitLookup)
    else if (header !== undefined) await setActorByToken(c, header)
    await next()
  })
}

async function setActorByToken(c: Context<AppEnv>, header: string): Promise<void> {
  const token = /^Bearer +([\w.-]+)$/i.exec(header.trim())?.[1]
  const read = token === undefined ? undefined : await readAccessToken(c.get('config'), token)
  if (!read) return
  if (read === 'expired') {
    c.set('refusal', new AppError('token_expired', { detail: 'Refresh it, or sign in.' }))
    return
  }
  setActor(c, read.actor)
  c.set('tokenIssuedAt', read.issuedAt)
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
    if (found && !isExpired) setActor(c, found.machine)
    else c.set('refusal', keyError(isExpired ? 'has expired' : 'is unknown or was revoked'))
  } catch (error) {
    c.set('refusal', error)
  }
}

// Asks the primary, so that a new or revoked key takes effect at once. The lookup counts as cost of the request.
async function findKey(c: Context<AppEnv>, key: string, keyring: Keyring, admitLookup: AdmitLookup): Promise<Found> {
  const place = placeOf(key)
  if (!place) return undefined
  const hash = await hashOfKey(key)
  const remembered = keyring.recall(hash)
  if (remembered) return remembered.found
  await admitLookup(c)
  const { db } = connectionOf(c, place.workspaceId)
  const { found, isUseDue } = await lookUpKey(db, place, hash)
  keyring.remember(hash, found)
  const at = new Date().toISOString()
  if (found && isUseDue) {
    const { db: later } = connect(databaseOf(c.env, place.workspaceId), 'first-primary')
    runAfter(c, recordKeyUse(later, found.machine.id, at))
  }
  return found
}

function keyError(reason: string): AppError {
  return new AppError('unauthenticated', { detail: `The API key ${reason}.` })
}

/** Middleware: an access token that was issued more than 15 minutes ago counts only if its session is still active. */
export const revalidateSession = createMiddleware<AppEnv>(async function revalidateSession(c, next) {
  const [actor, tokenIssuedAt] = [c.get('actor'), c.get('tokenIssuedAt')]
  const isOld = tokenIssuedAt !== undefined && Date.now() / 1000 - tokenIssuedAt > ACCESS_SECONDS
  if (actor?.type === 'user' && isOld) setActor(c, await currentPerson(publicCtx(c), actor))
  await next()
})
