// The version of a record. It counts the changes, gives the ETag, and protects a change against a lost update.
import { type Column, type SQL, sql } from 'drizzle-orm'
import { AppError } from '../errors'
import { etagOf, type Versioned } from '../etag'

/** Throws `stale` with the current ETag if the record does not have the expected version. */
export function requireVersion(record: Versioned, expected: number | undefined): void {
  if (expected !== undefined && record.version !== expected) throw new AppError('stale', { etag: etagOf(record) })
}

/** The columns that every change of a record sets: the next version and the time of the change. */
export function versionStamp(table: { version: Column }, now: string): { updatedAt: string; version: SQL } {
  return { updatedAt: now, version: nextVersion(table) }
}

/** The next version alone, for changes that come from another record and leave `updatedAt` as it is. */
export function nextVersion({ version }: { version: Column | SQL }): SQL {
  return sql`${version} + 1`
}
