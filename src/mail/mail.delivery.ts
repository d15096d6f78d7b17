// Delivery: whoever sends a mail first takes it by one conditional UPDATE, so that two at once never send the same.
// Each is marked when it has left: a crash in between is one mail sent twice, under the same Message-ID.
import { and, eq, sql } from 'drizzle-orm'
import { isNowhere } from '../auth/yielding'
import type { Config } from '../config'
import type { Db } from '../db/client'
import { outbox } from '../db/schema'
import { anyOf } from '../db/sql'
import { nextVersion } from '../records/version'
import { MINUTE_MS } from '../time'
import { openedLink } from './mail.enqueue'
import { render } from './mail.render'
import { canMail } from './mail.settings'
import { isStoppable, isTemplate, TEMPLATES } from './mail.templates'
import { type Failure, failureOf, messageIdOf, openTransport, SEND_MS, type Transport } from './mail.transport'
import { stopLink } from './unsubscribe.service'

/** How long a mail stays in the hands of whoever took it; after a crash, somebody else may take it then. */
export const LEASE_MS = 5 * MINUTE_MS
const FIRST_WAIT_MS = MINUTE_MS
// So many in a row say that the server is down: the rest waits for it without being tried.
const UNREACHABLE = 3

/** `queuedAt` sends only what was queued at that very instant: a request's own mail, whatever waits before it. */
export type Round = { now: string; limit: number; queuedAt?: string }
export type Outcome = { sent: number; failed: number; waiting: number }
type Row = Awaited<ReturnType<typeof takeDue>>[number]

/** Sends what is due, oldest first, at most `limit`; takes `limit` + 2 statements at most. */
export async function sendDue(db: Db, config: Config, round: Round): Promise<Outcome> {
  const outcome = { sent: 0, failed: 0, waiting: 0 }
  if (!canMail(config)) return outcome
  const started = Date.now()
  const clock = () => new Date(Date.parse(round.now) + Date.now() - started)
  const leaseEnd = new Date(Date.parse(round.now) + LEASE_MS).toISOString()
  const rows = await takeDue(db, round, leaseEnd)
  if (rows.length === 0) return outcome
  const transport = await openTransport(config)
  let unreachable = 0
  try {
    while (rows.length > 0 && unreachable < UNREACHABLE && Date.now() - started < LEASE_MS - SEND_MS) {
      const [row] = rows.splice(0, 1)
      if (!row) break
      const failure = await trySending(transport, config, row)
      unreachable = failure?.kind === 'unreachable' ? unreachable + 1 : 0
      const state = await markResult(db, row, failure, clock())
      outcome[state === 'SENT' ? 'sent' : state === 'FAILED' ? 'failed' : 'waiting'] += 1
    }
  } finally {
    transport.close()
  }
  if (rows.length > 0) await releaseRows(db, rows, leaseEnd, round.now)
  outcome.waiting += rows.length
  return outcome
}

function takeDue(db: Db, { now, limit, queuedAt }: Round, leaseEnd: string) {
  const isDue = queuedAt === undefined ? sql`due.next_attempt_at <= ${now}` : sql`due.next_attempt_at = ${queuedAt}`
  // The state stands here as text, or the index of what is due would not be used.
  const due = sql`(SELECT due.id FROM ${outbox} AS due WHERE due.state = 'QUEUED' AND ${isDue}
    ORDER BY due.next_attempt_at, due.id LIMIT ${limit})`
  return db
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} + 1`, nextAttemptAt: leaseEnd, takenUntil: leaseEnd })
    .where(sql`${outbox.id} IN ${due}`)
    .returning({
      id: outbox.id,
      workspaceId: outbox.workspaceId,
      bound: outbox.bound,
      template: outbox.template,
      recipient: outbox.recipient,
      payload: outbox.payload,
      attempts: outbox.attempts,
      takenUntil: outbox.takenUntil,
      giveUpAt: outbox.giveUpAt,
    })
}

async function trySending(transport: Transport, config: Config, row: Row): Promise<Failure | undefined> {
  try {
    const mail = await mailOf(config, row)
    if ('kind' in mail) return mail
    await transport.send(mail)
    return undefined
  } catch (error) {
    return failureOf(error)
  }
}

const ONE_ADDRESS = /^[^\s@<>,;:"()[\]\\\p{Cc}]+@[^\s@<>,;:"()[\]\\\p{Cc}]+$/u

async function mailOf(config: Config, { id, workspaceId, bound, template, recipient, payload }: Row) {
  const cannot = (reason: string): Failure => ({ kind: 'final', reason, code: 'EUNSENDABLE' })
  if (!isTemplate(template)) return cannot(`There is no template ${template}`)
  if (!ONE_ADDRESS.test(recipient)) return cannot('The recipient is not one e-mail address')
  if (isNowhere(recipient)) return cannot('The account has lost this address')
  const { sealedLink, replyTo, ...fields } = payload
  const link =
    sealedLink === undefined ? undefined : await openedLink(config, workspaceId, sealedLink).catch(() => null)
  if (link === null) return cannot('The link in it cannot be opened: JWT_SECRET has changed since it was queued')
  const letter = TEMPLATES[template].write({ ...fields, ...(link === undefined ? {} : { link }) })
  const stop = isStoppable(template, bound) ? await stopLink(config, workspaceId, recipient) : undefined
  // Of a mail about a lead, the answer goes to the lead.
  const answered = replyTo ?? fields.email ?? ''
  return {
    ...render(letter, fields.workspace ?? '', stop),
    to: recipient,
    messageId: messageIdOf(config, id),
    stop,
    replyTo: ONE_ADDRESS.test(answered) ? answered : undefined,
  }
}

// Tried again after 1, 2, 4… minutes, each somewhat more or less, for the last time when giving up.
async function markResult(db: Db, row: Row, failure: Failure | undefined, now: Date) {
  const mine = and(eq(outbox.id, row.id), eq(outbox.state, 'QUEUED'), eq(outbox.takenUntil, row.takenUntil ?? ''))
  const set = { takenUntil: null, version: nextVersion(outbox) }
  if (!failure) {
    const sent = { ...set, state: 'SENT' as const, sentAt: now.toISOString(), payload: {}, lastError: null }
    await db.update(outbox).set(sent).where(eq(outbox.id, row.id))
    return sent.state
  }
  const { kind, reason, code } = failure
  const isOver = kind === 'final' || now.toISOString() >= row.giveUpAt
  const wait = FIRST_WAIT_MS * 2 ** (row.attempts - 1) * (0.75 + Math.random() / 2)
  const next = new Date(Math.min(now.getTime() + wait, Date.parse(row.giveUpAt))).toISOString()
  const state = isOver ? ('FAILED' as const) : ('QUEUED' as const)
  const { id, template, attempts } = row
  console.warn(JSON.stringify({ level: 'warn', event: 'mail_not_sent', id, template, attempts, state, code }))
  await db
    .update(outbox)
    .set({ ...set, state, nextAttemptAt: next, lastError: reason })
    .where(mine)
  return state
}

async function releaseRows(db: Db, rows: Row[], leaseEnd: string, now: string): Promise<void> {
  const ids = rows.map(({ id }) => id)
  await db
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} - 1`, nextAttemptAt: now, takenUntil: null })
    .where(and(anyOf(outbox.id, ids), eq(outbox.state, 'QUEUED'), eq(outbox.takenUntil, leaseEnd)))
}
