// The shapes of a lead: in answers, input, patches, queries and pages.
import { z } from '@hono/zod-openapi'
import { Customer } from '../customers/customers.schemas'
import { LEAD_STATUSES } from '../db/schema/leads'
import { instant, memberOr, text, uuid } from '../field-schemas'
import { filterParameter, questionOf, viewParameter } from '../filters/filters.schemas'
import { flag, pageOf, pageQuery, repeated, someOf } from '../http/pagination'
import { facetQuery, gatherCustomFields, sortDocument, sortOf } from '../records/facets.schemas'
import { valuesOf } from '../records/fields'
import { SORTS } from '../records/list.filters'
import {
  IncludedCustomer,
  IncludedInteraction,
  IncludedMember,
  included,
  includedTags,
  shapeBody,
  shapeQuery,
} from '../records/shape.schemas'
import { LEAD_FIELDS } from './leads.fields'

export const Lead = z
  .object(valuesOf(LEAD_FIELDS, 'answer'))
  .openapi('Lead', { example: valuesOf(LEAD_FIELDS, 'example') })

const INCLUDES = ['owner', 'customer', 'tags', 'lastInteraction'] as const
/** A lead with what was included. */
export const ListedLead = Lead.extend({
  owner: included(IncludedMember),
  customer: included(IncludedCustomer),
  tags: includedTags,
  lastInteraction: included(IncludedInteraction),
}).openapi('ListedLead')
export const LeadShape = z.strictObject(shapeQuery(Lead, INCLUDES))

const fields = valuesOf(LEAD_FIELDS, 'input')

export const NewLead = z
  .strictObject(fields)
  .partial()
  .required(valuesOf(LEAD_FIELDS, 'required'))
  .extend({
    ownerId: uuid().nullable().optional().openapi({
      description: 'Without it, SALES own the lead that they make, and a lead made by others has no owner.',
    }),
  })
  .openapi('NewLead', { example: { title: 'Met at the trade fair', name: 'Bob Buyer', source: 'fair' } })

export const LeadPatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('LeadPatch', { example: { status: 'CONTACTED', followUpAt: '2026-11-28T09:00:00.000Z' } })

export const Assignment = z
  .strictObject({ ownerId: uuid() })
  .openapi('Assignment', { example: { ownerId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' } })

export const LeadFilters = z.strictObject({
  ...pageQuery,
  ...LeadShape.shape,
  filter: filterParameter(),
  view: viewParameter,
  q: text(100)
    .optional()
    .openapi({
      description:
        'Part of title, name, e-mail, interest or phone (in any form of the number). Case and accents do not matter. With ' +
        'one or two characters, and in the trash, a page looks through up to 5,000 leads (`scanned`).',
      example: 'alice',
    }),
  status: someOf(LEAD_STATUSES),
  stage: uuid().optional().openapi({ description: 'The leads of this stage.' }),
  source: repeated(text(100), 'The exact source.'),
  externalId: text(200).optional().openapi({ description: 'What another system calls it, exactly.' }),
  owner: memberOr('none', 'me').openapi({
    type: 'string',
    description: '`none` for the pool, `me` for your own leads, or the id of a member.',
    example: 'none',
  }),
  customer: uuid().optional().openapi({ description: 'The leads that became this customer, or are of it.' }),
  ...facetQuery,
  createdAfter: instant().optional(),
  createdBefore: instant().optional(),
  updatedAfter: instant().optional().openapi({
    description: 'Changed at this instant or later; without `sort`, in the order of `updatedAt`, for keeping a copy.',
  }),
  followUpAfter: instant().optional(),
  followUpBefore: instant().optional(),
  trashed: flag('List the leads in the trash instead.'),
  sort: sortOf(SORTS.lead).openapi(
    sortDocument(
      SORTS.lead,
      'The default is `-createdAt`, `followUpAt` with a follow-up filter, and `updatedAt` with `updatedAfter`. The order ' +
        'by follow-up lists only leads that have one. Of a search (`q`) and of the trash, the default is `-createdAt`; in ' +
        'another order, their newest 1,000 leads are sorted, and `partial` says so if there are more.',
    ),
  ),
  total: flag(
    'Count the leads as well. With filters other than owner and status, counting stops at 1,000 (`totalCapped`). A `q` ' +
      'of one or two characters, or in the trash, has no total.',
  ),
})

export const LeadQuery = z.pipe(gatherCustomFields<z.input<typeof LeadFilters>>(), LeadFilters)

export const LeadQuestion = questionOf(LeadFilters.shape, 'LeadQuestion', shapeBody(Lead, INCLUDES))

export const LeadPage = pageOf(ListedLead, 'LeadPage')

export const Conversion = z
  .strictObject({
    customerId: uuid().optional().openapi({ description: 'Link this customer instead of finding or making one.' }),
  })
  .openapi('Conversion', { example: {} })

export const Converted = z.object({ lead: Lead, customer: Customer }).openapi('Converted')
