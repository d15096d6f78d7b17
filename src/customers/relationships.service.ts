// Relationships: what two customers are to one another, one row for a pair, seen from both sides.
import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { customers, relationships } from '../db/schema'
import { insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'

/** Kinds that the other side sees differently; all others are the same from both. */
const INVERSE = { manager: 'report', report: 'manager', parent: 'child', child: 'parent' } as const
const isDirected = (kind: string): kind is keyof typeof INVERSE => Object.hasOwn(INVERSE, kind)
const inverse = (kind: string) => (isDirected(kind) ? INVERSE[kind] : kind)

/** How far a hierarchy is followed upwards; where it goes on beyond, nothing more is put below. */
const MAX_LEVELS = 100

export type RelationshipRow = { customer: { id: string; name: string; company: string | null }; kind: string }

/** Makes `otherId` a `kind` of `id`, in place of what they were. Throws `not_found` for either, `relationship_cycle`. */
export async function relate(ctx: Ctx, id: string, otherId: string, kind: string): Promise<RelationshipRow> {
  const { db, actor, now } = ctx
  const both = areBothInReach(ctx, id, otherId)
  const isNews = sql`${both} AND ${kindFrom(id, otherId)} IS NOT ${kind} AND ${isNoCycle(id, otherId, kind)}`
  const after = { [id]: kind, [otherId]: inverse(kind) }
  const row = { fromId: id, toId: otherId, workspaceId: actor.workspaceId, kind, createdAt: now }
  const { other } = await runBatch(db, {
    events: eventsOfBoth(ctx, 'customer.related', [id, otherId], after, isNews),
    related: insertFrom(db, relationships, row, sql`WHERE ${isNews}`).onConflictDoUpdate({
      target: [relationships.fromId, relationships.toId],
      set: { kind },
    }),
    inverseRemoved: db.delete(relationships).where(
      sql`from_id = ${otherId} AND to_id = ${id}
        AND EXISTS (SELECT 1 FROM customer_relationships AS new WHERE new.from_id = ${id} AND new.to_id = ${otherId})`,
    ),
    other: one(
      db
        .select({ name: customers.name, company: customers.company, kind: kindFrom(id, otherId).as('kind') })
        .from(customers)
        .where(and(eq(customers.id, otherId), both)),
    ),
  })
  if (!other) throw new AppError('not_found')
  if (other.kind !== kind) {
    const detail = `They stand above one another already, or in a hierarchy of more than ${MAX_LEVELS} levels.`
    throw new AppError('relationship_cycle', { detail })
  }
  return { customer: { id: otherId, name: other.name, company: other.company }, kind }
}

/** Ends what two customers are to one another. Throws `not_found` where that is nothing, or one is out of reach. */
export async function unrelate(ctx: Ctx, id: string, otherId: string): Promise<void> {
  const both = areBothInReach(ctx, id, otherId)
  const isThere = sql`${both} AND ${kindFrom(id, otherId)} IS NOT NULL`
  const { removed } = await runBatch(ctx.db, {
    events: eventsOfBoth(ctx, 'customer.unrelated', [id, otherId], {}, isThere),
    removed: one(
      ctx.db
        .delete(relationships)
        .where(sql`${isPair(id, otherId)} AND ${both}`)
        .returning({ kind: relationships.kind }),
    ),
  })
  if (!removed) throw new AppError('not_found')
}

/** The relationships of a customer with those whom the actor may see, in the order in which these were created. */
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
  const side = (isInverse: boolean) => {
    const [here, there] = [isInverse ? toId : fromId, isInverse ? fromId : toId]
    return db
      .select({
        id: there,
        name: customers.name,
        company: customers.company,
        kind: relationships.kind,
        isInverse: sql<number>`${sql.raw(isInverse ? '1' : '0')}`.as('is_inverse'),
      })
      .from(relationships)
      .crossJoin(customers)
      .where(
        and(
          sql`${here} = ${customer}`,
          eq(customers.id, there),
          visible(actor, 'customers:read', customers),
          after && gt(there, String(after[0])),
        ),
      )
  }
  const { found, rows } = await runBatch(db, {
    found: one(customer),
    rows: side(false)
      .unionAll(side(true))
      .orderBy(sql`1`)
      .limit(limit + 1),
  })
  if (!found) throw new AppError('not_found')
  const page = cut(rows, limit, (row) => [row.id])
  return {
    ...page,
    rows: page.rows.map(({ id, name, company, kind, isInverse }) => ({
      customer: { id, name, company },
      kind: isInverse ? inverse(kind) : kind,
    })),
  }
}

// One event for each of the two, recorded before the change, while the old kind can still be read.
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
  const state = (kind: SQL) =>
    sql`CASE WHEN ${kind} IS NOT NULL THEN json_object('customerId', side.value ->> 'other', 'kind', ${kind}) END`
  const before = kindFrom(sql`side.value ->> 'id'`, sql`side.value ->> 'other'`)
  return eventInsert(ctx, {
    verb,
    subject: 'customer',
    id: sql`side.value ->> 'id'`,
    changes: sql`json_object('relationship', json_array(${state(before)}, ${state(sql`side.value ->> 'kind'`)}))`,
    from: sql`json_each(${JSON.stringify(sides)}) AS side`,
    when,
  })
}

function areBothInReach({ actor }: Ctx, a: string, b: string): SQL {
  const reached = and(sql`${customers.id} IN (${a}, ${b})`, visible(actor, 'customers:write', customers))
  return sql`(SELECT count(*) FROM ${customers} WHERE ${reached}) = 2`
}

function isPair(a: string | SQL, b: string | SQL): SQL {
  return sql`((from_id = ${a} AND to_id = ${b}) OR (from_id = ${b} AND to_id = ${a}))`
}

/** The kind that `other` is to `id`; null where there is no relationship. */
function kindFrom(id: string | SQL, other: string | SQL) {
  const cases = Object.entries(INVERSE).map(([kind, seen]) => `WHEN '${kind}' THEN '${seen}'`)
  const seenFromThere = sql.raw(`CASE kind ${cases.join(' ')} ELSE kind END`)
  return sql<string | null>`(SELECT CASE WHEN from_id = ${id} THEN kind ELSE ${seenFromThere} END
    FROM customer_relationships WHERE ${isPair(id, other)})`
}

/** The upper one is not below the lower one already, over up to MAX_LEVELS; the pair's present row does not count. */
function isNoCycle(id: string, otherId: string, kind: string): SQL {
  if (!isDirected(kind)) return sql`true`
  const isAbove = kind === 'manager' || kind === 'parent'
  const [upper, lower, up] = isAbove ? [otherId, id, kind] : [id, otherId, INVERSE[kind]]
  const climbs = (from: 'from_id' | 'to_id', to: 'from_id' | 'to_id', by: string) =>
    sql`SELECT ${sql.raw(to)}, level + 1 FROM above CROSS JOIN customer_relationships
      ON ${sql.raw(from)} = id AND kind = ${by} WHERE level < ${sql.raw(String(MAX_LEVELS))} AND NOT ${isPair(id, otherId)}`
  return sql`NOT EXISTS (WITH RECURSIVE above (id, level) AS (
    SELECT ${upper}, 0 UNION ${climbs('from_id', 'to_id', up)} UNION ${climbs('to_id', 'from_id', inverse(up))})
    SELECT 1 FROM above WHERE id = ${lower} OR level = ${sql.raw(String(MAX_LEVELS))})`
}
