// Tickets in lists.
import type { FC } from 'hono/jsx'
import type { TicketRow } from '../../tickets/tickets.record'
import type { Desk } from '../desk'
import type { Names } from '../desk.names'
import { Status, ticketPath } from './records'
import { Time } from './times'

/** A ticket of a list, whose row is one link. */
export const TicketLine: FC<{ desk: Desk; ticket: TicketRow; names: Names }> = ({ desk, ticket, names }) => (
  <li class="line ticket">
    <a class="name" dir="auto" href={ticketPath(ticket.id)}>
      <span class="number">#{ticket.number}</span> {ticket.title}
    </a>
    <span class="about">{names.get(ticket.customerId)?.name}</span>
    <span class="urgency">
      {(ticket.priority === 'HIGH' || ticket.priority === 'URGENT') && (
        <span class="pill bad">{desk.words.priority[ticket.priority]}</span>
      )}
    </span>
    <Status desk={desk} of={ticket.status} />
    <Time desk={desk} at={ticket.createdAt} class="note" />
  </li>
)
