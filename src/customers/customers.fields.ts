// The fields of a customer. A new field is a column of the table and an entry here. A searched one is also a filter of the
// list and a column of the search index (src/db/triggers/02-customers.sql).
import { z } from '@hono/zod-openapi'
import { customers } from '../db/schema'
import { ERASED_SORT_NAME } from '../db/schema/customers'
import { email, Id, Instant, name, text, uuid } from '../field-schemas'
import { CUSTOM_FIELDS, FOLDED_FIELDS } from '../records/facets.schemas'
import { defineFields, ERASED } from '../records/fields'
import { foldText } from '../text/fold'
import { bareBeyondFolded, foldedBeyondLower, readPhoneField } from '../text/searched'

/** What another system calls a record. */
export const EXTERNAL_ID = {
  answer: z.string().nullable().openapi({ description: 'What another system calls it: unique in the workspace.' }),
  example: null,
  input: text(200).nullable(),
  exported: 1,
  isTeamOnly: true,
  erased: null,
} as const

/** The parts of fields that customers and leads share, with their names in other systems. */
export const PERSON = {
  name: {
    imported:
      'name fullname contact contactname customer customername client clientname displayname person formattedname',
    parts: {
      firstName: 'firstname forename givenname',
      middleName: 'middlename additionalname',
      lastName: 'lastname surname familyname',
      nameSuffix: 'namesuffix suffix',
    },
  },
  sortName: { follows: 'name', derive: (name: string): string => foldText(name) },
  foldedEmail: { follows: 'email', derive: foldedBeyondLower },
  email: {
    imported: 'email emails emailaddress emailaddresses mail mailaddress emailid primaryemail',
  },
  phone: {
    imported: 'phone phones phonenumber phoneno telephone telephonenumber tel telno mobile cell primaryphone',
  },
  phoneE164: {
    follows: 'phone',
    derive: (phone: string, country: string | null) => readPhoneField(phone, country).key,
    isCompared: true,
  },
  phoneText: {
    follows: 'phone',
    derive: (phone: string, country: string | null) => readPhoneField(phone, country).text,
  },
  owner: {
    imported:
      'owner owneremail ownerid ownername assignedto salesrep accountowner contactowner companyowner leadowner dealowner',
    inFiles: 'owner',
  },
} as const

export const CUSTOMER_FIELDS = defineFields(customers, {
  id: {
    answer: Id,
    example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f',
    imported: 'id',
    exported: 1,
    isKept: true,
  },
  name: {
    answer: z.string(),
    example: 'Alice Student',
    input: name(200),
    required: true,
    isMerged: true,
    ...PERSON.name,
    exported: 1,
    vcard: 'FN',
    searched: { text: customers.sortName, isPerson: true },
    isPortalWritten: true,
    erased: ERASED,
  },
  sortName: {
    ...PERSON.sortName,
    isMerged: true,
    erased: ERASED_SORT_NAME,
  },
  bareName: { follows: 'name', derive: bareBeyondFolded, isMerged: true, erased: null },
  email: {
    answer: z.string().nullable(),
    example: 'alice@example.com',
    input: email().nullable(),
    isMerged: true,
    ...PERSON.email,
    exported: 1,
    vcard: 'EMAIL',
    searched: { text: customers.emailText, isPerson: true },
    erased: null,
  },
  foldedEmail: { ...PERSON.foldedEmail, isMerged: true, erased: null },
  emails: {
    answer: z
      .array(z.object({ email: z.string(), label: z.string().nullable() }))
      .openapi({ description: 'The main one is first.' }),
    example: [{ email: 'alice@example.com', label: 'work' }],
    input: z
      .array(z.strictObject({ email: email(), label: text(50).nullable().default(null) }))
      .max(20)
      .openapi({ description: 'All addresses, the main one first. Send either these or `email`.' }),
  },
  emailLabel: { isMerged: true, erased: null },
  otherEmails: { kind: 'addresses', isMerged: true, erased: null },
  otherEmailsText: { kind: 'addresses', isMerged: true, erased: null },
  phone: {
    answer: z.string().nullable().openapi({ description: 'As written.' }),
    example: '020 7946 0958',
    input: text(50).nullable(),
    isMerged: true,
    ...PERSON.phone,
    exported: 1,
    vcard: 'TEL',
    searched: { text: customers.allPhonesText, isPerson: true },
    isPortalWritten: true,
    erased: null,
  },
  phoneE164: {
    answer: z.string().nullable().openapi({
      description: 'With its extension, such as `+4930901820;ext=12`. Null if the number could not be read.',
    }),
    example: '+442079460958',
    ...PERSON.phoneE164,
    isMerged: true,
    erased: null,
  },
  phoneText: { ...PERSON.phoneText, isMerged: true, erased: null },
  phones: {
    answer: z
      .array(z.object({ phone: z.string(), phoneE164: z.string().nullable(), label: z.string().nullable() }))
      .openapi({ description: 'The main one is first.' }),
    example: [{ phone: '020 7946 0958', phoneE164: '+442079460958', label: 'mobile' }],
    input: z
      .array(z.strictObject({ phone: text(50), label: text(50).nullable().default(null) }))
      .max(20)
      .openapi({ description: 'All numbers, the main one first. Send either these or `phone`.' }),
  },
  phoneLabel: { isMerged: true, erased: null },
  otherPhones: { kind: 'numbers', isMerged: true, erased: null },
  otherPhonesText: { kind: 'numbers', isMerged: true, erased: null },
  company: {
    answer: z.string().nullable(),
    example: 'Acme Ltd',
    input: text(200).nullable(),
    isMerged: true,
    imported:
      'company companyname organisation organization organisationname organizationname organization1name org orgname account accountname companyaccount firm employer business businessname',
    exported: 1,
    vcard: 'ORG',
    searched: { text: customers.companyText },
    isPortalWritten: true,
    erased: null,
  },
  foldedCompany: { follows: 'company', derive: foldedBeyondLower, isMerged: true, erased: null },
  bareCompany: { follows: 'company', derive: bareBeyondFolded, isMerged: true, erased: null },
  jobTitle: {
    answer: z.string().nullable(),
    example: 'Head of Training',
    input: text(200).nullable(),
    isMerged: true,
    // Not `title`: in files of Outlook that is “Mr” or “Dr”, and stands before “Job Title”.
    imported:
      'jobtitle jobposition position occupation profession organizationtitle organisationtitle organization1title beruf berufsbezeichnung stellenbezeichnung funktion poste fonction',
    exported: 1,
    vcard: 'TITLE',
    searched: { text: customers.jobTitleText },
    erased: null,
  },
  foldedJobTitle: { follows: 'jobTitle', derive: foldedBeyondLower, isMerged: true, erased: null },
  ownerId: {
    answer: Id.nullable(),
    example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
    input: uuid().nullable().openapi({ description: 'Set by MANAGER and ADMIN.' }),
    isMerged: true,
    ...PERSON.owner,
    exported: 1,
    isTeamOnly: true,
    isKept: true,
  },
  userId: {
    answer: Id.nullable().openapi({ description: 'The portal login of this customer.' }),
    example: null,
    input: uuid().nullable().openapi({ description: 'A member with role CUSTOMER; set by MANAGER and ADMIN.' }),
    isMerged: true,
    erased: null,
  },
  tags: {
    imported: 'tags tag labels label categories category groups groupmembership segments keywords',
    exported: 1,
    vcard: 'CATEGORIES',
  },
  customFields: {
    ...CUSTOM_FIELDS,
    isMerged: true,
    imported: 'customfields',
    exported: 5,
    vcard: 'X-CUSTOM-FIELDS',
    isTeamOnly: true,
    erased: null,
  },
  foldedFields: { ...FOLDED_FIELDS, isMerged: true, erased: null },
  lastInteractionAt: { answer: Instant.nullable(), example: null, exported: 4, isKept: true },
  nextFollowUpAt: { answer: Instant.nullable(), example: null, exported: 4, isTeamOnly: true, isKept: true },
  keepInTouchDays: {
    answer: z.number().int().nullable(),
    example: 30,
    input: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .nullable()
      .openapi({ description: 'Remind the owner after this many days without contact; null for never.' }),
    kind: 'number',
    isMerged: true,
    imported: 'keepintouchdays',
    exported: 1,
    vcard: 'X-KEEP-IN-TOUCH-DAYS',
    isTeamOnly: true,
    erased: null,
  },
  nextTouchAt: {
    answer: Instant.nullable().openapi({
      description: '`keepInTouchDays` after the last call, e-mail or meeting, or after the customer was created.',
    }),
    example: '2026-12-21T15:00:00.000Z',
    isTeamOnly: true,
  },
  externalId: { ...EXTERNAL_ID, imported: 'externalid' },
  createdAt: { answer: Instant, example: '2026-11-21T15:00:00.000Z', exported: 3, isKept: true },
  updatedAt: { answer: Instant, example: '2026-11-21T15:00:00.000Z', exported: 3, isKept: true },
  deletedAt: { answer: Instant.nullable(), example: null, isKept: true },
})
