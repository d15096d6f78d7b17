// The workspace of the actor: its name, the slug that public forms use, its defaults.
import { eq, getTableColumns } from 'drizzle-orm'
import type { Ctx } from '../context'
import { workspaces } from '../db/schema'
import { isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { changeRecord, type RecordKind } from '../records/change'
import { etagOf } from '../records/version'
import { isSlugAllowed } from './workspaces.default'

const columns = getTableColumns(workspaces)
const WORKSPACE: RecordKind<typeof columns> = {
  subject: 'workspace',
  table: workspaces,
  columns,
  etag: etagOf,
  reads: 'workspace:read',
  isInReach: ({ workspaceId }) => eq(workspaces.id, workspaceId),
}

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
export function updateWorkspace(ctx: Ctx, patch: Patch, ifVersion?: number) {
  const { actor } = ctx
  return changeRecord(ctx, WORKSPACE, actor.workspaceId, {
    verb: 'updated',
    permission: 'workspace:write',
    set: patch,
    ifVersion,
    require: {
      slug: {
        holds: isSlugAllowed(patch.slug),
        orElse: () => new AppError('slug_taken', { detail: `The slug ${patch.slug} is the oldest workspace’s.` }),
      },
    },
  }).catch((error) => {
    throw isUniqueViolation(error, 'workspaces.slug') ? new AppError('slug_taken') : error
  })
}
