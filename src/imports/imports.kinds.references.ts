// What a row of a file refers to, found in SQL: customers, leads, tickets and members, each by what the file says of them.
// In this SQL, `row` is the row as JSON.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isTeamMember, visible } from '../access/visible'
import type { Ctx } from '../context'
import { customerAddresses, customers, leads, tickets, users } from '../db/schema'
import { PERMISSION } from './imports.job'

/** A text or number of the row, by its path. */
export const at = (path: string) => sql.raw(`(row ->> '$.${path}')`)

/** What has this external id: also what another installation calls by this id. */
const external = (ref: string) => sql`coalesce(${at(`${ref}.external`)}, ${at(`${ref}.id`)})`

/** The id of the living customer that the row refers to by `ref`, if it was not erased. */
export function customerOf({ actor }: Ctx, ref: string): SQL {
  const c = alias(customers, 'c')
  const found = (condition: SQL) =>
    sql`(SELECT ${c.id} FROM ${customers} AS c WHERE ${visible(actor, PERMISSION, c)} AND ${c.erasedAt} IS NULL AND ${condition} LIMIT 1)`
  const others = sql`SELECT other.customer_id FROM ${customerAddresses} AS other
    WHERE other.workspace_id = ${actor.workspaceId} AND other.email = ${at(`${ref}.email`)}`
  return sql`coalesce(${found(sql`${c.id} = ${at(`${ref}.id`)}`)}, ${found(sql`${c.externalId} = ${at(`${ref}.external`)}`)},
    ${found(sql`${c.externalId} = ${external(ref)}`)}, ${found(sql`${c.email} = ${at(`${ref}.email`)}`)}, ${found(sql`${c.id} IN (${others})`)})`
}

/** The id of the living lead that the row refers to by `ref`; by an address, only if one lead alone has it. */
export function leadOf({ actor }: Ctx, ref: string): SQL {
  const l = alias(leads, 'l')
  const found = (condition: SQL) =>
    sql`(SELECT ${l.id} FROM ${leads} AS l WHERE ${visible(actor, PERMISSION, l)} AND ${condition} LIMIT 1)`
  // The e-mail of a lead has no index of its own: the search index finds it.
  const email = at(`${ref}.email`)
  const byEmail = sql`(SELECT iif(count(*) = 1, min(id), NULL) FROM (SELECT ${l.id} AS id FROM leads_fts
    CROSS JOIN ${leads} AS l ON ${l.seq} = leads_fts.rowid
    WHERE leads_fts MATCH 'words : "' || replace(${email}, '"', '""') || '"' AND ${visible(actor, PERMISSION, l)} AND ${l.email} = ${email} LIMIT 2))`
  return sql`coalesce(${found(sql`${l.id} = ${at(`${ref}.id`)}`)}, ${found(sql`${l.externalId} = ${external(ref)}`)},
    CASE WHEN ${email} IS NOT NULL THEN ${byEmail} END)`
}

/** The id of the living ticket that the row refers to: by what the file with tickets called it, or by its number. */
export function ticketOf({ actor }: Ctx): SQL {
  const k = alias(tickets, 'k')
  const found = (condition: SQL) =>
    sql`(SELECT ${k.id} FROM ${tickets} AS k WHERE ${k.workspaceId} = ${actor.workspaceId} AND ${k.deletedAt} IS NULL AND ${condition} LIMIT 1)`
  return sql`coalesce(${found(sql`${k.id} = ${at('ticket.id')}`)}, ${found(sql`${k.importKey} = 'external:' || ${external('ticket')}`)},
    ${found(sql`${k.number} = CAST(${at('ticket.number')} AS INTEGER)`)})`
}

/** Each member that the rows of `parsed` name in these roles, once: by address, id, or a name that only one has. */
export function membersOf({ actor }: Ctx, roles: readonly string[]): SQL {
  const u = alias(users, 'u')
  const inWorkspace = sql`${u.workspaceId} = ${actor.workspaceId} AND ${u.deletedAt} IS NULL`
  const by = (condition: SQL) => sql`(SELECT ${u.id} FROM ${users} AS u WHERE ${condition} AND ${inWorkspace})`
  const byName = sql`(SELECT iif(count(*) = 1, min(${u.id}), NULL) FROM ${users} AS u
    WHERE ${inWorkspace} AND (lower(${u.name}) = given.key OR ${u.name} = given.text))`
  const given = roles.flatMap((role) =>
    [role, `${role}Id`].map(
      (name) => sql`SELECT ${at(name)} AS text, ${at(`${name}Key`)} AS key FROM parsed WHERE ${at(name)} IS NOT NULL`,
    ),
  )
  if (given.length === 0) return sql`SELECT NULL AS text, NULL AS id`
  return sql`SELECT given.text, coalesce(${by(sql`${u.email} = given.text`)}, ${by(sql`${u.id} = given.key`)}, ${byName}) AS id
    FROM (${sql.join(given, sql` UNION `)}) AS given`
}

/** The id of the member that the row names in a role. With `isActive`, only an active member of the team. */
export function memberIn({ actor }: Ctx, role: string, isActive = false): SQL {
  const named = (name: string) => sql`(SELECT members.id FROM members WHERE members.text = ${at(name)}
    ${isActive ? sql` AND ${isTeamMember(sql`members.id`, actor.workspaceId)}` : sql``})`
  return sql`coalesce(${named(role)}, ${named(`${role}Id`)})`
}
