// The fields of leads, customers, interactions and tickets that a filter may ask about, and those of one related record.
import { type AnyColumn, type SQLWrapper, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import { customers, customerTags, interactions, leads, leadTags, tags, tickets, ticketTags } from '../db/schema'
import { INTERACTION_TYPES } from '../db/schema/interactions'
import { LEAD_STATUSES } from '../db/schema/leads'
import { PRIORITIES, TICKET_STATUSES } from '../db/schema/tickets'
import {
  type FilterField,
  type FilterFields,
  fieldsOf,
  idField,
  instantField,
  memberField,
  numberField,
  selectField,
  setField,
  textField,
} from './filters.fields'
import { jsonFields } from './filters.json'

const LEAD: FilterFields = {
  id: idField(leads.id),
  title: folded(leads.foldedTitle, leads.title),
  status: selectField(leads.status, LEAD_STATUSES),
  name: textField(leads.sortName),
  email: folded(leads.foldedEmail, leads.email),
  interest: folded(leads.foldedInterest, leads.interest),
  ownerId: memberField(leads.ownerId),
  claimedAt: instantField(leads.claimedAt),
  followUpAt: instantField(leads.followUpAt),
  customerId: idField(leads.customerId),
  tags: setField({
    rows: sql`${leadTags} CROSS JOIN ${tags} ON ${tags.id} = ${leadTags.tagId}
      WHERE ${leadTags.leadId} = ${leads.id} AND ${tags.deletedAt} IS NULL`,
    each: sql`${tags.key}`,
  }),
  ...jsonFields('customFields', { entries: leads.customFields, folded: leads.foldedFields }),
  convertedAt: instantField(leads.convertedAt),
  createdAt: instantField(leads.createdAt),
  updatedAt: instantField(leads.updatedAt),
  deletedAt: instantField(leads.deletedAt),
}

const CUSTOMER: FilterFields = {
  id: idField(customers.id),
  name: textField(customers.sortName),
  email: folded(customers.foldedEmail, customers.email),
  company: folded(customers.foldedCompany, customers.company),
  jobTitle: folded(customers.foldedJobTitle, customers.jobTitle),
  ownerId: teamOnly(memberField(customers.ownerId)),
  userId: idField(customers.userId),
  tags: teamOnly(
    setField({
      rows: sql`${customerTags} CROSS JOIN ${tags} ON ${tags.id} = ${customerTags.tagId}
        WHERE ${customerTags.customerId} = ${customers.id} AND ${tags.deletedAt} IS NULL`,
      each: sql`${tags.key}`,
    }),
  ),
  ...jsonFields('customFields', { entries: customers.customFields, folded: customers.foldedFields, isTeamOnly: true }),
  lastInteractionAt: instantField(customers.lastInteractionAt),
  nextFollowUpAt: teamOnly(instantField(customers.nextFollowUpAt)),
  keepInTouchDays: teamOnly(numberField(customers.keepInTouchDays)),
  nextTouchAt: teamOnly(instantField(customers.nextTouchAt)),
  createdAt: instantField(customers.createdAt),
  updatedAt: instantField(customers.updatedAt),
  deletedAt: instantField(customers.deletedAt),
}

/** The fields of leads, by the names of the API. */
export const LEAD_FILTER_FIELDS: FilterFields = { ...LEAD, ...customerOf(leads.customerId) }

/** The fields of customers, by the names of the API. */
export const CUSTOMER_FILTER_FIELDS: FilterFields = CUSTOMER

/** The fields of interactions, by the names of the API. */
export const INTERACTION_FILTER_FIELDS: FilterFields = {
  id: idField(interactions.id),
  type: selectField(interactions.type, INTERACTION_TYPES),
  body: textField(interactions.searchText),
  customerId: idField(interactions.customerId),
  leadId: idField(interactions.leadId),
  ticketId: idField(interactions.ticketId),
  occurredAt: instantField(interactions.occurredAt),
  followUpAt: instantField(interactions.followUpAt),
  doneAt: instantField(interactions.doneAt),
  createdBy: memberField(interactions.createdBy),
  createdAt: instantField(interactions.createdAt),
  updatedAt: instantField(interactions.updatedAt),
  ...customerOf(interactions.customerId),
  ...fieldsOf('lead', LEAD, {
    permission: 'leads:read',
    joined: ({ actor }) =>
      sql`FROM ${leads} WHERE ${leads.id} = ${interactions.leadId} AND ${visible(actor, 'leads:read', leads)}`,
  }),
}

/** The fields of tickets, by the names of the API. */
export const TICKET_FILTER_FIELDS: FilterFields = {
  id: idField(tickets.id),
  number: numberField(tickets.number),
  customerId: idField(tickets.customerId),
  interactionId: idField(tickets.interactionId),
  title: folded(tickets.foldedTitle, tickets.title),
  description: folded(tickets.foldedDescription, tickets.description),
  status: selectField(tickets.status, TICKET_STATUSES),
  priority: selectField(tickets.priority, PRIORITIES),
  assigneeId: memberField(tickets.assigneeId),
  openedBy: memberField(tickets.openedBy),
  tags: teamOnly(
    setField({
      rows: sql`${ticketTags} CROSS JOIN ${tags} ON ${tags.id} = ${ticketTags.tagId}
        WHERE ${ticketTags.ticketId} = ${tickets.id} AND ${tags.deletedAt} IS NULL`,
      each: sql`${tags.key}`,
    }),
  ),
  ...jsonFields('customFields', { entries: tickets.customFields, folded: tickets.foldedFields, isTeamOnly: true }),
  resolvedAt: instantField(tickets.resolvedAt),
  createdAt: instantField(tickets.createdAt),
  updatedAt: instantField(tickets.updatedAt),
  ...customerOf(tickets.customerId),
}

// What the Worker writes beside a text where folding makes more of it than lower case.
function folded(beside: AnyColumn, written: AnyColumn): FilterField {
  return textField(sql`coalesce(${beside}, lower(${written}))`)
}

function teamOnly(field: FilterField): FilterField {
  return { ...field, isTeamOnly: true }
}

function customerOf(customerId: SQLWrapper): FilterFields {
  return fieldsOf('customer', CUSTOMER, {
    permission: 'customers:read',
    joined: ({ actor }) =>
      sql`FROM ${customers} WHERE ${customers.id} = ${customerId} AND ${visible(actor, 'customers:read', customers)}`,
  })
}
