// The columns of an export, in their order: named as the fields of the API are, readable by an import.
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { LEAD_FIELDS } from '../leads/leads.fields'
import { exportedFields } from '../records/fields'

export const COLUMNS = {
  customers: exportedFields(CUSTOMER_FIELDS).map(([column]) => column),
  leads: exportedFields(LEAD_FIELDS).map(([column]) => column),
  interactions: [
    ...['id', 'type', 'body', 'customerId', 'leadId', 'ticketId', 'occurredAt', 'followUpAt', 'doneAt', 'createdBy'],
    ...['createdAt', 'updatedAt'],
  ],
  tickets: [
    ...['id', 'number', 'customerId', 'interactionId', 'title', 'description', 'status', 'priority', 'assigneeId'],
    ...['openedBy', 'resolvedAt', 'createdAt', 'updatedAt'],
  ],
} as const
