// The workspace of the actor: its name, the slug that public forms use, its defaults.
import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import { workspaces } from '../db/schema'
import { isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { difference, differs, record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { demandVersion } from '../http/etag'
import { mayBeCalled } from './workspaces.default'

/** A slug made of a name: letters and digits of ASCII, dashes between, at most 50 characters. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-|-$/g, '')
  return slug === '' ? 'workspace' : slug
}

export async function getWorkspace({ db, actor }: Ctx) {
  const [workspace] = await db.select().from(workspaces).where(eq(workspaces.id, actor.workspaceId))
  if (!workspace) throw new AppError('not_found')
  return workspace
}

type Patch = Partial<Pick<typeof workspaces.$inferInsert, 'name' | 'slug' | 'timeZone' | 'defaultCountry'>>

/**
 * Changes the workspace; what changes nothing leaves it as it is. Throws `slug_taken`, `stale`.
 */
export async function updateWorkspace(ctx: Ctx, patch: Patch, ifVersion?: number) {
  const { db, actor, now } = ctx
  const isDemanded = ifVersion === undefined ? undefined : eq(workspaces.version, ifVersion)
  const isFree = mayBeCalled(patch.slug)
  const mine = eq(workspaces.id, actor.workspaceId)
  const where = and(mine, isDemanded, isFree, differs(workspaces, patch)) ?? sql`false`
  const [, [updated], [present]] = await db
    .batch([
      record(ctx, {
        verb: 'workspace.updated',
        subject: 'workspace',
        id: actor.workspaceId,
        changes: difference(workspaces, patch),
        from: sql`${workspaces}`,
        when: where,
      }),
      db
        .update(workspaces)
        .set({ ...patch, updatedAt: now, version: sql`${workspaces.version} + 1` })
        .where(where)
        .returning(),
      db
        .select({
          ...getTableColumns(workspaces),
          isFree: sql<number>`${isFree}`.as('is_free'),
        })
        .from(workspaces)
        .where(mine),
    ])
    .catch((error) => {
      throw isUniqueViolation(error, 'workspaces.slug') ? new AppError('slug_taken') : error
    })
  if (updated) return updated
  if (!present) throw new AppError('not_found')
  demandVersion(present, ifVersion)
  if (!present.isFree) throw new AppError('slug_taken', { detail: `The slug ${patch.slug} is the oldest workspace’s.` })
  return present
}
