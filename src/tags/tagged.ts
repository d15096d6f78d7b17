// The kinds of records that have tags: where their tags stand, who reaches them, and the filter of their lists.
import { getTableName, or, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { type Actor, type Permission, reach } from '../access/policy'
import { isPortal, ticketsInReach, visible } from '../access/visible'
import type { Ctx } from '../context'
import { customers, customerTags, leads, leadTags, tags, tickets, ticketTags } from '../db/schema'
import { columnIn } from '../db/sql'
import { AppError } from '../errors'
import type { Condition } from '../records/list.definition'
import { foldText } from '../text/fold'

/** A kind of record with tags. `links` has a row for each tag of a record. */
export type Tagged = {
  subject: 'customer' | 'lead' | 'ticket'
  table: SQLiteTable & { id: SQLiteColumn; workspaceId: SQLiteColumn; customFields: SQLiteColumn }
  links: SQLiteTable & { tagId: SQLiteColumn }
  /** The column of `links` with the id of the record. */
  of: SQLiteColumn
  reads: Permission
  writes: Permission
  /** True for living records that the actor reaches with a permission. */
  isInReach: (actor: Actor, permission: Permission) => SQL | undefined
  /** The error for a record that the actor sees but may not change. */
  outOfReachError: () => AppError
}

const notFound = () => new AppError('not_found')

export const TAGGED = {
  customers: {
    subject: 'customer',
    table: customers,
    links: customerTags,
    of: customerTags.customerId,
    reads: 'customers:read',
    writes: 'customers:write',
    isInReach: (actor, permission) => visible(actor, permission, customers),
    outOfReachError: notFound,
  },
  leads: {
    subject: 'lead',
    table: leads,
    links: leadTags,
    of: leadTags.leadId,
    reads: 'leads:read',
    writes: 'leads:write',
    isInReach: (actor, permission) => visible(actor, permission, leads),
    outOfReachError: () => new AppError('not_yours', { detail: 'Claim this lead before you change it.' }),
  },
  tickets: {
    subject: 'ticket',
    table: tickets,
    links: ticketTags,
    of: ticketTags.ticketId,
    reads: 'tickets:read',
    writes: 'tickets:handle',
    isInReach: (actor, permission) => ticketsInReach(actor, permission),
    outOfReachError: notFound,
  },
} as const satisfies Record<string, Tagged>

/** All kinds. */
export const TAGGED_KINDS: readonly Tagged[] = Object.values(TAGGED)

/** The names of a record's tags as JSON, sorted, for a SELECT from rows that are called like their table. */
export function tagNamesOf({ table, links, of }: Tagged): SQL {
  const [tag, has] = [
    (column: SQLiteColumn) => columnIn('t', column),
    (column: SQLiteColumn) => columnIn('has', column),
  ]
  return sql`(SELECT json_group_array(${tag(tags.name)} ORDER BY ${tag(tags.key)})
    FROM ${links} AS has CROSS JOIN ${tags} AS t ON ${tag(tags.id)} = ${has(links.tagId)}
    WHERE ${has(of)} = ${columnIn(getTableName(table), table.id)} AND ${tag(tags.deletedAt)} IS NULL)`
}

/** The names of the tags of a row, for those who see tags; else null. */
export function includedTags(kind: keyof typeof TAGGED) {
  return ({ actor }: Ctx): SQL<unknown> =>
    isPortal(actor) || reach(actor, 'tags:read') === undefined
      ? sql`NULL`
      : sql`${tagNamesOf(TAGGED[kind])}`.mapWith((json: string): unknown => JSON.parse(json))
}

/** A filter by tags: all of these, or with `tagMatch=any` one of them. */
export function hasTags({ table, links, of }: Tagged, indexedAs = phraseOfTag) {
  const isTag = (key: string) => sql`EXISTS (SELECT 1 FROM ${links} AS has CROSS JOIN ${tags} AS t
    ON ${columnIn('t', tags.id)} = ${columnIn('has', links.tagId)}
    WHERE ${columnIn('has', of)} = ${columnIn(getTableName(table), table.id)} AND ${columnIn('t', tags.key)} = ${key})`
  return (names: string[], { actor }: Ctx, { tagMatch }: { tagMatch?: 'all' | 'any' }): Condition | undefined => {
    if (names.length === 0) return undefined
    const keys = names.map(foldText)
    const isAny = tagMatch === 'any'
    const has = keys.map(isTag)
    const joined = sql.join(
      keys.map((key) => indexedAs(actor.workspaceId, key)),
      isAny ? sql`|| ' OR ' ||` : sql`|| ' AND ' ||`,
    )
    return {
      where: isAny ? or(...has) : sql`${sql.join(has, sql` AND `)}`,
      match: joined,
      reads: 2 * names.length,
      isByArrival: true,
    }
  }
}

// What the index has of a tag. For a tag that does not exist it is two brackets, which the index never contains.
function phraseOfTag(workspaceId: string, key: string): SQL {
  const text = sql`replace(replace(replace(coalesce(${tags.indexedAs}, ${tags.key}), '"', '""'), '⟦', '⟪'), '⟧', '⟫')`
  const indexed = sql`SELECT ${text} FROM ${tags} WHERE ${tags.workspaceId} = ${workspaceId} AND ${tags.key} = ${key}`
  return sql`'tags : "⟦' || coalesce((${indexed}), '⟦') || '⟧"'`
}

/** The same in an index of words, such as that of tickets. For a tag that does not exist it is a word that none has. */
export function wordOfTag(workspaceId: string, key: string): SQL {
  return sql`'t' || coalesce((SELECT replace(${tags.id}, '-', '') FROM ${tags}
    WHERE ${tags.workspaceId} = ${workspaceId} AND ${tags.key} = ${key}), '0')`
}
