// Operations that need a person: an API key has a name in the audit trail, but no account, and owns nothing.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { apiKeys, users } from '../db/schema'
import { AppError } from '../errors'
import type { Actor, Person, Role } from './policy'

/** The actor as a person. Throws `forbidden` for an API key; `subject` names the thing that only a person has. */
export function requirePerson(actor: Actor, subject: string): Person {
  if (actor.type === 'user') return actor
  throw new AppError('forbidden', { detail: `${subject} needs a person: an API key has no account and owns nothing.` })
}

/** The actor's user id, for `me` in a filter. Throws `forbidden` for an API key. */
export function requirePersonId(actor: Actor): string {
  return requirePerson(actor, '`me`').id
}

/** Whether `id` is the actor's own account and `role` its present role. */
export function isOwnRole(actor: Actor, id: string, role: Role | undefined): boolean {
  return actor.type === 'user' && actor.id === id && actor.role === role
}

/** The author of a record; null for an API key, which its events name. */
export function authorOf(actor: Actor): string | null {
  return actor.type === 'user' ? actor.id : null
}

const [actingUser, actingKey] = [alias(users, 'acting'), alias(apiKeys, 'acting')]

/** The actor's name in mails, as SQL: the name of the user or of the API key. */
export function actorName(actor: Actor): SQL {
  const [table, acting] = actor.type === 'user' ? [users, actingUser] : [apiKeys, actingKey]
  return sql`(SELECT ${acting.name} FROM ${table} AS ${acting} WHERE ${acting.id} = ${actor.id})`
}

/** The user at hand may sign in: the account is active and not deleted. */
export const isActive: SQL = sql`${users.status} = 'ACTIVE' AND ${users.deletedAt} IS NULL`
