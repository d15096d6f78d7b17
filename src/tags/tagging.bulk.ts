// Adds tags to many customers and removes them: at once where that is little, else by a job.
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, customerTags, events, jobs, taggedCustomers, tags } from '../db/schema'
import { MAX_TAGS } from '../db/schema/tags'
import { insertFrom } from '../db/sql'
import { taggingMarks } from '../db/tagging-marks'
import { eventsInsert } from '../events/event-insert'
import { type JobCtx, jobInsert, jobKind } from '../jobs/jobs.kind'
import { foldText } from '../text/fold'
import { tagChange } from './tagging.service'

type Bulk = { customerIds: string[]; add: string[]; remove: string[] }

/**
 * Adds and removes tags of many customers, with one event for each customer that changes: at once where that is little, else
 * by a job. Nothing happens if one of them would have too many. Throws `too_many_tags`.
 */
export async function tagCustomers(ctx: Ctx, { customerIds, add, remove }: Bulk) {
  const { db, actor, now, newId } = ctx
  const ids = [...new Set(customerIds)]
  // A Map keeps the last value of a key, so the names are reversed: the first of two spellings stays.
  const newTags = new Map(add.toReversed().map((name) => [foldText(name), { id: newId(), name, key: foldText(name) }]))
  const givenIds = sql`json_each(${JSON.stringify(ids)}) AS given`
  const inReach = visible(actor, 'customers:write', customers)
  const customersInReach = sql`${givenIds} CROSS JOIN ${customers} WHERE ${customers.id} = given.value AND ${inReach}`
  const tagsToAdd = tagsWithKeys(ctx, [...newTags.keys()])
  const tagsToRemove = tagsWithKeys(ctx, remove.map(foldText))
  const isJob = ids.length > customersAtOnce(newTags.size + remove.length)
  const idsOf = (rows: SQL) => sql`(SELECT json_group_array(id) FROM ${rows})`
  const result = await runBatch(db, {
    tagsCreated: insertFrom(
      db,
      tags,
      {
        id: sql`value ->> 'id'`,
        workspaceId: actor.workspaceId,
        name: sql`value ->> 'name'`,
        key: sql`value ->> 'key'`,
        createdAt: now,
        updatedAt: now,
      },
      sql`FROM json_each(${JSON.stringify([...newTags.values()])}) WHERE EXISTS (SELECT 1 FROM ${customersInReach})`,
    ).onConflictDoNothing(),
    room:
      add.length > 0
        ? db
            .select({
              fits: refusalOf(
                sql`SELECT ${customers.id} FROM ${customersInReach} AND NOT ${hasRoom(tagsToAdd, tagsToRemove)}`,
              ),
            })
            .from(sql`(SELECT 1)`)
        : undefined,
    ...(isJob ? {} : changeStatements(ctx, customersInReach, tagsToAdd, tagsToRemove)),
    job: isJob
      ? one(
          jobInsert(ctx, {
            kind: 'tagging',
            input: sql`json_object('customerIds', json(${idsOf(sql`(SELECT ${customers.id} AS id FROM ${customersInReach})`)}),
              'add', json(${idsOf(sql`${tagsToAdd} AS tag`)}), 'remove', json(${idsOf(sql`${tagsToRemove} AS tag`)}))`,
            total: sql`(SELECT count(*) FROM ${customersInReach})`,
            when: sql`EXISTS (SELECT 1 FROM ${customersInReach})`,
          }).returning({ id: jobs.id }),
        )
      : undefined,
    notFound: db
      .select({ id: sql<string>`given.value`.as('id') })
      .from(givenIds)
      .where(sql`NOT EXISTS (SELECT 1 FROM ${customers} WHERE ${customers.id} = given.value AND ${inReach})`),
  })
  const { taggedEvents = [], untaggedEvents = [], job, notFound } = result
  return {
    changed: taggedEvents.length + untaggedEvents.length,
    notFound: notFound.map(({ id }) => id),
    jobId: job?.id ?? null,
  }
}

/** How many customers a transaction takes: beside each link with its counts, a customer has an event and an entry in the index. */
function customersAtOnce(tagCount: number): number {
  return Math.min(100, Math.floor(4_500 / (18 + 5 * tagCount)))
}

/** The job that goes on with the tags of many customers. It leaves out those that have no room any more when it comes to them. */
export const TAGGING = jobKind({
  input: z.object({ customerIds: z.array(z.string()), add: z.array(z.string()), remove: z.array(z.string()) }),
  steps: (ctx, { customerIds, add, remove }) => {
    const [tagsToAdd, tagsToRemove] = [tagsWithIds(ctx, add), tagsWithIds(ctx, remove)]
    const most = customersAtOnce(add.length + remove.length)
    return [
      {
        full: most,
        pick: (after) => ({
          key: sql`given.value`,
          position: sql`given.key`,
          from: sql`FROM json_each(${JSON.stringify(customerIds)}) AS given
            WHERE given.key > ${Number(after ?? -1)} ORDER BY given.key LIMIT ${most}`,
        }),
        statements: (picked) => {
          const rows = sql`${customers} WHERE ${customers.id} IN (${picked}) AND ${isLiving(ctx)}`
          const fitting = sql`${rows} AND ${hasRoom(tagsToAdd, tagsToRemove)}`
          return Object.values(changeStatements(ctx, fitting, tagsToAdd, tagsToRemove))
        },
      },
    ]
  },
})

const isLiving = ({ workspaceId }: JobCtx) =>
  sql`${customers.workspaceId} = ${workspaceId} AND ${customers.deletedAt} IS NULL`

/** SQL: whether a customer has at most 50 tags after the change. */
function hasRoom(tagsToAdd: SQL, tagsToRemove: SQL): SQL {
  const count = (where: SQL) =>
    sql`(SELECT count(*) FROM ${customerTags} WHERE ${customerTags.customerId} = ${customers.id} ${where})`
  const among = (given: SQL) => sql`AND ${customerTags.tagId} IN (SELECT tag.id FROM ${given} AS tag)`
  const added = sql`(SELECT count(*) FROM ${tagsToAdd} AS tag) - ${count(among(tagsToAdd))}`
  return sql`(${count(sql``)} - ${count(among(tagsToRemove))} + ${added} <= ${MAX_TAGS})`
}

const hasTag = sql`EXISTS (SELECT 1 FROM ${customerTags} WHERE ${customerTags.customerId} = ${customers.id}
  AND ${customerTags.tagId} = tag.id)`

// A SELECT cannot RAISE. An invalid JSON path makes it fail with the path in the message, and undoes the whole batch.
const refusalOf = (full: SQL) =>
  sql`json_extract('{}', coalesce((SELECT 'breach: too_many_tags ' || id FROM (${full} LIMIT 1)), '$'))`.as('fits')

type TaggingCtx = Pick<JobCtx, 'db' | 'now' | 'actor'> & { workspaceId?: string }

/** The statements that change the tags of `rows`, which is customers and a WHERE, each with an event and indexed once. */
function changeStatements({ db, now, actor, workspaceId }: TaggingCtx, rows: SQL, tagsToAdd: SQL, tagsToRemove: SQL) {
  const removedNames = sql`(SELECT json_group_array(tag.name) FROM ${tagsToRemove} AS tag WHERE ${hasTag})`
  const addedNames = sql`(SELECT json_group_array(tag.name) FROM ${tagsToAdd} AS tag WHERE NOT ${hasTag})`
  // The events are written before the tags change. LIMIT makes SQLite compute both lists only once.
  const changes = sql`(SELECT ${customers.id} AS id, ${removedNames} AS removed, ${addedNames} AS added
    FROM ${rows} LIMIT -1) AS change`
  const eventsOf = (verb: `customer.${string}`, when: SQL) =>
    eventsInsert(
      { db, now, ...(actor ? { actor } : {}) },
      {
        verb,
        subject: 'customer',
        id: sql`change.id`,
        changes: tagChange(sql`json(change.removed)`, sql`json(change.added)`),
        from: changes,
        when,
        ...(workspaceId === undefined ? {} : { workspaceId }),
      },
    ).returning({ id: events.subjectId })
  const [marked, unmarked] = taggingMarks(db, sql`SELECT ${customers.id} AS id FROM ${rows}`)
  return {
    taggedEvents: eventsOf('customer.tagged', sql`change.added <> '[]'`),
    untaggedEvents: eventsOf('customer.untagged', sql`change.added = '[]' AND change.removed <> '[]'`),
    marked,
    tagged: insertFrom(
      db,
      customerTags,
      { customerId: sql`marked.customer_id`, tagId: sql`tag.id` },
      sql`FROM ${taggedCustomers} AS marked CROSS JOIN ${tagsToAdd} AS tag WHERE true`,
    ).onConflictDoNothing(),
    untagged: db.delete(customerTags).where(
      sql`${customerTags.customerId} IN (SELECT customer_id FROM ${taggedCustomers})
        AND ${customerTags.tagId} IN (SELECT tag.id FROM ${tagsToRemove} AS tag)`,
    ),
    unmarked,
  }
}

function tagsWithIds({ workspaceId }: JobCtx, ids: string[]): SQL {
  return sql`(SELECT ${tags.id}, ${tags.name} FROM json_each(${JSON.stringify(ids)}) AS given
    CROSS JOIN ${tags} ON ${tags.id} = given.value AND ${tags.workspaceId} = ${workspaceId} AND ${tags.deletedAt} IS NULL)`
}

// CROSS JOIN makes SQLite look up each key in the index.
function tagsWithKeys({ actor }: Ctx, keys: string[]): SQL {
  return sql`(SELECT ${tags.id}, ${tags.name} FROM json_each(${JSON.stringify(keys)}) AS given
    CROSS JOIN ${tags} ON ${tags.workspaceId} = ${actor.workspaceId} AND ${tags.key} = given.value)`
}
