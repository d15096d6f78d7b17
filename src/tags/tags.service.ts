// The tags of a workspace: listing with how often each is used, renaming, deleting. Putting them on is in tagging.*.
import { and, eq, gt, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { owners } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { fold } from '../db/fold'
import { cut, type Page, type PageRequest } from '../db/page'
import { customerTags, tagCounts, tags } from '../db/schema'
import { allOf } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { changeRecord, type RecordKind } from '../records/change'
import { etagOf, requireVersion } from '../records/version'

export type TagRow = { id: string; name: string; key: string; version: number; count: number }

/** From so many customers a deleted tag is taken at once; what more there are the purge does, night by night. */
const AT_ONCE = 500

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

/** A deleted tag that no customer has any more. */
export const isOffAll = sql`${isNotNull(tags.deletedAt)}
  AND NOT EXISTS (SELECT 1 FROM ${customerTags} AS has WHERE has.tag_id = ${tags}.id)`

/** Tags by name. Who reaches only the own customers sees the tags that those have, others all, the unused ones too. */
export async function listTags(
  { db, actor }: Ctx,
  { q, limit, after }: { q?: string } & PageRequest,
): Promise<Page<TagRow>> {
  const whose = owners(actor, 'tags:read')
  const has = (key: SQL) => (q === undefined ? undefined : sql`instr(${key}, ${fold(q)}) > 0`)
  const all = db
    .select(tagColumns)
    .from(tags)
    .where(
      and(
        eq(tags.workspaceId, actor.workspaceId),
        isNull(tags.deletedAt),
        has(sql`${tags.key}`),
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
        has(sql`${tagCounts.key}`),
        after && gt(tagCounts.key, String(after[0])),
      ),
    )
    .orderBy(tagCounts.key)
    .limit(limit + 1)
  return cut(await (whose === 'all' ? all : used), limit, (row) => [row.key])
}

/** A tag that the actor sees in the list. */
export async function getTag({ db, actor }: Ctx, id: string): Promise<TagRow> {
  const whose = owners(actor, 'tags:read')
  const count = countOf(whose === 'all' ? '*' : actor.id)
  const [tag] = await db
    .select({ ...columns, count })
    .from(tags)
    .where(whereLiving(actor, eq(tags.id, id)))
  if (!tag || (whose !== 'all' && tag.count < 1)) throw new AppError('not_found')
  return tag
}

/**
 * Renames a tag wherever it is, at no cost to the customers that have it; to the name that it has, nothing happens.
 * Throws `tag_exists` where another tag has the name, and `stale`.
 */
export function renameTag(ctx: Ctx, id: string, name: string, ifVersion?: number): Promise<TagRow> {
  const key = fold(name)
  const holder = sql`(SELECT json_quote(other.id) FROM tags AS other
    WHERE other.workspace_id = ${ctx.actor.workspaceId} AND other.key = ${key} AND other.id <> ${id})`
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

/** Deletes a tag and takes it off every customer. Throws `stale`. */
export function deleteTag(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  return deleteWhere(ctx, eq(tags.id, id), ifVersion)
}

/** The same by its name, whatever its case and accents. */
export function deleteTagNamed(ctx: Ctx, name: string): Promise<void> {
  return deleteWhere(ctx, eq(tags.key, fold(name)))
}

// It is out of sight and its name free at once, however many customers have it: each of them costs a search entry.
async function deleteWhere(ctx: Ctx, which: SQL, ifVersion?: number): Promise<void> {
  const { db, actor, now } = ctx
  const where = allOf(whereLiving(actor, which), ifVersion === undefined ? undefined : eq(tags.version, ifVersion))
  const changes = sql`json_object('name', json_array(${tags.name}, null))`
  const { present, deleted } = await runBatch(db, {
    present: one(db.select(tagColumns).from(tags).where(whereLiving(actor, which))),
    event: eventInsert(ctx, {
      verb: 'tag.deleted',
      subject: 'tag',
      id: sql`${tags.id}`,
      changes,
      from: sql`${tags}`,
      when: where,
    }),
    takenOff: db.delete(customerTags).where(
      sql`rowid IN (SELECT had.rowid FROM customer_tags AS had
        WHERE had.tag_id = (SELECT ${tags.id} FROM ${tags} WHERE ${where}) LIMIT ${AT_ONCE})`,
    ),
    deleted: db
      .update(tags)
      .set({ deletedAt: now, key: sql`${tags.id}` })
      .where(where)
      .returning({ id: tags.id }),
    unused: db.delete(tags).where(and(eq(tags.workspaceId, actor.workspaceId), isOffAll)),
  })
  if (deleted.length > 0) return
  if (!present) throw new AppError('not_found')
  requireVersion(present, ifVersion)
}

/** A tag by its name, and how many customers in the actor's reach have it. */
export async function getTagNamed({ db, actor }: Ctx, name: string): Promise<TagRow> {
  const whose = owners(actor, 'tags:read')
  const [tag] = await db
    .select({ ...columns, count: countOf(whose === 'all' ? '*' : actor.id) })
    .from(tags)
    .where(and(eq(tags.workspaceId, actor.workspaceId), eq(tags.key, fold(name))))
  if (!tag) throw new AppError('not_found')
  return tag
}

function whereLiving({ workspaceId }: Ctx['actor'], which: SQL): SQL | undefined {
  return and(which, eq(tags.workspaceId, workspaceId), isNull(tags.deletedAt))
}

// How often the tag at hand is used among the customers of an owner. Its table is named in words: Drizzle would not.
function countOf(owner: string) {
  const kept = sql`(SELECT kept.count FROM tag_counts AS kept WHERE kept.tag_id = tags.id AND kept.owner = ${owner})`
  return sql<number>`coalesce(${kept}, 0)`.as('count')
}
