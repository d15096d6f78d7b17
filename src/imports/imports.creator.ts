// The creator of an import as the actor of its later chunks: a user or an API key, read anew for each resumption.
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { type Actor, isScope, type Person } from '../access/policy'
import { one } from '../db/batch'
import type { Db } from '../db/client'
import { apiKeys, imports, users } from '../db/schema'

/** The statements that read the creator of an import: an active user, or a valid API key. */
export function creatorSelects(db: Db, importId: string) {
  const createdBy = sql`(SELECT ${imports.createdBy} FROM ${imports} WHERE ${imports.id} = ${importId})`
  const isUnexpired = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, new Date().toISOString()))
  return {
    user: one(
      db
        .select({ id: users.id, role: users.role, workspaceId: users.workspaceId })
        .from(users)
        .where(and(sql`${users.id} = ${createdBy}`, eq(users.status, 'ACTIVE'), isNull(users.deletedAt))),
    ),
    key: one(
      db
        .select({ id: apiKeys.id, scopes: apiKeys.scopes, workspaceId: apiKeys.workspaceId })
        .from(apiKeys)
        .where(and(sql`${apiKeys.id} = ${createdBy}`, isNull(apiKeys.revokedAt), isUnexpired)),
    ),
  }
}

type Key = { id: string; scopes: string[]; workspaceId: string }

/** The actor in the rows of `creatorSelects`; undefined if the creator may no longer act. */
export function creatorActor(user?: Pick<Person, 'id' | 'role' | 'workspaceId'>, key?: Key): Actor | undefined {
  // The rows are parsed already, so country, time zone and language have no effect.
  const unused = { country: null, timeZone: 'UTC' }
  if (user) return { type: 'user', ...user, ...unused, language: null, sessionId: '', emailVerified: true }
  return key && { type: 'key', ...key, ...unused, scopes: key.scopes.filter(isScope) }
}
