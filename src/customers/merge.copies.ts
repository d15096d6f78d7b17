// Tags and relationships of a customer that is merged away: it keeps them, and the survivor gets copies. A merge notes each
// that it brought, also what an earlier one had brought already: a copy goes when the last merge that brought it is undone.
import { type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { customerTags, mergedRows, merges, relationships } from '../db/schema'
import { insertFrom } from '../db/sql'
import { taggingMarks } from '../db/tagging-marks'
import { COPIED, type CopiedKind } from './merge.kinds'

const tagsOf = (id: string | SQL) => sql`SELECT tag_id AS id FROM ${customerTags} WHERE customer_id = ${id}`
/** SQL: how many tags a customer has. */
export const tagCount = (id: string) => sql<number>`(SELECT count(*) FROM (${tagsOf(id)}))`
const relatedTo = (id: string | SQL) => sql`SELECT to_id AS id FROM ${relationships} WHERE from_id = ${id}
  UNION SELECT from_id FROM ${relationships} WHERE to_id = ${id}`
const idsOf: Record<CopiedKind, (id: string | SQL) => SQL> = { tags: tagsOf, relationships: relatedTo }

/**
 * SELECTs of what a merge copies: ids of tags, and of related customers. Left out are copies that the survivor has already,
 * and relationships by which a customer would stand above itself.
 */
export function copiedIds(id: string, fromId: string): Record<CopiedKind, SQL> {
  return {
    tags: sql`${tagsOf(fromId)} AND tag_id NOT IN (${tagsOf(id)})`,
    relationships: sql`SELECT id FROM (${relatedTo(fromId)}) WHERE id <> ${id} AND id NOT IN (SELECT id FROM (${relatedTo(id)}))
      AND id NOT IN (${closingCircles(id, fromId)})`,
  }
}

type Copying = { mergeId: string; id: string; fromId: string; when: SQL }

/** The statements that note and copy the tags and relationships of a customer that is merged away. */
export function copyStatements({ db, actor, now }: Ctx, { mergeId, id, fromId, when }: Copying): Statement[] {
  const copied = copiedIds(id, fromId)
  const note = (kind: CopiedKind) => {
    const again = sql`SELECT had.id FROM (${idsOf[kind](fromId)}) AS had WHERE ${isCopy(kind, id, sql`had.id`)}`
    const ids = sql`SELECT id FROM (${copied[kind]}) UNION ${again}`
    return insertFrom(
      db,
      mergedRows,
      { mergeId, kind, rowId: sql`brought.id` },
      sql`FROM (${ids}) AS brought WHERE ${when}`,
    )
  }
  const noted = (kind: CopiedKind) =>
    sql`(SELECT row_id FROM ${mergedRows} WHERE merge_id = ${mergeId} AND kind = ${kind})`
  const ends = (end: 'from_id' | 'to_id') =>
    sql`CASE WHEN ${sql.raw(end)} = ${fromId} THEN ${id} ELSE ${sql.raw(end)} END`
  const [marked, unmarked] = taggingMarks(db, sql`SELECT ${id} AS id WHERE EXISTS ${noted('tags')}`)
  return [
    note('tags'),
    marked,
    insertFrom(
      db,
      customerTags,
      { customerId: id, tagId: sql`tag_id` },
      sql`FROM ${customerTags} WHERE customer_id = ${fromId} AND tag_id IN ${noted('tags')} AND tag_id NOT IN (${tagsOf(id)})`,
    ),
    unmarked,
    note('relationships'),
    insertFrom(
      db,
      relationships,
      { fromId: ends('from_id'), toId: ends('to_id'), workspaceId: actor.workspaceId, kind: sql`kind`, createdAt: now },
      sql`FROM ${relationships} WHERE ((from_id = ${fromId} AND to_id IN ${noted('relationships')} AND to_id NOT IN (${relatedTo(id)}))
        OR (to_id = ${fromId} AND from_id IN ${noted('relationships')} AND from_id NOT IN (${relatedTo(id)})))`,
    ),
  ]
}

/** A merge on the way from a customer that is given back to the root of the tree. */
export type Step = { id: string; survivorId: string; mergedId: string }

/**
 * The statements that take back the copies of the first merge, from the survivor and from those to which the survivor was
 * merged later, unless another merge brought them too.
 */
export function uncopyStatements({ db }: Ctx, steps: readonly Step[], when: SQL): Statement[] {
  return steps.flatMap(({ id, survivorId, mergedId }, level) => {
    // Of later merges, what the merged customer has lost by the statements before.
    const lost = (kind: CopiedKind) => {
      const notes = sql`SELECT lost.row_id FROM ${mergedRows} AS lost WHERE lost.merge_id = ${id} AND lost.kind = ${kind}`
      return level === 0 ? notes : sql`${notes} AND lost.row_id NOT IN (SELECT id FROM (${idsOf[kind](mergedId)}))`
    }
    const goes = (kind: CopiedKind, rowId: SQL) =>
      sql`${rowId} IN (${lost(kind)}) AND NOT ${isCopy(kind, survivorId, rowId, id)} AND ${when}`
    const { fromId, toId } = relationships
    const [marked, unmarked] = taggingMarks(db, sql`SELECT ${survivorId} AS id WHERE EXISTS (${lost('tags')})`)
    return [
      marked,
      db
        .delete(customerTags)
        .where(sql`${customerTags.customerId} = ${survivorId} AND ${goes('tags', sql`${customerTags.tagId}`)}`),
      unmarked,
      db.delete(relationships).where(
        sql`(${fromId} = ${survivorId} AND ${goes('relationships', sql`${toId}`)})
          OR (${toId} = ${survivorId} AND ${goes('relationships', sql`${fromId}`)})`,
      ),
      ...Object.values(COPIED).map((kind) =>
        db.delete(mergedRows).where(sql`merge_id = ${id} AND kind = ${kind} AND row_id IN (${lost(kind)}) AND ${when}`),
      ),
    ]
  })
}

/** Whether a merge into this customer, other than this one, brought the row. */
function isCopy(kind: CopiedKind, survivorId: string, rowId: SQL, exceptId = ''): SQL {
  return sql`EXISTS (SELECT 1 FROM ${merges} AS bringer CROSS JOIN ${mergedRows} AS brought_before
    ON brought_before.merge_id = bringer.id AND brought_before.kind = ${kind} AND brought_before.row_id = ${rowId}
    WHERE bringer.survivor_id = ${survivorId} AND bringer.undone_at IS NULL AND bringer.id <> ${exceptId})`
}

// The customers directly below the merged one that stand above the survivor, and those directly above it that stand below
// the survivor. The query climbs only upwards: few customers stand above another, but any number below.
function closingCircles(id: string, fromId: string): SQL {
  const seenFromThere = sql.raw(`CASE climb.kind WHEN 'manager' THEN 'report' ELSE 'child' END`)
  return sql`WITH RECURSIVE climb (origin, kind, id) AS (
    SELECT 'survivor', value, ${id} FROM json_each('["manager","parent"]')
    UNION SELECT to_id, kind, to_id FROM ${relationships} WHERE from_id = ${fromId} AND kind IN ('manager', 'parent')
    UNION SELECT from_id, CASE kind WHEN 'report' THEN 'manager' ELSE 'parent' END, from_id FROM ${relationships}
      WHERE to_id = ${fromId} AND kind IN ('report', 'child')
    UNION SELECT origin, climb.kind, up.to_id FROM climb CROSS JOIN ${relationships} AS up
      ON up.from_id = climb.id AND up.kind = climb.kind
    UNION SELECT origin, climb.kind, up.from_id FROM climb CROSS JOIN ${relationships} AS up
      ON up.to_id = climb.id AND up.kind = ${seenFromThere})
    SELECT origin FROM climb WHERE id = ${id} AND origin <> 'survivor'
    UNION SELECT climb.id FROM climb CROSS JOIN ${relationships} AS own
      ON own.from_id = climb.id AND own.to_id = ${fromId} AND own.kind = climb.kind WHERE origin = 'survivor'
    UNION SELECT climb.id FROM climb CROSS JOIN ${relationships} AS own
      ON own.from_id = ${fromId} AND own.to_id = climb.id AND own.kind = ${seenFromThere} WHERE origin = 'survivor'`
}
