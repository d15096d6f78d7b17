// A lead, as shown, made, changed and listed.
import { z } from '@hono/zod-openapi'
import { Customer } from '../customers/customers.schemas'
import { LEAD_STATUSES } from '../db/schema/leads'
import { instant, memberOr, text } from '../field-schemas'
import { flag, pageOf, pageQuery } from '../http/pagination'
import { valuesOf } from '../records/fields'
import { LEAD_FIELDS } from './leads.fields'

export const Lead = z
  .object(valuesOf(LEAD_FIELDS, 'answer'))
  .openapi('Lead', { example: valuesOf(LEAD_FIELDS, 'example') })

const fields = valuesOf(LEAD_FIELDS, 'input')

export const NewLead = z
  .strictObject(fields)
  .partial()
  .required(valuesOf(LEAD_FIELDS, 'required'))
  .extend({
    ownerId: z
      .uuid()
      .nullable()
      .optional()
      .openapi({ description: 'Left out, a lead belongs to the SALES member who makes it, and is unowned otherwise.' }),
  })
  .openapi('NewLead', { example: { title: 'Met at the trade fair', name: 'Bob Buyer', source: 'fair' } })

export const LeadPatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('LeadPatch', { example: { status: 'CONTACTED', followUpAt: '2026-11-28T09:00:00.000Z' } })

export const Assignment = z
  .strictObject({ ownerId: z.uuid() })
  .openapi('Assignment', { example: { ownerId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' } })

export const SORTS = ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', '-followUpAt', 'followUpAt'] as const

export const LeadQuery = z
  .strictObject({
    ...pageQuery,
    q: text(100)
      .optional()
      .openapi({
        description:
          'Part of title, name, e-mail, phone or interest; case does not matter, nor do the accents of Latin letters. ' +
          'One or two characters, and anything in the trash, are sought as written but for the case of A to Z, in 250 ' +
          'leads at a time: a page may then be short and still have a `nextCursor`.',
        example: 'alice',
      }),
    status: z.enum(LEAD_STATUSES).optional(),
    source: text(100).optional().openapi({ description: 'The whole source, as written.' }),
    owner: memberOr('none', 'me').openapi({
      type: 'string',
      description: '`none` is the unclaimed pool, `me` your own, else a member’s id.',
      example: 'none',
    }),
    createdAfter: instant().optional(),
    createdBefore: instant().optional(),
    followUpAfter: instant().optional(),
    followUpBefore: instant().optional(),
    trashed: flag('List what is in the trash instead.'),
    sort: z
      .enum(SORTS)
      .optional()
      .openapi({
        description:
          '`-createdAt` unless said otherwise, `followUpAt` where a follow-up filter stands. By follow-up, only leads that ' +
          'have one are listed. A search (`q`) and the trash come by `createdAt`.',
      }),
    total: flag(
      'Count the leads as well; beyond owner and status, counting stops after 1,000 (`totalCapped`), and a `q` of one or ' +
        'two characters, or in the trash, is not counted.',
    ),
  })
  .openapi('LeadQuery')

export const LeadPage = pageOf(Lead, 'LeadPage')

export const Conversion = z
  .strictObject({
    customerId: z.uuid().optional().openapi({ description: 'Link this customer instead of making or finding one.' }),
  })
  .openapi('Conversion', { example: {} })

export const Converted = z.object({ lead: Lead, customer: Customer }).openapi('Converted')
