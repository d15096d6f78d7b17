// Who is asking: an access token by Hono's JWT middleware, or an API key. Made soft: open routes ignore a bad credential.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { jwt } from 'hono/jwt'
import { charge, connect } from '../db/client'
import { AppError } from '../errors'
import { type AppEnv, runAfter } from '../http/context'
import { createKeyring, type Found, type Keyring } from '../keys/keyring'
import { lookUpKey, noteUse } from '../keys/keys.lookup'
import { hashOfKey, keyFromHeader, prefixOf } from '../keys/keys.token'
import { actorOf, VERIFICATION } from './tokens'

/** Admits a look into the database, or throws `rate_limited`. */
type Admit = (c: Context<AppEnv>) => Promise<void>

/** Sets the actor; where a credential could not be looked at, the `refusal` that `allow()` then throws. */
export function authenticate(admit: Admit) {
  const keyring = createKeyring()
  return createMiddleware<AppEnv>(async function authenticate(c, next) {
    const header = c.req.header('Authorization')
    const key = header === undefined ? undefined : keyFromHeader(header)
    if (key !== undefined) await setActorByKey(c, key, keyring, admit)
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
  }
}

async function setActorByKey(c: Context<AppEnv>, key: string, keyring: Keyring, admit: Admit): Promise<void> {
  try {
    const found = await findKey(c, key, keyring, admit)
    const isOver = found?.expiresAt != null && found.expiresAt <= new Date().toISOString()
    if (found && !isOver) c.set('actor', found.machine)
    else c.set('refusal', unknownKeyError(isOver ? 'has expired' : 'is not one of ours, or was revoked'))
  } catch (error) {
    c.set('refusal', error)
  }
}

// Asks the primary, so that a key made or revoked a moment ago is one, and is none; what that costs is told.
async function findKey(c: Context<AppEnv>, key: string, keyring: Keyring, admit: Admit): Promise<Found> {
  const prefix = prefixOf(key)
  if (prefix === undefined) return undefined
  const hash = await hashOfKey(key)
  const known = keyring.recall(hash)
  if (known) return known.found
  await admit(c)
  const { db, cost } = connect(c.env.DB, 'first-primary')
  const { found, isUnnoted } = await lookUpKey(db, prefix, hash).finally(() => charge(c.var.connection, cost))
  keyring.remember(hash, found)
  const at = new Date().toISOString()
  if (found && isUnnoted) runAfter(c, noteUse(connect(c.env.DB, 'first-primary').db, found.machine.id, at))
  return found
}

function unknownKeyError(what: string): AppError {
  return new AppError('unauthenticated', { detail: `The API key ${what}.` })
}
