// The SQL of merging, shared by the merge, its preview and its undoing, so that they cannot differ.
import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { customers, customerTags, interactions, leads, relationships, tickets } from '../db/schema'
import { columnIn } from '../db/sql'
import { type Field, fieldsWith } from '../records/fields'
import { CUSTOMER_FIELDS } from './customers.fields'

export type Prefer = 'this' | 'other'

/** The fields that a merge may fill or replace. */
export const MERGED = fieldsWith(CUSTOMER_FIELDS, 'isMerged')
export type MergedField = keyof typeof MERGED

/** The two customers of a merge as `survivor` and `other`; no row where the actor may not change both. */
export function pairOf({ actor }: Ctx, id: string, fromId: string): { from: SQL; where: SQL } {
  const [survivor, other] = [alias(customers, 'survivor'), alias(customers, 'other')]
  const may = sql`${visible(actor, 'customers:write', survivor)} AND ${visible(actor, 'customers:write', other)}`
  return {
    from: sql`customers AS survivor CROSS JOIN customers AS other`,
    where: sql`survivor.id = ${id} AND other.id = ${fromId} AND survivor.id <> other.id AND ${may}`,
  }
}

const CUSTOMERS: Record<string, SQLiteColumn> = getTableColumns(customers)

/** JSON `{ field: [before, after] }` over a pair: one customer's fields, filled up with the other's. */
export function mergedFields(prefer: Prefer): SQL {
  const [first, second] = prefer === 'this' ? ['survivor', 'other'] : ['other', 'survivor']
  const after = ({ kind, follows }: Field, column: SQLiteColumn) => {
    const [mine, theirs] = [columnIn(first, column), columnIn(second, column)]
    // A number and what was read of it stay together, whatever else is filled up.
    const followed = follows && CUSTOMERS[follows]
    if (followed) return sql`CASE WHEN ${columnIn(first, followed)} IS NULL THEN ${theirs} ELSE ${mine} END`
    if (kind !== 'entries') return sql`coalesce(${mine}, ${theirs})`
    const both = sql`json_patch(coalesce(${theirs}, '{}'), coalesce(${mine}, '{}')) || ''`
    return sql`CASE WHEN coalesce(${mine}, ${theirs}) IS NOT NULL THEN ${both} END`
  }
  const pairs = Object.entries(MERGED).map(([name, field]) => {
    const { column } = field
    return sql`${sql.raw(`'${name}'`)}, json_array(${columnIn('survivor', column)}, ${after(field, column)})`
  })
  return sql`json_object(${sql.join(pairs, sql`, `)})`
}

const KINDS = ['interactions', 'tickets', 'leads', 'tags', 'relationships'] as const
export type Kind = (typeof KINDS)[number]

/**
 * SELECTs of the ids of what moves from one customer to another: what the other has already stays where it is, and so
 * does what would make the other stand above themselves.
 */
export function movingRowIds(id: string, fromId: string): Record<Kind, SQL> {
  const related = (to: string) => sql`SELECT to_id AS id FROM ${relationships} WHERE from_id = ${to}
    UNION SELECT from_id FROM ${relationships} WHERE to_id = ${to}`
  return {
    interactions: sql`SELECT id FROM ${interactions} WHERE customer_id = ${fromId}`,
    tickets: sql`SELECT id FROM ${tickets} WHERE customer_id = ${fromId}`,
    leads: sql`SELECT id FROM ${leads} WHERE customer_id = ${fromId}`,
    tags: sql`SELECT tag_id AS id FROM ${customerTags} WHERE customer_id = ${fromId}
      AND tag_id NOT IN (SELECT tag_id FROM ${customerTags} WHERE customer_id = ${id})`,
    relationships: sql`SELECT id FROM (${related(fromId)}) WHERE id <> ${id} AND id NOT IN (SELECT id FROM (${related(id)}))
      AND id NOT IN (${closingCircles(id, fromId)})`,
  }
}

// Whom the one merged away stands directly above although they are above the survivor, and below although they are below
// the survivor. Climbed is upwards alone, for a few stand above somebody and any number below.
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
