// What is due: follow-ups of interactions and of leads in one order, each done in one step with what comes next.
import type { FC } from 'hono/jsx'
import type { InteractionRow } from '../../interactions/interactions.record'
import type { LeadRow } from '../../leads/leads.record'
import type { Desk } from '../desk'
import type { Names } from '../desk.names'
import { at } from '../page'
import { Form, When } from './forms'
import { customerPath, leadName, leadPath, Phone } from './records'
import { Time } from './times'

/** A follow-up: where it belongs, and the address of its actions. */
export type DueItem = {
  id: string
  at: string
  name: string
  href: string
  text: string
  phone?: string | null
  action: string
}

/** Follow-ups of interactions and of leads, the longest due first. */
export function dueItems(
  talks: readonly InteractionRow[],
  leads: readonly LeadRow[],
  names: Names,
  somebody: string,
): DueItem[] {
  const ofTalks = talks.flatMap(({ id, followUpAt, customerId, leadId, body }) => {
    const named = names.get(customerId ?? leadId ?? '')
    const href = customerId ? customerPath(customerId) : leadPath(leadId ?? '')
    const action = at('follow-ups', id)
    return followUpAt
      ? [{ id, at: followUpAt, name: named?.name ?? somebody, href, text: body, phone: named?.phone, action }]
      : []
  })
  const ofLeads = leads.flatMap((lead) => {
    const { id, followUpAt, phone, title } = lead
    const text = lead.name === null ? '' : title
    const action = leadPath(id, 'follow-up')
    return followUpAt ? [{ id, at: followUpAt, name: leadName(lead), href: leadPath(id), text, phone, action }] : []
  })
  return [...ofTalks, ...ofLeads].sort((a, b) => (a.at < b.at ? -1 : 1))
}

export const DueLine: FC<{ desk: Desk; item: DueItem }> = ({ desk, item }) => (
  <li class="line task">
    <a class="name" dir="auto" href={item.href}>
      {item.name}
    </a>
    <span class="about">{item.text}</span>
    <Time desk={desk} at={item.at} class={item.at < desk.at ? 'late' : 'note'} />
    <span class="tools">
      {item.phone && <Phone desk={desk} number={item.phone} about={item.name} />}
      <DonePop desk={desk} action={`${item.action}/done`} about={item.name} id={item.id} />
    </span>
  </li>
)

/** Done, and what is next, in one step: nothing, or when. */
export const DonePop: FC<{ desk: Desk; action: string; about: string; id: string }> = ({ desk, action, about, id }) => (
  <details class="menu pop">
    <summary class="button">
      {desk.words.due.done}
      <span class="hidden"> {about}</span>
    </summary>
    <div>
      <Form desk={desk} action={action}>
        <When desk={desk} label={desk.words.due.next} id={`next-${id}`} />
        <button type="submit" class="strong">
          {desk.words.due.isDone}
        </button>
      </Form>
    </div>
  </details>
)
