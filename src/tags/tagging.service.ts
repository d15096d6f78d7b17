// Putting tags on customers and taking them off, one at a time or many at once.
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { fold } from '../db/fold'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers, customerTags, events, tags } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'

/** Puts a tag on a customer, and makes the tag where there is none; the first spelling of its name stays. */
export async function tagCustomer(ctx: Ctx, id: string, name: string): Promise<void> {
  const { db, actor, now } = ctx
  const key = fold(name)
  const mine = and(eq(customers.id, id), visible(actor, 'customers:write', customers))
  const tag = { id: ctx.newId(), workspaceId: actor.workspaceId, name, key, createdAt: now, updatedAt: now }
  const both = sql`FROM ${customers} CROSS JOIN ${tags} WHERE ${mine} AND ${isNamed(ctx, key)}`
  const { customer } = await runBatch(db, {
    tagCreated: insertFrom(db, tags, tag, sql`FROM ${customers} WHERE ${mine}`).onConflictDoNothing(),
    tagged: insertFrom(
      db,
      customerTags,
      { customerId: sql`${customers.id}`, tagId: sql`${tags.id}` },
      both,
    ).onConflictDoNothing(),
    event: eventInsert(ctx, {
      verb: 'customer.tagged',
      subject: 'customer',
      id,
      changes: tagChange(sql`json_array()`, sql`json_array(${nameOf(ctx, key)})`),
      when: ifChanged,
    }),
    customer: one(db.select({ id: customers.id }).from(customers).where(mine)),
  })
  if (!customer) throw new AppError('not_found')
}

/** Takes a tag off a customer; nothing happens where it is not on them. */
export async function untagCustomer(ctx: Ctx, id: string, name: string): Promise<void> {
  const { db, actor } = ctx
  const key = fold(name)
  const mine = and(eq(customers.id, id), visible(actor, 'customers:write', customers))
  const { customer } = await runBatch(db, {
    untagged: db.delete(customerTags).where(
      sql`${customerTags.customerId} = (SELECT ${customers.id} FROM ${customers} WHERE ${mine})
        AND ${customerTags.tagId} = (SELECT ${tags.id} FROM ${tags} WHERE ${isNamed(ctx, key)})`,
    ),
    event: eventInsert(ctx, {
      verb: 'customer.untagged',
      subject: 'customer',
      id,
      changes: tagChange(sql`json_array(${nameOf(ctx, key)})`, sql`json_array()`),
      when: ifChanged,
    }),
    customer: one(db.select({ id: customers.id }).from(customers).where(mine)),
  })
  if (!customer) throw new AppError('not_found')
}

/** The tags of a customer, the oldest tag first. */
export async function listTagsOf(
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

type Bulk = { customerIds: string[]; add: string[]; remove: string[] }

/** Puts tags on many customers and takes others off, with one event for each customer changed. */
export async function tagCustomers(ctx: Ctx, { customerIds, add, remove }: Bulk) {
  const { db, actor, now } = ctx
  const stamps = { createdAt: now, updatedAt: now }
  // From the last to the first, so that of two spellings the first is the one that stays.
  const fresh = new Map(add.toReversed().map((name) => [fold(name), { id: ctx.newId(), name, key: fold(name) }]))
  const requested = sql`json_each(${JSON.stringify([...new Set(customerIds)])}) AS wanted`
  const inReach = visible(actor, 'customers:write', customers)
  const reached = sql`${requested} CROSS JOIN ${customers} WHERE ${customers.id} = wanted.value AND ${inReach}`
  const added = tagsNamed(ctx, [...fresh.keys()])
  const removed = tagsNamed(ctx, remove.map(fold))
  const isOn = sql`EXISTS (SELECT 1 FROM customer_tags AS has WHERE has.customer_id = customers.id AND has.tag_id = tag.id)`
  const off = sql`(SELECT json_group_array(tag.name) FROM ${removed} AS tag WHERE ${isOn})`
  const on = sql`(SELECT json_group_array(tag.name) FROM ${added} AS tag WHERE NOT ${isOn})`
  // Recorded before the tags change. LIMIT keeps SQLite from computing both lists again at each mention.
  const plan = sql`(SELECT ${customers.id} AS id, ${off} AS off, ${on} AS "on" FROM ${reached} LIMIT -1) AS change`
  const eventsOf = (verb: `customer.${string}`, when: SQL) =>
    eventInsert(ctx, {
      verb,
      subject: 'customer',
      id: sql`change.id`,
      changes: tagChange(sql`json(change.off)`, sql`json(change."on")`),
      from: plan,
      when,
    }).returning({ id: events.subjectId })
  const { taggedEvents, untaggedEvents, notFound } = await runBatch(db, {
    tagsCreated: insertFrom(
      db,
      tags,
      {
        id: sql`value ->> 'id'`,
        workspaceId: actor.workspaceId,
        name: sql`value ->> 'name'`,
        key: sql`value ->> 'key'`,
        ...stamps,
      },
      sql`FROM json_each(${JSON.stringify([...fresh.values()])}) WHERE EXISTS (SELECT 1 FROM ${reached})`,
    ).onConflictDoNothing(),
    taggedEvents: eventsOf('customer.tagged', sql`change."on" <> '[]'`),
    untaggedEvents: eventsOf('customer.untagged', sql`change."on" = '[]' AND change.off <> '[]'`),
    tagged: insertFrom(
      db,
      customerTags,
      { customerId: sql`taken.id`, tagId: sql`tag.id` },
      sql`FROM (SELECT ${customers.id} AS id FROM ${reached}) AS taken CROSS JOIN ${added} AS tag WHERE true`,
    ).onConflictDoNothing(),
    untagged: db.delete(customerTags).where(
      sql`${customerTags.customerId} IN (SELECT ${customers.id} FROM ${reached})
        AND ${customerTags.tagId} IN (SELECT tag.id FROM ${removed} AS tag)`,
    ),
    notFound: db
      .select({ id: sql<string>`wanted.value`.as('id') })
      .from(requested)
      .where(sql`NOT EXISTS (SELECT 1 FROM ${customers} WHERE customers.id = wanted.value AND ${inReach})`),
  })
  return { changed: taggedEvents.length + untaggedEvents.length, notFound: notFound.map((row) => row.id) }
}

// The tags that went and those that came, as the before and after of one field.
function tagChange(off: SQL, on: SQL): SQL {
  return sql`json_object('tags', json_array(${off}, ${on}))`
}

function isNamed({ actor }: Ctx, key: string): SQL | undefined {
  return and(eq(tags.workspaceId, actor.workspaceId), eq(tags.key, key))
}

function nameOf(ctx: Ctx, key: string): SQL {
  return sql`(SELECT ${tags.name} FROM ${tags} WHERE ${isNamed(ctx, key)})`
}

// From the keys to the tags, each found by the index.
function tagsNamed({ actor }: Ctx, keys: string[]): SQL {
  return sql`(SELECT named.id, named.name FROM json_each(${JSON.stringify(keys)}) AS given
    CROSS JOIN tags AS named ON named.workspace_id = ${actor.workspaceId} AND named.key = given.value)`
}
