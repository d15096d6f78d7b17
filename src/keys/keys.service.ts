// API keys: created and shown once, listed without the secret, revoked permanently.
import { and, desc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm'
import { requirePerson } from '../access/person'
import { isScope, type Scope } from '../access/policy'
import { isActiveAdmin } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { apiKeys } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { generateKey } from './keys.token'

const isCreatorAdmin = isActiveAdmin(sql`${apiKeys.createdBy}`)

type KeyRow = Omit<typeof apiKeys.$inferSelect, 'keyHash' | 'revokedAt' | 'scopes'> & {
  scopes: Scope[]
  makerLeft: boolean
}
type NewKey = { name: string; scopes: Scope[]; expiresAt?: string | null }

/** Creates an API key of the workspace; the returned `key` is its only copy. Throws `plan_limit`, `invalid`. */
export async function createKey(ctx: Ctx, { name, scopes, expiresAt = null }: NewKey) {
  const { db, now } = ctx
  const creator = requirePerson(ctx.actor, 'Creating an API key')
  if (expiresAt !== null && expiresAt <= now) throw invalidError('body.expiresAt', 'must be in the future', 'past')
  const { key, ...stored } = await generateKey(creator.workspaceId)
  const { id: createdBy, workspaceId } = creator
  const row = { ...stored, id: ctx.newId(), workspaceId, name, scopes, createdBy, createdAt: now, expiresAt }
  const { created, exceeded } = await runBatch(db, {
    created: one(
      insertFrom(db, apiKeys, row, sql`WHERE ${isWithinLimit(ctx, 'apiKeys')}`).returning({ id: apiKeys.id }),
    ),
    event: eventInsert(ctx, {
      verb: 'api_key.created',
      subject: 'api_key',
      id: row.id,
      changes: { name: [null, name], scopes: [null, scopes], expiresAt: [null, expiresAt] },
      when: ifChanged,
    }),
    exceeded: one(limitExceeded(ctx, 'apiKeys')),
  })
  if (!created) throw exceeded ? limitExceededError(ctx, 'apiKeys', exceeded) : new AppError('forbidden')
  return { ...row, makerLeft: false, lastUsedAt: null, key }
}

/** The keys that are not revoked, newest first; expired ones and those of former ADMINs as well. */
export async function listKeys({ db, actor }: Ctx, { limit, after }: PageRequest): Promise<Page<KeyRow>> {
  const rows = await db
    .select({ ...getTableColumns(apiKeys), isCreatorAdmin: sql<number>`${isCreatorAdmin}`.as('is_creator_admin') })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.workspaceId, actor.workspaceId),
        isNull(apiKeys.revokedAt),
        after && lt(apiKeys.id, String(after[0])),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(limit + 1)
  const keys = rows.map((row) => ({ ...row, scopes: row.scopes.filter(isScope), makerLeft: !row.isCreatorAdmin }))
  return cut(keys, limit, (row) => [row.id])
}

/** Revokes a key permanently; an isolate that remembers it accepts it for up to five more seconds. Throws `not_found`. */
export async function revokeKey(ctx: Ctx, id: string): Promise<void> {
  const { db, actor, now } = ctx
  const where = and(eq(apiKeys.id, id), eq(apiKeys.workspaceId, actor.workspaceId), isNull(apiKeys.revokedAt))
  const { revoked } = await runBatch(db, {
    revoked: one(db.update(apiKeys).set({ revokedAt: now }).where(where).returning({ id: apiKeys.id })),
    event: eventInsert(ctx, { verb: 'api_key.revoked', subject: 'api_key', id, when: ifChanged }),
  })
  if (!revoked) throw new AppError('not_found')
}
