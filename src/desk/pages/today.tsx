// Today, the start of the desk: what is overdue and due, the reader's leads, the pool, tickets, then figures and charts.
import type { FC } from 'hono/jsx'
import { reach } from '../../access/policy'
import { getFunnel } from '../../analytics/analytics.funnel'
import { getSummary } from '../../analytics/analytics.summary'
import { getTeamFigures } from '../../analytics/analytics.team'
import { getTrends } from '../../analytics/analytics.trends'
import { listEvents } from '../../events/events.service'
import { dayIn } from '../../interactions/interactions.due'
import { listInteractions } from '../../interactions/interactions.list'
import { claimNextLead, listPool } from '../../leads/leads.claim'
import { listLeads } from '../../leads/leads.list'
import type { LeadRow } from '../../leads/leads.record'
import { listTickets } from '../../tickets/tickets.list'
import type { Desk } from '../desk'
import { type Names, namesOf } from '../desk.names'
import { at, page } from '../page'
import { Activity, toldIn } from '../parts/activity'
import { type DueItem, DueLine, dueItems } from '../parts/due'
import { Pipeline, TeamFigures, Tiles, Trend } from '../parts/figures'
import { FirstSteps } from '../parts/first-steps'
import { Act } from '../parts/forms'
import { Empty, fresh, Section } from '../parts/lists'
import { LeadLine, leadName, leadPath } from '../parts/records'
import { TicketLine } from '../parts/tickets'

const LISTED = 8
const RECENT = 12
/** With fewer leads and no customer, a workspace is still led by the hand. */
const FEW = 3
const nobody = Promise.resolve({ rows: [] })

export const todayPage = page({
  path: '/',
  needs: 'leads:claim',
  nav: { word: 'today', icon: 'today' },
  load: ({ ctx, can }) => ({
    summary: getSummary(ctx, {}),
    funnel: getFunnel(ctx, {}),
    trends: getTrends(ctx, { metrics: ['leads', 'interactions'], groupBy: 'day' }),
    pool: listPool(ctx, LISTED),
    mine: listLeads(ctx, { owner: 'me', sort: '-updatedAt', besides: 'CLOSED', limit: LISTED }),
    overdue: listInteractions(ctx, { due: 'overdue', limit: LISTED }),
    today: listInteractions(ctx, { due: 'today', limit: LISTED }),
    leadsDue: listLeads(ctx, {
      // All leads for a reader who reaches all, else their own, as in the figures.
      owner: reach(ctx.actor, 'leads:read') === 'all' ? undefined : 'me',
      followUpBefore: dayIn(ctx.actor.timeZone, ctx.now).end,
      sort: 'followUpAt',
      besides: 'CLOSED',
      limit: LISTED,
    }),
    tickets: listTickets(ctx, { assignee: 'me', status: ['OPEN'], limit: LISTED }),
    running: listTickets(ctx, { assignee: 'me', status: ['IN_PROGRESS'], limit: LISTED }),
    team: can('analytics:team') ? getTeamFigures(ctx, { limit: 20 }) : nobody,
    events: can('events:read') ? listEvents(ctx, { limit: RECENT }) : nobody,
  }),
  more: async ({ ctx }, { overdue, today, tickets, running, events }) => ({
    names: await namesOf(ctx, [
      ctx.actor.id,
      ...[...overdue.rows, ...today.rows].map(({ customerId, leadId }) => customerId ?? leadId),
      ...[...tickets.rows, ...running.rows].map(({ customerId }) => customerId),
      ...toldIn(events.rows),
    ]),
  }),
  view: (
    desk,
    { summary, funnel, trends, pool, mine, overdue, today, leadsDue, tickets, running, team, events, names },
  ) => {
    const due = dueItems([...overdue.rows, ...today.rows], leadsDue.rows, names, desk.words.record.somebody)
    const start = dayIn(desk.timeZone, desk.at).start
    const waiting = [...running.rows, ...tickets.rows].slice(0, LISTED)
    const isNew = summary.customers.total === 0 && mine.rows.length + pool.length + due.length < FEW
    return {
      title: desk.words.nav.today,
      isWide: true,
      isLive: true,
      content: (
        <>
          {isNew && <FirstSteps desk={desk} />}
          <Tiles desk={desk} summary={summary} />
          <div class="columns">
            <div>
              <Due desk={desk} due={due} start={start} total={dueIn(summary)} />
              {waiting.length > 0 && (
                <Section
                  id="tickets"
                  title={desk.words.today.tickets}
                  more={{ href: at('tickets?assignee=me'), label: desk.words.list.all }}
                  class="card"
                  fresh={fresh(desk, 'tickets', desk.words.today.tickets)}
                >
                  <ul class="lines">
                    {waiting.map((ticket) => (
                      <TicketLine desk={desk} ticket={ticket} names={names} />
                    ))}
                  </ul>
                </Section>
              )}
              <Pipeline desk={desk} funnel={funnel} />
            </div>
            <div>
              <Pool desk={desk} pool={pool} total={summary.leads.unclaimed} />
              <Mine desk={desk} leads={mine.rows} names={names} />
            </div>
          </div>
          <div class="columns">
            <Trend desk={desk} trends={trends} of="leads" />
            <Trend desk={desk} trends={trends} of="interactions" />
          </div>
          {team.rows.length > 1 && <TeamFigures desk={desk} rows={team.rows} />}
          {events.rows.length > 0 && <Activity desk={desk} events={events.rows} names={names} />}
        </>
      ),
    }
  },
  actions: {
    'claim-next': {
      needs: 'leads:claim',
      isQuick: true,
      async run({ ctx, words }) {
        const lead = await claimNextLead(ctx)
        if (!lead) return { to: at(''), say: words.lead.poolEmpty }
        return {
          to: leadPath(lead.id),
          say: words.lead.claimed(leadName(lead), lead.phone),
          undo: { action: leadPath(lead.id, 'release'), fields: {} },
        }
      },
    },
  },
})

type Summary = Awaited<ReturnType<typeof getSummary>>
const dueIn = ({ followUps: { overdue, today } }: Summary) =>
  overdue.interactions + overdue.leads + today.interactions + today.leads

const Due: FC<{ desk: Desk; due: DueItem[]; start: string; total: number }> = ({ desk, due, start, total }) => {
  const { words } = desk
  const [late, today] = [
    due.filter(({ at }) => at < start).slice(0, LISTED),
    due.filter(({ at }) => at >= start).slice(0, LISTED),
  ]
  return (
    <Section
      id="due"
      title={words.today.due}
      note={total > due.length ? words.list.partOf(late.length + today.length, total) : undefined}
      class="card"
      fresh={fresh(desk, 'due', words.today.due)}
    >
      {due.length === 0 && <Empty text={words.today.nothingDue} />}
      {late.length > 0 && (
        <>
          <h3 class="late">{words.today.overdue}</h3>
          <ul class="lines">
            {late.map((item) => (
              <DueLine desk={desk} item={item} />
            ))}
          </ul>
        </>
      )}
      {today.length > 0 && (
        <>
          <h3>{words.today.dueToday}</h3>
          <ul class="lines">
            {today.map((item) => (
              <DueLine desk={desk} item={item} />
            ))}
          </ul>
        </>
      )}
    </Section>
  )
}

const noNames: Names = new Map()

const Pool: FC<{ desk: Desk; pool: LeadRow[]; total: number }> = ({ desk, pool, total }) => (
  <Section
    id="pool"
    title={desk.words.today.pool}
    note={total > pool.length ? desk.words.list.oldestOf(pool.length, total) : undefined}
    more={{ href: at('leads?owner=none&sort=createdAt'), label: desk.words.list.all }}
    class="card"
    fresh={fresh(desk, 'pool', desk.words.today.pool)}
  >
    {pool.length === 0 ? (
      <Empty text={desk.words.today.poolEmpty} />
    ) : (
      <>
        <ul class="lines pool">
          {pool.map((lead) => (
            <LeadLine desk={desk} lead={lead} names={noNames} shows="message" />
          ))}
        </ul>
        <Act desk={desk} action={at('claim-next')} label={desk.words.lead.claimNext} class="strong" />
      </>
    )}
  </Section>
)

const Mine: FC<{ desk: Desk; leads: LeadRow[]; names: Names }> = ({ desk, leads, names }) => (
  <Section
    id="mine"
    title={desk.words.today.mine}
    note={leads.length > 0 ? desk.words.today.lastTouched : undefined}
    more={{ href: at('leads?owner=me'), label: desk.words.list.all }}
    class="card"
    fresh={fresh(desk, 'mine', desk.words.today.mine)}
  >
    {leads.length === 0 ? (
      <Empty text={desk.words.today.noneOfMine} />
    ) : (
      <ul class="lines mine">
        {leads.map((lead) => (
          <LeadLine desk={desk} lead={lead} names={names} />
        ))}
      </ul>
    )}
  </Section>
)
