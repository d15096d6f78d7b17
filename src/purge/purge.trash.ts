// Purges records that were in the trash for 30 days: first the rows that refer to them, in pieces, then the records.
import { type SQL, sql } from 'drizzle-orm'
import { runBatch } from '../db/batch'
import type { Db } from '../db/client'
import {
  RELATIONS,
  type Relation,
  referencesFrom,
  referencesTo,
  type TableReference,
  type TrashTable,
} from '../db/relations'
import { allOf, columnIn, columnKey, primaryKeyOf } from '../db/sql'
import { purgedBefore } from '../db/trash'
import { nextVersion } from '../records/version'

/** How many rows a round deleted, by kind, whether there may be more, and how many statements it sent. */
export type Purged = { counts: Record<string, number>; isFull: boolean; statements: number }

/** How many records of a table a round takes. It begins with those that were trashed first. */
const RECORDS = 500
/** How many rows that refer to them each statement takes. */
const ROWS = 2_500

const gone = { gone: sql<number>`1` }

/**
 * A round: deletes or clears rows that refer to expired records, as db/relations.ts says, and deletes the records to which
 * no row refers any more. Tables go in the order in which they stand there.
 */
export async function purgeTrash(db: Db, now: string): Promise<Purged> {
  const tables = Object.entries<Relation>(RELATIONS)
  const statements = tables.flatMap(([name, relation]): [string, Statements][] => [
    [`${name} deleted`, deletions(db, now, relation)],
    [`${name} cleared`, clearings(db, now, relation)],
  ])
  const purged = await runBatch(db, Object.fromEntries(statements))
  const deleted = tables.map(([name]) => [name, purged[`${name} deleted`]?.flat().length ?? 0])
  const isFull = Object.values(purged).some((results) => results.some((rows) => rows.length >= RECORDS))
  const sent = statements.reduce((sum, [, list]) => sum + list.length, 0)
  return { counts: Object.fromEntries(deleted), isFull, statements: sent }
}

type Statements = ReturnType<typeof deletions> | ReturnType<typeof clearings>

/** Deletes the rows that go with an expired record, and, in a table with a trash, the expired records. */
function deletions(db: Db, now: string, relation: Relation) {
  const { table } = relation
  const going = referencesFrom(table).flatMap((reference) => {
    if (reference.onPurge === 'delete') return [referringRows(reference, now)]
    const other = otherColumn(reference)
    return other ? [referringRows(reference, now, sql`${other} IS NULL`)] : []
  })
  const trash = relation.hasTrash ? [trashWithoutRows(relation.table, now)] : []
  return [...going, ...trash].map((where) => db.delete(table).where(where).returning(gone))
}

/** Empties the columns of rows that stay when the record is purged to which they refer. */
function clearings(db: Db, now: string, relation: Relation) {
  if (!relation.subject) return []
  const { table } = relation
  return referencesFrom(table).flatMap((reference) => {
    const other = otherColumn(reference)
    if (reference.onPurge !== 'clear' && !other) return []
    const emptied = Object.fromEntries(reference.columns.map((column) => [columnKey(column), null]))
    return db
      .update(table)
      .set({ ...emptied, version: nextVersion(table) })
      .where(referringRows(reference, now, other && sql`${other} IS NOT NULL`))
      .returning(gone)
  })
}

function otherColumn({ onPurge }: TableReference): SQL | undefined {
  return typeof onPurge === 'object' ? columnIn('referring', onPurge.clearIf) : undefined
}

/** Rows that refer to expired records, found along the index of the column. */
function referringRows({ table, columns, to }: TableReference, now: string, where = sql`true`): SQL {
  const selects = columns.map(
    (column) => sql`SELECT ${primaryKeyOf(table, 'referring')} FROM ${expiredIds(to, now)} AS gone
      CROSS JOIN ${table} AS referring ON ${columnIn('referring', column)} = gone.id WHERE ${where}`,
  )
  return sql`(${primaryKeyOf(table)}) IN (${sql.join(selects, sql` UNION `)} LIMIT ${ROWS})`
}

/** Expired records to which no row refers any more that would keep them. */
function trashWithoutRows(table: TrashTable, now: string): SQL {
  const references = referencesTo(table).filter(({ onPurge }) => onPurge !== undefined)
  const areGone = references.flatMap((reference) =>
    reference.columns.map(
      (column) => sql`NOT EXISTS (SELECT 1 FROM ${reference.table} AS left_over
        WHERE ${columnIn('left_over', column)} = ${table.id})`,
    ),
  )
  return allOf(sql`${table.id} IN ${expiredIds(table, now)}`, ...areGone)
}

function expiredIds(table: TrashTable, now: string): SQL {
  const { id, deletedAt } = table
  return sql`(SELECT ${id} AS id FROM ${table} WHERE ${deletedAt} < ${purgedBefore(now)} ORDER BY ${deletedAt} LIMIT ${RECORDS})`
}
