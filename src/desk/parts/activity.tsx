// The latest activity of the workspace in words, from the audit trail.
import type { FC } from 'hono/jsx'
import type { events } from '../../db/schema'
import type { Desk } from '../desk'
import type { Names } from '../desk.names'
import { Section } from './lists'
import { customerPath, leadPath, ticketPath } from './records'
import { doerOf, sentenceOf } from './timeline'
import { Time } from './times'

type EventRow = typeof events.$inferSelect

/** The ids whose names the sentences need. */
export function toldIn(list: readonly EventRow[]): (string | null)[] {
  return list.flatMap(({ actorId, subjectId, changes }) => [
    actorId,
    subjectId,
    aboutIn(changes),
    textIn(changes?.ownerId),
  ])
}

const textIn = (change: [unknown, unknown] | undefined) => (typeof change?.[1] === 'string' ? change[1] : null)
const aboutIn = (changes: EventRow['changes']) => textIn(changes?.customerId) ?? textIn(changes?.leadId)

const PATHS: Record<string, (id: string) => string> = { lead: leadPath, customer: customerPath, ticket: ticketPath }

type ActivityProps = { desk: Desk; events: readonly EventRow[]; names: Names; title?: string }

export const Activity: FC<ActivityProps> = ({ desk, events: list, names, title = desk.words.today.activity }) => (
  <Section id="activity" title={title} class="card">
    <ol class="activity">
      {list.map((event) => {
        const id = names.has(event.subjectId) ? event.subjectId : aboutIn(event.changes)
        const named = id === null ? undefined : names.get(id)
        const kind = named?.kind ?? event.subjectType
        const path = named?.kind === 'member' ? undefined : PATHS[kind]
        const isTalk = event.verb === 'interaction.created'
        const isMine = event.actorId === desk.ctx.actor.id
        const type = textIn(event.changes?.type)
        const actor = event.verb === 'user.registered' ? { ...event, actorId: event.subjectId } : event
        return (
          <li>
            <span>
              <strong>{doerOf(desk, actor, names)}</strong>{' '}
              {isTalk && type ? desk.words.logged(type, isMine) : sentenceOf(desk, event, names)}
              {named && named.kind !== 'member' && (
                <>
                  {' · '}
                  {path && id ? <a href={path(id)}>{named.name}</a> : named.name}
                </>
              )}
            </span>
            <Time desk={desk} at={event.createdAt} class="note" />
          </li>
        )
      })}
    </ol>
  </Section>
)
