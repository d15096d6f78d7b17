// Records in lists: where they stand, their status, a number to tap, and the buttons of the pool.
import type { FC } from 'hono/jsx'
import type { LeadRow } from '../../leads/leads.record'
import type { Desk } from '../desk'
import type { Names } from '../desk.names'
import { at } from '../page'
import { Act } from './forms'
import { Icon } from './icons'
import { Avatar } from './layout'
import { Time } from './times'

export const leadPath = (id: string, ...rest: string[]) => at('leads', id, ...rest)
export const customerPath = (id: string, ...rest: string[]) => at('customers', id, ...rest)
export const ticketPath = (id: string) => at('tickets', id)

/** What a lead is called: its person, else its subject. */
export const leadName = ({ name, title }: Pick<LeadRow, 'name' | 'title'>): string => name ?? title
/** What it is about, where that says more than its name. */
export const leadSubject = ({ name, title, interest }: LeadRow): string | null =>
  interest ?? (name === null ? null : title)

export const Status: FC<{ desk: Desk; of: string }> = ({ desk, of }) => (
  <span class={`pill ${of.toLowerCase()}`}>{desk.words.status[of] ?? of}</span>
)

/** A phone number as a link that calls it. */
export const Phone: FC<{ desk: Desk; number: string; about?: string }> = ({ desk, number, about }) => (
  <a class="reach" href={`tel:${number.replace(/[^\d+*#,;]/g, '')}`}>
    <Icon name="call" label={desk.words.record.call(about ?? '')} />
    <span>{number}</span>
  </a>
)

/** An address as a link that writes to it. */
export const Mail: FC<{ desk: Desk; address: string; about?: string }> = ({ desk, address, about }) => (
  <a class="reach" href={`mailto:${encodeURIComponent(address).replace('%40', '@')}`}>
    <Icon name="mail" label={desk.words.record.write(about ?? '')} />
    <span>{address}</span>
  </a>
)

/** Who owns a record: a name where the reader sees the team, else whether it is theirs. */
export const Owner: FC<{ desk: Desk; id: string | null; names: Names }> = ({ desk, id, names }) => {
  if (id === null) return <span class="owner nobody">{desk.words.record.nobody}</span>
  const name = id === desk.ctx.actor.id ? desk.words.record.me : (names.get(id)?.name ?? desk.words.record.colleague)
  return (
    <span class="owner">
      <Avatar name={names.get(id)?.name ?? name} />
      <span>{name}</span>
    </span>
  )
}

export const Claim: FC<{ desk: Desk; lead: LeadRow }> = ({ desk, lead }) => (
  <Act desk={desk} action={leadPath(lead.id, 'claim')} label={desk.words.lead.claim} about={leadName(lead)} />
)

type LeadItem = { desk: Desk; lead: LeadRow; names: Names; shows?: 'message' }

/** A lead of a list, whose row is one link, with at most one action. */
export const LeadLine: FC<LeadItem> = ({ desk, lead, names, shows }) => {
  const isLate = lead.followUpAt !== null && lead.followUpAt < desk.at && lead.status !== 'CLOSED'
  const inPool = lead.ownerId === null && lead.status !== 'CLOSED' && lead.deletedAt === null
  return (
    <li class="line lead">
      <a class="name" dir="auto" href={leadPath(lead.id)}>
        {leadName(lead)}
      </a>
      <span class="about">{shows === 'message' ? (lead.message ?? leadSubject(lead)) : leadSubject(lead)}</span>
      <span class="due">
        {lead.followUpAt && lead.status !== 'CLOSED' && (
          <span class={isLate ? 'late' : 'note'}>
            <Icon name="clock" label={desk.words.lead.followUp} /> <Time desk={desk} at={lead.followUpAt} />
          </span>
        )}
      </span>
      <Owner desk={desk} id={lead.ownerId} names={names} />
      <Status desk={desk} of={lead.status} />
      <span class="when">
        {inPool && desk.can('leads:claim') ? (
          <Claim desk={desk} lead={lead} />
        ) : (
          <Time desk={desk} at={lead.createdAt} class="note" />
        )}
      </span>
    </li>
  )
}
