// Idempotency-Key: a POST that is sent twice with one key is done once, and the second gets the first answer again.
// It costs two D1 round trips, to claim the key and to store the answer, and only where a key is sent.
import { and, eq, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import { METHOD_NAME_ALL } from 'hono/router'
import { isActorCurrent } from '../access/actor-guard'
import type { Actor } from '../access/policy'
import { macs, randomToken, seal, sha256, unseal } from '../crypto'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { dailyCountIncrement, secondsToMidnight } from '../db/daily-counters'
import { idempotencyKeys as keys } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { DAY_MS, MINUTE_MS } from '../time'
import { type AppEnv, addressOf } from './context'

const KEPT_MS = DAY_MS
// A Worker may die while it holds a key: after this time the same request may run again.
const STUCK_MS = MINUTE_MS
const KEY = /^[\x21-\x7e]{1,255}$/

/** The largest answer that is stored, sealed, in characters: for a stranger and for a member. */
const MAX_KEPT = { stranger: 16_384, member: 262_144 }
/** The keys that strangers at one address may use in a day. */
const MAX_KEYS = 500

/** A stored answer; `body` is null where it was too large. */
type Answer = { status: number; headers: [string, string][]; body: string | null }

export const idempotency = createMiddleware<AppEnv>(async function idempotency(c, next) {
  const key = c.req.header('Idempotency-Key')
  if (c.req.method !== 'POST' || key === undefined || !isKnown(c)) return next()
  if (!KEY.test(key)) {
    throw new AppError('invalid_idempotency_key', { detail: 'Send 1 to 255 visible ASCII characters, such as a UUID.' })
  }
  const [config, actor, { db }] = [c.get('config'), c.get('actor'), c.get('connection')]
  const isStranger = actor === undefined
  const callerId = actor?.id ?? 'anonymous'
  const keyHash = await sha256(`${callerId} ${key}`)
  // Read as bytes, which the handler reads again: an upload need not be UTF-8.
  const body = new TextDecoder().decode(await c.req.arrayBuffer())
  const request = JSON.stringify([c.req.path, c.req.queries(), body])
  // The body may contain a password, which a reader of the database could guess from a hash without a secret.
  const fingerprints = await macs(config, 'idempotency fingerprint', request)
  const [fingerprint = ''] = fingerprints
  // The answer may contain tokens: it is sealed under the secret and the key, of which the database has only a hash.
  const sealing = { context: key }

  const attempt = randomToken()
  const address = isStranger ? addressOf(c) : undefined
  const held = await claimKey(db, { keyHash, fingerprint, attempt }, { address, actor })
  if (!fingerprints.includes(held.fingerprint)) throw new AppError('idempotency_mismatch')
  if (held.attempt !== attempt) {
    if (held.answer === null) throw new AppError('idempotency_in_flight', { retryAfter: 1 })
    const replay = replayResponse(JSON.parse(await unseal(config, 'idempotency answer', held.answer, key)))
    // It may contain a token or a key: an ended session does not get it again.
    if (!held.isCurrent && replay.body !== null) throw new AppError('unauthenticated', { detail: 'Sign in again.' })
    c.res = replay
    return
  }

  await next()
  const ownAttempt = and(eq(keys.keyHash, keyHash), eq(keys.attempt, attempt))
  if (!isDone(c.res.status, isStranger)) {
    await c.get('connection').db.delete(keys).where(ownAttempt).catch(ignore)
    return
  }
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = c.res.headers.get(name)
    return value === null ? [] : ([[name, value]] as [string, string][])
  })
  const answer: Answer = { status: c.res.status, headers, body: await c.res.clone().text() }
  const whole = await seal(config, 'idempotency answer', JSON.stringify(answer), sealing)
  const isSmall = whole.length <= MAX_KEPT[isStranger ? 'stranger' : 'member']
  const sealed = isSmall
    ? whole
    : await seal(config, 'idempotency answer', JSON.stringify({ ...answer, body: null }), sealing)
  await c.get('connection').db.update(keys).set({ answer: sealed }).where(ownAttempt).catch(ignore)
})

// Without a route, only the middleware of all requests matches, and there is nothing to repeat.
function isKnown(c: Context<AppEnv>): boolean {
  return matchedRoutes(c).some(({ method }) => method !== METHOD_NAME_ALL)
}

// A conflict of a member is stored too: a retry must not claim later a lead that a colleague has claimed. Another error
// has changed nothing: the request may be corrected and sent again with the same key.
function isDone(status: number, isStranger: boolean): boolean {
  return status < 400 || (status === 409 && !isStranger)
}

function replayResponse({ status, headers, body }: Answer): Response {
  if (body === null) {
    const place = headers.find(([name]) => name === 'Location')?.[1]
    throw new AppError('answer_not_kept', place === undefined ? {} : { detail: `The new record is at ${place}.` })
  }
  const replay = new Response(body === '' ? null : body, { status, headers })
  replay.headers.set('Idempotency-Replayed', 'true')
  return replay
}

const KEPT_HEADERS = ['Content-Type', 'Location', 'ETag', 'Cache-Control']

// The change is done: its request must not fail because the answer was not stored. Drizzle's message contains the
// parameters, so only its cause is logged.
function ignore(error: unknown) {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  console.warn(JSON.stringify({ level: 'warn', event: 'idempotency_answer_lost', message: String(cause) }))
}

type Held = { fingerprint: string; attempt: string; answer: string | null; isCurrent: number }

type Caller = { address: string | undefined; actor: Actor | undefined }

// Inserts the key, or takes over an expired or stuck one, and reads its holder. Keys of strangers are counted by address.
// Throws `rate_limited` where an address has used too many.
async function claimKey(
  db: Db,
  attempt: Omit<Held, 'answer' | 'isCurrent'> & { keyHash: string },
  { address, actor }: Caller,
): Promise<Held> {
  const now = new Date()
  const row = {
    ...attempt,
    startedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + KEPT_MS).toISOString(),
    answer: null,
  }
  const stuck = new Date(now.getTime() - STUCK_MS).toISOString()
  const takeable: SQL | undefined = or(
    lt(keys.expiresAt, row.startedAt),
    and(sql`${keys.answer} IS NULL`, lt(keys.startedAt, stuck)),
  )
  const today = row.startedAt.slice(0, 10)
  const isCounted = address !== undefined
  const { held } = await runBatch(db, {
    counted: isCounted ? dailyCountIncrement(db, today, `keys from ${address}`, MAX_KEYS, sql`WHERE true`) : undefined,
    taken: insertFrom(db, keys, row, isCounted ? sql`WHERE ${ifChanged}` : sql`WHERE true`).onConflictDoUpdate({
      target: keys.keyHash,
      set: row,
      setWhere: takeable,
    }),
    held: one(
      db
        .select({
          fingerprint: keys.fingerprint,
          attempt: keys.attempt,
          answer: keys.answer,
          isCurrent: sql<number>`${actor ? isActorCurrent(actor) : sql`true`}`.as('is_current'),
        })
        .from(keys)
        .where(eq(keys.keyHash, attempt.keyHash)),
    ),
  })
  if (!held) {
    if (!isCounted) throw new AppError('internal')
    const detail = `Strangers may use ${MAX_KEYS} Idempotency-Keys a day: send the request without one.`
    throw new AppError('rate_limited', { detail, retryAfter: secondsToMidnight(row.startedAt) })
  }
  return held
}
