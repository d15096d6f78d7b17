// Dashboard: what the page shows, gathered from the product's own verbs in one round trip, and a second for names.
import { reach } from '../access/policy'
import { funnel } from '../analytics/analytics.funnel'
import { summarise } from '../analytics/analytics.summary'
import { teamFigures } from '../analytics/analytics.team'
import { trends } from '../analytics/analytics.trends'
import type { Together } from '../db/client'
import { listEvents } from '../events/events.service'
import type { Ctx } from '../http/context'
import { listInteractions } from '../interactions/interactions.list'
import { listLeads } from '../leads/leads.list'
import { namesOf } from './dashboard.names'

const POOL = 8
const MINE = 8
const DUE = 8
const RECENT = 12

export type Overview = Awaited<ReturnType<typeof overviewOf>>

/** Everything on the page, as the actor may see it. */
export async function overviewOf(ctx: Ctx, together: Together) {
  const isLeading = reach(ctx.actor, 'analytics:team') !== undefined
  const nobody = Promise.resolve({ rows: [] })
  const [summary, stages, lately, pool, mine, overdue, today, team, events] = await together(() =>
    Promise.all([
      summarise(ctx, {}),
      funnel(ctx, {}),
      trends(ctx, { metrics: ['leads', 'conversions', 'interactions'], groupBy: 'day' }),
      listLeads(ctx, { owner: 'none', sort: 'createdAt', limit: POOL }),
      listLeads(ctx, { owner: 'me', sort: '-updatedAt', limit: MINE }),
      listInteractions(ctx, { due: 'overdue', limit: DUE }),
      listInteractions(ctx, { due: 'today', limit: DUE }),
      isLeading ? teamFigures(ctx, { limit: 20 }) : nobody,
      reach(ctx.actor, 'events:read') ? listEvents(ctx, { limit: RECENT }) : nobody,
    ]),
  )
  const due = [...overdue.rows, ...today.rows].slice(0, DUE)
  const mentioned = [
    ctx.actor.id,
    ...due.flatMap(({ customerId, leadId, ownerId }) => [customerId ?? leadId, ownerId]),
    ...events.rows.flatMap(({ actorId, subjectId }) => [actorId, subjectId]),
  ]
  const names = await namesOf(ctx, mentioned)
  return { summary, stages, lately, pool: pool.rows, mine: mine.rows, due, team: team.rows, events: events.rows, names }
}
