// What an import takes beside people: interactions, tickets, tags and relationships, each with the columns of its files.
import type { z } from '@hono/zod-openapi'
import { RelationshipKind } from '../customers/relationships.schemas'
import { instantOrDay, text } from '../field-schemas'
import { INTERACTION_FIELDS } from '../interactions/interactions.fields'
import type { Fields } from '../records/fields'
import { TagName } from '../tags/tags.schemas'
import { TICKET_FIELDS } from '../tickets/tickets.fields'

export const KIND_NAMES = ['interactions', 'tickets', 'tags', 'relationships'] as const
export type KindName = (typeof KIND_NAMES)[number]

/**
 * What becomes of a column. `id` is what this or another system calls the record; `ref` finds another record, by its id, its
 * external id or an address; `member` finds somebody of the workspace; `value` is the record's own.
 */
export type KindField = { names: string } & (
  | { is: 'id' | 'tags' }
  | { is: 'ref'; ref: string; by: 'id' | 'external' | 'email' | 'number' | 'any' }
  | { is: 'member'; as: string; by: 'id' | 'any' }
  | {
      is: 'value'
      schema: z.ZodType
      words?: 'type' | 'ticketStatus' | 'priority'
      reads?: 'instant' | 'number' | 'json'
    }
)
type KindFields = Record<string, KindField>

export type KindDefinition = {
  fields: KindFields
  /** Of these, a file has one at least. */
  main: readonly string[]
  /** What no record is made without. */
  required: string
  /** The table of fields from which values are derived. */
  record?: Fields
  /** Where unknown columns go. */
  extras: 'customFields' | ''
  /** Columns that only the system writes. */
  readOnly: readonly string[]
}

const person = (ref: string, names = ''): KindFields => ({
  [`${ref}Id`]: { names: `${ref}id`, is: 'ref', ref, by: 'id' },
  [`${ref}ExternalId`]: { names: `${ref}externalid ${ref}number ${ref}no`, is: 'ref', ref, by: 'external' },
  [`${ref}Email`]: { names: `${ref}email ${ref}emailaddress ${ref}mail`, is: 'ref', ref, by: 'email' },
  [ref]: { names: `${ref} ${names}`.trim(), is: 'ref', ref, by: 'any' },
})
const id: KindFields = {
  id: { names: 'id recordid activityid noteid interactionid', is: 'id' },
  externalId: { names: 'externalid', is: 'id' },
}
const instant = (names: string): KindField => ({ names, is: 'value', schema: instantOrDay(), reads: 'instant' })
const { type, body } = INTERACTION_FIELDS
const { title, description, status, priority, customFields } = TICKET_FIELDS

export const KINDS: Record<KindName, KindDefinition> = {
  interactions: {
    fields: {
      ...id,
      type: { names: 'type activitytype kind activity channel', is: 'value', schema: type.input, words: 'type' },
      body: {
        names: 'body text note notes content description comment comments message details summary subject title',
        is: 'value',
        schema: body.input,
      },
      ...person('customer', 'contact contactid contactname who account relatedto'),
      ...person('lead', 'deal'),
      email: { names: 'email emailaddress contactemail personemail to', is: 'ref', ref: 'person', by: 'email' },
      ticketId: { names: 'ticketid', is: 'ref', ref: 'ticket', by: 'id' },
      ticketNumber: { names: 'ticketnumber ticket case caseid casenumber', is: 'ref', ref: 'ticket', by: 'number' },
      occurredAt: instant('occurredat date datetime at when time timestamp activitydate starttime start createddate'),
      followUpAt: instant('followupat due duedate followup reminder'),
      doneAt: instant('doneat completedat completeddate closedat'),
      author: {
        names: 'author owner user loggedby createdbyname createdbyemail activityowner assignedto madeby',
        is: 'member',
        as: 'author',
        by: 'any',
      },
      createdBy: { names: 'createdby', is: 'member', as: 'author', by: 'id' },
    },
    main: ['body'],
    required: 'body',
    record: INTERACTION_FIELDS,
    extras: '',
    readOnly: ['createdAt', 'updatedAt'],
  },
  tickets: {
    fields: {
      ...id,
      number: {
        names: 'number ticketnumber casenumber',
        is: 'value',
        schema: TICKET_FIELDS.number.answer,
        reads: 'number',
      },
      ...person('customer', 'contact contactid requester requestername reporter account'),
      email: { names: 'email emailaddress requesteremail contactemail', is: 'ref', ref: 'customer', by: 'email' },
      interactionId: { names: 'interactionid', is: 'ref', ref: 'interaction', by: 'id' },
      title: { names: 'title subject summary issue betreff ticketname', is: 'value', schema: title.input },
      description: {
        names: 'description body text details message beschreibung',
        is: 'value',
        schema: description.input,
      },
      status: { names: 'status state stage', is: 'value', schema: status.answer, words: 'ticketStatus' },
      priority: { names: 'priority severity urgency', is: 'value', schema: priority.input, words: 'priority' },
      tags: { names: 'tags tag labels label categories category', is: 'tags' },
      customFields: { names: 'customfields', is: 'value', schema: customFields.input, reads: 'json' },
      assignee: { names: 'assignee assignedto agent owner responsible', is: 'member', as: 'assignee', by: 'any' },
      assigneeId: { names: 'assigneeid', is: 'member', as: 'assignee', by: 'id' },
      opener: { names: 'opener openedbyemail createdbyemail', is: 'member', as: 'opener', by: 'any' },
      openedBy: { names: 'openedby', is: 'member', as: 'opener', by: 'id' },
      resolvedAt: instant('resolvedat closedat solvedat closeddate'),
    },
    main: ['title'],
    required: 'title',
    record: TICKET_FIELDS,
    extras: 'customFields',
    readOnly: ['createdAt', 'updatedAt'],
  },
  tags: {
    fields: { id: { names: 'id', is: 'id' }, name: { names: 'name tag tagname label', is: 'value', schema: TagName } },
    main: ['name'],
    required: 'name',
    extras: '',
    readOnly: ['customers', 'leads', 'tickets', 'createdAt', 'updatedAt'],
  },
  relationships: {
    fields: {
      ...person('from', 'customer contact person'),
      kind: { names: 'kind type relationship role relation', is: 'value', schema: RelationshipKind },
      ...person('to', 'other othercustomer related relatedto'),
    },
    main: ['fromId', 'fromExternalId', 'fromEmail', 'from'],
    required: 'kind',
    extras: '',
    readOnly: ['createdAt'],
  },
}

export const isKind = (entity: string): entity is KindName => Object.hasOwn(KINDS, entity)

/** The longest external id and address, in characters. */
export const Reference = text(254)
