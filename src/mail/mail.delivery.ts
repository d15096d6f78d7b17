// Delivers queued mail: one conditional UPDATE leases each mail, so that two workers never send the same one.
// A crash between sending and saving the result sends a mail twice, with the same Message-ID.
import { and, type Column, eq, sql } from 'drizzle-orm'
import { knownZone } from '../clock'
import type { Config } from '../config'
import type { Db } from '../db/client'
import { outbox, users, workspaces } from '../db/schema'
import { anyOf } from '../db/sql'
import { LANGUAGES } from '../languages'
import { nextVersion } from '../records/version'
import { MINUTE_MS } from '../time'
import { unsealedLink } from './mail.enqueue'
import { render } from './mail.render'
import { canMail, isUndeliverable } from './mail.settings'
import { SEND_MS } from './mail.smtp'
import { isStoppable, isTemplate, TEMPLATES } from './mail.templates'
import { type Failure, failureOf, messageIdOf, openTransport, type Transport } from './mail.transport'
import type { Reader } from './mail.words'
import { stopLink } from './unsubscribe.service'

/** How long a worker leases a mail. After a crash, another worker may lease it when this time is over. */
export const LEASE_MS = 5 * MINUTE_MS
const FIRST_WAIT_MS = MINUTE_MS
// After this many unreachable attempts in a row the server counts as down, and the remaining mails wait.
const MAX_UNREACHABLE = 3

/** `queuedAt` selects only mail that was queued at this instant: that of one request. */
export type Round = { now: string; limit: number; queuedAt?: string }
export type Outcome = { sent: number; failed: number; waiting: number }
type Row = Awaited<ReturnType<typeof leaseDue>>[number]

/** Sends at most `limit` due mails, the oldest first. Runs at most `limit` + 2 statements. */
export async function sendDue(db: Db, config: Config, round: Round): Promise<Outcome> {
  const outcome = { sent: 0, failed: 0, waiting: 0 }
  if (!canMail(config)) return outcome
  const started = Date.now()
  const clock = () => new Date(Date.parse(round.now) + Date.now() - started)
  const leaseEnd = new Date(Date.parse(round.now) + LEASE_MS).toISOString()
  const rows = await leaseDue(db, round, leaseEnd)
  if (rows.length === 0) return outcome
  const transport = await openTransport(config)
  let unreachable = 0
  try {
    while (rows.length > 0 && unreachable < MAX_UNREACHABLE && Date.now() - started < LEASE_MS - SEND_MS) {
      const [row] = rows.splice(0, 1)
      if (!row) break
      const failure = await trySending(transport, config, row)
      unreachable = failure?.kind === 'unreachable' ? unreachable + 1 : 0
      const state = await saveResult(db, row, failure, clock())
      outcome[state === 'SENT' ? 'sent' : state === 'FAILED' ? 'failed' : 'waiting'] += 1
    }
  } finally {
    transport.close()
  }
  if (rows.length > 0) await releaseRows(db, rows, leaseEnd)
  outcome.waiting += rows.length
  return outcome
}

function leaseDue(db: Db, { now, limit, queuedAt }: Round, leaseEnd: string) {
  const isDue = queuedAt === undefined ? sql`due.next_attempt_at <= ${now}` : sql`due.next_attempt_at = ${queuedAt}`
  const isFree = sql`(due.taken_until IS NULL OR due.taken_until <= ${now})`
  // The state is a literal, because SQLite does not use the partial index with a parameter.
  const due = sql`(SELECT due.id FROM ${outbox} AS due WHERE due.state = 'QUEUED' AND ${isDue} AND ${isFree}
    ORDER BY due.next_attempt_at, due.id LIMIT ${limit})`
  return db
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} + 1`, takenUntil: leaseEnd })
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
      chosen: readerField<string | null>(users.language),
      readerZone: readerField<string | null>(users.timeZone),
      usual: homeField<string>(workspaces.language),
      homeZone: homeField<string>(workspaces.timeZone),
    })
}

// Of the account that has the address, in whichever workspace; null where there is none.
function readerField<T>(column: Column) {
  return sql<T>`(SELECT ${column} FROM ${users} WHERE ${users.email} = ${outbox.recipient} AND ${users.deletedAt} IS NULL)`
}

function homeField<T>(column: Column) {
  return sql<T>`(SELECT ${column} FROM ${workspaces} WHERE ${workspaces.id} = ${outbox.workspaceId})`
}

// The language of the reader's profile, else of the request that caused the mail, else of the workspace.
function readerOf({ chosen, usual, readerZone, homeZone, payload }: Row): Reader {
  const named = [chosen, payload.language, usual]
  const language = named.map((tag) => LANGUAGES.find((each) => each === tag)).find((each) => each !== undefined)
  return { language: language ?? 'en', timeZone: knownZone(readerZone ?? homeZone) }
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

async function mailOf(config: Config, row: Row) {
  const { id, workspaceId, bound, template, recipient, payload } = row
  const cannot = (reason: string): Failure => ({ kind: 'final', reason, code: 'EUNSENDABLE' })
  if (!isTemplate(template)) return cannot(`The template ${template} does not exist`)
  if (!ONE_ADDRESS.test(recipient)) return cannot('The recipient is not one e-mail address')
  if (isUndeliverable(recipient)) return cannot('The account has lost this address')
  const { sealedLink, replyTo, language: _, ...fields } = payload
  const link =
    sealedLink === undefined ? undefined : await unsealedLink(config, workspaceId, sealedLink).catch(() => null)
  if (link === null) return cannot('The link cannot be decrypted: JWT_SECRET has changed since the mail was queued')
  const reader = readerOf(row)
  const content = TEMPLATES[template].write({ ...fields, ...(link === undefined ? {} : { link }) }, reader)
  const stop = isStoppable(template, bound) ? await stopLink(config, workspaceId, recipient) : undefined
  // The answer to a mail about a lead goes to the lead.
  const answerTo = replyTo ?? fields.email ?? ''
  return {
    ...render(content, fields.workspace ?? '', reader.language, stop),
    to: recipient,
    messageId: messageIdOf(config, id),
    stop,
    replyTo: ONE_ADDRESS.test(answerTo) ? answerTo : undefined,
  }
}

// Saves the result. The next attempt follows after 1, 2, 4… minutes ± 25 %, the last one at `giveUpAt`.
async function saveResult(db: Db, row: Row, failure: Failure | undefined, now: Date) {
  const isLeased = and(eq(outbox.id, row.id), eq(outbox.state, 'QUEUED'), eq(outbox.takenUntil, row.takenUntil ?? ''))
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
    .where(isLeased)
  return state
}

async function releaseRows(db: Db, rows: Row[], leaseEnd: string): Promise<void> {
  const ids = rows.map(({ id }) => id)
  await db
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} - 1`, takenUntil: null })
    .where(and(anyOf(outbox.id, ids), eq(outbox.state, 'QUEUED'), eq(outbox.takenUntil, leaseEnd)))
}
