// Whether the database is there and has its tables.
import { workspaces } from '../db/schema'
import { isMissingTable } from '../db/sql'
import type { PublicCtx } from '../http/context'

export async function isMigrated({ db }: PublicCtx): Promise<boolean> {
  try {
    await db.select({ id: workspaces.id }).from(workspaces).limit(1)
    return true
  } catch (error) {
    if (isMissingTable(error)) return false
    throw error
  }
}
