// The version of a record: counts its changes, is its ETag, and guards a change against an older reading.
import { type Column, type SQL, sql } from 'drizzle-orm'
import { AppError } from '../errors'
import { etagOf, type Versioned } from '../etag'

/** Throws `stale`, with the present ETag, when a record is not the version that was demanded. */
export function requireVersion(record: Versioned, expected: number | undefined): void {
  if (expected !== undefined && record.version !== expected) throw new AppError('stale', { etag: etagOf(record) })
}

/** The columns that every change of a record sets: the next version, and when. */
export function versionStamp(table: { version: Column }, now: string): { updatedAt: string; version: SQL } {
  return { updatedAt: now, version: nextVersion(table) }
}

/** The next version alone, where a change is not one of the record's own and leaves its `updatedAt`. */
export function nextVersion({ version }: { version: Column }): SQL {
  return sql`${version} + 1`
}
