// Lists, reads, renames and deletes the tags of a workspace. Tagging customers is in tagging.*.
import { and, eq, isNotNull, isNull, type SQL, Subquery, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { owners } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import type { Page, PageRequest, Position } from '../db/page'
import { customerTags, tagCounts, tags } from '../db/schema'
import { allOf, columnIn, primaryKeyOf } from '../db/sql'
import { indexedPage, pageMarks, scanWindow, windowPage } from '../db/window'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import { eventInsert } from '../events/event-insert'
import { jobInsert } from '../jobs/jobs.kind'
import { changeRecord, type RecordKind } from '../records/change'
import { requireVersion } from '../records/version'
import { foldText } from '../text/fold'

export type TagRow = { id: string; name: string; key: string; version: number; count: number }

/** A deleted tag is removed from this many customers at once. The nightly purge removes it from the others. */
const MAX_REMOVED = 500
/** How many tags a page of a search looks through. */
const WINDOW_ROWS = 5_000

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

/**
 * Tags by name. An actor who reaches only their own customers sees the tags of those; others see all, unused ones too. With
 * `q`, a page looks through at most 5,000 tags.
 */
export async function listTags(
  { db, actor }: Ctx,
  { q, limit, after }: { q?: string } & PageRequest,
): Promise<Page<TagRow>> {
  // A question of invisible characters is part of no name.
  const part = q === undefined ? undefined : foldText(q)
  const isAll = owners(actor, 'tags:read') === 'all'
  const plan = {
    table: 'tags',
    sources: [
      { rows: isAll ? sql`${tags}` : tagsOfOwner(actor.id, actor.workspaceId), where: inWorkspace(actor, after) },
    ],
    keys: [sql`${tags.key}`],
    isDown: false,
    rest: part === undefined ? undefined : sql`${part} <> '' AND instr(${tags.key}, ${part}) > 0`,
  }
  const page = plan.rest ? scanWindow(plan, WINDOW_ROWS, limit + 1) : indexedPage(plan, limit + 1, 0)
  const row = { ...columns, count: isAll ? tagColumns.count : sql<number>`tags.count`.as('count') }
  const rows = await db.select({ row, ...pageMarks }).from(new Subquery(page, columns, 'tags'))
  return windowPage(
    rows,
    limit,
    ({ key }) => [key],
    ({ name }) => ({ rows: WINDOW_ROWS, to: name }),
  )
}

// The tags of an owner's customers in the order of their names, each with its number of them.
function tagsOfOwner(ownerId: string, workspaceId: string): SQL {
  return sql`(SELECT tag.id, tag.name, use.key, tag.version, tag.workspace_id, tag.deleted_at, use.count
    FROM ${tagCounts} AS use CROSS JOIN ${tags} AS tag ON tag.id = use.tag_id
    WHERE use.workspace_id = ${workspaceId} AND use.owner = ${ownerId} AND use.count > 0) AS tags`
}

function inWorkspace({ workspaceId }: Ctx['actor'], after: Position | undefined): SQL {
  return allOf(
    eq(tags.workspaceId, workspaceId),
    isNull(tags.deletedAt),
    after && sql`${tags.key} > ${String(after[0])}`,
  )
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
  const left = sql`(SELECT ${tags.id} FROM ${tags} WHERE ${where}
    AND EXISTS (SELECT 1 FROM ${customerTags} AS use WHERE use.tag_id = ${tags.id}))`
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
      sql`(${primaryKeyOf(customerTags)}) IN (SELECT ${primaryKeyOf(customerTags)} FROM ${customerTags}
        WHERE tag_id = (SELECT ${tags.id} FROM ${tags} WHERE ${where}) LIMIT ${MAX_REMOVED})`,
    ),
    job: jobInsert(ctx, {
      kind: 'tag-deletion',
      input: sql`json_object('tagId', ${left})`,
      subjectId: left,
      total: sql`(SELECT ${tagCounts.count} FROM ${tagCounts} WHERE ${tagCounts.tagId} = ${left} AND ${tagCounts.owner} = '*')`,
      when: sql`${left} IS NOT NULL`,
    }),
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
