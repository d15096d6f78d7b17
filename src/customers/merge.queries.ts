// The SQL of a merge. The merge, its preview and the undoing share it, so that they cannot differ.
import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import {
  type CopiedName,
  type MovedName,
  type RecordReference,
  recordReferencesTo,
  referencesFrom,
} from '../db/relations'
import { customers, customerTags, relationships } from '../db/schema'
import { columnIn, columnKey } from '../db/sql'
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
    if (kind === 'addresses' || kind === 'numbers') return allContacts(first, second, column)
    // A label stays with what it labels.
    const labelled = LABELLED.get(column)
    if (labelled) return sql`CASE WHEN ${columnIn(first, labelled)} IS NULL THEN ${theirs} ELSE ${mine} END`
    // A number and what was read of it stay together, whatever else is filled up.
    const followed = follows && CUSTOMERS[follows]
    if (followed && kind !== 'entries')
      return sql`CASE WHEN ${columnIn(first, followed)} IS NULL THEN ${theirs} ELSE ${mine} END`
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

const LABELLED = new Map<SQLiteColumn, SQLiteColumn>([
  [customers.emailLabel, customers.email],
  [customers.phoneLabel, customers.phone],
])

// The addresses or numbers of both but the main one, each once; and the texts that they are searched by.
function allContacts(first: string, second: string, column: SQLiteColumn): SQL {
  const { emails, phone, otherEmails, otherEmailsText, otherPhones, emailText, allPhonesText } = customers
  const joined = (text: SQLiteColumn) => sql`${columnIn(first, text)} || char(10) || ${columnIn(second, text)}`
  if (column !== otherEmails && column !== otherPhones) {
    const isText = column === otherEmailsText
    const has = isText ? customers.email : customers.phone
    const isMore = sql`${columnIn(second, has)} IS NOT NULL OR ${columnIn(first, column)} IS NOT NULL`
    return sql`CASE WHEN ${isMore} THEN ${joined(isText ? emailText : allPhonesText)} END`
  }
  const isEmail = column === otherEmails
  const key = isEmail ? sql`value ->> 'email'` : sql`coalesce(value ->> 'phoneE164', value ->> 'phone')`
  const each = (side: string, nth: number) => {
    const at = sql.raw(String(nth))
    if (isEmail) return sql`SELECT value, ${key} AS name, ${at} + key AS at FROM json_each(${columnIn(side, emails)})`
    const main = sql.raw(
      `json_object('phone', ${side}.phone, 'phoneE164', ${side}.phone_e164, 'label', ${side}.phone_label, 'text', ${side}.phone_text)`,
    )
    return sql`SELECT value, ${key} AS name, at FROM (SELECT ${main} AS value, ${at} AS at WHERE ${columnIn(side, phone)} IS NOT NULL
      UNION ALL SELECT value, ${at} + 1 + key FROM json_each(${columnIn(side, otherPhones)}))`
  }
  // Of min() SQLite gives the other columns of its row.
  const unique = sql`SELECT value, min(at) AS at FROM (${each(first, 0)} UNION ALL ${each(second, 1_000)}) GROUP BY name ORDER BY 2 LIMIT -1 OFFSET 1`
  // As text, as the column has it.
  return sql`(SELECT nullif(json_group_array(json(value)), '[]') || '' FROM (${unique}))`
}

type Moved = RecordReference & { name: MovedName }

/** The references to customers from records that a merge moves. */
export const MOVED = recordReferencesTo(customers).filter((each): each is Moved => each.onMerge === 'move')

/** What a merge calls the rows that it copies. Their SQL is written by hand, for each table has its own idea of a duplicate. */
const COPIED = { customerTags: 'tags', relationships: 'relationships' } as const satisfies Record<CopiedName, string>

/** A kind of rows that a merge moves or copies. */
export type Kind = MovedName | (typeof COPIED)[CopiedName]

/** An object with a value for each kind of rows, in the order of the answer. */
export function byKind<V>(of: (kind: Kind) => V): Record<Kind, V> {
  const kinds: Kind[] = [...MOVED.map(({ name }) => name), ...Object.values(COPIED)]
  // Object.fromEntries forgets which names there are.
  const entries: (readonly unknown[])[] = kinds.map((kind) => [kind, of(kind)])
  return Object.fromEntries(entries)
}

/** The columns to set in a record that moves: its customer, and the owner where it repeats the customer's. */
export function movedColumns({ table, columns }: Moved, customerId: string): Record<string, SQL | string> {
  const owner = sql`(SELECT ${customers.ownerId} FROM ${customers} WHERE ${customers.id} = ${customerId})`
  const followers = referencesFrom(table).filter(({ onLeave }) => onLeave === 'follow')
  return Object.fromEntries([
    ...columns.map((column) => [columnKey(column), customerId]),
    ...followers.flatMap((follower) => follower.columns.map((column) => [columnKey(column), owner])),
  ])
}

/**
 * SELECTs of the ids of the rows that a merge moves or copies. Left out are copies that the survivor has already, and
 * relationships by which a customer would stand above itself.
 */
export function movingRowIds(id: string, fromId: string): Record<Kind, SQL> {
  const related = (to: string) => sql`SELECT to_id AS id FROM ${relationships} WHERE from_id = ${to}
    UNION SELECT from_id FROM ${relationships} WHERE to_id = ${to}`
  const moved = MOVED.map(({ name, table, columns: [column] }) => {
    return [name, sql`SELECT ${table.id} AS id FROM ${table} WHERE ${column} = ${fromId}`]
  })
  return {
    ...Object.fromEntries(moved),
    tags: sql`SELECT tag_id AS id FROM ${customerTags} WHERE customer_id = ${fromId}
      AND tag_id NOT IN (SELECT tag_id FROM ${customerTags} WHERE customer_id = ${id})`,
    relationships: sql`SELECT id FROM (${related(fromId)}) WHERE id <> ${id} AND id NOT IN (SELECT id FROM (${related(id)}))
      AND id NOT IN (${closingCircles(id, fromId)})`,
  }
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
