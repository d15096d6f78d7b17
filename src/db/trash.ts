// The trash: what is in it can be restored for 30 days. Then it is out of reach, and purged in pieces by the next nights.
import { type AnyColumn, gt, type SQL } from 'drizzle-orm'
import { HOUR_MS } from '../time'

const TRASH_MS = 30 * 24 * HOUR_MS

/** Something in the trash has not been there for too long to be restored. */
export function isRestorable(deletedAt: AnyColumn, now: string): SQL {
  return gt(deletedAt, instantBefore(now, TRASH_MS))
}

/** What was trashed before this instant is purged: an hour later than it can be restored, whatever clocks say. */
export function purgedBefore(now: string): string {
  return instantBefore(now, TRASH_MS + HOUR_MS)
}

function instantBefore(now: string, ms: number): string {
  return new Date(Date.parse(now) - ms).toISOString()
}
