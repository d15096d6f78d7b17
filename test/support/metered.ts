// The database as a job that runs by the clock sees it: counted, and failing where a test says so.
import { databaseWith } from './bindings'

type Hooks = {
  /** Called with the number of each round trip before it, or after it is done; what it throws, the job gets. */
  before?: (trip: number) => void
  after?: (trip: number) => void
}

export function metered({ before, after }: Hooks = {}) {
  const cost = { trips: 0, statements: 0, rowsRead: 0, rowsWritten: 0 }
  const DB = databaseWith(async (send, statements) => {
    cost.trips += 1
    cost.statements += statements.length
    const trip = cost.trips
    before?.(trip)
    const results = await send(statements)
    for (const { meta } of results) {
      cost.rowsRead += meta.rows_read
      cost.rowsWritten += meta.rows_written
    }
    after?.(trip)
    return results
  })
  return { DB, cost }
}
