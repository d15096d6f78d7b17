// The tags of one record: adding, removing, listing.
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { tags } from '../db/schema'
import { allOf, columnKey, ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { foldText } from '../text/fold'
import type { Tagged } from './tagged'

/**
 * Adds a tag to a record, and creates the tag if there is none. The first spelling of its name stays. Throws `not_found`,
 * the kind's `outOfReachError`, and `too_many_tags`.
 */
export async function tagRecord(ctx: Ctx, kind: Tagged, id: string, name: string): Promise<void> {
  const { db, actor, now } = ctx
  const { subject, table, links } = kind
  const key = foldText(name)
  const isRecord = allOf(eq(table.id, id), kind.isInReach(actor, kind.writes))
  const tag = { id: ctx.newId(), workspaceId: actor.workspaceId, name, key, createdAt: now, updatedAt: now }
  const link = { [columnKey(kind.of)]: sql`${table.id}`, [columnKey(links.tagId)]: sql`${tags.id}` }
  const { record } = await runBatch(db, {
    tagCreated: insertFrom(db, tags, tag, sql`FROM ${table} WHERE ${isRecord}`).onConflictDoNothing(),
    tagged: insertFrom(
      db,
      links,
      link,
      sql`FROM ${table} CROSS JOIN ${tags} WHERE ${isRecord} AND ${hasKey(ctx, key)}`,
    ).onConflictDoNothing(),
    event: eventInsert(ctx, {
      verb: `${subject}.tagged`,
      subject,
      id,
      changes: tagChange(sql`json_array()`, sql`json_array(${nameOf(ctx, key)})`),
      when: ifChanged,
    }),
    record: one(seenRecord(ctx, kind, id)),
  })
  requireReach(kind, record)
}

/** Removes a tag from a record. Nothing happens if it does not have the tag. Throws `not_found`, the kind's `outOfReachError`. */
export async function untagRecord(ctx: Ctx, kind: Tagged, id: string, name: string): Promise<void> {
  const { db, actor } = ctx
  const { subject, table, links } = kind
  const key = foldText(name)
  const isRecord = allOf(eq(table.id, id), kind.isInReach(actor, kind.writes))
  const { record } = await runBatch(db, {
    untagged: db.delete(links).where(
      sql`${kind.of} = (SELECT ${table.id} FROM ${table} WHERE ${isRecord})
        AND ${links.tagId} = (SELECT ${tags.id} FROM ${tags} WHERE ${hasKey(ctx, key)})`,
    ),
    event: eventInsert(ctx, {
      verb: `${subject}.untagged`,
      subject,
      id,
      changes: tagChange(sql`json_array(${nameOf(ctx, key)})`, sql`json_array()`),
      when: ifChanged,
    }),
    record: one(seenRecord(ctx, kind, id)),
  })
  requireReach(kind, record)
}

/** The tags of a record, the oldest tag first. Throws `not_found`. */
export async function listTagsOf(
  ctx: Ctx,
  kind: Tagged,
  id: string,
  { limit, after }: PageRequest,
): Promise<Page<{ id: string; name: string }>> {
  const { links } = kind
  const { record, rows } = await runBatch(ctx.db, {
    record: one(seenRecord(ctx, kind, id)),
    rows: ctx.db
      .select({ id: tags.id, name: tags.name })
      .from(links)
      .crossJoin(tags)
      .where(
        and(
          sql`${kind.of} = (SELECT seen.id FROM (${seenRecord(ctx, kind, id)}) AS seen)`,
          eq(tags.id, links.tagId),
          isNull(tags.deletedAt),
          after && gt(links.tagId, String(after[0])),
        ),
      )
      .orderBy(links.tagId)
      .limit(limit + 1),
  })
  if (!record) throw new AppError('not_found')
  return cut(rows, limit, (row) => [row.id])
}

// The record if the actor sees it, and whether the actor may change its tags.
function seenRecord({ db, actor }: Ctx, { table, reads, writes, isInReach }: Tagged, id: string) {
  const mayWrite = reach(actor, writes) ? allOf(isInReach(actor, writes)) : sql`false`
  return db
    .select({ id: table.id, isInReach: sql<number>`${mayWrite}`.as('is_in_reach') })
    .from(table)
    .where(and(eq(table.id, id), isInReach(actor, reads)))
}

function requireReach({ outOfReachError }: Tagged, record: { isInReach: number } | undefined): void {
  if (!record) throw new AppError('not_found')
  if (!record.isInReach) throw outOfReachError()
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
