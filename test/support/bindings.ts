// Stand-ins for the bindings: a database whose batches fail, wait or are watched, and a KV that is down.
import { env } from 'cloudflare:workers'

type Batch = (statements: D1PreparedStatement[]) => Promise<D1Result<Record<string, unknown>>[]>

/** The database as it is, but for its batches, which go through `around`, and what `opened` hears of its sessions. */
export function databaseWith(around: (send: Batch, statements: D1PreparedStatement[]) => ReturnType<Batch>) {
  return watched((anchor) => {
    const session = env.DB.withSession(anchor)
    const send: Batch = (statements) => session.batch(statements)
    return new Proxy(session, {
      get(_, property) {
        if (property === 'batch') return (statements: D1PreparedStatement[]) => around(send, statements)
        if (property === 'prepare') return (query: string) => session.prepare(query)
        if (property === 'getBookmark') return () => session.getBookmark()
        return undefined
      },
    })
  })
}

/** The database as it is, with sessions that `open` opens. */
export function watched(open: (anchor: string) => D1DatabaseSession): D1Database {
  return new Proxy(env.DB, {
    get: (_, property) => (property === 'withSession' ? open : undefined),
  })
}

/** A database that answers every batch with this error. */
export const failingDatabase = (message: string) => databaseWith(() => Promise.reject(new Error(message)))

/** What D1 says when it cannot be reached. */
export const LOST = 'D1_ERROR: Network connection lost.'

/** A KV namespace that is down. */
export const failingKv = new Proxy(env.KV, {
  get: () => () => Promise.reject(new Error('KV is not answering')),
})
