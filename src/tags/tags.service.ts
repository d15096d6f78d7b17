// Lists, reads, renames and deletes the tags of a workspace. Tagging customers is in tagging.*.
import { and, eq, gt, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { owners } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { customerTags, tagCounts, tags } from '../db/schema'
import { allOf, columnIn } from '../db/sql'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import { eventInsert } from '../events/event-insert'
import { changeRecord, type RecordKind } from '../records/change'
import { requireVersion } from '../records/version'
import { foldText } from '../text/fold'

export type TagRow = { id: string; name: string; key: string; version: number; count: number }

/** A deleted tag is removed from this many customers at once. The nightly purge removes it from the others. */
const MAX_REMOVED = 500

const columns = { id: tags.id, name: tags.name, key: tags.key, version: tags.version }
const tagColumns = { ...columns, count: countOf('*') }
const TAG: RecordKind<typeof tagColumns> = {
  subject: 'tag',
  table: tags,
  columns: tagColumns,
  etag: etagOf,
  reads: 'tags:read',
  isInReach: ({ workspaceId }) => eq(tags.workspaceId, workspaceId),
}

/** True for a deleted tag that no customer has any more. */
export const isDeletedAndUnused = sql`${isNotNull(tags.deletedAt)}
  AND NOT EXISTS (SELECT 1 FROM ${customerTags} AS use WHERE use.tag_id = ${tags}.id)`

/** Tags by name. An actor who reaches only their own customers sees the tags of those; others see all, unused ones too. */
export async function listTags(
  { db, actor }: Ctx,
  { q, limit, after }: { q?: string } & PageRequest,
): Promise<Page<TagRow>> {
  const ownerIds = owners(actor, 'tags:read')
  // A question of invisible characters is part of no name.
  const part = q === undefined ? undefined : foldText(q)
  const containsQuery = (key: SQL) =>
    part === undefined ? undefined : sql`${part} <> '' AND instr(${key}, ${part}) > 0`
  const all = db
    .select(tagColumns)
    .from(tags)
    .where(
      and(
        eq(tags.workspaceId, actor.workspaceId),
        isNull(tags.deletedAt),
        containsQuery(sql`${tags.key}`),
        after && gt(tags.key, String(after[0])),
      ),
    )
    .orderBy(tags.key)
    .limit(limit + 1)
  const used = db
    .select({ ...columns, count: tagCounts.count })
    .from(tagCounts)
    .crossJoin(tags)
    .where(
      and(
        eq(tagCounts.workspaceId, actor.workspaceId),
        eq(tagCounts.owner, actor.id),
        sql`${tagCounts.count} > 0`,
        eq(tags.id, tagCounts.tagId),
        isNull(tags.deletedAt),
        containsQuery(sql`${tagCounts.key}`),
        after && gt(tagCounts.key, String(after[0])),
      ),
    )
    .orderBy(tagCounts.key)
    .limit(limit + 1)
  return cut(await (ownerIds === 'all' ? all : used), limit, (row) => [row.key])
}

/** A tag that the actor sees in the list. Throws `not_found`. */
export async function getTag({ db, actor }: Ctx, id: string): Promise<TagRow> {
  const ownerIds = owners(actor, 'tags:read')
  const count = countOf(ownerIds === 'all' ? '*' : actor.id)
  const [tag] = await db
    .select({ ...columns, count })
    .from(tags)
    .where(isExistingTag(actor, eq(tags.id, id)))
  if (!tag || (ownerIds !== 'all' && tag.count < 1)) throw new AppError('not_found')
  return tag
}

/**
 * Renames a tag. No row of a customer is written. Throws `not_found`, `stale`, and `tag_exists` if another tag has the
 * name.
 */
export function renameTag(ctx: Ctx, id: string, name: string, ifVersion?: number): Promise<TagRow> {
  const key = foldText(name)
  const other = alias(tags, 'other')
  const holder = sql`(SELECT json_quote(${other.id}) FROM ${tags} AS other
    WHERE ${other.workspaceId} = ${ctx.actor.workspaceId} AND ${other.key} = ${key} AND ${other.id} <> ${id})`
  return changeRecord(ctx, TAG, id, {
    verb: 'renamed',
    permission: 'tags:write',
    set: { name },
    derived: { key },
    ifVersion,
    require: {
      name: {
        holds: sql`${holder} IS NULL`,
        known: holder,
        orElse: (_, existingId) => new AppError('tag_exists', { existingId: z.string().parse(existingId) }),
      },
    },
  })
}

/** Deletes a tag and removes it from every customer. Throws `not_found`, `stale`. */
export function deleteTag(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  return deleteWhere(ctx, eq(tags.id, id), ifVersion)
}

/** Deletes the tag with this name, in any case and with any accents. Throws `not_found`. */
export function deleteTagNamed(ctx: Ctx, name: string): Promise<void> {
  return deleteWhere(ctx, eq(tags.key, foldText(name)))
}

// The tag is hidden and its name free at once. Removing it from a customer writes the search index, so there is a limit.
async function deleteWhere(ctx: Ctx, condition: SQL, ifVersion?: number): Promise<void> {
  const { db, actor, now } = ctx
  const where = allOf(
    isExistingTag(actor, condition),
    ifVersion === undefined ? undefined : eq(tags.version, ifVersion),
  )
  const changes = sql`json_object('name', json_array(${tags.name}, null))`
  const { present, deleted } = await runBatch(db, {
    present: one(db.select(tagColumns).from(tags).where(isExistingTag(actor, condition))),
    event: eventInsert(ctx, {
      verb: 'tag.deleted',
      subject: 'tag',
      id: sql`${tags.id}`,
      changes,
      from: sql`${tags}`,
      when: where,
    }),
    removedFromCustomers: db.delete(customerTags).where(
      sql`rowid IN (SELECT use.rowid FROM ${customerTags} AS use
        WHERE use.tag_id = (SELECT ${tags.id} FROM ${tags} WHERE ${where}) LIMIT ${MAX_REMOVED})`,
    ),
    deleted: db
      .update(tags)
      .set({ deletedAt: now, key: sql`${tags.id}` })
      .where(where)
      .returning({ id: tags.id }),
    unused: db.delete(tags).where(and(eq(tags.workspaceId, actor.workspaceId), isDeletedAndUnused)),
  })
  if (deleted.length > 0) return
  if (!present) throw new AppError('not_found')
  requireVersion(present, ifVersion)
}

/** The tag with this name, and how many customers in reach have it. Throws `not_found`. */
export async function getTagNamed({ db, actor }: Ctx, name: string): Promise<TagRow> {
  const ownerIds = owners(actor, 'tags:read')
  const [tag] = await db
    .select({ ...columns, count: countOf(ownerIds === 'all' ? '*' : actor.id) })
    .from(tags)
    .where(and(eq(tags.workspaceId, actor.workspaceId), eq(tags.key, foldText(name))))
  if (!tag) throw new AppError('not_found')
  return tag
}

function isExistingTag({ workspaceId }: Ctx['actor'], condition: SQL): SQL | undefined {
  return and(condition, eq(tags.workspaceId, workspaceId), isNull(tags.deletedAt))
}

// How many customers of an owner have the tag of the row. Drizzle would leave out the name of the table.
function countOf(owner: string) {
  const count = sql`(SELECT use.count FROM ${tagCounts} AS use WHERE use.tag_id = ${columnIn('tags', tags.id)} AND use.owner = ${owner})`
  return sql<number>`coalesce(${count}, 0)`.as('count')
}
