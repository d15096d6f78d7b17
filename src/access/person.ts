// Where it matters that somebody acts: an API key has a name in the audit trail, but no account, and owns nothing.
import { type SQL, sql } from 'drizzle-orm'
import { apiKeys, users } from '../db/schema'
import { AppError } from '../errors'
import type { Actor, Person, Role } from './policy'

/** The person who asks. Throws `forbidden` for an API key; `what` is what only a person can do or mean. */
export function requirePerson(actor: Actor, what: string): Person {
  if (actor.type === 'user') return actor
  throw new AppError('forbidden', { detail: `${what} takes a person: an API key has no account and owns nothing.` })
}

/** The id of the person who asks, for `me` in a filter. Throws `forbidden` for an API key. */
export function requirePersonId(actor: Actor): string {
  return requirePerson(actor, '`me`').id
}

/** Whether this is what the one who asks is already: the role of the own account. */
export function isOwnRole(actor: Actor, id: string, role: Role | undefined): boolean {
  return actor.type === 'user' && actor.id === id && actor.role === role
}

/** The author of a record; null for an API key, which its events name. */
export function authorOf(actor: Actor): string | null {
  return actor.type === 'user' ? actor.id : null
}

/** How mails name whoever acts, as SQL: the user's name, or the key's. */
export function nameOf(actor: Actor): SQL {
  const table = actor.type === 'user' ? users : apiKeys
  return sql`(SELECT acting.name FROM ${table} AS acting WHERE acting.id = ${actor.id})`
}

/** The user at hand may sign in: the account is active and not deleted. */
export const isActive: SQL = sql`${users.status} = 'ACTIVE' AND ${users.deletedAt} IS NULL`
