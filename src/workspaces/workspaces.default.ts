// The shared workspace: all accounts of open registration through the APIs of other systems, except `personal`.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Config } from '../config'
import type { PublicCtx } from '../context'
import { workspaces } from '../db/schema'
import { insertFrom } from '../db/sql'
import { workspaceIdOf } from '../objects/place'

/** The slug that makes a workspace the shared one. */
export const SHARED_SLUG = 'default'

const [shared, older] = [alias(workspaces, 'shared'), alias(workspaces, 'older')]

/** The id of the shared workspace, as SQL; null if there is none yet. */
export const sharedWorkspaceId: SQL<string> = sql`(SELECT ${shared.id} FROM ${workspaces} AS ${shared}
  WHERE ${shared.slug} = ${SHARED_SLUG})`

/**
 * Whether a workspace may take this slug. The shared slug gives its ADMINs power over every account of open
 * registration, so that only the oldest workspace, which is the operator's, may take it.
 */
export function isSlugAllowed({ STORAGE }: Pick<Config, 'STORAGE'>, slug: string | undefined): SQL {
  if (slug !== SHARED_SLUG) return sql`true`
  // An object does not know which workspace is the oldest: there, the shared one is made by those APIs alone.
  if (STORAGE === 'objects') return sql`${workspaces.slug} = ${SHARED_SLUG}`
  return sql`(${workspaces.slug} = ${SHARED_SLUG}
    OR NOT EXISTS (SELECT 1 FROM ${workspaces} AS ${older} WHERE older.rowid < workspaces.rowid))`
}

/** The statement that creates the shared workspace if there is none. Concurrent requests create one. */
export function sharedWorkspaceInsert({ db, now, newId, newWorkspaceId }: PublicCtx) {
  const workspace = {
    id: newWorkspaceId ?? workspaceIdOf(newId()),
    name: 'Default',
    slug: SHARED_SLUG,
    createdAt: now,
    updatedAt: now,
  }
  return insertFrom(db, workspaces, workspace, sql`WHERE true`).onConflictDoNothing()
}
