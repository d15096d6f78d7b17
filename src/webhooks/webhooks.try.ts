// Sends the queue of a webhook in its order, until two have failed or the time is over, and says what came of it.
import type { Config } from '../config'
import { seal, unseal } from '../crypto'
import type { Db } from '../db/client'
import type { DELIVERY_STATES, RecentDelivery } from '../db/schema/webhooks'
import { type EventRow, envelopeOf } from '../events/event-envelope'
import type { Asked } from '../filters/filters.read'
import { bodyOf, type EventWithData, withRecords } from './webhooks.body'
import { passesEventFilter } from './webhooks.filter'
import { MAX_ATTEMPTS, nextTry } from './webhooks.ladder'
import type { Queue, WebhookRow } from './webhooks.queue'
import { type Receiver, type Sending, send, type Tried } from './webhooks.send'

/** What an invocation may still do: how many sends, and until when, in milliseconds since 1970. */
export type SendBudget = { sends: { left: number }; until: number }
export type Trying = { db: Db; config: Config; sending: Sending; budget: SendBudget }

/** A row of `webhook_deliveries` as a try leaves it. */
export type Noted = {
  seq: number
  eventId: string
  type: string
  subjectId: string
  state: (typeof DELIVERY_STATES)[number]
  attempts: number
  dueAt: string
  body: string | null
  status: number | null
  ms: number | null
  error: string | null
  lastTriedAt: string
}

export type Outcome = {
  cursor: number
  replayCursor: number | null
  noted: Noted[]
  delivered: RecentDelivery[]
  /** Failures in a row, the last included. */
  failures: number
  /** Failures of this run. */
  failed: number
  /** Why it sends no more. */
  ending: 'gone' | 'secret' | null
  retryAfterMs: number
  /** Whether something is left that could be sent at once. */
  isMore: boolean
}

/** The outcome of a batch in which nothing was tried. */
export function nothingDone({ cursor, replayCursor, failures }: WebhookRow, isMore: boolean): Outcome {
  const none = { noted: [], delivered: [], failed: 0, ending: null, retryAfterMs: 0 }
  return { ...none, cursor, replayCursor, failures, isMore }
}

const BODY = 'webhook body'
type Item = { row: EventRow; attempts: number; sealed: string | null; isNoted: boolean; done: () => void }

/** Sends until `probes` have failed, the budget is spent, or nothing is left. Each further try sends the bytes of the first. */
export async function sendQueue(
  trying: Trying,
  hook: WebhookRow,
  receiver: Receiver,
  filter: Asked | undefined,
  queue: Queue,
  probes: number,
): Promise<Outcome> {
  const outcome = nothingDone(hook, queue.isMore)
  const items = itemsOf(queue, outcome)
  const records = await recordsOf(trying.db, items)
  for (const item of items) {
    const { row, isNoted } = item
    const made = records.get(row.seq) ?? { row, event: envelopeOf(row), data: null }
    const isWanted = isNoted || !filter || passesEventFilter(filter, made.event, made.data)
    if (isWanted) {
      const { budget, sending } = trying
      if (
        outcome.failed >= probes ||
        outcome.ending !== null ||
        budget.sends.left <= 0 ||
        sending.now() >= budget.until
      ) {
        return { ...outcome, isMore: true }
      }
      budget.sends.left -= 1
      await tryItem(trying, hook, receiver, item, made, outcome)
    }
    item.done()
  }
  outcome.cursor = Math.max(outcome.cursor, queue.fresh.end)
  if (outcome.replayCursor !== null) outcome.replayCursor = Math.max(outcome.replayCursor, queue.replayed.end)
  return outcome
}

// Deliveries that are due again, then new events, then replayed ones; `done` moves the cursor of its part behind the event.
function itemsOf({ due, fresh, replayed, bodies }: Queue, outcome: Outcome): Item[] {
  const again = due.flatMap(({ delivery, event }): Item[] => {
    const { attempts, body: sealed } = delivery
    if (event) return [{ row: event, attempts, sealed, isNoted: true, done: () => {} }]
    // Its event was purged: what a try has sent can be sent again, and nothing else.
    outcome.noted.push({ ...delivery, state: 'DISCARDED', error: 'purged', lastTriedAt: delivery.dueAt })
    return []
  })
  const items = (rows: readonly EventRow[], sealedOf: (seq: number) => string | null, done: (seq: number) => void) =>
    rows.map((row): Item => {
      const isNoted = bodies.has(row.seq)
      return { row, attempts: 0, sealed: sealedOf(row.seq), isNoted, done: () => done(row.seq) }
    })
  const fromCursor = items(
    fresh.rows,
    () => null,
    (seq) => {
      outcome.cursor = seq
    },
  ).map((item) => ({ ...item, isNoted: false }))
  const fromReplay = items(
    replayed.rows,
    (seq) => bodies.get(seq) ?? null,
    (seq) => {
      outcome.replayCursor = seq
    },
  )
  return [...again, ...fromCursor, ...fromReplay]
}

async function recordsOf(db: Db, items: readonly Item[]): Promise<Map<number, EventWithData>> {
  const rows = items.flatMap(({ row, sealed }) => (sealed === null ? [row] : []))
  return new Map((await withRecords(db, rows)).map((made) => [made.row.seq, made]))
}

async function tryItem(
  { config, sending }: Trying,
  hook: WebhookRow,
  receiver: Receiver,
  { row, attempts, sealed, isNoted }: Item,
  made: EventWithData,
  outcome: Outcome,
): Promise<void> {
  const kept = sealed === null ? undefined : await unseal(config, BODY, sealed, hook.id).catch(() => undefined)
  const body = kept ?? bodyOf(made)
  const tried = await send(sending, receiver, row.id, body)
  const now = sending.now()
  const at = new Date(now).toISOString()
  const { isDelivered, status, ms } = tried
  outcome.failures = isDelivered ? 0 : outcome.failures + 1
  outcome.failed += isDelivered ? 0 : 1
  if (tried.isGone) outcome.ending = 'gone'
  outcome.retryAfterMs = Math.max(outcome.retryAfterMs, tried.retryAfterMs)
  if (isDelivered && !isNoted && status !== null) {
    outcome.delivered.push({ seq: row.seq, id: row.id, type: row.verb, status, ms, at })
    return
  }
  const bytes = isDelivered ? null : (sealed ?? (await seal(config, BODY, body, { context: hook.id })))
  outcome.noted.push(noteOf(row, attempts + 1, tried, bytes, now))
}

// A delivered event needs its bytes no more, and one that is exhausted keeps them for a retry by hand.
function noteOf(row: EventRow, attempts: number, tried: Tried, body: string | null, now: number): Noted {
  const { isDelivered, status, ms, error, retryAfterMs } = tried
  const next = isDelivered ? undefined : nextTry(attempts, now, retryAfterMs)
  const at = new Date(now).toISOString()
  return {
    seq: row.seq,
    eventId: row.id,
    type: row.verb,
    subjectId: row.subjectId,
    state: isDelivered ? 'DELIVERED' : next === undefined ? 'EXHAUSTED' : 'PENDING',
    attempts: Math.min(attempts, MAX_ATTEMPTS),
    dueAt: next === undefined ? at : new Date(next).toISOString(),
    body,
    status,
    ms,
    error,
    lastTriedAt: at,
  }
}
