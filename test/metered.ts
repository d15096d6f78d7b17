// The database as a job that runs by the clock sees it: counted, and failing where a test says so.
import { env } from 'cloudflare:workers'

type Hooks = {
  /** Called with the number of each round trip before it, or after it is done; what it throws, the job gets. */
  before?: (trip: number) => void
  after?: (trip: number) => void
}

export function metered({ before, after }: Hooks = {}) {
  const cost = { trips: 0, statements: 0, rowsRead: 0, rowsWritten: 0 }
  const withSession = (anchor: string) => {
    const session = env.DB.withSession(anchor)
    const batch = async (statements: D1PreparedStatement[]) => {
      cost.trips += 1
      const trip = cost.trips
      cost.statements += statements.length
      before?.(trip)
      const results = await session.batch<Record<string, unknown>>(statements)
      for (const { meta } of results) {
        cost.rowsRead += meta.rows_read
        cost.rowsWritten += meta.rows_written
      }
      after?.(trip)
      return results
    }
    return { prepare: (query: string) => session.prepare(query), batch, getBookmark: () => session.getBookmark() }
  }
  const DB = new Proxy(env.DB, {
    get: (target, property) => (property === 'withSession' ? withSession : Reflect.get(target, property)),
  })
  return { DB, cost }
}
