// The workspace that open registration shares: the accounts of every dialect but `personal`, and what they work on.
import { type SQL, sql } from 'drizzle-orm'
import type { PublicCtx } from '../context'
import { workspaces } from '../db/schema'
import { insertFrom } from '../db/sql'

/** Its slug. Whichever workspace has it is the shared one. */
export const SHARED = 'default'

/** The id of the shared workspace, as SQL; null where there is none yet. */
export const sharedId: SQL<string> = sql`(SELECT shared.id FROM workspaces AS shared WHERE shared.slug = ${SHARED})`

/**
 * Whether a workspace may be given this slug. Whoever has the shared one administers all who register by a dialect, so
 * that strangers must not take it: the oldest workspace alone may, which is the operator's.
 */
export function isSlugAllowed(slug: string | undefined): SQL {
  if (slug !== SHARED) return sql`true`
  return sql`(slug = ${SHARED} OR NOT EXISTS (SELECT 1 FROM workspaces AS older WHERE older.id < workspaces.id))`
}

/** The statement that makes the shared workspace where there is none; any number at once make one. */
export function sharedWorkspaceInsert({ db, now, newId }: PublicCtx) {
  const workspace = { id: newId(), name: 'Default', slug: SHARED, createdAt: now, updatedAt: now }
  return insertFrom(db, workspaces, workspace, sql`WHERE true`).onConflictDoNothing()
}
