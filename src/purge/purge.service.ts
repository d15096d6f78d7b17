// The purge: a nightly job that deletes expired rows, old trash and, if asked to, old events, in rounds.
import { configOf } from '../config'
import { connect } from '../db/client'
import { purgeEvents } from './purge.events'
import { purgeExpired } from './purge.expired'
import { type Purged, purgeTrash } from './purge.trash'

/** No round sends more statements. */
const MAX_STATEMENTS = 16
/** A run ends before the next one begins. */
const RUN_MS = 5 * 60_000

/**
 * Deletes expired rows, records that were in the trash for 30 days with the rows that refer to them, and old events, and logs
 * how many. Rounds follow each other until nothing is left, or the statements that an invocation may send. Each round is a
 * transaction: if a run dies, its finished rounds stay, and the next run goes on.
 */
export async function purge(env: Env, now: string): Promise<void> {
  const { db } = connect(env.DB, 'first-primary')
  const { IMPORT_STATEMENTS, EVENTS_KEEP_DAYS } = configOf(env)
  const sums: Record<string, number> = {}
  let statements = IMPORT_STATEMENTS
  const endsAt = Date.now() + RUN_MS
  const hasRoom = () => statements >= MAX_STATEMENTS && Date.now() < endsAt
  const counted = <Round extends Purged>(round: Round): Round => {
    statements -= round.statements
    for (const [kind, count] of Object.entries(round.counts)) sums[kind] = (sums[kind] ?? 0) + count
    return round
  }
  let { full } = counted(await purgeExpired(db, now))
  const left = { trash: true, events: EVENTS_KEEP_DAYS > 0 }
  const isMoreLeft = () => full.length > 0 || left.trash || left.events
  while (isMoreLeft() && hasRoom()) {
    if (left.trash) left.trash = counted(await purgeTrash(db, now)).isFull
    if (left.events && hasRoom()) left.events = counted(await purgeEvents(db, now, EVENTS_KEEP_DAYS)).isFull
    if (full.length > 0 && hasRoom()) full = counted(await purgeExpired(db, now, full)).full
  }
  const gone = Object.fromEntries(Object.entries(sums).filter(([, count]) => count > 0))
  if (Object.keys(gone).length > 0) {
    console.log(JSON.stringify({ level: 'info', event: 'purged', ...gone, isMoreLeft: isMoreLeft() }))
  }
}
