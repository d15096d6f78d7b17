// The database of a workspace as the Worker has it: each batch is one call to the workspace's object.
import { AppError } from '../errors'
import { type Answer, databaseOver, type Query } from './d1-shape'
import type { Claim } from './names'

/** What an object does for the Worker and for other objects. */
export interface WorkspaceStore {
  /**
   * Runs statements as one transaction; undefined if there is no such workspace and the batch may not make it. A refusal of
   * SQLite is its message: an error that is thrown to a caller outside would stand in the log as one of the object.
   */
  sendBatch(queries: Query[], mayMake: boolean): Promise<Answer[] | string | undefined>
  /** Whether the workspace keeps a name that a person elsewhere claims. */
  keepsName(claim: Claim): Promise<boolean>
}

/**
 * The database of a workspace in its object. Where there is no such workspace, statements run in D1, which has none, and find
 * nothing: an id that was made up makes no object. `mayMake` lets a batch make it.
 */
export function objectDatabase(env: Env, workspaceId: string, mayMake: boolean): D1Database {
  const store = storeOf(env, workspaceId)
  const run = async (queries: Query[]): Promise<Answer[]> => {
    const answers = await store.sendBatch(queries, mayMake)
    if (typeof answers === 'string') throw new Error(answers)
    return answers ?? nothingOf(env.DB, queries)
  }
  return databaseOver(run)
}

/** The object of a workspace. Throws `misconfigured` without the binding. */
export function storeOf({ WORKSPACES: objects }: Env, workspaceId: string): WorkspaceStore {
  if (!objects) throw new AppError('misconfigured', { detail: 'STORAGE needs WORKSPACES' })
  return objects.get(objects.idFromName(workspaceId))
}

async function nothingOf(database: D1Database, queries: Query[]): Promise<Answer[]> {
  const session = database.withSession('first-primary')
  const results = await session.batch<Record<string, SqlStorageValue>>(
    queries.map(({ sql, params }) => session.prepare(sql).bind(...params)),
  )
  return results.map(({ results: rows, meta }) => ({
    columns: Object.keys(rows[0] ?? {}),
    rows: rows.map((row) => Object.values(row)),
    ...{ read: meta.rows_read, written: meta.rows_written },
  }))
}
