// A timeline: what was said and what was done, by day, newest first.
import type { Child, FC } from 'hono/jsx'
import type { z } from 'zod'
import { isPortal } from '../../access/visible'
import type { EventRow } from '../../events/event-envelope'
import type { TimelineItem } from '../../interactions/interactions.schemas'
import type { Desk } from '../desk'
import type { Names } from '../desk.names'
import { at } from '../page'
import { DonePop } from './due'
import { Act } from './forms'
import { Icon, type IconName } from './icons'
import { clockTime, dayName, exact, Time } from './times'

export type Item = z.infer<typeof TimelineItem>
type Talk = Extract<Item, { kind: 'interaction' }>['interaction']
/** An event, as the trail has it. */
export type Told = Pick<EventRow, 'verb' | 'actorType' | 'actorId'> & { changes: Record<string, unknown[]> | null }
const toldIn = ({ type, actor, changes }: Extract<Item, { kind: 'event' }>['event']): Told => ({
  verb: type,
  actorType: actor.type,
  actorId: actor.id,
  changes,
})

// A customer does not call the team colleagues.
const strangerIn = ({ words, ctx }: Desk) => (isPortal(ctx.actor) ? words.portal.us : words.record.aColleague)

const ICONS: Record<string, IconName> = {
  CALL: 'call',
  EMAIL: 'mail',
  MEETING: 'meeting',
  NOTE: 'note',
  TASK: 'task',
  FOLLOW_UP: 'clock',
}

/** The ids whose names a timeline needs. */
export function mentionedIn(items: readonly Item[]): (string | null)[] {
  return items.flatMap((item) =>
    item.kind === 'interaction' ? [item.interaction.createdBy] : [item.event.actor.id, ...idsIn(item.event)],
  )
}

const idsIn = ({ changes }: Pick<Told, 'changes'>): string[] =>
  ['ownerId', 'customerId', 'assigneeId', 'leadId'].flatMap((field) =>
    (changes?.[field] ?? []).filter((id) => typeof id === 'string'),
  )

type Props = { desk: Desk; items: readonly Item[]; names: Names; writes: boolean }

export const Timeline: FC<Props> = ({ desk, items, names, writes }) => {
  // The event of a talk says what the talk itself says.
  const told = items.filter((item) => item.kind === 'interaction' || !item.event.type.startsWith('interaction.'))
  const days = [...Map.groupBy(told, (item) => dayName(item.at, desk))]
  return (
    <div class="timeline">
      {days.map(([day, entries]) => (
        <>
          <h3>{day}</h3>
          <ol>
            {entries.map((item) =>
              item.kind === 'interaction' ? (
                <TalkLine desk={desk} talk={item.interaction} names={names} writes={writes} />
              ) : (
                <Line desk={desk} icon="event" at={item.at}>
                  <p class="deed">
                    <strong>{doerOf(desk, toldIn(item.event), names)}</strong>{' '}
                    {sentenceOf(desk, toldIn(item.event), names)}
                  </p>
                </Line>
              ),
            )}
          </ol>
        </>
      ))}
    </div>
  )
}

type LineProps = { desk: Desk; icon: IconName; at: string; id?: string; aside?: Child; children?: Child }

const Line: FC<LineProps> = ({ desk, icon, at: instant, id, aside, children }) => (
  <li id={id}>
    <Icon name={icon} />
    <div>{children}</div>
    <div class="aside">
      <time class="note" datetime={instant} title={exact(instant, desk)}>
        {clockTime(instant, desk)}
      </time>
      {aside}
    </div>
  </li>
)

const TalkLine: FC<{ desk: Desk; talk: Talk; names: Names; writes: boolean }> = ({ desk, talk, names, writes }) => {
  const { words } = desk
  const isOpen = talk.followUpAt !== null && talk.doneAt === null
  const about = talk.body.slice(0, 40)
  const who =
    talk.createdBy === desk.ctx.actor.id
      ? words.record.you
      : (names.get(talk.createdBy ?? '')?.name ?? strangerIn(desk))
  return (
    <Line
      desk={desk}
      icon={ICONS[talk.type] ?? 'note'}
      at={talk.occurredAt}
      id={`talk-${talk.id}`}
      aside={writes && <Deletion desk={desk} id={talk.id} about={about} />}
    >
      <p class="deed">
        <strong>{who}</strong> {words.logged(talk.type, talk.createdBy === desk.ctx.actor.id)}
      </p>
      <p class="body">{talk.body}</p>
      {talk.followUpAt && (
        <p class={isOpen && talk.followUpAt < desk.at ? 'follow late' : 'follow note'}>
          <Icon name={isOpen ? 'clock' : 'done'} />
          {isOpen ? words.due.followUp : words.due.wasDone} <Time desk={desk} at={talk.doneAt ?? talk.followUpAt} />
        </p>
      )}
      {writes && isOpen && (
        <div class="tools">
          <DonePop desk={desk} action={at('follow-ups', talk.id, 'done')} about={about} id={talk.id} />
        </div>
      )}
    </Line>
  )
}

// There is no undo, so it takes two presses.
const Deletion: FC<{ desk: Desk; id: string; about: string }> = ({ desk, id, about }) => (
  <details class="menu">
    <summary>
      <Icon name="more" label={`${desk.words.frame.more}: ${about}`} />
    </summary>
    <div>
      <Act
        desk={desk}
        action={at('follow-ups', id, 'delete')}
        label={desk.words.form.remove}
        about={about}
        class="danger"
      />
    </div>
  </details>
)

/** Who did what an event tells. */
export function doerOf(
  { words, c }: Desk,
  { actorType, actorId, verb }: Pick<Told, 'actorType' | 'actorId' | 'verb'>,
  names: Names,
): string {
  if (actorId !== null && actorId === c.var.actor?.id) return words.record.you
  if (verb === 'lead.enquired') return words.record.visitor
  return names.get(actorId ?? '')?.name ?? words.actors[actorType] ?? words.record.aColleague
}

/** What an event tells, in words: `claimed the lead`, `gave it to Grace`. */
export function sentenceOf(
  { words, c }: Desk,
  { verb, actorId, changes }: Pick<Told, 'verb' | 'actorId' | 'changes'>,
  names: Names,
  about?: string,
): string {
  const isMine = actorId !== null && actorId === c.var.actor?.id
  const status = changes?.status?.[1]
  const owner = changes?.ownerId?.[1]
  if (verb.endsWith('.updated') && typeof status === 'string')
    return words.deeds.moved(words.status[status] ?? status, isMine)
  if (verb === 'lead.assigned' && typeof owner === 'string')
    return words.deeds.gave(names.get(owner)?.name ?? words.record.aColleague, isMine)
  const fields = verb.endsWith('.updated')
    ? Object.keys(changes ?? {})
        .map((field) => words.fields[field])
        .filter((name) => name !== undefined)
    : []
  return words.deeds.of(verb, { isMine, about, fields: [...new Set(fields)] })
}
