// Figures of the workspace: tiles, charts and the table of the team.
import type { FC } from 'hono/jsx'
import type { getFunnel } from '../../analytics/analytics.funnel'
import type { getSummary } from '../../analytics/analytics.summary'
import type { getTeamFigures } from '../../analytics/analytics.team'
import type { getTrends } from '../../analytics/analytics.trends'
import type { Desk } from '../desk'
import { at } from '../page'
import { Bars, Columns } from './charts'
import { fresh, Section } from './lists'
import { count, duration, relative, share, shortDay } from './times'

type Of<F extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>

export const Tiles: FC<{ desk: Desk; summary: Of<typeof getSummary> }> = ({ desk, summary }) => {
  const { leads, customers, tickets, followUps } = summary
  const { figures } = desk.words
  const late = followUps.overdue.interactions + followUps.overdue.leads
  const today = followUps.today.interactions + followUps.today.leads
  const tiles = [
    {
      name: figures.unclaimed,
      value: count(leads.unclaimed, desk),
      note: leads.oldestUnclaimedAt ? figures.oldest(relative(leads.oldestUnclaimedAt, desk)) : figures.nobodyWaits,
      href: at('leads?owner=none'),
    },
    { name: figures.overdue, value: count(late, desk), note: figures.moreToday(count(today, desk)), href: '#due' },
    {
      name: figures.openTickets,
      value: count(tickets.open, desk),
      note: figures.resolved(tickets.resolved, count(tickets.resolved, desk)),
      href: at('tickets'),
    },
    {
      name: figures.conversion,
      value: share(leads.conversionRate, desk),
      note: figures.won(leads.converted, count(leads.converted, desk)),
    },
    { name: figures.timeToClaim, value: duration(leads.medianSecondsToClaim, desk), note: figures.median },
    {
      name: figures.customers,
      value: count(customers.total, desk),
      note: figures.newOnes(customers.created, count(customers.created, desk)),
      href: at('customers'),
    },
  ]
  return (
    <dl class="tiles" {...fresh(desk, 'tiles')}>
      {tiles.map(({ name, value, note, href }) => (
        <div>
          <dt>{href ? <a href={href}>{name}</a> : name}</dt>
          <dd class="figure">{value}</dd>
          <dd class="note">{note}</dd>
        </div>
      ))}
    </dl>
  )
}

export const Pipeline: FC<{ desk: Desk; funnel: Of<typeof getFunnel> }> = ({ desk, funnel }) => {
  const { figures, status } = desk.words
  return (
    <Section id="pipeline" title={figures.pipeline} note={figures.pipelineNote} class="card">
      <Bars
        desk={desk}
        id="pipeline-chart"
        title={figures.byStage}
        unit={figures.leads}
        points={funnel.stages.map((stage) => ({
          label: status[stage.status] ?? stage.status,
          value: stage.now,
          note: stage.medianSeconds === null ? '–' : figures.medianOf(duration(stage.medianSeconds, desk)),
        }))}
      />
    </Section>
  )
}

type TrendProps = { desk: Desk; trends: Of<typeof getTrends>; of: 'leads' | 'interactions' }

export const Trend: FC<TrendProps> = ({ desk, trends, of }) => {
  const { figures } = desk.words
  const title = of === 'leads' ? figures.newLeads : figures.interactions
  return (
    <Section id={`trend-${of}`} title={title} note={figures.days30(count(trends.totals[of] ?? 0, desk))} class="card">
      <Columns
        desk={desk}
        id={`trend-${of}-chart`}
        title={figures.aDay(title)}
        unit={of === 'leads' ? figures.leads : figures.interactionsUnit}
        of={of === 'leads' ? figures.ofLeads : figures.ofInteractions}
        points={trends.points.map(({ start, counts }) => ({ label: shortDay(start, desk), value: counts[of] ?? 0 }))}
      />
    </Section>
  )
}

export const TeamFigures: FC<{ desk: Desk; rows: Of<typeof getTeamFigures>['rows'] }> = ({ desk, rows }) => {
  const { figures } = desk.words
  return (
    <Section id="team" title={figures.team} note={figures.teamNote} class="card">
      <section class="scroll" aria-label={figures.team} tabindex={0}>
        <table>
          <thead>
            <tr>
              {figures.teamColumns.map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr>
                <th scope="row">{one.name}</th>
                <td>{count(one.claims, desk)}</td>
                <td>{duration(one.medianSecondsToClaim, desk)}</td>
                <td>{duration(one.medianSecondsToContact, desk)}</td>
                <td>{count(one.conversions, desk)}</td>
                <td>{count(one.interactions, desk)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  )
}
