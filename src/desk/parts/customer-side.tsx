// What is known of a customer, beside the timeline, and what can be done with the record as a whole.
import type { FC } from 'hono/jsx'
import type { CustomerRow } from '../../customers/customers.record'
import type { RelationshipRow } from '../../customers/relationships.service'
import type { LeadRow } from '../../leads/leads.record'
import type { TicketRow } from '../../tickets/tickets.record'
import type { Desk } from '../desk'
import type { Names } from '../desk.names'
import { at } from '../page'
import { Relationships, Tags } from './customer-ties'
import { textOf } from './customers'
import { Form, Hidden } from './forms'
import { Icon } from './icons'
import { Section } from './lists'
import { customerPath, leadName, leadPath, Mail, Owner, Phone, Status, ticketPath } from './records'
import { Time } from './times'

type Rows<Row> = { rows: Row[] }
type Props = {
  desk: Desk
  customer: CustomerRow
  names: Names
  tags: Rows<{ id: string; name: string }>
  relationships: Rows<RelationshipRow>
  tickets: Rows<TicketRow>
  leads: Rows<LeadRow>
}

export const CustomerSide: FC<Props> = ({ desk, customer, names, tags, relationships, tickets, leads }) => {
  const { words } = desk
  const isWritten = desk.can('customers:write')
  return (
    <aside>
      <Details desk={desk} customer={customer} names={names} />
      <Tags desk={desk} customer={customer} tags={tags.rows} />
      <Relationships desk={desk} customer={customer} rows={relationships.rows} />
      <Section id="tickets" title={words.nav.tickets} class="card">
        <ul class="side-list">
          {tickets.rows.map((ticket) => (
            <li>
              <a href={ticketPath(ticket.id)}>
                <span class="number">#{ticket.number}</span> {ticket.title}
              </a>
              <Status desk={desk} of={ticket.status} />
            </li>
          ))}
        </ul>
        {tickets.rows.length === 0 && <p class="note">{words.customer.noTickets}</p>}
        {isWritten && (
          <Form desk={desk} action={customerPath(customer.id, 'ticket')} class="inline">
            <input
              name="title"
              aria-label={words.customer.ticketTitle}
              placeholder={words.customer.ticketTitle}
              maxlength={200}
              required
            />
            <button type="submit">{words.customer.openTicket}</button>
          </Form>
        )}
      </Section>
      {leads.rows.length > 0 && (
        <Section id="leads" title={words.customer.leads} class="card">
          <ul class="side-list">
            {leads.rows.map((lead) => (
              <li>
                <a href={leadPath(lead.id)}>{lead.interest ?? lead.title ?? leadName(lead)}</a>
                <Time desk={desk} at={lead.createdAt} class="note" />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </aside>
  )
}

const Details: FC<Pick<Props, 'desk' | 'customer' | 'names'>> = ({ desk, customer, names }) => {
  const { words } = desk
  const { labels } = words
  const [emails, phones] = [customer.emails ?? [], customer.phones ?? []]
  const more = desk.can('customers:write')
    ? { href: customerPath(customer.id, 'edit'), label: words.record.edit }
    : undefined
  return (
    <Section id="details" title={words.record.details} class="card" more={more}>
      <dl class="facts">
        <Fact label={labels.company} value={customer.company} />
        <Fact label={labels.jobTitle} value={customer.jobTitle} />
        {phones.map(({ phone, label }) => (
          <>
            <dt>{label ?? labels.phone}</dt>
            <dd>
              <Phone desk={desk} number={phone} about={customer.name} />
            </dd>
          </>
        ))}
        {emails.map(({ email, label }) => (
          <>
            <dt>{label ?? labels.email}</dt>
            <dd>
              <Mail desk={desk} address={email} about={customer.name} />
            </dd>
          </>
        ))}
        <dt>{words.record.owner}</dt>
        <dd>
          <Owner desk={desk} id={customer.ownerId} names={names} />
        </dd>
        {customer.keepInTouchDays !== null && (
          <>
            <dt>{labels.keepInTouchDays}</dt>
            <dd>
              {words.customer.everyDays(customer.keepInTouchDays)}
              {customer.nextTouchAt && (
                <span class={customer.nextTouchAt < desk.at ? 'late' : 'note'}>
                  {' · '}
                  <Time desk={desk} at={customer.nextTouchAt} />
                </span>
              )}
            </dd>
          </>
        )}
        {Object.entries(customer.customFields ?? {}).map(([name, value]) => (
          <Fact label={name} value={textOf(value)} />
        ))}
        <dt>{words.record.since}</dt>
        <dd>
          <Time desk={desk} at={customer.createdAt} />
        </dd>
      </dl>
    </Section>
  )
}

const Fact: FC<{ label: string; value: string | null }> = ({ label, value }) =>
  value === null || value === '' ? null : (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  )

export const CustomerTools: FC<{ desk: Desk; customer: CustomerRow }> = ({ desk, customer }) => {
  const { words } = desk
  const { id, name, phone, email } = customer
  return (
    <>
      {phone && (
        <a class="button" href={`tel:${phone.replace(/[^\d+*#,;]/g, '')}`}>
          <Icon name="call" />
          {words.customer.call}
        </a>
      )}
      {email && (
        <a class="button" href={`mailto:${encodeURIComponent(email).replace('%40', '@')}`}>
          <Icon name="mail" />
          {words.customer.write}
        </a>
      )}
      <details class="menu">
        <summary class="button">
          <Icon name="more" label={words.frame.more} />
        </summary>
        <div>
          <a href={customerPath(id, 'edit')}>{words.record.edit}</a>
          <a href={customerPath(id, 'merge')}>{words.customer.merge}</a>
          {desk.can('personal-data:read') && (
            <a href={customerPath(id, 'personal-data')}>{words.customer.personalData}</a>
          )}
          <Form desk={desk} action={customerPath(id, 'trash')} stays>
            <Hidden name="back" value={at('customers')} />
            <button type="submit" class="danger">
              {words.record.trash}
              <span class="hidden"> {name}</span>
            </button>
          </Form>
        </div>
      </details>
    </>
  )
}
