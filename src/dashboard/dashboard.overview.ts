// Dashboard: the content of the page, from the verbs of the API in one round trip, and names in a second one.
import { reach } from '../access/policy'
import { getFunnel } from '../analytics/analytics.funnel'
import { getSummary } from '../analytics/analytics.summary'
import { getTeamFigures } from '../analytics/analytics.team'
import { getTrends } from '../analytics/analytics.trends'
import type { Ctx } from '../context'
import type { Together } from '../db/client'
import { listEvents } from '../events/events.service'
import { dayIn } from '../interactions/interactions.due'
import { listInteractions } from '../interactions/interactions.list'
import { listPool } from '../leads/leads.claim'
import { listLeads } from '../leads/leads.list'
import { deedsOf, mentionedIn, talkOf } from './dashboard.activity'
import { namesOf } from './dashboard.names'

const LISTED = 8
const RECENT = 12

export type Overview = Awaited<ReturnType<typeof overviewOf>>
/** The reader's time and time zone, and the mark of the forms. */
export type Seen = { at: string; timeZone: string; mark: string }
export type Props = { overview: Overview; seen: Seen }

/** Everything on the page, as the actor may see it. */
export async function overviewOf(ctx: Ctx, together: Together) {
  const { actor, now } = ctx
  const isLeading = reach(actor, 'analytics:team') !== undefined
  const isAuditing = reach(actor, 'events:read') !== undefined
  const nobody = Promise.resolve({ rows: [] })
  const { summary, stages, lately, pool, mine, overdue, today, toFollow, team, events, talk } = await together(() => ({
    summary: getSummary(ctx, {}),
    stages: getFunnel(ctx, {}),
    lately: getTrends(ctx, { metrics: ['leads', 'interactions'], groupBy: 'day' }),
    pool: listPool(ctx, LISTED),
    mine: listLeads(ctx, { owner: 'me', sort: '-updatedAt', limit: LISTED }),
    overdue: listInteractions(ctx, { due: 'overdue', limit: LISTED }),
    today: listInteractions(ctx, { due: 'today', limit: LISTED }),
    toFollow: leadsDue(ctx),
    team: isLeading ? getTeamFigures(ctx, { limit: 20 }) : nobody,
    events: isAuditing ? listEvents(ctx, { limit: RECENT }) : nobody,
    // From now backwards: planned interactions have not happened.
    talk: isAuditing ? nobody : listInteractions(ctx, { limit: RECENT, after: [now, 0] }),
  }))
  const due = [...overdue.rows, ...today.rows].slice(0, LISTED)
  const names = await namesOf(ctx, [
    actor.id,
    ...[...due, ...talk.rows].map(({ customerId, leadId }) => customerId ?? leadId),
    ...events.rows.flatMap(mentionedIn),
  ])
  const happened = [...deedsOf(events.rows, names), ...talkOf(talk.rows, names, actor.id)]
  return {
    summary,
    stages,
    lately,
    pool,
    mine: mine.rows,
    due,
    toFollow: toFollow.rows,
    team: team.rows,
    happened,
    names,
  }
}

// The longest overdue first: all leads for a reader who reaches all, else the reader's own, as in the figures.
function leadsDue(ctx: Ctx) {
  const { actor, now } = ctx
  const owner = reach(actor, 'leads:read') === 'all' ? undefined : 'me'
  const followUpBefore = dayIn(actor.timeZone, now).end
  return listLeads(ctx, { owner, followUpBefore, sort: 'followUpAt', besides: 'CLOSED', limit: LISTED })
}
