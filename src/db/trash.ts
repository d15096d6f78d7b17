// The trash: a record can be restored for 30 days. Then it is out of reach, and the next nights purge it.
import { type AnyColumn, gt, type SQL } from 'drizzle-orm'
import { HOUR_MS } from '../time'

const TRASH_MS = 30 * 24 * HOUR_MS

/** A record in the trash can still be restored. */
export function isRestorable(deletedAt: AnyColumn, now: string): SQL {
  return gt(deletedAt, instantBefore(now, TRASH_MS))
}

/** Records that were deleted before this instant are purged: an hour after they can be restored last, because clocks differ. */
export function purgedBefore(now: string): string {
  return instantBefore(now, TRASH_MS + HOUR_MS)
}

function instantBefore(now: string, ms: number): string {
  return new Date(Date.parse(now) - ms).toISOString()
}
