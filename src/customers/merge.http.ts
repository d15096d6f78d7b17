// The HTTP side of merges: rows that have not settled go on after the response.
import type { Context } from 'hono'
import { connect } from '../db/client'
import { type AppEnv, runAfter } from '../http/context'
import { settleMerges } from './merge.schedule'

/** The statements that the request itself may have sent before. */
const SPENT_BEFORE = 30

/** Settles the rest after the response, on a new connection. */
export function settleAfterResponse(c: Context<AppEnv>): void {
  const { db } = connect(c.env.DB, 'first-primary')
  const statements = c.var.config.IMPORT_STATEMENTS - SPENT_BEFORE
  // The wait lets the response go first: in development the database runs in this thread and would delay it.
  runAfter(
    c,
    scheduler.wait(1).then(() => settleMerges(db, { statements })),
  )
}
