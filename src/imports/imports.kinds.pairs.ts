// Relationships of a file as SQL: pairs of customers, of which none closes a cycle or makes one more than a customer may have.
// In this SQL, `row` is the row as JSON: `to` is the `kind` of `from`.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Ctx } from '../context'
import { inverseOf, MAX_LEVELS, MAX_RELATIONSHIPS } from '../customers/relationships.service'
import type { Statement } from '../db/batch'
import { importKeys, relationships } from '../db/schema'
import { columnIn, insertFrom } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { classifiedRows, type KindJob, rowsWithOutcome } from './imports.job'
import type { Classified } from './imports.kinds.classify'
import { at, customerOf } from './imports.kinds.references'

const t = alias(relationships, 't')
const r = alias(relationships, 'r')
const [from, to, kind] = [at('fromId'), at('toId'), at('kind')]
const most = sql.raw(String(MAX_RELATIONSHIPS))
const levels = sql.raw(String(MAX_LEVELS))

// What `from` is told that `to` is, of a stored row of either direction.
const kindFrom = (row: string) =>
  sql`CASE WHEN ${columnIn(row, relationships.fromId)} = ${from} THEN ${columnIn(row, relationships.kind)}
    ELSE ${inverseOf(columnIn(row, relationships.kind))} END`
const isPair = (row: string) =>
  sql`((${columnIn(row, relationships.fromId)} = ${from} AND ${columnIn(row, relationships.toId)} = ${to})
    OR (${columnIn(row, relationships.fromId)} = ${to} AND ${columnIn(row, relationships.toId)} = ${from}))`

/** What the classification needs to know of relationships. */
export function classifiedPairs(ctx: Ctx, job: KindJob): Classified {
  const isKnown = sql`${from} IS NOT NULL AND ${to} IS NOT NULL`
  return {
    roles: [],
    found: { fromId: customerOf(ctx, 'from'), toId: customerOf(ctx, 'to') },
    identity: sql`iif(${isKnown}, 'pair:' || min(${from}, ${to}) || '>' || max(${from}, ${to}), ${at('key')})`,
    record: sql`(SELECT ${r.fromId} || '>' || ${r.toId} FROM ${relationships} AS r WHERE ${isPair('r')})`,
    join: sql`${relationships} AS t ON ${t.fromId} = substr(record, 1, 36) AND ${t.toId} = substr(record, 38)`,
    exists: sql`${t.fromId}`,
    isChanged: sql`${kindFrom('t')} IS NOT ${kind}`,
    refusals: [
      ['required', sql`${kind} IS NULL`],
      ['no_record', sql`NOT (${isKnown})`],
      ['same_record', sql`${from} = ${to}`],
      [
        'relationship_cycle',
        sql`n IN (SELECT climbs.n FROM climbs WHERE climbs.id = climbs.low OR climbs.level = ${levels})`,
      ],
      ['too_many_relationships', sql`record IS NULL AND n IN (SELECT crowded.n FROM crowded)`],
    ],
    beside: [edges(), climbs(job), crowded(job)],
    newId: sql`${from} || '>' || ${to}`,
  }
}

// Each row with a direction: who is below, and who above.
function edges(): SQL {
  return sql`edges AS MATERIALIZED (SELECT n, iif(${kind} IN ('manager', 'parent'), ${from}, ${to}) AS low,
      iif(${kind} IN ('manager', 'parent'), ${to}, ${from}) AS high, iif(${kind} IN ('manager', 'report'), 'manager', 'parent') AS up
    FROM settled WHERE ${kind} IN ('manager', 'report', 'parent', 'child') AND ${from} IS NOT NULL AND ${to} IS NOT NULL)`
}

// Climbs from the upper customer of each row, by what is there and by all rows of the file: who comes to the lower one closes a
// cycle. The row of the pair itself does not count.
function climbs({ id, chunks }: KindJob): SQL {
  const isOther = (a: SQL, b: SQL) => sql`NOT (${a} IN (c.low, c.high) AND ${b} IN (c.low, c.high))`
  const goesOn = sql`c.level < ${levels} AND c.id IS NOT c.low`
  const step = (next: SQL, tail: SQL) =>
    sql`SELECT c.n, ${next}, c.level + 1, c.low, c.high, c.up FROM climbs AS c CROSS JOIN ${tail} AND ${goesOn}`
  const prefix = sql`'edge:' || c.up || ':' || c.id || '>'`
  const ofEarlier =
    chunks === 1
      ? sql``
      : sql` UNION ${step(
          sql`substr(k.key, length(${prefix}) + 1)`,
          sql`${importKeys} AS k WHERE k.import_id = ${id} AND k.key BETWEEN ${prefix} AND ${prefix} || 'g' AND ${isOther(sql`c.id`, sql`substr(k.key, length(${prefix}) + 1)`)}`,
        )}`
  const inverse = sql`iif(c.up = 'manager', 'report', 'child')`
  return sql`climbs (n, id, level, low, high, up) AS (
    SELECT n, high, 0, low, high, up FROM edges
    UNION ${step(sql`r.to_id`, sql`${relationships} AS r WHERE r.from_id = c.id AND r.kind = c.up AND ${isOther(sql`r.from_id`, sql`r.to_id`)}`)}
    UNION ${step(sql`r.from_id`, sql`${relationships} AS r WHERE r.to_id = c.id AND r.kind = ${inverse} AND ${isOther(sql`r.from_id`, sql`r.to_id`)}`)}
    UNION ${step(sql`e.high`, sql`edges AS e WHERE e.low = c.id AND e.up = c.up AND ${isOther(sql`e.low`, sql`e.high`)}`)}${ofEarlier})`
}

// Rows by which a customer would have more relationships than one may have.
function crowded({ id, chunks, dryRun }: KindJob): SQL {
  const counted = sql`(SELECT count(*) FROM (SELECT 1 FROM ${relationships} AS r WHERE r.from_id = customer
    UNION ALL SELECT 1 FROM ${relationships} AS r WHERE r.to_id = customer LIMIT ${most}))`
  const ofEarlier = sql`(SELECT count(*) FROM ${importKeys} AS k WHERE k.import_id = ${id} AND k.key BETWEEN 'end:' || customer || ':' AND 'end:' || customer || ';')`
  const had = dryRun && chunks > 1 ? sql`${counted} + ${ofEarlier}` : counted
  return sql`crowded AS MATERIALIZED (SELECT n FROM (
    SELECT n, customer, count(*) OVER (PARTITION BY customer ORDER BY n) AS nth FROM (
      SELECT n, side.value AS customer FROM settled, json_each(json_array(${from}, ${to})) AS side
      WHERE side.value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${relationships} AS r WHERE ${isPair('r')})))
    WHERE nth + ${had} > ${most})`
}

/** The statements that write the pairs of a chunk, each with an event of both customers. */
export function pairStatements(ctx: Ctx, job: KindJob, n: number, ids: string): Statement[] {
  const { db, actor, now } = ctx
  const row = {
    ...{ fromId: from, toId: to, workspaceId: actor.workspaceId, kind, createdAt: now },
    importedAs: sql`${ids} || printf('%08x', row_number() OVER ())`,
  }
  const target = sql`(SELECT r.from_id AS a, r.to_id AS b, row FROM ${classifiedRows(job, n, 'update')} CROSS JOIN ${relationships} AS r
    ON r.from_id = substr(row ->> 'record', 1, 36) AND r.to_id = substr(row ->> 'record', 38)) AS target`
  return [
    relatedEvents(ctx, job, n),
    insertFrom(db, relationships, row, sql`FROM ${classifiedRows(job, n, 'create')} WHERE true`).onConflictDoNothing(),
    db
      .update(relationships)
      .set({
        kind: sql`iif(${relationships.fromId} = ${from}, ${kind}, ${inverseOf(kind)})`,
        importedAs: null,
      })
      .from(target)
      .where(sql`${relationships.fromId} = target.a AND ${relationships.toId} = target.b`),
  ]
}

// Before the change, while the old kind can still be read.
function relatedEvents(ctx: Ctx, job: KindJob, n: number): Statement {
  const sides = sql`json_each(json_array(json_object('id', ${from}, 'other', ${to}, 'kind', ${kind}),
    json_object('id', ${to}, 'other', ${from}, 'kind', ${inverseOf(kind)}))) AS side`
  const id = sql`side.value ->> 'id'`
  const other = sql`side.value ->> 'other'`
  const before = sql`(SELECT json_object('customerId', ${other}, 'kind', iif(r.from_id = ${id}, r.kind, ${inverseOf(sql`r.kind`)}))
    FROM ${relationships} AS r WHERE ${isPair('r')})`
  return eventInsert(ctx, {
    verb: 'customer.related',
    subject: 'customer',
    id,
    changes: sql`json_object('relationship', json_array(json(${before}), json_object('customerId', ${other}, 'kind', side.value ->> 'kind')),
      'importId', json_array(NULL, ${job.id}))`,
    from: sql`${rowsWithOutcome(job, n, 'create', 'update')} CROSS JOIN ${sides}`,
    when: sql`true`,
  })
}

/** The keys by which later chunks know who stands above whom, and how many relationships a customer has. */
export const pairKeys = [
  sql`CASE ${kind} WHEN 'manager' THEN 'edge:manager:' || ${from} || '>' || ${to} WHEN 'report' THEN 'edge:manager:' || ${to} || '>' || ${from}
    WHEN 'parent' THEN 'edge:parent:' || ${from} || '>' || ${to} WHEN 'child' THEN 'edge:parent:' || ${to} || '>' || ${from} END`,
  sql`iif(outcome = 'create', 'end:' || ${from} || ':' || ${to}, NULL)`,
  sql`iif(outcome = 'create', 'end:' || ${to} || ':' || ${from}, NULL)`,
]
