// The Worker as it is and, beside it, what only a measurement needs: the bare D1 read that throughput is
// compared with, and cursors for any position, made by the app's own code instead of walking ten thousand pages.
import { Hono } from 'hono'
import type { z } from 'zod'
import { createApp } from '../src/app'
import { authenticate } from '../src/auth/authenticate'
import { CustomerQuery, DuplicateQuery } from '../src/customers/customers.schemas'
import type { Position } from '../src/db/page'
import * as spoken from '../src/dialects/spoken'
import { EventQuery } from '../src/events/events.schemas'
import { type AppEnv, context } from '../src/http/context'
import { paged } from '../src/http/pagination'
import { InteractionQuery, TimelineQuery } from '../src/interactions/interactions.schemas'
import { LeadQuery } from '../src/leads/leads.schemas'
import { runJobs, SCHEDULE } from '../src/schedule'
import { TagQuery } from '../src/tags/tags.schemas'
import { TicketQuery } from '../src/tickets/tickets.schemas'

// A binding of wrangler.toml names it.
export { Workspace } from '../src/object/object'

const LISTS: Record<string, z.ZodType<{ limit: number; cursor?: string }>> = {
  '/v1/customers': CustomerQuery,
  '/v1/customers/duplicates': DuplicateQuery,
  '/v1/customers/:id/timeline': TimelineQuery,
  '/v1/events': EventQuery,
  '/v1/interactions': InteractionQuery,
  '/v1/leads': LeadQuery,
  '/v1/leads/:id/timeline': TimelineQuery,
  '/v1/tags': TagQuery,
  '/v1/tickets': TicketQuery,
}

// Mails that are only logged would stand among the results.
console.log = () => {}

const app = createApp(spoken)

// A list that ends where the header says; the cursor is sealed for this caller, path and query.
const cursors = new Hono<AppEnv>()
  .use(
    context,
    authenticate(async () => {}),
  )
  .get('*', async (c) => {
    const query = LISTS[c.req.path.replace(/[0-9a-f-]{36}/, ':id')]?.parse(c.req.query())
    if (!query) return c.notFound()
    const next: Position = JSON.parse(c.req.header('Bench-Position') ?? '[]')
    return c.json(await paged(c, query, async () => ({ rows: [], next })))
  })

async function pointRead(env: Env, seq: string | null) {
  return Response.json(await env.DB.prepare('SELECT * FROM leads WHERE seq = ?').bind(Number(seq)).first())
}

// What an import is compared with: the same rows and their events, and nothing else. Answers with the milliseconds of D1.
async function bareInsert(env: Env, rows: string, query: URLSearchParams) {
  const [workspace, user, now] = [query.get('workspace'), query.get('user'), new Date().toISOString()]
  const started = Date.now()
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO customers (id, workspace_id, name, email, phone, company, custom_fields, sort_name, phone_e164, phone_text, created_at, updated_at)
       SELECT value ->> 7, ?2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, json_object('City', value ->> 4), value ->> 5,
         value ->> 6, value ->> 8, ?3, ?3 FROM json_each(?1)`,
    ).bind(rows, workspace, now),
    env.DB.prepare(
      `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, actor_id, created_at)
       SELECT lower(hex(randomblob(8))), ?2,
         (SELECT coalesce(max(seq), 0) FROM events WHERE workspace_id = ?2) + row_number() OVER (), 'customer', value ->> 7, 'customer.created', 'user', ?4, ?3 FROM json_each(?1)`,
    ).bind(rows, workspace, now, user),
  ])
  return new Response(String(Date.now() - started))
}

// Webhooks of the largest workspace that listen, and rest: what they would send is no part of what a write costs.
async function tenWebhooks(env: Env) {
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
     INSERT OR IGNORE INTO webhooks (id, workspace_id, url, types, secret, cursor, held_until, recent, created_by, created_at, updated_at)
     SELECT 'bench ' || i, (SELECT workspace_id FROM users GROUP BY 1 ORDER BY count(*) DESC LIMIT 1), 'http://localhost:9/', '["*"]', '', 0, '9999', '[]', '', '', ''
     FROM n`,
  ).run()
  return new Response('done')
}

type Results = D1Result<Record<string, unknown>>[]

/** The database, with every batch that was sent to it told. */
function watched(database: D1Database, tell: (queries: string[], results: Results) => void): D1Database {
  return new Proxy(database, {
    get: (_, property) =>
      property !== 'withSession'
        ? undefined
        : (anchor: string) => {
            const session = database.withSession(anchor)
            const texts = new WeakMap<object, string>()
            return {
              prepare: (query: string) => ({
                bind: (...values: unknown[]) => {
                  const statement = session.prepare(query).bind(...values)
                  texts.set(statement, query)
                  return statement
                },
              }),
              getBookmark: () => session.getBookmark(),
              batch: async (statements: D1PreparedStatement[]) => {
                const results: Results = await session.batch(statements)
                tell(
                  statements.map((statement) => texts.get(statement) ?? ''),
                  results,
                )
                return results
              },
            }
          },
  })
}

const WITH_MAIL = {
  MAIL_TRANSPORT: 'log',
  PUBLIC_URL: 'https://crm.bench.example',
  SMTP_FROM: 'crm@bench.example',
  MAILS_PER_RECIPIENT_A_DAY: '1000',
}
/** What the requests that asked for it have sent to the database. */
const asked: { statements: number; told: [query: string, read: number, written: number][] } = {
  statements: 0,
  told: [],
}

export default {
  async fetch(request, env, execution) {
    const { pathname, searchParams } = new URL(request.url)
    const settings = request.headers.has('Bench-Mail') ? { ...env, ...WITH_MAIL } : env
    if (pathname === '/bench/insert') return bareInsert(env, await request.text(), searchParams)
    if (pathname === '/bench/statements') return new Response(String(asked.statements))
    if (pathname === '/bench/schedule') {
      await runJobs(SCHEDULE['* * * * *'] ?? [], env, new Date().toISOString())
      return new Response('done')
    }
    if (pathname === '/bench/webhooks') return tenWebhooks(env)
    if (pathname === '/bench/told') return Response.json(asked.told.splice(0))
    if (pathname.startsWith('/v1/imports') || request.headers.has('Bench-Tell')) {
      const DB = watched(env.DB, (queries, results) => {
        asked.statements += queries.length
        if (!request.headers.has('Bench-Tell')) return
        for (const [i, { meta }] of results.entries()) {
          asked.told.push([queries[i] ?? '', meta.rows_read, meta.rows_written])
        }
      })
      return app.fetch(request, { ...settings, DB }, execution)
    }
    if (pathname === '/bench/point-read') return pointRead(env, searchParams.get('seq'))
    if (request.headers.has('Bench-Position')) return cursors.fetch(request, env, execution)
    return app.fetch(request, settings, execution)
  },
} satisfies ExportedHandler<Env>
