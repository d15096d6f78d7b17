// Finds the workspace of a place: what a caller names who has not signed in, or a workspace that is to be made.

import type { Db } from '../db/client'
import { AppError } from '../errors'
import { hasWorkspaces, workspaceOf } from './directory'
import { FIRST_WORKSPACE, type Founding, type Place, SHARED_WORKSPACE } from './place'

export type Found = { workspaceId?: string; mayMake: boolean }

/**
 * The workspace of a place, and whether a batch may make it; none for names that nothing has. `directory` is D1, `newId`
 * gives the id of a new workspace. Throws `signup_closed` if there is a first one already.
 */
export async function findWorkspace(directory: Db, place: Place, newId: () => string): Promise<Found> {
  if (place === 'shared') return { workspaceId: SHARED_WORKSPACE, mayMake: true }
  if ('workspace' in place) return { workspaceId: place.workspace, mayMake: false }
  if ('founding' in place) return founded(directory, place.founding, newId)
  const workspaceId = await workspaceOf(directory, place.names)
  if (workspaceId !== undefined || !place.orElse) return { workspaceId, mayMake: false }
  return founded(directory, place.orElse, newId)
}

// Whether there is a first one is decided in one object, so that of two at once one is refused.
async function founded(directory: Db, { isFirstOnly }: Founding, newId: () => string): Promise<Found> {
  if (!isFirstOnly) return { workspaceId: newId(), mayMake: true }
  if (await hasWorkspaces(directory)) throw new AppError('signup_closed')
  return { workspaceId: FIRST_WORKSPACE, mayMake: true }
}
