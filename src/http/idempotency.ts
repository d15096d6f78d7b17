// Idempotency-Key: a POST sent twice with one key is done once; the second gets the first one's answer again.
// Costs two D1 round trips, one to take the key and one to keep the answer, and only where a key is sent.
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
// A Worker that died holding a key: after this long, the same request may be tried again.
const STUCK_MS = MINUTE_MS
const KEY = /^[\x21-\x7e]{1,255}$/

/** What may be kept of an answer, sealed, in characters: of a stranger's, and of a member's. */
const MAX_KEPT = { stranger: 16_384, member: 262_144 }
/** So many keys a day may strangers at one address use. */
const MAX_KEYS = 500

/** Without a body where that was too large to keep. */
type Answer = { status: number; headers: [string, string][]; body: string | null }

export const idempotency = createMiddleware<AppEnv>(async function idempotency(c, next) {
  const key = c.req.header('Idempotency-Key')
  if (c.req.method !== 'POST' || key === undefined || !isKnown(c)) return next()
  if (!KEY.test(key)) {
    throw new AppError('invalid_idempotency_key', { detail: 'Send 1 to 255 visible ASCII characters, such as a UUID.' })
  }
  const { config } = c.var
  const isStranger = c.var.actor === undefined
  const whose = c.var.actor?.id ?? 'anonymous'
  const keyHash = await sha256(`${whose} ${key}`)
  // Its bytes, and not its text, are what the handler reads again: they need not be UTF-8.
  const body = new TextDecoder().decode(await c.req.arrayBuffer())
  const request = JSON.stringify([c.req.path, c.req.queries(), body])
  // The body may hold a password, which a hash without a secret would let a reader of the database guess.
  const fingerprints = await macs(config, 'idempotency fingerprint', request)
  const [fingerprint = ''] = fingerprints
  // The answer may hold tokens: beside the secret, it takes the key itself, of which the database has only a hash.
  const sealing = { context: key }

  const attempt = randomToken()
  const address = isStranger ? addressOf(c) : undefined
  const held = await claimKey(c.var.connection.db, { keyHash, fingerprint, attempt }, { address, actor: c.var.actor })
  if (!fingerprints.includes(held.fingerprint)) throw new AppError('idempotency_mismatch')
  if (held.attempt !== attempt) {
    if (held.answer === null) throw new AppError('idempotency_in_flight', { retryAfter: 1 })
    const replay = replayResponse(JSON.parse(await unseal(config, 'idempotency answer', held.answer, key)))
    // It may hold a token or a key, which an ended session is not shown again.
    if (!held.stands && replay.body !== null) throw new AppError('unauthenticated', { detail: 'Sign in again.' })
    c.res = replay
    return
  }

  await next()
  const mine = and(eq(keys.keyHash, keyHash), eq(keys.attempt, attempt))
  if (!isDone(c.res.status, isStranger)) {
    await c.var.connection.db.delete(keys).where(mine).catch(ignore)
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
  await c.var.connection.db.update(keys).set({ answer: sealed }).where(mine).catch(ignore)
})

// Where there is no route nothing is done: only what every request passes matches.
function isKnown(c: Context<AppEnv>): boolean {
  return matchedRoutes(c).some(({ method }) => method !== METHOD_NAME_ALL)
}

// What was done must not be done again, and a conflict of a member stays lost: a lead claimed by a colleague must not
// fall to a retry later. A refusal has done nothing: with the same key the request may be mended and sent again.
function isDone(status: number, isStranger: boolean): boolean {
  return status < 400 || (status === 409 && !isStranger)
}

function replayResponse({ status, headers, body }: Answer): Response {
  if (body === null) {
    const place = headers.find(([name]) => name === 'Location')?.[1]
    throw new AppError('answer_not_kept', place === undefined ? {} : { detail: `What it made is at ${place}.` })
  }
  const replay = new Response(body === '' ? null : body, { status, headers })
  replay.headers.set('Idempotency-Replayed', 'true')
  return replay
}

const KEPT_HEADERS = ['Content-Type', 'Location', 'ETag', 'Cache-Control']

// The change itself is done by now: failing to keep its answer must not turn it into an error. Drizzle's own message
// holds the parameters, so that only its cause goes to the log.
function ignore(error: unknown) {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  console.warn(JSON.stringify({ level: 'warn', event: 'idempotency_answer_lost', message: String(cause) }))
}

type Held = { fingerprint: string; attempt: string; answer: string | null; stands: number }

type Caller = { address: string | undefined; actor: Actor | undefined }

// Inserts the key, or takes over one that has expired or is stuck; then reads who holds it. A stranger's is counted by the
// address. Throws `rate_limited` where that has used too many.
async function claimKey(
  db: Db,
  mine: Omit<Held, 'answer' | 'stands'> & { keyHash: string },
  { address, actor }: Caller,
): Promise<Held> {
  const now = new Date()
  const row = {
    ...mine,
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
          stands: sql<number>`${actor ? isActorCurrent(actor) : sql`true`}`.as('stands'),
        })
        .from(keys)
        .where(eq(keys.keyHash, mine.keyHash)),
    ),
  })
  if (!held) {
    if (!isCounted) throw new AppError('internal')
    const detail = `Strangers may use ${MAX_KEYS} Idempotency-Keys a day: send the request without one.`
    throw new AppError('rate_limited', { detail, retryAfter: secondsToMidnight(row.startedAt) })
  }
  return held
}
