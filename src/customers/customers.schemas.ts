// Schemas of customers: answers, new customers, patches, lists, duplicates and merges.
import { z } from '@hono/zod-openapi'
import { email, instant, memberOr, text, uuid } from '../field-schemas'
import { filterParameter, questionOf, viewParameter } from '../filters/filters.schemas'
import { flag, pageOf, pageQuery } from '../http/pagination'
import { facetQuery, gatherCustomFields, sortDocument, sortOf } from '../records/facets.schemas'
import { fieldsWith, valuesOf } from '../records/fields'
import { SORTS } from '../records/list.filters'
import {
  IncludedInteraction,
  IncludedMember,
  included,
  includedTags,
  shapeBody,
  shapeQuery,
} from '../records/shape.schemas'
import { CUSTOMER_FIELDS } from './customers.fields'
import { byKind } from './merge.kinds'

const customer = valuesOf(CUSTOMER_FIELDS, 'example')

export const Customer = z.object(valuesOf(CUSTOMER_FIELDS, 'answer')).openapi('Customer', { example: customer })

const INCLUDES = ['owner', 'tags', 'lastInteraction'] as const
/** A customer with what was included. */
export const ListedCustomer = Customer.extend({
  owner: included(IncludedMember),
  tags: includedTags,
  lastInteraction: included(IncludedInteraction),
}).openapi('ListedCustomer')
export const CustomerShape = z.strictObject(shapeQuery(Customer, INCLUDES))

const warnings = [
  { path: 'body.phone', message: 'Stored as written, but it cannot be read as a number.', code: 'unreadable_phone' },
]

/** A customer after a change, with warnings about values that were stored but look wrong. */
export const WrittenCustomer = Customer.extend({
  warnings: z.array(z.object({ path: z.string(), message: z.string(), code: z.string() })),
}).openapi('WrittenCustomer', { example: { ...customer, warnings } })

const fields = valuesOf(CUSTOMER_FIELDS, 'input')

type Contacts = {
  email?: string | null
  emails?: { email: string }[]
  phone?: string | null
  phones?: { phone: string }[]
}
/** All addresses or numbers begin with the main one, where both are sent. */
const agree = ({ email, emails, phone, phones }: Contacts) =>
  (email === undefined || !emails || (emails[0]?.email ?? null) === email) &&
  (phone === undefined || !phones || (phones[0]?.phone ?? null) === phone)
const DISAGREE = { error: 'email and phone must be the first of emails and phones' }
const required = valuesOf(CUSTOMER_FIELDS, 'required')

export const NewCustomer = z
  .strictObject(fields)
  .partial()
  .required(required)
  .refine(agree, DISAGREE)
  .openapi('NewCustomer', {
    example: { name: 'Alice Student', email: 'alice@example.com', phone: '020 7946 0958', company: 'Acme Ltd' },
  })

export const UpsertedCustomer = z
  .strictObject({ ...fields, email: email() })
  .partial()
  .required({ ...required, email: true })
  .refine(agree, DISAGREE)
  .openapi('UpsertedCustomer', { example: { name: 'Alice Student', email: 'alice@example.com', company: 'Acme Ltd' } })

export const UpsertQuery = z.strictObject({
  match: z
    .enum(['email'], { error: 'must be given, as match=email' })
    .openapi({ description: 'The field that finds the customer.' }),
})

export const CustomerPatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .refine(agree, DISAGREE)
  .openapi('CustomerPatch', { example: { company: 'Acme Group', customFields: { plan: 'platinum', trial: null } } })

/** The fields that a portal login may change in its own record. */
export const Amendment = z
  .strictObject(valuesOf(fieldsWith(CUSTOMER_FIELDS, 'isPortalWritten'), 'input'))
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('Amendment', { example: { phone: '020 7946 0959' } })

const part = (field: string) =>
  text(100)
    .optional()
    .openapi({ description: `Part of the ${field}; case and accents do not matter.` })

export const CustomerFilters = z.strictObject({
  ...pageQuery,
  ...CustomerShape.shape,
  filter: filterParameter(),
  view: viewParameter,
  q: part('name, e-mail, phone (digits are enough), company or job title').openapi({ example: 'alice' }),
  name: part('name'),
  email: part('e-mail'),
  phone: part('phone number'),
  company: part('company'),
  jobTitle: part('job title'),
  ...facetQuery,
  externalId: text(200).optional().openapi({ description: 'What another system calls it, exactly.' }),
  owner: memberOr('none', 'me').openapi({
    type: 'string',
    description: '`none`, `me` or a member’s id.',
    example: 'me',
  }),
  createdAfter: instant().optional(),
  createdBefore: instant().optional(),
  updatedAfter: instant().optional().openapi({
    description: 'Changed at this instant or later; without `sort`, in the order of `updatedAt`, for keeping a copy.',
  }),
  followUpBefore: instant().optional(),
  touchBefore: instant().optional().openapi({ description: 'Customers to contact before this time.' }),
  trashed: flag('List the customers in the trash instead.'),
  sort: sortOf(SORTS.customer).openapi(
    sortDocument(
      SORTS.customer,
      'The default is `-createdAt`; with `updatedAfter` it is `updatedAt`, with `followUpBefore` it is `nextFollowUpAt`, ' +
        'with `touchBefore` `nextTouchAt`. Of searches (words, tags, custom fields) and of the trash, the default is ' +
        '`-createdAt`; in another order, their newest 1,000 customers are sorted, and `partial` says so if there are more.',
    ),
  ),
  total: flag('Return the total too. With filters other than the owner, counting stops after 1,000 (`totalCapped`).'),
})

export const CustomerQuery = z.pipe(gatherCustomFields<z.input<typeof CustomerFilters>>(), CustomerFilters)

export const CustomerQuestion = questionOf(CustomerFilters.shape, 'CustomerQuestion', shapeBody(Customer, INCLUDES))

export const CustomerPage = pageOf(ListedCustomer, 'CustomerPage')

export const DuplicateQuery = z.strictObject(pageQuery)

export const DuplicatePage = pageOf(
  z
    .object({
      reason: z
        .enum(['phone', 'name'])
        .openapi({ description: 'What they share: the phone number, or a near-equal name and company.' }),
      customers: z.array(Customer).openapi({ description: 'At most ten.' }),
    })
    .openapi('DuplicateGroup'),
  'DuplicatePage',
)

export const MergeInput = z
  .strictObject({
    fromId: uuid().openapi({ description: 'The customer that is merged away, into the trash.' }),
    prefer: z
      .enum(['this', 'other'])
      .default('this')
      .openapi({ description: 'Whose fields stand where both have one; what is empty is filled from the other.' }),
  })
  .openapi('MergeInput', { example: { fromId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0a', prefer: 'this' } })

export const MergeQuery = z.strictObject({ dryRun: flag('Say what would be, change nothing.') })

export const Merged = z
  .object({
    customer: Customer,
    moved: z.object(byKind(() => z.number().int())),
  })
  .openapi('Merged')
