// The purge: at night, what has done its duty goes for good, in pieces that a run of the Worker can bear.
import { connect } from '../db/client'
import { purgeExpired } from './purge.expired'
import { purgeTrash } from './purge.trash'

// One round of 10 statements and 3 of 10 stay within the 50 that D1's free plan allows an invocation.
const TRASH_ROUNDS = 3

/**
 * Removes what has expired and what lay in the trash for 30 days, with all that hangs on it; logs what went. Each round
 * is a transaction, so that a run that dies has done some of them, and the next goes on. Events are kept.
 */
export async function purge(env: Env, now: string): Promise<void> {
  const { db } = connect(env.DB, 'first-primary')
  const rounds = [await purgeExpired(db, now)]
  for (let left = TRASH_ROUNDS; left > 0; left -= 1) {
    const round = await purgeTrash(db, now)
    rounds.push(round)
    if (!round.isFull) break
  }
  const gone = sumCounts(rounds.map(({ counts }) => counts))
  if (Object.keys(gone).length > 0) {
    const isMoreLeft = rounds.at(0)?.isFull || rounds.at(-1)?.isFull
    console.log(JSON.stringify({ level: 'info', event: 'purged', ...gone, isMoreLeft }))
  }
}

function sumCounts(counts: Record<string, number>[]): Record<string, number> {
  const sums = new Map<string, number>()
  for (const [kind, count] of counts.flatMap((each) => Object.entries(each))) {
    if (count > 0) sums.set(kind, (sums.get(kind) ?? 0) + count)
  }
  return Object.fromEntries(sums)
}
