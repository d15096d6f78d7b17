// The fields of leads, customers, interactions and tickets that a filter may ask about, and those of one related record.
import { type AnyColumn, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { isTeamUser, visible } from '../access/visible'
import { customers, customerTags, interactions, leads, leadTags, tags, tickets, ticketTags, users } from '../db/schema'
import { INTERACTION_TYPES } from '../db/schema/interactions'
import { LEAD_STATUSES } from '../db/schema/leads'
import { PRIORITIES, TICKET_STATUSES } from '../db/schema/tickets'
import { USER_STATUSES } from '../db/schema/users'
import {
  type FilterField,
  type FilterFields,
  fieldsOf,
  idField,
  instantField,
  letterField,
  memberField,
  numberField,
  selectField,
  setField,
  textField,
  textsField,
  writtenField,
} from './filters.fields'
import { jsonFields } from './filters.json'

// The FROM and WHERE of the tags of a row. Within the fields of a related customer, it is that customer's.
const LEAD_TAGS = sql`${leadTags} CROSS JOIN ${tags} ON ${tags.id} = ${leadTags.tagId}
  WHERE ${leadTags.leadId} = ${leads.id} AND ${tags.deletedAt} IS NULL`
const CUSTOMER_TAGS = sql`${customerTags} CROSS JOIN ${tags} ON ${tags.id} = ${customerTags.tagId}
  WHERE ${customerTags.customerId} = ${customers.id} AND ${tags.deletedAt} IS NULL`
const TICKET_TAGS = sql`${ticketTags} CROSS JOIN ${tags} ON ${tags.id} = ${ticketTags.tagId}
  WHERE ${ticketTags.ticketId} = ${tickets.id} AND ${tags.deletedAt} IS NULL`

const LEAD: FilterFields = {
  id: idField(leads.id),
  title: folded(leads.foldedTitle, leads.title),
  description: letterField(leads.description),
  lostReason: letterField(leads.lostReason),
  status: selectField(leads.status, LEAD_STATUSES),
  stageId: idField(leads.stageId),
  source: writtenField(leads.source),
  name: textField(leads.sortName),
  email: folded(leads.foldedEmail, leads.email),
  phone: letterField(leads.phone),
  phoneE164: writtenField(leads.phoneE164),
  interest: folded(leads.foldedInterest, leads.interest),
  message: letterField(leads.message),
  ...jsonFields('metadata', { entries: leads.metadata }),
  externalId: writtenField(leads.externalId),
  ownerId: memberField(leads.ownerId),
  claimedAt: instantField(leads.claimedAt),
  followUpAt: instantField(leads.followUpAt),
  customerId: idField(leads.customerId),
  tags: tagsField(LEAD_TAGS),
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
  emails: textsField({
    rows: sql`json_each(${customers.emails}) AS contact`,
    each: sql`contact.value ->> 'email'`,
    parts: ['email'],
  }),
  phone: letterField(customers.phone),
  phoneE164: writtenField(customers.phoneE164),
  phones: textsField({
    rows: sql`json_each(${customers.phones}) AS contact,
      json_each(json_array(contact.value ->> 'phone', contact.value ->> 'phoneE164')) AS form`,
    each: sql`form.value`,
    parts: ['phone', 'phoneE164'],
  }),
  company: folded(customers.foldedCompany, customers.company),
  jobTitle: folded(customers.foldedJobTitle, customers.jobTitle),
  ownerId: teamOnly(memberField(customers.ownerId)),
  userId: idField(customers.userId),
  tags: teamOnly(tagsField(CUSTOMER_TAGS)),
  ...jsonFields('customFields', { entries: customers.customFields, folded: customers.foldedFields, isTeamOnly: true }),
  lastInteractionAt: instantField(customers.lastInteractionAt),
  nextFollowUpAt: teamOnly(instantField(customers.nextFollowUpAt)),
  keepInTouchDays: teamOnly(numberField(customers.keepInTouchDays)),
  nextTouchAt: teamOnly(instantField(customers.nextTouchAt)),
  externalId: teamOnly(writtenField(customers.externalId)),
  createdAt: instantField(customers.createdAt),
  updatedAt: instantField(customers.updatedAt),
  deletedAt: instantField(customers.deletedAt),
}

// What each member of the team may know of the others.
const MEMBER: FilterFields = {
  id: memberField(users.id),
  name: letterField(users.name),
  status: selectField(users.status, USER_STATUSES),
}

/** The fields of leads, by the names of the API. */
export const LEAD_FILTER_FIELDS: FilterFields = {
  ...LEAD,
  ...memberOf('owner', leads.ownerId),
  ...customerOf(leads.customerId),
  ...tagOf(LEAD_TAGS),
}

/** The fields of customers, by the names of the API. */
export const CUSTOMER_FILTER_FIELDS: FilterFields = {
  ...CUSTOMER,
  ...memberOf('owner', customers.ownerId),
  ...tagOf(CUSTOMER_TAGS),
}

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
  ...memberOf('author', interactions.createdBy),
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
  stageId: idField(tickets.stageId),
  priority: selectField(tickets.priority, PRIORITIES),
  assigneeId: memberField(tickets.assigneeId),
  openedBy: memberField(tickets.openedBy),
  tags: teamOnly(tagsField(TICKET_TAGS)),
  ...jsonFields('customFields', { entries: tickets.customFields, folded: tickets.foldedFields, isTeamOnly: true }),
  resolvedAt: instantField(tickets.resolvedAt),
  createdAt: instantField(tickets.createdAt),
  updatedAt: instantField(tickets.updatedAt),
  deletedAt: instantField(tickets.deletedAt),
  ...memberOf('assignee', tickets.assigneeId),
  ...customerOf(tickets.customerId),
  ...tagOf(TICKET_TAGS),
}

// What the Worker writes beside a text where folding makes more of it than lower case.
function folded(beside: AnyColumn, written: AnyColumn): FilterField {
  return textField(sql`coalesce(${beside}, lower(${written}))`)
}

function teamOnly(field: FilterField): FilterField {
  return { ...field, isTeamOnly: true }
}

function tagsField(rows: SQL): FilterField {
  return setField({ rows, each: sql`${tags.key}` })
}

/** Fields of each tag. Only the team sees tags. */
function tagOf(rows: SQL): FilterFields {
  const fields = { id: idField(tags.id), name: textField(tags.key), createdAt: instantField(tags.createdAt) }
  return fieldsOf('tag', fields, {
    permission: 'tags:read',
    isTeamOnly: true,
    reads: 4,
    joined: () => sql`FROM ${rows}`,
  })
}

function memberOf(prefix: 'owner' | 'author' | 'assignee', memberId: SQLWrapper): FilterFields {
  return fieldsOf(prefix, MEMBER, {
    permission: 'users:read',
    isTeamOnly: true,
    joined: ({ actor }) =>
      sql`FROM ${users} WHERE ${users.id} = ${memberId} AND ${users.workspaceId} = ${actor.workspaceId}
        AND ${users.deletedAt} IS NULL AND ${isTeamUser}`,
  })
}

function customerOf(customerId: SQLWrapper): FilterFields {
  return fieldsOf('customer', CUSTOMER, {
    permission: 'customers:read',
    joined: ({ actor }) =>
      sql`FROM ${customers} WHERE ${customers.id} = ${customerId} AND ${visible(actor, 'customers:read', customers)}`,
  })
}
