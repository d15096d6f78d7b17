// Dashboard: due follow-ups of interactions and of leads, each with a button to complete it.
import type { FC } from 'hono/jsx'
import type { Overview, Props, Seen } from './dashboard.overview'
import { clock, distance, partOf } from './dashboard.words'
import { Act, Card } from './layout'

/** Due follow-ups of interactions: overdue ones first, then today's. */
export const Due: FC<Props> = ({ overview: { due, toFollow, names, summary }, seen }) => (
  <Card id="due" title="Follow-ups due" note={partOf('The longest due', due, openOf(summary, 'interactions'))}>
    {due.length === 0 ? (
      <p class="empty">
        {toFollow.length > 0 ? 'Only leads are due, below.' : 'Nothing is due.'} A call or a note with a follow-up time
        comes up here on its day.
      </p>
    ) : (
      <ul class="rows">
        {due.map(({ id, customerId, leadId, body, followUpAt }) => (
          <ToFollow
            whom={names.get(customerId ?? leadId ?? '') ?? 'Somebody'}
            body={body}
            at={followUpAt}
            done={`/dashboard/follow-ups/${id}/done`}
            seen={seen}
          />
        ))}
      </ul>
    )}
  </Card>
)

/** Leads whose follow-up is due, the longest due first. */
export const LeadsDue: FC<Props> = ({ overview: { toFollow, summary }, seen }) =>
  toFollow.length > 0 && (
    <Card
      id="leads-due"
      title="Leads to follow up"
      note={partOf('The longest due', toFollow, openOf(summary, 'leads'))}
    >
      <ul class="rows">
        {toFollow.map(({ id, name, title, followUpAt }) => (
          <ToFollow
            whom={name ?? title}
            body={name === null ? undefined : title}
            at={followUpAt}
            done={`/dashboard/leads/${id}/done`}
            seen={seen}
          />
        ))}
      </ul>
    </Card>
  )

type Following = { whom: string; body?: string; at: string | null; done: string; seen: Seen }

const ToFollow: FC<Following> = ({ whom, body, at, done, seen }) => (
  <li>
    <div>
      <strong>{whom}</strong>
      {body && <span class="body">{body}</span>}
      {at && (
        <span class={at < seen.at ? 'note late' : 'note'}>
          {`${clock(at, seen.timeZone)} · ${distance(at, seen.at)}`}
        </span>
      )}
    </div>
    <Act action={done} mark={seen.mark} label="Done" about={whom} />
  </li>
)

function openOf({ followUps: { overdue, today } }: Overview['summary'], kind: 'interactions' | 'leads'): number {
  return overdue[kind] + today[kind]
}
