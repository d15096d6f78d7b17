// API keys: made once and shown once, listed without their secret, revoked for good.
import { and, desc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm'
import { requirePerson } from '../access/person'
import { isScope, type Scope } from '../access/policy'
import { isActiveAdmin } from '../access/visible'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { cut, type Page, type PageRequest } from '../db/page'
import { apiKeys } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { newKey } from './keys.token'

const isMakerActive = isActiveAdmin(sql`api_keys.created_by`)

type KeyRow = Omit<typeof apiKeys.$inferSelect, 'keyHash' | 'revokedAt' | 'scopes'> & {
  scopes: Scope[]
  makerLeft: boolean
}
type NewKey = { name: string; scopes: Scope[]; expiresAt?: string | null }

/** Makes a key of the workspace; `key` is the only copy. Throws `plan_limit`. */
export async function createKey(ctx: Ctx, { name, scopes, expiresAt = null }: NewKey) {
  const { db, now } = ctx
  const creator = requirePerson(ctx.actor, 'Making an API key')
  if (expiresAt !== null && expiresAt <= now) {
    const message = 'must lie in the future'
    throw invalidError('body.expiresAt', message, 'past')
  }
  const { key, ...stored } = await newKey()
  const { id: createdBy, workspaceId } = creator
  const row = { ...stored, id: ctx.newId(), workspaceId, name, scopes, createdBy, createdAt: now, expiresAt }
  const [made, , [lack]] = await db.batch([
    insertFrom(db, apiKeys, row, sql`WHERE ${isWithinLimit(ctx, 'apiKeys')}`).returning({
      id: apiKeys.id,
    }),
    eventInsert(ctx, {
      verb: 'api_key.created',
      subject: 'api_key',
      id: row.id,
      changes: { name: [null, name], scopes: [null, scopes], expiresAt: [null, expiresAt] },
      when: ifChanged,
    }),
    limitExceeded(ctx, 'apiKeys'),
  ])
  if (made.length === 0) throw lack ? limitExceededError(ctx, 'apiKeys', lack) : new AppError('forbidden')
  return { ...row, makerLeft: false, lastUsedAt: null, key }
}

/** The keys that were not revoked, expired ones and those whose makers have left too, newest first. */
export async function listKeys({ db, actor }: Ctx, { limit, after }: PageRequest): Promise<Page<KeyRow>> {
  const rows = await db
    .select({ ...getTableColumns(apiKeys), makerStands: sql<number>`${isMakerActive}`.as('maker_stands') })
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
  const known = rows.map((row) => ({ ...row, scopes: row.scopes.filter(isScope), makerLeft: !row.makerStands }))
  return cut(known, limit, (row) => [row.id])
}

/** Revokes a key for good; an isolate that has just met it lets it in for up to five seconds more. */
export async function revokeKey(ctx: Ctx, id: string): Promise<void> {
  const { db, actor, now } = ctx
  const where = and(eq(apiKeys.id, id), eq(apiKeys.workspaceId, actor.workspaceId), isNull(apiKeys.revokedAt))
  const [gone] = await db.batch([
    db.update(apiKeys).set({ revokedAt: now }).where(where).returning({ id: apiKeys.id }),
    eventInsert(ctx, { verb: 'api_key.revoked', subject: 'api_key', id, when: ifChanged }),
  ])
  if (gone.length === 0) throw new AppError('not_found')
}
