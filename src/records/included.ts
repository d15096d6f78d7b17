// Related records beside the rows of a list or beside one record: each is a column of the same SELECT, as JSON.
import { type AnyColumn, and, eq, getTableName, isNull, type SQL, sql } from 'drizzle-orm'
import { type Actor, type Permission, reach } from '../access/policy'
import { isPortal, isShared, isTeamUser, visible, visibleInteractions } from '../access/visible'
import type { Ctx } from '../context'
import { customers, interactions, leads, users } from '../db/schema'
import { columnIn } from '../db/sql'

/** What stands beside a row, by its name. */
export type Included = Record<string, SQL.Aliased<unknown>>
/** The column of each related record that may be included, for the caller. */
export type Includes = { [name: string]: (ctx: Ctx) => SQL<unknown> }

type Columns = Record<string, AnyColumn>

/** The columns that a request asks for; none of a name that the record does not have. */
export function includedColumns(ctx: Ctx, includes: Includes, names: readonly string[] = []): Included {
  const known = names.flatMap((name) => (Object.hasOwn(includes, name) ? [[name, includes[name]] as const] : []))
  return Object.fromEntries(
    known.flatMap(([name, column]) => (column ? [[name, column(ctx).as(`included_${name}`)]] : [])),
  )
}

/**
 * One related record as it is in `columns`, from rows that are called like its table; null where there is none. `from` is a
 * FROM and WHERE with what the actor sees, or undefined if that is nothing.
 */
function relatedRecord(columns: Columns, from: SQL | undefined): SQL<unknown> {
  if (!from) return sql`NULL`
  const entries = Object.entries(columns)
  const values = entries.map(([, column]) => columnIn(getTableName(column.table), column))
  const decode = (json: string): unknown => {
    const read: unknown[] = JSON.parse(json)
    return Object.fromEntries(entries.map(([name], i) => [name, read[i]]))
  }
  // Nested, because Drizzle leaves out the tables of columns at the top.
  return sql`${sql`(SELECT json_array(${sql.join(values, sql`, `)}) ${from} LIMIT 1)`}`.mapWith(decode)
}

/** Whether the actor has the permission; else what it covers is included as null. */
const mayRead = (actor: Actor, permission: Permission) => reach(actor, permission) !== undefined

const MEMBER = { id: users.id, name: users.name, status: users.status }

/** What the team knows of each other: of the member whose id stands in a column of the row. */
export function includedMember(id: AnyColumn) {
  return ({ actor }: Ctx) => {
    const isMember = and(eq(users.workspaceId, actor.workspaceId), isNull(users.deletedAt), isTeamUser)
    const isShown = mayRead(actor, 'users:read') && !isPortal(actor)
    return relatedRecord(MEMBER, isShown ? sql`FROM ${users} WHERE ${users.id} = ${id} AND ${isMember}` : undefined)
  }
}

const CUSTOMER = {
  ...{ id: customers.id, name: customers.name, email: customers.email, phone: customers.phone },
  ...{ company: customers.company, jobTitle: customers.jobTitle },
}

/** The customer whose id stands in a column of the row. */
export function includedCustomer(id: AnyColumn) {
  return ({ actor }: Ctx) => {
    const isIt = () => sql`${customers.id} = ${id} AND ${visible(actor, 'customers:read', customers)}`
    return relatedRecord(
      CUSTOMER,
      mayRead(actor, 'customers:read') ? sql`FROM ${customers} WHERE ${isIt()}` : undefined,
    )
  }
}

const LEAD = {
  ...{ id: leads.id, title: leads.title, status: leads.status, name: leads.name, email: leads.email },
  ...{ phone: leads.phone, ownerId: leads.ownerId },
}

/** The lead whose id stands in a column of the row. */
export function includedLead(id: AnyColumn) {
  return ({ actor }: Ctx) => {
    const isIt = () => sql`${leads.id} = ${id} AND ${visible(actor, 'leads:read', leads)}`
    return relatedRecord(LEAD, mayRead(actor, 'leads:read') ? sql`FROM ${leads} WHERE ${isIt()}` : undefined)
  }
}

const { id, type, body, occurredAt, followUpAt, doneAt, createdBy, createdAt } = interactions
const INTERACTION = { id, type, body, occurredAt, followUpAt, doneAt, createdBy, createdAt }

/**
 * The latest interaction with the id of the row in this column, by an index in the order of time. `shared` is the index of
 * those that a portal login sees.
 */
export function includedInteraction(of: AnyColumn, row: AnyColumn, index: string, shared?: string) {
  return ({ actor }: Ctx) => {
    if (!mayRead(actor, 'interactions:read')) return sql`NULL`
    const isOfRow = sql`${of} = ${row} ${shared && isPortal(actor) ? sql`AND ${isShared}` : sql``}`
    const latest = sql`SELECT * FROM interactions INDEXED BY ${sql.raw(isPortal(actor) ? (shared ?? index) : index)}
      WHERE ${isOfRow} ORDER BY ${interactions.occurredAt} DESC LIMIT 1`
    return relatedRecord(
      INTERACTION,
      sql`FROM (${latest}) AS interactions WHERE ${visibleInteractions(actor, 'interactions:read')}`,
    )
  }
}
