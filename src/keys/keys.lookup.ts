// Looking a key up: one row by its prefix, and a note of when it was last used.
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { isScope } from '../access/policy'
import { sameText } from '../crypto'
import type { Db } from '../db/client'
import { apiKeys, workspaces } from '../db/schema'
import { MINUTE_MS } from '../time'
import type { Found } from './keyring'

const NOTED_MS = MINUTE_MS

/** Whose key has this prefix and hash, unless it was revoked; `isUnnoted` when its last use was noted a minute ago. */
export async function lookUpKey(
  db: Db,
  prefix: string,
  keyHash: string,
): Promise<{ found: Found; isUnnoted: boolean }> {
  const its = sql`FROM ${workspaces} AS home WHERE home.id = api_keys.workspace_id`
  const [row] = await db
    .select({
      id: apiKeys.id,
      workspaceId: apiKeys.workspaceId,
      keyHash: apiKeys.keyHash,
      scopes: apiKeys.scopes,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      country: sql<string | null>`(SELECT home.default_country ${its})`.as('country'),
      timeZone: sql<string>`(SELECT home.time_zone ${its})`.as('time_zone'),
    })
    .from(apiKeys)
    .where(and(eq(apiKeys.prefix, prefix), isNull(apiKeys.revokedAt)))
  if (!row || !sameText(row.keyHash, keyHash)) return { found: undefined, isUnnoted: false }
  const { id, workspaceId, scopes, expiresAt, lastUsedAt, country, timeZone } = row
  const machine = { type: 'key' as const, id, workspaceId, scopes: scopes.filter(isScope), country, timeZone }
  return { found: { machine, expiresAt }, isUnnoted: lastUsedAt === null || lastUsedAt < aMinuteBefore(Date.now()) }
}

/** Notes that a key was used at an instant (ISO), at most once a minute, however many isolates use it. */
export async function noteUse(db: Db, id: string, at: string): Promise<void> {
  const isDue = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, aMinuteBefore(Date.parse(at))))
  await db
    .update(apiKeys)
    .set({ lastUsedAt: at })
    .where(and(eq(apiKeys.id, id), isDue))
}

function aMinuteBefore(ms: number): string {
  return new Date(ms - NOTED_MS).toISOString()
}
