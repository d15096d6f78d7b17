// A workspace and the invitations to it.
import { z } from '@hono/zod-openapi'
import { isCountry } from '../customers/phone'
import { ROLES } from '../db/schema/users'
import { email, Id, Instant, raw, text, timeZone } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'

export const Workspace = z
  .object({
    id: Id,
    name: z.string(),
    slug: z.string().openapi({ description: 'How public forms name the workspace.' }),
    plan: z.string(),
    timeZone: z.string(),
    defaultCountry: z.string().nullable(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Workspace', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-000000000001',
      name: 'Analytical Engines',
      slug: 'analytical-engines',
      plan: 'FREE',
      timeZone: 'UTC',
      defaultCountry: null,
      createdAt: '2026-11-21T15:00:00.000Z',
      updatedAt: '2026-11-21T15:00:00.000Z',
    },
  })

export const WorkspacePatch = z
  .strictObject({
    name: text(200),
    slug: raw(60).regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'may hold a-z, 0-9 and single dashes between them'),
    timeZone: timeZone(),
    defaultCountry: z
      .string()
      .refine(isCountry, { error: 'must be a two-letter country code such as GB' })
      .nullable()
      .openapi({
        type: ['string', 'null'],
        description: 'Whose phone numbers are written without a country code.',
        example: 'GB',
      }),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('WorkspacePatch', { example: { name: 'Analytical Engines Ltd', timeZone: 'Europe/London' } })

export const NewInvitation = z
  .strictObject({ email: email(), role: z.enum(ROLES).default('SALES') })
  .openapi('NewInvitation', { example: { email: 'grace@example.com', role: 'SALES' } })

export const Invitation = z
  .object({ id: Id, email: z.string(), role: z.enum(ROLES), createdAt: Instant, expiresAt: Instant })
  .openapi('Invitation')

export const IssuedInvitation = Invitation.extend({
  token: z.string().openapi({ description: 'Shown this once: register with it as `invitationToken`.' }),
}).openapi('IssuedInvitation')

export const InvitationQuery = z.strictObject(pageQuery)
export const InvitationPage = pageOf(Invitation, 'InvitationPage')
