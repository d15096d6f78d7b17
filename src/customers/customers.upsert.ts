// Create or update by e-mail, in one batch: two at once make one customer.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import { hasRoom, lackOfRoom, overLimit } from '../billing/limits'
import { customers } from '../db/schema'
import { ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { difference, record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { type CustomerFields, customerColumns } from './customers.record'
import {
  demandMayGive,
  fieldsFit,
  holderOf,
  holderOfLogin,
  isFree,
  isLoginFree,
  loginTaken,
  merged,
  peopleStand,
  taken,
  tooBig,
  warningsOf,
  wrongPeople,
} from './customers.rules'
import { isNews, newRow, setOf, type Written } from './customers.service'

/**
 * Updates the living customer with this e-mail, if that changes anything, or makes one. Throws `customer_exists` where it
 * is out of reach, and `plan_limit`.
 */
export async function upsertCustomer(
  ctx: Ctx,
  input: CustomerFields & { name: string; email: string },
): Promise<{ customer: Written; isNew: boolean }> {
  const { db, actor, now } = ctx
  demandMayGive(ctx, input)
  const row = newRow(ctx, input)
  const { id, ownerId } = row
  const inReach = and(eq(customers.email, input.email), visible(actor, 'customers:write', customers))
  const theirId = sql`(SELECT found.id FROM customers AS found WHERE found.workspace_id = ${actor.workspaceId}
    AND found.email = ${input.email} AND found.deleted_at IS NULL)`
  const fits = fieldsFit(input.customFields)
  const isTheirs = isLoginFree(ctx, input.userId, sql`${customers}.id`)
  const stand = peopleStand(ctx, input)
  const theirs: SQL = and(inReach, stand, isTheirs, fits, isNews(ctx, input)) ?? sql`false`
  const mayMake = sql`${ifUnchanged} AND ${isFree(ctx, input.email)} AND ${isLoginFree(ctx, input.userId)}
     AND ${peopleStand(ctx, { ...input, ownerId })} AND ${hasRoom(ctx, 'customers')}`
  const [, [updated], [made], , [holder], [found], [twin], [lack]] = await db.batch([
    record(ctx, {
      verb: 'customer.updated',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: difference(customers, merged(input)),
      from: sql`${customers}`,
      when: theirs,
    }),
    db
      .update(customers)
      .set({ ...setOf(ctx, input), updatedAt: now, version: sql`${customers.version} + 1` })
      .where(theirs)
      .returning(customerColumns),
    insertFrom(db, customers, row, sql`WHERE ${mayMake}`).returning(customerColumns),
    record(ctx, { verb: 'customer.created', subject: 'customer', id, when: ifChanged }),
    holderOf(ctx, input.email),
    db
      .select({ ...customerColumns, fits: sql<number>`${fits}`.as('fits'), stand: sql<number>`${stand}`.as('stand') })
      .from(customers)
      .where(inReach),
    holderOfLogin(ctx, input.userId, sql`coalesce(${theirId}, '')`),
    lackOfRoom(ctx, 'customers'),
  ])
  const written = updated ?? made
  if (written) return { customer: { ...written, warnings: warningsOf(written) }, isNew: made !== undefined }
  if (holder && !found) throw taken(holder)
  if (twin) throw loginTaken(twin)
  if (!found) throw lack ? overLimit(ctx, 'customers', lack) : wrongPeople(input)
  if (!found.fits) throw tooBig()
  if (!found.stand) throw wrongPeople(input)
  return { customer: { ...found, warnings: warningsOf(found) }, isNew: false }
}
