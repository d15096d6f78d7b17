// Relationships between customers: one row for a pair, read from both sides.
import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers, relationships } from '../db/schema'
import { insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'

/** Kinds with another name on the other side. All other kinds have the same name on both sides. */
const INVERSE = { manager: 'report', report: 'manager', parent: 'child', child: 'parent' } as const
const isDirected = (kind: string): kind is keyof typeof INVERSE => Object.hasOwn(INVERSE, kind)
const inverseKind = (kind: string) => (isDirected(kind) ? INVERSE[kind] : kind)

/** How many levels of a hierarchy are followed upwards. In a higher one, no new level is accepted. */
export const MAX_LEVELS = 100

/** How many relationships a customer has at most. A merge copies all of them at once. */
export const MAX_RELATIONSHIPS = 500

/** SQL: how many relationships a customer has, up to one more than it may have. */
export function relationshipCount(id: string): SQL<number> {
  const { fromId, toId } = relationships
  return sql<number>`(SELECT count(*) FROM (SELECT 1 FROM ${relationships} WHERE ${fromId} = ${id}
    UNION ALL SELECT 1 FROM ${relationships} WHERE ${toId} = ${id} LIMIT ${MAX_RELATIONSHIPS + 1}))`
}

export type RelationshipRow = { customer: { id: string; name: string; company: string | null }; kind: string }

/**
 * Makes `otherId` the `kind` of `id`, instead of an earlier relationship. Throws `not_found`, `relationship_cycle`, and
 * `invalid` if one of them has 500 relationships.
 */
export async function relateCustomers(ctx: Ctx, id: string, otherId: string, kind: string): Promise<RelationshipRow> {
  const { db, actor, now } = ctx
  const areInReach = areBothInReach(ctx, id, otherId)
  const isFull = sql<number>`(${kindFrom(id, otherId)} IS NULL AND
    max(${relationshipCount(id)}, ${relationshipCount(otherId)}) >= ${MAX_RELATIONSHIPS})`
  const isNewKind = sql`${areInReach} AND ${kindFrom(id, otherId)} IS NOT ${kind} AND ${isNoCycle(id, otherId, kind)}
    AND NOT ${isFull}`
  const added = alias(relationships, 'new')
  const after = { [id]: kind, [otherId]: inverseKind(kind) }
  const row = { fromId: id, toId: otherId, workspaceId: actor.workspaceId, kind, createdAt: now }
  const { other } = await runBatch(db, {
    events: eventsOfBoth(ctx, 'customer.related', [id, otherId], after, isNewKind),
    related: insertFrom(db, relationships, row, sql`WHERE ${isNewKind}`).onConflictDoUpdate({
      target: [relationships.fromId, relationships.toId],
      set: { kind, importedAs: null },
    }),
    inverseRemoved: db.delete(relationships).where(
      sql`${relationships.fromId} = ${otherId} AND ${relationships.toId} = ${id}
        AND EXISTS (SELECT 1 FROM ${relationships} AS new WHERE ${added.fromId} = ${id} AND ${added.toId} = ${otherId})`,
    ),
    other: one(
      db
        .select({
          name: customers.name,
          company: customers.company,
          kind: kindFrom(id, otherId).as('kind'),
          isFull: isFull.as('is_full'),
        })
        .from(customers)
        .where(and(eq(customers.id, otherId), areInReach)),
    ),
  })
  if (!other) throw new AppError('not_found')
  if (other.kind === null && other.isFull) {
    const message = `One of the customers has ${MAX_RELATIONSHIPS} relationships, which is the most that there can be`
    throw invalidError('path.otherId', message, 'too_many_relationships')
  }
  if (other.kind !== kind) {
    const detail = `It would close a cycle, or the hierarchy has more than ${MAX_LEVELS} levels.`
    throw new AppError('relationship_cycle', { detail })
  }
  return { customer: { id: otherId, name: other.name, company: other.company }, kind }
}

/** Ends a relationship. Throws `not_found` if there is none, or one of the customers is out of reach. */
export async function unrelateCustomers(ctx: Ctx, id: string, otherId: string): Promise<void> {
  const areInReach = areBothInReach(ctx, id, otherId)
  const isRelated = sql`${areInReach} AND ${kindFrom(id, otherId)} IS NOT NULL`
  const { removed } = await runBatch(ctx.db, {
    events: eventsOfBoth(ctx, 'customer.unrelated', [id, otherId], {}, isRelated),
    removed: one(
      ctx.db
        .delete(relationships)
        .where(sql`${isPair(id, otherId)} AND ${areInReach}`)
        .returning({ kind: relationships.kind }),
    ),
  })
  if (!removed) throw new AppError('not_found')
}

/** The relationships of a customer with customers in reach, the oldest of these first. Throws `not_found`. */
export async function listRelationships(
  { db, actor }: Ctx,
  id: string,
  { limit, after }: PageRequest,
): Promise<Page<RelationshipRow>> {
  const customer = db
    .select({ id: customers.id })
    .from(customers)
    .where(and(eq(customers.id, id), visible(actor, 'customers:read', customers)))
  const { fromId, toId } = relationships
  const rowsFrom = (isInverse: boolean) => {
    const [ownSide, otherSide] = [isInverse ? toId : fromId, isInverse ? fromId : toId]
    return db
      .select({
        id: otherSide,
        name: customers.name,
        company: customers.company,
        kind: relationships.kind,
        isInverse: (isInverse ? sql<number>`1` : sql<number>`0`).as('is_inverse'),
      })
      .from(relationships)
      .crossJoin(customers)
      .where(
        and(
          sql`${ownSide} = ${customer}`,
          eq(customers.id, otherSide),
          visible(actor, 'customers:read', customers),
          after && gt(otherSide, String(after[0])),
        ),
      )
  }
  const { found, rows } = await runBatch(db, {
    found: one(customer),
    rows: rowsFrom(false)
      .unionAll(rowsFrom(true))
      .orderBy(sql`1`)
      .limit(limit + 1),
  })
  if (!found) throw new AppError('not_found')
  const page = cut(rows, limit, (row) => [row.id])
  return {
    ...page,
    rows: page.rows.map(({ id, name, company, kind, isInverse }) => ({
      customer: { id, name, company },
      kind: isInverse ? inverseKind(kind) : kind,
    })),
  }
}

// One event for each of the two customers. It is written before the change, while the old kind can still be read.
function eventsOfBoth(
  ctx: Ctx,
  verb: `customer.${string}`,
  [a, b]: [string, string],
  after: Record<string, string>,
  when: SQL,
) {
  const sides = [
    { id: a, other: b, kind: after[a] },
    { id: b, other: a, kind: after[b] },
  ]
  const stateOf = (kind: SQL) =>
    sql`CASE WHEN ${kind} IS NOT NULL THEN json_object('customerId', side.value ->> 'other', 'kind', ${kind}) END`
  const before = kindFrom(sql`side.value ->> 'id'`, sql`side.value ->> 'other'`)
  return eventInsert(ctx, {
    verb,
    subject: 'customer',
    id: sql`side.value ->> 'id'`,
    changes: sql`json_object('relationship', json_array(${stateOf(before)}, ${stateOf(sql`side.value ->> 'kind'`)}))`,
    from: sql`json_each(${JSON.stringify(sides)}) AS side`,
    when,
  })
}

function areBothInReach({ actor }: Ctx, a: string, b: string): SQL {
  const isInReach = and(sql`${customers.id} IN (${a}, ${b})`, visible(actor, 'customers:write', customers))
  return sql`(SELECT count(*) FROM ${customers} WHERE ${isInReach}) = 2`
}

function isPair(a: string | SQL, b: string | SQL): SQL {
  const { fromId, toId } = relationships
  return sql`((${fromId} = ${a} AND ${toId} = ${b}) OR (${fromId} = ${b} AND ${toId} = ${a}))`
}

/** SQL: what a kind is called on the other side. */
export function inverseOf(kind: SQL): SQL {
  const cases = Object.entries(INVERSE).map(([name, inverse]) => sql.raw(`WHEN '${name}' THEN '${inverse}'`))
  return sql`CASE ${kind} ${sql.join(cases, sql` `)} ELSE ${kind} END`
}

/** The kind that `other` is to `id`. Null if there is no relationship. */
function kindFrom(id: string | SQL, other: string | SQL) {
  const { fromId, kind } = relationships
  return sql<string | null>`(SELECT CASE WHEN ${fromId} = ${id} THEN ${kind} ELSE ${inverseOf(sql`${kind}`)} END
    FROM ${relationships} WHERE ${isPair(id, other)})`
}

/** True if the upper customer is not already below the lower one. The current row of the pair does not count. */
function isNoCycle(id: string, otherId: string, kind: string): SQL {
  if (!isDirected(kind)) return sql`true`
  const isAbove = kind === 'manager' || kind === 'parent'
  const [upper, lower, upwardKind] = isAbove ? [otherId, id, kind] : [id, otherId, INVERSE[kind]]
  const { fromId, toId } = relationships
  const levelAbove = (lowerSide: SQLiteColumn, upperSide: SQLiteColumn, upwardKind: string) =>
    sql`SELECT ${upperSide}, level + 1 FROM above CROSS JOIN ${relationships}
      ON ${lowerSide} = above.id AND ${relationships.kind} = ${upwardKind} WHERE level < ${sql.raw(String(MAX_LEVELS))} AND NOT ${isPair(id, otherId)}`
  return sql`NOT EXISTS (WITH RECURSIVE above (id, level) AS (
    SELECT ${upper}, 0 UNION ${levelAbove(fromId, toId, upwardKind)} UNION ${levelAbove(toId, fromId, inverseKind(upwardKind))})
    SELECT 1 FROM above WHERE id = ${lower} OR level = ${sql.raw(String(MAX_LEVELS))})`
}
