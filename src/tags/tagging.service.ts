// The tags of one customer: adding, removing, listing.
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers, customerTags, tags } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { foldText } from '../text/fold'

/** Adds a tag to a customer, and creates the tag if there is none. The first spelling of its name stays. Throws `not_found`, `too_many_tags`. */
export async function tagCustomer(ctx: Ctx, id: string, name: string): Promise<void> {
  const { db, actor, now } = ctx
  const key = foldText(name)
  const isCustomer = and(eq(customers.id, id), visible(actor, 'customers:write', customers))
  const tag = { id: ctx.newId(), workspaceId: actor.workspaceId, name, key, createdAt: now, updatedAt: now }
  const fromCustomerAndTag = sql`FROM ${customers} CROSS JOIN ${tags} WHERE ${isCustomer} AND ${hasKey(ctx, key)}`
  const { customer } = await runBatch(db, {
    tagCreated: insertFrom(db, tags, tag, sql`FROM ${customers} WHERE ${isCustomer}`).onConflictDoNothing(),
    tagged: insertFrom(
      db,
      customerTags,
      { customerId: sql`${customers.id}`, tagId: sql`${tags.id}` },
      fromCustomerAndTag,
    ).onConflictDoNothing(),
    event: eventInsert(ctx, {
      verb: 'customer.tagged',
      subject: 'customer',
      id,
      changes: tagChange(sql`json_array()`, sql`json_array(${nameOf(ctx, key)})`),
      when: ifChanged,
    }),
    customer: one(db.select({ id: customers.id }).from(customers).where(isCustomer)),
  })
  if (!customer) throw new AppError('not_found')
}

/** Removes a tag from a customer. Nothing happens if the customer does not have it. Throws `not_found`. */
export async function untagCustomer(ctx: Ctx, id: string, name: string): Promise<void> {
  const { db, actor } = ctx
  const key = foldText(name)
  const isCustomer = and(eq(customers.id, id), visible(actor, 'customers:write', customers))
  const { customer } = await runBatch(db, {
    untagged: db.delete(customerTags).where(
      sql`${customerTags.customerId} = (SELECT ${customers.id} FROM ${customers} WHERE ${isCustomer})
        AND ${customerTags.tagId} = (SELECT ${tags.id} FROM ${tags} WHERE ${hasKey(ctx, key)})`,
    ),
    event: eventInsert(ctx, {
      verb: 'customer.untagged',
      subject: 'customer',
      id,
      changes: tagChange(sql`json_array(${nameOf(ctx, key)})`, sql`json_array()`),
      when: ifChanged,
    }),
    customer: one(db.select({ id: customers.id }).from(customers).where(isCustomer)),
  })
  if (!customer) throw new AppError('not_found')
}

/** The tags of a customer, the oldest tag first. Throws `not_found`. */
export async function listCustomerTags(
  { db, actor }: Ctx,
  id: string,
  { limit, after }: PageRequest,
): Promise<Page<{ id: string; name: string }>> {
  const customer = db
    .select({ id: customers.id })
    .from(customers)
    .where(and(eq(customers.id, id), visible(actor, 'customers:read', customers)))
  const { found, rows } = await runBatch(db, {
    found: one(customer),
    rows: db
      .select({ id: tags.id, name: tags.name })
      .from(customerTags)
      .crossJoin(tags)
      .where(
        and(
          sql`${customerTags.customerId} = ${customer}`,
          eq(tags.id, customerTags.tagId),
          isNull(tags.deletedAt),
          after && gt(customerTags.tagId, String(after[0])),
        ),
      )
      .orderBy(customerTags.tagId)
      .limit(limit + 1),
  })
  if (!found) throw new AppError('not_found')
  return cut(rows, limit, (row) => [row.id])
}

/** SQL: the removed and the added names, as the old and the new value of one field. */
export function tagChange(removed: SQL, added: SQL): SQL {
  return sql`json_object('tags', json_array(${removed}, ${added}))`
}

function hasKey({ actor }: Ctx, key: string): SQL | undefined {
  return and(eq(tags.workspaceId, actor.workspaceId), eq(tags.key, key))
}

function nameOf(ctx: Ctx, key: string): SQL {
  return sql`(SELECT ${tags.name} FROM ${tags} WHERE ${hasKey(ctx, key)})`
}
