// The outbox for administrators: lists sent, waiting and failed mail, and retries a mail.
import { and, desc, eq, getTableColumns, isNull, lt, lte, or, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { outbox } from '../db/schema'
import { ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { nextVersion } from '../records/version'
import { DAY_MS } from '../time'
import { requireMail } from './mail.settings'

const { payload, ...columns } = getTableColumns(outbox)
type MailRow = Omit<typeof outbox.$inferSelect, 'payload'>

/** The workspace's mail, newest first. */
export async function listMail(
  { db, actor }: Ctx,
  { state, limit, after }: { state?: MailRow['state'] } & PageRequest,
): Promise<Page<MailRow>> {
  const rows = await db
    .select(columns)
    .from(outbox)
    .where(
      and(
        eq(outbox.workspaceId, actor.workspaceId),
        state && eq(outbox.state, state),
        // Nearly all mail is sent. The index of what is not is used where that is said in a literal.
        state && state !== 'SENT' ? sql`${outbox.state} <> 'SENT'` : undefined,
        after && lt(outbox.id, String(after[0])),
      ),
    )
    .orderBy(desc(outbox.id))
    .limit(limit + 1)
  return cut(rows, limit, (row) => [row.id])
}

/**
 * Makes a failed or waiting mail due now, for another day. A mail that is being sent now does not change. Throws
 * `not_configured`, `not_found` and `already_sent`.
 */
export async function retryMail(ctx: Ctx, id: string): Promise<MailRow> {
  const { db, actor, now } = ctx
  requireMail(ctx.config)
  const where = and(eq(outbox.id, id), eq(outbox.workspaceId, actor.workspaceId))
  const isFree = or(isNull(outbox.takenUntil), lte(outbox.takenUntil, now))
  const { retried, present } = await runBatch(db, {
    retried: one(
      db
        .update(outbox)
        .set({
          state: 'QUEUED',
          attempts: 0,
          nextAttemptAt: now,
          takenUntil: null,
          giveUpAt: new Date(Date.parse(now) + DAY_MS).toISOString(),
          version: nextVersion(outbox),
        })
        .where(and(where, sql`${outbox.state} <> 'SENT'`, isFree))
        .returning(columns),
    ),
    event: eventInsert(ctx, { verb: 'mail.retried', subject: 'mail', id, when: ifChanged }),
    present: one(db.select(columns).from(outbox).where(where)),
  })
  if (retried) {
    ctx.outgoing.add(now)
    return retried
  }
  if (!present) throw new AppError('not_found')
  if (present.state === 'SENT') throw new AppError('already_sent')
  return present
}
