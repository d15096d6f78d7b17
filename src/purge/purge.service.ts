// The purge: a nightly job that deletes expired rows and old trash, in pieces that one run of the Worker can do.
import { connect } from '../db/client'
import { purgeExpired } from './purge.expired'
import { purgeTrash } from './purge.trash'

// D1's free plan allows an invocation 50 statements: here 10, and 10 for each round of the trash.
const TRASH_ROUNDS = 3

/**
 * Deletes expired rows, and records that were in the trash for 30 days with the rows that refer to them, and logs how many.
 * Each round is a transaction: if a run dies, its finished rounds stay, and the next run goes on. Events stay.
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
