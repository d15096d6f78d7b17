// The version of a record: counts its changes, is its ETag, and guards a change against an older reading.
import { type Column, type SQL, sql } from 'drizzle-orm'

/** The columns that every change of a record sets: the next version, and when. */
export function versionStamp(table: { version: Column }, now: string): { updatedAt: string; version: SQL } {
  return { updatedAt: now, version: sql`${table.version} + 1` }
}
