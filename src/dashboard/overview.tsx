// Dashboard: the page itself, from waiting work down to the latest activity.
import type { FC } from 'hono/jsx'
import { Bars, Columns } from './charts'
import type { Overview, Props } from './dashboard.overview'
import { count, day, distance, duration, partOf, share, status } from './dashboard.words'
import { Due, LeadsDue } from './due'
import { Act, Card } from './layout'

/** Figures, waiting work, charts, and the latest activity. */
export const OverviewPage: FC<Props> = ({ overview, seen }) => (
  <>
    <h1 class="hidden">Overview</h1>
    <Tiles overview={overview} seen={seen} />
    <div class="columns">
      <div>
        <Pool overview={overview} seen={seen} />
        <Due overview={overview} seen={seen} />
        <LeadsDue overview={overview} seen={seen} />
      </div>
      <div>
        <Mine overview={overview} seen={seen} />
        <Pipeline overview={overview} seen={seen} />
        <Trend overview={overview} of="leads" title="New leads" />
        <Trend overview={overview} of="interactions" title="Interactions" />
      </div>
    </div>
    {overview.team.length > 0 && <Team overview={overview} seen={seen} />}
    {overview.happened.length > 0 && <Activity overview={overview} seen={seen} />}
  </>
)

const Tiles: FC<Props> = ({ overview: { summary }, seen }) => {
  const { leads, customers, tickets, followUps } = summary
  const late = followUps.overdue.interactions + followUps.overdue.leads
  const today = followUps.today.interactions + followUps.today.leads
  const wait = leads.oldestUnclaimedAt && `the oldest came ${distance(leads.oldestUnclaimedAt, seen.at)}`
  const tiles = [
    { name: 'Unclaimed leads', value: count(leads.unclaimed), note: wait ?? 'nobody waits' },
    { name: 'Follow-ups overdue', value: count(late), note: `${count(today)} more today` },
    { name: 'Open tickets', value: count(tickets.open), note: `${count(tickets.resolved)} resolved in 30 days` },
    { name: 'Conversion', value: share(leads.conversionRate), note: `${count(leads.converted)} won in 30 days` },
    { name: 'Time to claim', value: duration(leads.medianSecondsToClaim), note: 'median of 30 days' },
    { name: 'Customers', value: count(customers.total), note: `${count(customers.created)} new in 30 days` },
  ]
  return (
    <dl class="tiles">
      {tiles.map(({ name, value, note }) => (
        <div>
          <dt>{name}</dt>
          <dd class="figure">{value}</dd>
          <dd class="note">{note}</dd>
        </div>
      ))}
    </dl>
  )
}

const Pool: FC<Props> = ({ overview: { pool, summary }, seen }) => (
  <Card id="pool" title="Unclaimed leads" note={partOf('The oldest', pool, summary.leads.unclaimed)}>
    {pool.length === 0 ? (
      <p class="empty">The pool is empty: every lead has somebody. New enquiries appear here.</p>
    ) : (
      <ul class="rows">
        {pool.map((lead) => (
          <li>
            <div>
              <strong>{lead.name ?? lead.title}</strong>
              <span class="note">
                {[lead.interest ?? (lead.name && lead.title), distance(lead.createdAt, seen.at)]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </div>
            <Act
              action={`/dashboard/leads/${lead.id}/claim`}
              mark={seen.mark}
              label="Claim"
              about={lead.name ?? lead.title}
            />
          </li>
        ))}
      </ul>
    )}
  </Card>
)

const Mine: FC<Props> = ({ overview: { mine }, seen }) => (
  <Card id="mine" title="Your leads" note={mine.length > 0 ? 'Changed last, first.' : undefined}>
    {mine.length === 0 ? (
      <p class="empty">You have no lead yet: claim one from the pool.</p>
    ) : (
      <ul class="rows">
        {mine.map((lead) => (
          <li>
            <div>
              <strong>{lead.name ?? lead.title}</strong>
              <span class="note">
                {[lead.email, lead.phone].filter(Boolean).join(' · ') || distance(lead.createdAt, seen.at)}
              </span>
            </div>
            <span class="badge">{status(lead.status)}</span>
          </li>
        ))}
      </ul>
    )}
  </Card>
)

const Pipeline: FC<Props> = ({ overview: { stages } }) => (
  <Card
    id="pipeline"
    title="Pipeline"
    note="Leads in each stage now, and how long those of the last 30 days stayed in it, half of them less."
  >
    <Bars
      id="pipeline-chart"
      title="Leads by stage"
      unit="leads"
      points={stages.stages.map((stage) => ({
        label: status(stage.status),
        value: stage.now,
        note: stage.medianSeconds === null ? '–' : `median ${duration(stage.medianSeconds)}`,
      }))}
    />
  </Card>
)

const Trend: FC<{ overview: Overview; of: 'leads' | 'interactions'; title: string }> = ({ overview, of, title }) => (
  <Card id={`trend-${of}`} title={title} note={`The last 30 days: ${count(overview.lately.totals[of] ?? 0)}.`}>
    <Columns
      id={`trend-${of}-chart`}
      title={`${title} a day`}
      unit={of}
      points={overview.lately.points.map(({ start, counts }) => ({ label: day(start), value: counts[of] ?? 0 }))}
    />
  </Card>
)

const Team: FC<Props> = ({ overview: { team } }) => (
  <Card id="team" title="Team" note="What each has done in the last 30 days.">
    <section class="scroll" aria-label="Figures of the team">
      <table>
        <thead>
          <tr>
            {['Name', 'Claims', 'Time to claim', 'Time to first contact', 'Won', 'Interactions'].map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {team.map((one) => (
            <tr>
              <th scope="row">{one.name}</th>
              <td>{count(one.claims)}</td>
              <td>{duration(one.medianSecondsToClaim)}</td>
              <td>{duration(one.medianSecondsToContact)}</td>
              <td>{count(one.conversions)}</td>
              <td>{count(one.interactions)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  </Card>
)

const Activity: FC<Props> = ({ overview: { happened }, seen }) => (
  <Card id="activity" title="What happened">
    <ol class="activity">
      {happened.map(({ who, what, at }) => (
        <li>
          <span>
            <strong>{who}</strong> {what}
          </span>
          <time class="note" datetime={at}>
            {distance(at, seen.at)}
          </time>
        </li>
      ))}
    </ol>
  </Card>
)
