// A run of one webhook: takes it by a lease, so that no two runs send at once, and sends batch after batch.
import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import type { Config } from '../config'
import type { Db } from '../db/client'
import { webhooks, workspaces } from '../db/schema'
import { SECOND_MS } from '../time'
import { storedFilter } from './webhooks.filter'
import { hasWork, readQueue, type WebhookRow } from './webhooks.queue'
import { saveOutcome } from './webhooks.result'
import { openedSecret, sealedSecret } from './webhooks.secret'
import type { Receiver, Sending } from './webhooks.send'
import { nothingDone, type Outcome, sendQueue } from './webhooks.try'

/** How long a run has a webhook without a sign of life, and how long it sends before it saves: so much a crash repeats. */
const LEASE_MS = 40 * SECOND_MS
const SENDING_MS = 5 * SECOND_MS
/** After so many failures a run leaves a webhook alone. */
const PROBES = 2
/** The statements that a batch takes at most. */
export const PER_BATCH = 14

export type Run = {
  db: Db
  config: Config
  sending: Sending
  sends: { left: number }
  /** In milliseconds since 1970. */
  until: number
  /** Whether a further batch stays within the statements of the invocation, whatever other webhooks are about to spend. */
  hasRoom: () => boolean
}

type Taken = WebhookRow & { timeZone: string }

/** Sends what a webhook has to send, until nothing is left, two tries have failed, or the budget is spent. */
export async function runWebhook(run: Run, id: string): Promise<void> {
  let hook = await take(run, id)
  let probes = PROBES
  while (hook) {
    const { outcome, resealed } = await sendBatch(run, hook, probes)
    probes -= outcome.failed
    const isStopped = probes <= 0 || outcome.ending !== null || outcome.retryAfterMs > 0
    const goesOn = !isStopped && outcome.isMore && isWithin(run)
    const saved = await saveOutcome(run, hook, outcome, goesOn ? leaseEnd(run) : null, resealed)
    const isLive = saved?.state === 'ACTIVE' || saved?.state === 'FAILING'
    if (goesOn) hook = isLive ? { ...hook, ...saved } : undefined
    // What happened meanwhile found the webhook taken: it is taken once more, if there is something.
    else hook = isStopped || !isWithin(run) ? undefined : await take(run, id)
  }
}

async function sendBatch(run: Run, hook: Taken, probes: number): Promise<{ outcome: Outcome; resealed?: string }> {
  const { db, config, sending, sends } = run
  const now = new Date(sending.now()).toISOString()
  const receiver = await receiverOf(config, hook, now).catch(() => undefined)
  // JWT_SECRET has changed, and the one before is not kept: only another secret helps.
  if (!receiver) return { outcome: { ...nothingDone(hook, false), ending: 'secret' } }
  const queue = await readQueue(db, hook, now)
  const budget = { sends, until: Math.min(run.until, sending.now() + SENDING_MS) }
  const filter = storedFilter(hook, hook.timeZone, now)
  const outcome = await sendQueue({ db, config, sending, budget }, hook, receiver, filter, queue, probes)
  const [secret = ''] = receiver.secrets
  return config.JWT_SECRET_PREVIOUS === undefined
    ? { outcome }
    : { outcome, resealed: await sealedSecret(config, hook.id, secret) }
}

const leaseEnd = ({ sending }: Run) => new Date(sending.now() + LEASE_MS).toISOString()

function isWithin({ sends, until, hasRoom, sending }: Run): boolean {
  return sends.left > 0 && sending.now() < until && hasRoom()
}

async function take(run: Run, id: string): Promise<Taken | undefined> {
  const now = new Date(run.sending.now()).toISOString()
  const zone = sql<string>`(SELECT ${workspaces.timeZone} FROM ${workspaces} WHERE ${workspaces.id} = ${webhooks.workspaceId})`
  const [taken] = await run.db
    .update(webhooks)
    .set({ leaseUntil: leaseEnd(run) })
    .where(and(eq(webhooks.id, id), hasWork(now)))
    .returning({ ...getTableColumns(webhooks), timeZone: zone })
  return taken
}

// Both secrets sign as long as they overlap, unless the old one cannot be opened any more.
async function receiverOf(config: Config, hook: WebhookRow, now: string): Promise<Receiver> {
  const { id, url, secret, previousSecret, previousUntil } = hook
  const isOverlap = previousSecret !== null && previousUntil !== null && previousUntil > now
  const opened = await openedSecret(config, id, secret)
  const previous = isOverlap ? await openedSecret(config, id, previousSecret).catch(() => undefined) : undefined
  return { url, secrets: previous === undefined ? [opened] : [opened, previous] }
}
