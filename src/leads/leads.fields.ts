// The fields of a lead. A new field is a column of the table and a line here; its search stands in the schema.
import { z } from '@hono/zod-openapi'
import { EXTERNAL_ID, PERSON } from '../customers/customers.fields'
import { leads } from '../db/schema'
import { LEAD_STATUSES } from '../db/schema/leads'
import { email, Id, Instant, instantOrDay, jsonObject, name, text, uuid } from '../field-schemas'
import { CUSTOM_FIELDS, FOLDED_FIELDS } from '../records/facets.schemas'
import { defineFields, ERASED } from '../records/fields'
import { foldedBeyondLower } from '../text/searched'

export const LEAD_FIELDS = defineFields(leads, {
  id: {
    answer: Id,
    example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
    imported: 'id',
    exported: 1,
    isKept: true,
  },
  title: {
    answer: z.string(),
    example: 'React course for a team of five',
    input: name(200),
    required: true,
    imported: 'title leadtitle subject topic deal dealname opportunity opportunityname betreff',
    exported: 1,
    erased: ERASED,
  },
  foldedTitle: { follows: 'title', derive: foldedBeyondLower, erased: null },
  description: {
    answer: z.string().nullable(),
    example: null,
    input: text(10_000).nullable(),
    imported: 'description notes note details beschreibung',
    exported: 2,
    erased: null,
  },
  status: {
    answer: z.enum(LEAD_STATUSES),
    example: 'NEW',
    input: z.enum(LEAD_STATUSES),
    kind: 'choice',
    imported: 'status stage leadstatus',
    exported: 2,
    isKept: true,
  },
  stageId: {
    answer: Id.nullable(),
    example: null,
    input: uuid().openapi({ description: 'A stage of leads (`/v1/stages`). It sets the status as well.' }),
    exported: 2,
    isKept: true,
  },
  lostReason: {
    answer: z.string().nullable(),
    example: null,
    input: text(200).nullable().openapi({ description: 'Why it was lost. It goes when the lead gets another status.' }),
    exported: 2,
    erased: null,
  },
  source: {
    answer: z.string().nullable(),
    example: 'website',
    input: text(100).nullable(),
    imported: 'source leadsource origin channel quelle',
    exported: 2,
    isKept: true,
  },
  name: {
    answer: z.string().nullable(),
    example: 'Alice Student',
    input: name(200).nullable(),
    ...PERSON.name,
    exported: 1,
    erased: null,
  },
  sortName: { ...PERSON.sortName, erased: null },
  email: {
    answer: z.string().nullable(),
    example: 'alice@example.com',
    input: email()
      .nullable()
      .openapi({ type: ['string', 'null'] }),
    ...PERSON.email,
    exported: 1,
    erased: null,
  },
  foldedEmail: { ...PERSON.foldedEmail, erased: null },
  phone: {
    answer: z.string().nullable(),
    example: '+44 20 7946 0958',
    input: text(50).nullable(),
    ...PERSON.phone,
    exported: 1,
    erased: null,
  },
  phoneE164: { ...PERSON.phoneE164, erased: null },
  phoneText: { ...PERSON.phoneText, erased: null },
  interest: {
    answer: z.string().nullable(),
    example: 'React development',
    input: text(200).nullable(),
    imported: 'interest product service course interesse',
    exported: 1,
    erased: null,
  },
  foldedInterest: { follows: 'interest', derive: foldedBeyondLower, erased: null },
  message: {
    answer: z.string().nullable(),
    example: 'When does the next course start?',
    input: text(5_000).nullable(),
    imported: 'message enquiry inquiry comment comments nachricht',
    exported: 1,
    erased: null,
  },
  metadata: {
    answer: z
      .custom<unknown>((value) => value !== undefined)
      .openapi({
        type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
        description: 'An object, unless it was written by the API of another system, which takes any JSON.',
      }),
    example: { campaign: 'autumn' },
    input: jsonObject()
      .nullable()
      .openapi({ type: ['object', 'null'] }),
    kind: 'json',
    imported: 'metadata',
    exported: 3,
    erased: null,
  },
  tags: {
    imported: 'tags tag labels label categories category keywords',
    exported: 3,
  },
  customFields: { ...CUSTOM_FIELDS, imported: 'customfields', exported: 5, erased: null },
  foldedFields: { ...FOLDED_FIELDS, erased: null },
  externalId: { ...EXTERNAL_ID, imported: 'externalid' },
  ownerId: { answer: Id.nullable(), example: null, ...PERSON.owner, exported: 2, isKept: true },
  claimedAt: { answer: Instant.nullable(), example: null, exported: 4, isKept: true },
  followUpAt: {
    answer: Instant.nullable(),
    example: null,
    input: instantOrDay()
      .nullable()
      .openapi({ type: ['string', 'null'] }),
    kind: 'instant',
    imported: 'followupat followup followupdate nextfollowup nextfollowupat reminder',
    exported: 2,
    erased: null,
  },
  customerId: { answer: Id.nullable(), example: null, isKept: true },
  convertedAt: { answer: Instant.nullable(), example: null, exported: 4, isKept: true },
  createdAt: { answer: Instant, example: '2026-11-21T15:00:00.000Z', exported: 3, isKept: true },
  updatedAt: { answer: Instant, example: '2026-11-21T15:00:00.000Z', exported: 3, isKept: true },
  deletedAt: { answer: Instant.nullable(), example: null, isKept: true },
})
