// An account that never verified its address loses it to the person who proves it. The account itself stays.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { PublicCtx } from '../context'
import { users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { UNDELIVERABLE } from '../mail/mail.settings'
import { versionStamp } from '../records/version'

/**
 * Statements that take an address from the active account that has it unverified, `when` the person who proved it gets
 * it. That account stays signed in, and may choose another address.
 */
export function addressYielding(ctx: Pick<PublicCtx, 'db' | 'now' | 'happened'>, email: string | SQL, when: SQL) {
  const { db, now } = ctx
  const isHolder = sql`${and(
    eq(users.email, email),
    isNull(users.emailVerifiedAt),
    isNull(users.deletedAt),
    eq(users.status, 'ACTIVE'),
  )}`
  return [
    eventInsert(ctx, {
      verb: 'user.email_yielded',
      subject: 'user',
      id: sql`${users.id}`,
      workspaceId: sql`${users.workspaceId}`,
      from: sql`${users}`,
      when: sql`${isHolder} AND ${when}`,
    }),
    db
      .update(users)
      .set({ email: sql`${users.id} || ${UNDELIVERABLE}`, ...versionStamp(users, now) })
      .where(and(isHolder, ifChanged)),
  ]
}
