// The Worker as it is, and what its requests have cost in D1 since that was asked last: an export is read long
// after its headers, and Server-Timing, have left.
import { createApp } from '../src/app'
import * as spoken from '../src/dialects/spoken'

// A binding of wrangler.toml names it.
export { Workspace } from '../src/object/object'

const app = createApp(spoken)
const cost = { statements: 0, read: 0 }

function watched(session: D1DatabaseSession): D1DatabaseSession {
  return new Proxy(session, {
    get(target, property) {
      if (property === 'prepare') return (query: string) => target.prepare(query)
      if (property === 'getBookmark') return () => target.getBookmark()
      if (property !== 'batch') return undefined
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch(statements)
        cost.statements += results.length
        for (const { meta } of results) cost.read += meta.rows_read
        return results
      }
    },
  })
}

export default {
  fetch(request, env, execution) {
    if (new URL(request.url).pathname === '/bench/cost') {
      const spent = { ...cost }
      Object.assign(cost, { statements: 0, read: 0 })
      return Response.json(spent)
    }
    const DB = new Proxy(env.DB, {
      get: (target, property) =>
        property === 'withSession' ? (anchor: string) => watched(target.withSession(anchor)) : undefined,
    })
    return app.fetch(request, { ...env, DB }, execution)
  },
} satisfies ExportedHandler<Env>
