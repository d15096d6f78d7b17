// The actor's workspace: its name, its slug for public forms, and its defaults.
import { eq, getTableColumns } from 'drizzle-orm'
import type { Ctx } from '../context'
import { workspaces } from '../db/schema'
import { isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import { changeRecord, type RecordKind } from '../records/change'
import { foldText } from '../text/fold'
import { REREAD, rereadPiece } from './phones.reread'
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

/** A slug for a name: ASCII letters and digits, single dashes between them, at most 50 characters. */
export function slugOf(name: string): string {
  const slug = foldText(name)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-|-$/g, '')
  return slug === '' ? 'workspace' : slug
}

/** The actor's workspace. */
export async function getWorkspace({ db, actor }: Ctx) {
  const [workspace] = await db.select().from(workspaces).where(eq(workspaces.id, actor.workspaceId))
  if (!workspace) throw new AppError('not_found')
  return workspace
}

type Patch = Partial<Pick<typeof workspaces.$inferInsert, 'name' | 'slug' | 'timeZone' | 'language' | 'defaultCountry'>>

/**
 * Changes the workspace; a patch without changes leaves the version. With another country, phone numbers that could not be
 * read are read again: 500 of each kind at once, the others by the schedule. Throws `slug_taken`, `stale`.
 */
export async function updateWorkspace(ctx: Ctx, patch: Patch, ifVersion?: number) {
  const { actor, db } = ctx
  const changed = await changeWorkspace(ctx, patch, ifVersion)
  if (changed.unreadLeadsAfter !== null) await rereadPiece(db, actor.workspaceId)
  return changed
}

function changeWorkspace(ctx: Ctx, patch: Patch, ifVersion?: number) {
  const { actor } = ctx
  return changeRecord(ctx, WORKSPACE, actor.workspaceId, {
    verb: 'updated',
    permission: 'workspace:write',
    set: patch,
    derived: patch.defaultCountry === undefined ? {} : REREAD,
    ifVersion,
    require: {
      slug: {
        holds: isSlugAllowed(ctx.config, patch.slug),
        orElse: () =>
          new AppError('slug_taken', { detail: `The slug ${patch.slug} is reserved for the oldest workspace.` }),
      },
    },
  }).catch((error) => {
    throw isUniqueViolation(error, 'workspaces.slug') ? new AppError('slug_taken') : error
  })
}
