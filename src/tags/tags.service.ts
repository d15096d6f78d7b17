// The tags of a workspace: listing with how often each is used, renaming, deleting. Putting them on is in tagging.*.
import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import { owners } from '../access/visible'
import { fold } from '../db/fold'
import { cut, type Page, type PageRequest } from '../db/page'
import { customerTags, tagCounts, tags } from '../db/schema'
import { AppError } from '../errors'
import { difference, record } from '../events/events.record'
import type { Ctx } from '../http/context'

export type TagRow = { id: string; name: string; key: string; count: number }

/** Tags by name. Who reaches only the own customers sees the tags that those have, others all, the unused ones too. */
export async function listTags(
  { db, actor }: Ctx,
  { q, limit, after }: { q?: string | undefined } & PageRequest,
): Promise<Page<TagRow>> {
  const whose = owners(actor, 'tags:read')
  const has = (key: SQL) => (q === undefined ? undefined : sql`instr(${key}, ${fold(q)}) > 0`)
  const all = db
    .select({ id: tags.id, name: tags.name, key: tags.key, count: countOf('*') })
    .from(tags)
    .where(and(eq(tags.workspaceId, actor.workspaceId), has(sql`${tags.key}`), after && gt(tags.key, String(after[0]))))
    .orderBy(tags.key)
    .limit(limit + 1)
  const used = db
    .select({ id: tags.id, name: tags.name, key: tagCounts.key, count: tagCounts.count })
    .from(tagCounts)
    .crossJoin(tags)
    .where(
      and(
        eq(tagCounts.workspaceId, actor.workspaceId),
        eq(tagCounts.owner, actor.id),
        sql`${tagCounts.count} > 0`,
        eq(tags.id, tagCounts.tagId),
        has(sql`${tagCounts.key}`),
        after && gt(tagCounts.key, String(after[0])),
      ),
    )
    .orderBy(tagCounts.key)
    .limit(limit + 1)
  return cut(await (whose === 'all' ? all : used), limit, (row) => [row.key])
}

/** Renames a tag wherever it is. Throws `tag_exists` where another tag has the name. */
export async function renameTag({ db, actor, now }: Ctx, id: string, name: string): Promise<TagRow> {
  const key = fold(name)
  const holder = sql<string | null>`(SELECT other.id FROM tags AS other
    WHERE other.workspace_id = ${actor.workspaceId} AND other.key = ${key} AND other.id <> ${id})`
  const mine = and(eq(tags.id, id), eq(tags.workspaceId, actor.workspaceId))
  const where = sql`${mine} AND ${holder} IS NULL`
  const [, , [tag]] = await db.batch([
    record(
      { db, actor, now },
      {
        verb: 'tag.renamed',
        subject: 'tag',
        id,
        changes: difference(tags, { name }),
        from: sql`${tags}`,
        when: sql`${where} AND ${tags.name} <> ${name}`,
      },
    ),
    db.update(tags).set({ name, key, updatedAt: now }).where(where),
    db
      .select({
        id: tags.id,
        name: tags.name,
        key: tags.key,
        count: countOf('*'),
        isRenamed: sql<number>`changes()`.as('is_renamed'),
        holder: holder.as('holder'),
      })
      .from(tags)
      .where(mine),
  ])
  if (!tag) throw new AppError('not_found')
  if (!tag.isRenamed) throw new AppError('tag_exists', { existingId: tag.holder ?? undefined })
  return tag
}

/** Deletes a tag and takes it off every customer. */
export function deleteTag(ctx: Ctx, id: string): Promise<void> {
  return deleteWhere(ctx, eq(tags.id, id))
}

/** The same by its name, whatever its case and accents. */
export function deleteTagNamed(ctx: Ctx, name: string): Promise<void> {
  return deleteWhere(ctx, eq(tags.key, fold(name)))
}

async function deleteWhere({ db, actor, now }: Ctx, which: SQL): Promise<void> {
  const mine = and(which, eq(tags.workspaceId, actor.workspaceId)) ?? sql`false`
  const changes = sql`json_object('name', json_array(${tags.name}, null))`
  const [, , [deleted]] = await db.batch([
    record(
      { db, actor, now },
      { verb: 'tag.deleted', subject: 'tag', id: sql`${tags.id}`, changes, from: sql`${tags}`, when: mine },
    ),
    db.delete(customerTags).where(sql`${customerTags.tagId} = (SELECT ${tags.id} FROM ${tags} WHERE ${mine})`),
    db.delete(tags).where(mine).returning({ id: tags.id }),
  ])
  if (!deleted) throw new AppError('not_found')
}

/** A tag by its name, and how many customers in the actor's reach have it. */
export async function getTagNamed({ db, actor }: Ctx, name: string): Promise<TagRow> {
  const whose = owners(actor, 'tags:read')
  const [tag] = await db
    .select({ id: tags.id, name: tags.name, key: tags.key, count: countOf(whose === 'all' ? '*' : actor.id) })
    .from(tags)
    .where(and(eq(tags.workspaceId, actor.workspaceId), eq(tags.key, fold(name))))
  if (!tag) throw new AppError('not_found')
  return tag
}

// How often the tag at hand is used among the customers of an owner. Its table is named in words: Drizzle would not.
function countOf(owner: string) {
  const kept = sql`(SELECT kept.count FROM tag_counts AS kept WHERE kept.tag_id = tags.id AND kept.owner = ${owner})`
  return sql<number>`coalesce(${kept}, 0)`.as('count')
}
