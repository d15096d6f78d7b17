// Where rows are: all in one D1 or, with STORAGE=objects, those of each workspace in an object of its own.
import { configOf } from '../config'
import type { Name } from './names'
import { objectDatabase } from './object-database'

/** What an account of a provider is called among the names. */
export const oauthName = ({ provider, subject }: { provider: string; subject: string }): Name => ({
  kind: 'oauth',
  name: `${provider} ${subject}`,
})

/** A new workspace; `isFirstOnly` if only the first one of the installation may be made. */
export type Founding = { isFirstOnly: boolean }

/** What a caller without an actor names: a workspace, names of which the first that is known counts, or a new workspace. */
export type Place = { workspace: string } | { names: Name[]; orElse?: Founding } | { founding: Founding } | 'shared'

/** Ids of the workspaces of which an installation has one, so that concurrent requests make it in one object. */
export const FIRST_WORKSPACE = '000000000001'
export const SHARED_WORKSPACE = '000000000002'

/** The id of a new workspace, from a new UUID: its last group, 48 random bits. */
export function workspaceIdOf(uuid: string): string {
  return uuid.slice(-12)
}

/** The database that holds a workspace; `mayMake` if a batch may make the workspace. */
export function databaseOf(env: Env, workspaceId: string, mayMake = false): D1Database {
  if (configOf(env).STORAGE === 'd1') return env.DB
  return objectDatabase(env, workspaceId, mayMake)
}
