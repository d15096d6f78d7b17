// Idempotency-Key: a POST sent twice with one key is done once; the second gets the first one's answer again.
// Costs two D1 round trips, one to take the key and one to keep the answer, and only where a key is sent.
import { and, eq, lt, or, type SQL, sql } from 'drizzle-orm'
import { createMiddleware } from 'hono/factory'
import type { Actor } from '../access/policy'
import { stillStands } from '../access/standing'
import { mac, randomToken, seal, unseal } from '../auth/crypto'
import type { Db } from '../db/client'
import { idempotencyKeys as keys } from '../db/schema'
import { AppError } from '../errors'
import type { AppEnv } from './context'

const KEPT_MS = 24 * 3_600_000
// A Worker that died holding a key: after this long, the same request may be tried again.
const STUCK_MS = 60_000
const KEY = /^[\x21-\x7e]{1,255}$/

type Answer = { status: number; headers: [string, string][]; body: string }

export const idempotency = createMiddleware<AppEnv>(async function idempotency(c, next) {
  const key = c.req.header('Idempotency-Key')
  if (c.req.method !== 'POST' || key === undefined) return next()
  if (!KEY.test(key)) {
    throw new AppError('invalid_idempotency_key', { detail: 'Send 1 to 255 visible ASCII characters, such as a UUID.' })
  }
  const secret = c.var.config.JWT_SECRET
  const whose = c.var.actor?.id ?? 'anonymous'
  const keyHash = await mac(secret, 'idempotency key', `${whose} ${key}`)
  // Its bytes, and not its text, are what the handler reads again: they need not be UTF-8.
  const body = new TextDecoder().decode(await c.req.arrayBuffer())
  const request = JSON.stringify([c.req.path, c.req.queries(), body])
  const fingerprint = await mac(secret, 'idempotency fingerprint', request)
  // The answer may hold tokens: it is sealed under the key itself, of which the database has only a keyed hash.
  const passphrase = await mac(secret, 'idempotency answer', key)

  const attempt = randomToken()
  const held = await take(c.var.connection.db, { keyHash, fingerprint, attempt }, c.var.actor)
  if (held.fingerprint !== fingerprint) throw new AppError('idempotency_mismatch')
  if (held.attempt !== attempt) {
    if (held.answer === null) throw new AppError('idempotency_in_flight', { retryAfter: 1 })
    const { status, headers, body }: Answer = JSON.parse(await unseal(passphrase, held.answer))
    // It may hold a token or a key, which nobody is shown again whose session has ended.
    if (!held.stands && body !== '') throw new AppError('unauthenticated', { detail: 'Sign in again.' })
    const replay = new Response(body === '' ? null : body, { status, headers })
    replay.headers.set('Idempotency-Replayed', 'true')
    c.res = replay
    return
  }

  await next()
  const mine = and(eq(keys.keyHash, keyHash), eq(keys.attempt, attempt))
  // What did not run to its end must stay retryable: failures of ours, refusals that pass with time.
  if (c.res.status >= 500 || c.res.status === 429) {
    await c.var.connection.db.delete(keys).where(mine).catch(ignore)
    return
  }
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = c.res.headers.get(name)
    return value === null ? [] : ([[name, value]] as [string, string][])
  })
  const answer: Answer = { status: c.res.status, headers, body: await c.res.clone().text() }
  const sealed = await seal(passphrase, JSON.stringify(answer))
  await c.var.connection.db.update(keys).set({ answer: sealed }).where(mine).catch(ignore)
})

const KEPT_HEADERS = ['Content-Type', 'Location', 'ETag', 'WWW-Authenticate', 'Cache-Control']

// The change itself is done by now: failing to keep its answer must not turn it into an error. Drizzle's own message
// holds the parameters, so that only its cause goes to the log.
function ignore(error: unknown) {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  console.warn(JSON.stringify({ level: 'warn', event: 'idempotency_answer_lost', message: String(cause) }))
}

type Held = { fingerprint: string; attempt: string; answer: string | null; stands: number }

// Inserts the key, or takes over one that has expired or is stuck; then reads whoever holds it.
async function take(db: Db, mine: Omit<Held, 'answer' | 'stands'> & { keyHash: string }, actor?: Actor): Promise<Held> {
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
  const [, [held]] = await db.batch([
    db.insert(keys).values(row).onConflictDoUpdate({ target: keys.keyHash, set: row, setWhere: takeable }),
    db
      .select({
        fingerprint: keys.fingerprint,
        attempt: keys.attempt,
        answer: keys.answer,
        stands: sql<number>`${actor ? stillStands(actor) : sql`true`}`.as('stands'),
      })
      .from(keys)
      .where(eq(keys.keyHash, mine.keyHash)),
  ])
  if (!held) throw new AppError('internal')
  return held
}
