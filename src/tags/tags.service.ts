// Lists, reads, renames and deletes the tags of a workspace. Tagging customers is in tagging.*.
import { and, eq, isNotNull, isNull, type SQL, Subquery, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { owners } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import type { Page, PageRequest, Position } from '../db/page'
import { tagCounts, tags } from '../db/schema'
import { allOf, columnIn, primaryKeyOf } from '../db/sql'
import { indexedPage, pageMarks, scanWindow, windowPage } from '../db/window'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import { eventInsert } from '../events/event-insert'
import { jobInsert } from '../jobs/jobs.kind'
import { changeRecord, type RecordKind } from '../records/change'
import { requireVersion } from '../records/version'
import { foldText } from '../text/fold'
import { TAGGED_KINDS } from './tagged'

const Uses = z.object({ count: z.number(), leads: z.number(), tickets: z.number() })
type Uses = z.infer<typeof Uses>
export type TagRow = { id: string; name: string; key: string; version: number } & Uses

/** A deleted tag is removed from this many records of each kind at once. A job removes it from the others. */
const MAX_REMOVED = 200
/** How many tags a page of a search looks through. */
const WINDOW_ROWS = 5_000
/** The owner, among the counts, of leads without one. */
const NOBODY = ''

const columns = { id: tags.id, name: tags.name, key: tags.key, version: tags.version }
const tagColumns = { ...columns, uses: usesOf('*') }
const TAG: RecordKind<typeof tagColumns> = {
  subject: 'tag',
  table: tags,
  columns: tagColumns,
  etag: (row) => etagOf(withUses(row)),
  reads: 'tags:read',
  isInReach: ({ workspaceId }) => eq(tags.workspaceId, workspaceId),
}

/** True for a deleted tag that no record has any more. */
export const isDeletedAndUnused = sql`${isNotNull(tags.deletedAt)} AND NOT ${isUsed(sql`${tags}.id`)}`

function isUsed(id: SQL): SQL {
  const uses = TAGGED_KINDS.map(({ links }) => sql`EXISTS (SELECT 1 FROM ${links} AS use WHERE use.tag_id = ${id})`)
  return sql`(${sql.join(uses, sql` OR `)})`
}

/**
 * Tags by name. An actor who reaches only their own records sees the tags of those and of the pool; others see all, unused
 * ones too. With `q`, a page looks through at most 5,000 tags.
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
    sources: (isAll ? [sql`${tags}`] : tagsInReach(actor)).map((rows) => ({ rows, where: inWorkspace(actor, after) })),
    keys: [sql`${tags.key}`],
    isDown: false,
    rest: part === undefined ? undefined : sql`${part} <> '' AND instr(${tags.key}, ${part}) > 0`,
  }
  const page = plan.rest ? scanWindow(plan, WINDOW_ROWS, limit + 1) : indexedPage(plan, limit + 1, 0)
  const row = { ...columns, uses: isAll ? tagColumns.uses : usesIn(sql`tags.uses`) }
  const rows = await db.select({ row, ...pageMarks }).from(new Subquery(page, columns, 'tags'))
  return windowPage(
    rows.map(({ row, ...marks }) => ({ ...marks, row: withUses(row) })),
    limit,
    ({ key }) => [key],
    ({ name }) => ({ rows: WINDOW_ROWS, to: name }),
  )
}

// The tags of an owner's records, and those of the pool alone, each in the order of their names.
function tagsInReach({ id, workspaceId }: Ctx['actor']): SQL[] {
  const countsOf = (owner: string) =>
    sql`${tagCounts} AS other WHERE other.tag_id = use.tag_id AND other.owner = ${owner}`
  const used = (
    owner: string,
    leads: SQL,
    more: SQL,
  ) => sql`(SELECT tag.id, tag.name, use.key, tag.version, tag.workspace_id,
      tag.deleted_at, json_object('count', use.customers, 'leads', ${leads}, 'tickets', use.tickets) AS uses
    FROM ${tagCounts} AS use CROSS JOIN ${tags} AS tag ON tag.id = use.tag_id
    WHERE use.workspace_id = ${workspaceId} AND use.owner = ${owner} AND ${isCounted(sql`use`)} ${more}) AS tags`
  const leads = sql`use.leads + coalesce((SELECT other.leads FROM ${countsOf(NOBODY)}), 0)`
  const isOwn = sql`EXISTS (SELECT 1 FROM ${countsOf(id)} AND ${isCounted(sql`other`)})`
  return [used(id, leads, sql``), used(NOBODY, sql`use.leads`, sql`AND NOT ${isOwn}`)]
}

const isCounted = (use: SQL) => sql`${use}.customers + ${use}.leads + ${use}.tickets > 0`

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
  const [tag] = await db
    .select({ ...columns, uses: usesOf(ownerIds === 'all' ? '*' : actor.id) })
    .from(tags)
    .where(isExistingTag(actor, eq(tags.id, id)))
  const isSeen = tag && (ownerIds === 'all' || Object.values(tag.uses).some((uses) => uses > 0))
  if (!isSeen) throw new AppError('not_found')
  return withUses(tag)
}

/**
 * Renames a tag. No row of a record is written. Throws `not_found`, `stale`, and `tag_exists` if another tag has the
 * name.
 */
export async function renameTag(ctx: Ctx, id: string, name: string, ifVersion?: number): Promise<TagRow> {
  const key = foldText(name)
  const other = alias(tags, 'other')
  const holder = sql`(SELECT json_quote(${other.id}) FROM ${tags} AS other
    WHERE ${other.workspaceId} = ${ctx.actor.workspaceId} AND ${other.key} = ${key} AND ${other.id} <> ${id})`
  const renamed = await changeRecord(ctx, TAG, id, {
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
  return withUses(renamed)
}

/** Deletes a tag and removes it from every record. Throws `not_found`, `stale`. */
export function deleteTag(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  return deleteWhere(ctx, eq(tags.id, id), ifVersion)
}

/** Deletes the tag with this name, in any case and with any accents. Throws `not_found`. */
export function deleteTagNamed(ctx: Ctx, name: string): Promise<void> {
  return deleteWhere(ctx, eq(tags.key, foldText(name)))
}

// The tag is hidden and its name free at once. Removing it from a record writes the search index, so there is a limit.
async function deleteWhere(ctx: Ctx, condition: SQL, ifVersion?: number): Promise<void> {
  const { db, actor, now } = ctx
  const where = allOf(
    isExistingTag(actor, condition),
    ifVersion === undefined ? undefined : eq(tags.version, ifVersion),
  )
  const changes = sql`json_object('name', json_array(${tags.name}, null))`
  const left = sql`(SELECT ${tags.id} FROM ${tags} WHERE ${where}
    AND ${isUsed(sql`${tags.id}`)})`
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
    removed: TAGGED_KINDS.map(({ links }) =>
      db.delete(links).where(
        sql`(${primaryKeyOf(links)}) IN (SELECT ${primaryKeyOf(links)} FROM ${links}
          WHERE tag_id = (SELECT ${tags.id} FROM ${tags} WHERE ${where}) LIMIT ${MAX_REMOVED})`,
      ),
    ),
    job: jobInsert(ctx, {
      kind: 'tag-deletion',
      input: sql`json_object('tagId', ${left})`,
      subjectId: left,
      total: sql`(SELECT ${tagCounts.customers} + ${tagCounts.leads} + ${tagCounts.tickets} FROM ${tagCounts} WHERE ${tagCounts.tagId} = ${left} AND ${tagCounts.owner} = '*')`,
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
  requireVersion(withUses(present), ifVersion)
}

/** The tag with this name, and how many customers in reach have it. Throws `not_found`. */
export async function getTagNamed({ db, actor }: Ctx, name: string): Promise<TagRow> {
  const ownerIds = owners(actor, 'tags:read')
  const [tag] = await db
    .select({ ...columns, uses: usesOf(ownerIds === 'all' ? '*' : actor.id) })
    .from(tags)
    .where(and(eq(tags.workspaceId, actor.workspaceId), eq(tags.key, foldText(name))))
  if (!tag) throw new AppError('not_found')
  return withUses(tag)
}

function isExistingTag({ workspaceId }: Ctx['actor'], condition: SQL): SQL | undefined {
  return and(condition, eq(tags.workspaceId, workspaceId), isNull(tags.deletedAt))
}

// How many records of an owner have the tag of the row; an owner of records reaches the leads of the pool too.
function usesOf(owner: string) {
  const sum = (kind: 'customers' | 'leads' | 'tickets') => sql`coalesce(sum(use.${sql.raw(kind)}), 0)`
  const whose = owner === '*' ? sql`= '*'` : sql`IN (${owner}, ${NOBODY})`
  // Drizzle would leave out the name of the table.
  return usesIn(sql`(SELECT json_object('count', ${sum('customers')}, 'leads', ${sum('leads')}, 'tickets', ${sum('tickets')})
    FROM ${tagCounts} AS use WHERE use.tag_id = ${columnIn('tags', tags.id)} AND use.owner ${whose})`)
}

function usesIn(json: SQL) {
  return json.mapWith((text: string) => Uses.parse(JSON.parse(text))).as('uses')
}

function withUses<Row extends { uses: Uses }>({ uses, ...tag }: Row) {
  return { ...tag, ...uses }
}
