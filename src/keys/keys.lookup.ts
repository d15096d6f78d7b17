// Looks an API key up: reads one row by its prefix, and records when the key was last used.
import { type AnyColumn, and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isScope } from '../access/policy'
import { sameText } from '../crypto'
import type { Db } from '../db/client'
import { apiKeys, workspaces } from '../db/schema'
import { MINUTE_MS } from '../time'
import type { Found } from './keyring'

type Lookup = { found: Found; isUseDue: boolean }

const home = alias(workspaces, 'home')

/** The key of this workspace with this prefix and hash, unless it is revoked; `isUseDue` if its use should be recorded again. */
export async function lookUpKey(
  db: Db,
  { workspaceId, prefix }: { workspaceId: string; prefix: string },
  keyHash: string,
): Promise<Lookup> {
  const [row] = await db
    .select({
      id: apiKeys.id,
      keyHash: apiKeys.keyHash,
      scopes: apiKeys.scopes,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      country: fieldOfHome<string | null>(home.defaultCountry).as('country'),
      timeZone: fieldOfHome<string>(home.timeZone).as('time_zone'),
    })
    .from(apiKeys)
    .where(and(eq(apiKeys.prefix, prefix), sql`+${apiKeys.workspaceId} = ${workspaceId}`, isNull(apiKeys.revokedAt)))
  if (!row || !sameText(row.keyHash, keyHash)) return { found: undefined, isUseDue: false }
  const { id, scopes, expiresAt, lastUsedAt, country, timeZone } = row
  const machine = { type: 'key' as const, id, workspaceId, scopes: scopes.filter(isScope), country, timeZone }
  return { found: { machine, expiresAt }, isUseDue: lastUsedAt === null || lastUsedAt < minuteBefore(Date.now()) }
}

/** Records that a key was used at an instant (ISO), at most once a minute over all isolates. */
export async function recordKeyUse(db: Db, id: string, at: string): Promise<void> {
  const isDue = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, minuteBefore(Date.parse(at))))
  await db
    .update(apiKeys)
    .set({ lastUsedAt: at })
    .where(and(eq(apiKeys.id, id), isDue))
}

// Nested, because Drizzle strips the table's name from columns at the top level of a selected field.
function fieldOfHome<T>(column: AnyColumn) {
  return sql<T>`${sql`(SELECT ${column} FROM ${workspaces} AS ${home} WHERE ${home.id} = ${apiKeys.workspaceId})`}`
}

function minuteBefore(ms: number): string {
  return new Date(ms - MINUTE_MS).toISOString()
}
