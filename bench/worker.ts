// Room: bench. The Worker as it is and, beside it, what only a measurement needs: the bare D1 read that throughput is
// compared with, and cursors for any position, made by the app's own code instead of walking ten thousand pages.
import { Hono } from 'hono'
import type { z } from 'zod'
import { createApp } from '../src/app'
import { CustomerQuery, DuplicateQuery } from '../src/customers/customers.schemas'
import type { Position } from '../src/db/page'
import { EventQuery } from '../src/events/events.schemas'
import { type AppEnv, context } from '../src/http/context'
import { paged } from '../src/http/pagination'
import { InteractionQuery, TimelineQuery } from '../src/interactions/interactions.schemas'
import { LeadQuery } from '../src/leads/leads.schemas'
import { TagQuery } from '../src/tags/tags.schemas'
import { TicketQuery } from '../src/tickets/tickets.schemas'

const LISTS: Record<string, z.ZodType<{ limit: number; cursor?: string | undefined }>> = {
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

const app = createApp()

// A list that ends where the header says; the cursor is signed for this very path and query.
const cursors = new Hono<AppEnv>().use(context).get('*', async (c) => {
  const query = LISTS[c.req.path.replace(/[0-9a-f-]{36}/, ':id')]?.parse(c.req.query())
  if (!query) return c.notFound()
  const next: Position = JSON.parse(c.req.header('Bench-Position') ?? '[]')
  return c.json(await paged(c, query, async () => ({ rows: [], next })))
})

async function pointRead(env: Env, seq: string | null) {
  return Response.json(await env.DB.prepare('SELECT * FROM leads WHERE seq = ?').bind(Number(seq)).first())
}

export default {
  fetch(request, env, execution) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/bench/point-read') return pointRead(env, searchParams.get('seq'))
    if (request.headers.has('Bench-Position')) return cursors.fetch(request, env, execution)
    return app.fetch(request, env, execution)
  },
} satisfies ExportedHandler<Env>
