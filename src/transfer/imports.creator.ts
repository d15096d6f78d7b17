// Who began an import, while they still may: what goes on by itself does so in their name, person or API key.
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { type Actor, isScope, type Person } from '../access/policy'
import type { Db } from '../db/client'
import { apiKeys, users } from '../db/schema'

/** The statements that read who began an import: an active member, or a key that holds. */
export function creatorOf(db: Db, importId: string) {
  const creator = sql`(SELECT created_by FROM imports WHERE imports.id = ${importId})`
  const holds = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, new Date().toISOString()))
  return [
    db
      .select({ id: users.id, role: users.role, workspaceId: users.workspaceId })
      .from(users)
      .where(and(sql`${users.id} = ${creator}`, eq(users.status, 'ACTIVE'), isNull(users.deletedAt))),
    db
      .select({ id: apiKeys.id, scopes: apiKeys.scopes, workspaceId: apiKeys.workspaceId })
      .from(apiKeys)
      .where(and(sql`${apiKeys.id} = ${creator}`, isNull(apiKeys.revokedAt), holds)),
  ] as const
}

type Key = { id: string; scopes: string[]; workspaceId: string }

/** The actor in these rows; country and time zone are of no use any more, for the rows have been read. */
export function actorFrom(person?: Pick<Person, 'id' | 'role' | 'workspaceId'>, key?: Key): Actor | undefined {
  const unused = { country: null, timeZone: 'UTC' }
  if (person) return { type: 'user', ...person, ...unused, sessionId: '', emailVerified: true }
  return key && { type: 'key', ...key, ...unused, scopes: key.scopes.filter(isScope) }
}
