// The records that events are about, as an event brings them along: by subject, their table, columns and schema.
import type { SelectedFieldsFlat } from 'drizzle-orm/sqlite-core/query-builders/select.types'
import type { z } from 'zod'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { CUSTOMER } from '../customers/customers.record'
import { Customer } from '../customers/customers.schemas'
import type { Subject } from '../events/event-types'
import { INTERACTION_FIELDS } from '../interactions/interactions.fields'
import { INTERACTION } from '../interactions/interactions.record'
import { Interaction } from '../interactions/interactions.schemas'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { LEAD } from '../leads/leads.record'
import { Lead } from '../leads/leads.schemas'
import type { RecordKind } from '../records/change'
import { valuesOf } from '../records/fields'
import { TICKET_FIELDS } from '../tickets/tickets.fields'
import { TICKET } from '../tickets/tickets.record'
import { Ticket } from '../tickets/tickets.schemas'

/** A kind of record with the schema of its answers and the name of its events in the OpenAPI document. */
export type FeedRecord = {
  kind: Pick<RecordKind<SelectedFieldsFlat>, 'table' | 'columns' | 'reads' | 'subject'>
  schema: z.ZodObject
  name: string
  example: Record<string, unknown>
}

/** Subjects without an entry have no record that an event could bring along. */
export const FEED_RECORDS: { [S in Subject]?: FeedRecord } = {
  lead: { kind: LEAD, schema: Lead, name: 'LeadEvent', example: valuesOf(LEAD_FIELDS, 'example') },
  customer: { kind: CUSTOMER, schema: Customer, name: 'CustomerEvent', example: valuesOf(CUSTOMER_FIELDS, 'example') },
  interaction: {
    kind: INTERACTION,
    schema: Interaction,
    name: 'InteractionEvent',
    example: valuesOf(INTERACTION_FIELDS, 'example'),
  },
  ticket: { kind: TICKET, schema: Ticket, name: 'TicketEvent', example: valuesOf(TICKET_FIELDS, 'example') },
}
