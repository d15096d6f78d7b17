// The version of a record: counts its changes, is its ETag, and guards a change against an older reading.
import { type Column, type SQL, sql } from 'drizzle-orm'
import { AppError } from '../errors'

export type Versioned = {
  version: number
  lastInteractionAt?: string | null
  nextFollowUpAt?: string | null
  nextTouchAt?: string | null
  count?: number
}

/** The version, and what is kept of other records beside it: a call changes a customer's answer too, a customer a tag's. */
export function etagOf({ version, lastInteractionAt, nextFollowUpAt, nextTouchAt, count }: Versioned): string {
  const kept = [lastInteractionAt, nextFollowUpAt, nextTouchAt].filter((at) => typeof at === 'string').map(Date.parse)
  return `"${[version, ...kept, ...(count === undefined ? [] : [count])].join('-')}"`
}

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
