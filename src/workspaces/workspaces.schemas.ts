// Schemas of the workspace and of invitations to it.
import { z } from '@hono/zod-openapi'
import { ROLES } from '../db/schema/users'
import { email, Id, Instant, language, name, raw, timeZone } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'
import { isCountry } from '../text/phone'

const WorkspaceId = z.string().openapi({ example: '5f6a7b8c9d0e' })

/** A workspace. */
export const Workspace = z
  .object({
    id: WorkspaceId,
    name: z.string(),
    slug: z.string().openapi({ description: 'Names the workspace in the address of public forms.' }),
    plan: z.string(),
    timeZone: z.string(),
    language: language(),
    defaultCountry: z.string().nullable(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Workspace', {
    example: {
      id: '5f6a7b8c9d0e',
      name: 'Analytical Engines',
      slug: 'analytical-engines',
      plan: 'FREE',
      timeZone: 'UTC',
      language: 'en',
      defaultCountry: null,
      createdAt: '2026-11-21T15:00:00.000Z',
      updatedAt: '2026-11-21T15:00:00.000Z',
    },
  })

/** Input of changing the workspace: at least one field. */
export const WorkspacePatch = z
  .strictObject({
    name: name(200),
    slug: raw(60).regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'may contain a-z, 0-9 and single dashes between them'),
    timeZone: timeZone(),
    language: language().openapi({ description: 'Of mails whose reader has chosen none.' }),
    defaultCountry: z
      .string()
      .refine(isCountry, { error: 'must be a two-letter country code such as GB' })
      .nullable()
      .openapi({
        type: ['string', 'null'],
        description: 'The country of phone numbers without a country code.',
        example: 'GB',
      }),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('WorkspacePatch', { example: { name: 'Analytical Engines Ltd', timeZone: 'Europe/London' } })

/** Input of inviting a person. */
export const NewInvitation = z
  .strictObject({ email: email(), role: z.enum(ROLES).default('SALES') })
  .openapi('NewInvitation', { example: { email: 'grace@example.com', role: 'SALES' } })

/** An open invitation without its token. */
export const Invitation = z
  .object({ id: Id, email: z.string(), role: z.enum(ROLES), createdAt: Instant, expiresAt: Instant })
  .openapi('Invitation')

/** A new invitation with its token. */
export const IssuedInvitation = Invitation.extend({
  token: z.string().openapi({ description: 'Shown only here. Register with it as `invitationToken`.' }),
}).openapi('IssuedInvitation')

export const InvitationQuery = z.strictObject(pageQuery)
export const InvitationPage = pageOf(Invitation, 'InvitationPage')
