// The view as a record: who sees and who changes it, and what `changeRecord` needs to know.
import { and, eq, getTableColumns, or, type SQL } from 'drizzle-orm'
import { type Actor, type Permission, reach } from '../access/policy'
import { views } from '../db/schema'
import { AppError } from '../errors'
import { etagOf } from '../etag'
import type { RecordKind } from '../records/change'

const { audience, ...columns } = getTableColumns(views)
export const viewColumns = columns
export type ViewRow = { [K in keyof typeof columns]: (typeof views.$inferSelect)[K] }

// Everybody changes the own views, and who reaches all with the permission also those that are shared.
function isInReach(actor: Actor, permission: Permission): SQL | undefined {
  const isOwn = actor.type === 'user' ? eq(views.ownerId, actor.id) : undefined
  const isAll = permission === 'views:read' || reach(actor, permission) === 'all'
  return and(eq(views.workspaceId, actor.workspaceId), isAll ? or(eq(views.isShared, true), isOwn) : isOwn)
}

export const VIEW: RecordKind<typeof viewColumns> = {
  subject: 'view',
  table: views,
  columns: viewColumns,
  etag: etagOf,
  reads: 'views:read',
  isInReach,
  outOfReachError: () =>
    new AppError('forbidden', { detail: 'A shared view is changed by its maker or by a MANAGER.' }),
  // What somebody asks is the own affair of that member.
  unlogged: ['name', 'filter', 'columns'],
}

/** The condition for the views that the actor sees. */
export const visibleViews = (actor: Actor) => isInReach(actor, 'views:read')

/** A view as it is shown. */
export const shownView = ({ isShared, isDefault, ...view }: ViewRow) => ({
  ...view,
  shared: isShared,
  default: isDefault,
})
