// Where the rows of merged customers are. Merges that are not undone make trees, and a row is with the root of its home: the
// customer that had it first. A merge or its undoing changes the tree; rows then settle in pieces, in any order, to where it
// puts them, so that merges can be undone in any order too.
import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import type { Db } from '../db/client'
import { referencesFrom } from '../db/relations'
import { customers, interactions, merges, tickets } from '../db/schema'
import { columnIn, columnKey } from '../db/sql'
import { jobInsert, jobKind } from '../jobs/jobs.kind'
import { nextVersion } from '../records/version'
import { movedFactsUpdate } from './customers.facts'
import { MOVED, type Moved } from './merge.kinds'

/** How many rows of each kind settle in the request itself, and how many in a piece of the job: each writes up to 14 rows. */
export const AT_ONCE = 40
const A_PIECE = 300

/** The job that settles the rest. Its pieces find their rows anew, whatever was merged or undone meanwhile. */
export const MERGE = jobKind({
  input: z.object({ customerId: z.string() }),
  steps: ({ db }, { customerId }) =>
    MOVED.map((reference) => ({
      full: A_PIECE,
      pick: () => ({ key: sql`seq`, from: sql`FROM (${misplacedRows(reference, customerId, A_PIECE)})` }),
      statements: (picked) => moveStatements(db, reference, customerId, picked),
    })),
})

type Settlement = {
  mergeId: string
  /** The customer that the merge took away, or its undoing gave back. */
  customerId: string
  /** The customer that the request names. */
  subjectId: string
  /** About how many rows there are, if that is known. */
  total?: number
  /** Whether to do anything at all. */
  when: SQL
}

/** The statements that settle the first rows of a merge, and begin the job if any are left. */
export function settlementStatements(ctx: Ctx, settlement: Settlement): Statement[] {
  const { db } = ctx
  const { mergeId, customerId, subjectId, total, when } = settlement
  const rows = MOVED.map((reference) => ({ reference, select: misplacedRows(reference, customerId, AT_ONCE) }))
  const lists = rows.map(
    ({ reference, select }) => sql`${sql.raw(`'${reference.name}'`)}, (SELECT json_group_array(seq) FROM (${select}))`,
  )
  const pickedOf = ({ name }: Moved) =>
    sql`SELECT value FROM json_each((SELECT picked FROM ${merges} WHERE id = ${mergeId}), ${`$.${name}`})`
  const isLeft = MOVED.map((reference) => sql`EXISTS (${misplacedRows(reference, customerId, 1)})`)
  const isSettling = sql`${merges.id} = ${mergeId} AND ${merges.picked} IS NOT NULL`
  return [
    db
      .update(merges)
      .set({ picked: sql`json_object(${sql.join(lists, sql`, `)})` })
      .where(sql`${merges.id} = ${mergeId} AND ${when}`),
    ...rows.flatMap(({ reference }) => moveStatements(db, reference, customerId, pickedOf(reference))),
    jobInsert(ctx, {
      kind: 'merge',
      input: { customerId },
      subjectId,
      ...(total !== undefined && { total: sql`${total}` }),
      when: sql`EXISTS (SELECT 1 FROM ${merges} WHERE ${isSettling}) AND (${sql.join(isLeft, sql` OR `)})`,
    }),
    db.update(merges).set({ picked: null }).where(isSettling),
  ]
}

/** A SELECT of the `seq` of rows that a merge of this customer, or its undoing, left where they do not belong. */
function misplacedRows({ table, columns: [column], home }: Moved, customerId: string, most: number): SQL {
  const [place, origin] = [columnIn('placed', column), columnIn('placed', home)]
  const root = rootOf(customerId)
  const select = (from: SQL, where: SQL) =>
    sql`SELECT seq FROM (SELECT placed.seq AS seq FROM ${from} WHERE ${where} LIMIT ${most})`
  const fromHome = (where: SQL) =>
    select(
      sql`(${familyOf(customerId)}) AS family CROSS JOIN ${table} AS placed`,
      sql`${origin} = family.id AND ${where}`,
    )
  // Two ranges of the index of homes: a single “not equal” would read what is settled too.
  return sql`${select(sql`${table} AS placed`, sql`${place} = ${customerId} AND ${root} <> ${customerId}`)}
    UNION ALL ${fromHome(sql`${place} < ${root}`)} UNION ALL ${fromHome(sql`${place} > ${root}`)} LIMIT ${most}`
}

/** The statements that move these rows to the root of this customer; `picked` is a SELECT of their `seq`. */
function moveStatements(db: Db, reference: Moved, customerId: string, picked: SQL): Statement[] {
  const { table, columns, home } = reference
  const [column] = columns
  const root = rootOf(customerId)
  const ofRoot = (field: SQLiteColumn) => sql`(SELECT ${field} FROM ${customers} WHERE ${customers.id} = ${root})`
  const followers = referencesFrom(table).filter(({ onLeave }) => onLeave === 'follow')
  const owners = followers.flatMap((each) => each.columns.map((owner) => [columnKey(owner), ofRoot(customers.ownerId)]))
  const set = {
    ...Object.fromEntries(owners),
    [columnKey(column)]: root,
    [columnKey(home)]: sql`nullif(coalesce(${home}, ${column}), ${root})`,
    version: nextVersion(table),
    ...(table === tickets && { deletedAt: followedTrash(ofRoot(customers.deletedAt)) }),
  }
  const move = db.update(table).set(set).where(sql`seq IN (${picked})`)
  return table === interactions ? [movedFactsUpdate(db, picked, root), move] : [move]
}

// A ticket that was trashed with its customer, or lives with it, does as the other customer does.
function followedTrash(newDeletedAt: SQL): SQL {
  const { deletedAt, customerId } = tickets
  return sql`CASE WHEN ${deletedAt} IS (SELECT p.deleted_at FROM parents AS p WHERE p.id = ${customerId}) THEN ${newDeletedAt}
    ELSE ${deletedAt} END`
}

/** The customer to which this one was merged in the end, or itself. */
function rootOf(customerId: string): SQL {
  return sql`(WITH RECURSIVE up (id, level) AS (SELECT ${customerId}, 0
      UNION ALL SELECT m.survivor_id, level + 1 FROM up CROSS JOIN ${merges} AS m ON m.merged_id = up.id AND m.undone_at IS NULL)
    SELECT id FROM up ORDER BY level DESC LIMIT 1)`
}

/** A SELECT of the customer, and of all that were merged into it, directly or not. */
function familyOf(customerId: string): SQL {
  return sql`WITH RECURSIVE down (id) AS (SELECT ${customerId}
      UNION SELECT m.merged_id FROM down CROSS JOIN ${merges} AS m ON m.survivor_id = down.id AND m.undone_at IS NULL)
    SELECT id FROM down`
}
