// Schemas of members. None contains a password or its hash.
import { z } from '@hono/zod-openapi'
import { ROLES, USER_STATUSES } from '../db/schema/users'
import { Id, Instant, instant, language, name, timeZone, username, uuid } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'

/** A member of a workspace. */
export const User = z
  .object({
    id: Id,
    workspaceId: Id,
    email: z.string(),
    emailVerified: z.boolean(),
    username: z.string().nullable(),
    name: z.string(),
    role: z.enum(ROLES),
    status: z.enum(USER_STATUSES),
    timeZone: z.string(),
    language: language().nullable(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('User', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      workspaceId: '0192f0c4-7a10-7c3e-9d2b-000000000001',
      email: 'ada@example.com',
      emailVerified: true,
      username: null,
      name: 'Ada Lovelace',
      role: 'ADMIN',
      status: 'ACTIVE',
      timeZone: 'Europe/London',
      language: null,
      createdAt: '2026-11-21T15:00:00.000Z',
      updatedAt: '2026-11-21T15:00:00.000Z',
    },
  })

/** A colleague, for members who see only the own account whole: the other fields are left out. */
export const Colleague = z
  .object({ ...User.partial().shape, id: Id, name: z.string(), status: z.enum(USER_STATUSES) })
  .openapi('Colleague', {
    example: { id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e', name: 'Ada Lovelace', status: 'ACTIVE' },
  })

export const UserPage = pageOf(Colleague, 'UserPage')

/** Query of the list of members. */
export const UserQuery = z.strictObject({
  ...pageQuery,
  role: z.enum(ROLES).optional(),
  status: z.enum(USER_STATUSES).optional(),
  updatedAfter: instant().optional().openapi({ description: 'Changed at this instant or later.' }),
})

/** The id of a member in a path; `me` for that of the actor. */
export const MemberParam = z.strictObject({
  id: uuid()
    .or(z.literal('me'))
    .openapi({ param: { name: 'id', in: 'path' }, type: 'string', example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' }),
})

/** Input of changing a member: at least one field. */
export const UserPatch = z
  .strictObject({
    name: name(200),
    username: username().nullable(),
    timeZone: timeZone(),
    language: language().nullable().openapi({
      description:
        'Of the desk and of mails; null for the language of the browser, and in mails that of the workspace.',
    }),
    role: z.enum(ROLES).openapi({ description: 'ADMIN only.' }),
    status: z.enum(USER_STATUSES).openapi({ description: 'ADMIN only; INACTIVE ends the member’s sessions.' }),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('UserPatch', { example: { name: 'Ada King', timeZone: 'Europe/London' } })

/** The new owner of the leads and customers of a member who leaves. */
export const Handover = z.strictObject({
  reassignTo: uuid().optional().openapi({
    description: 'The active member who becomes the owner of the leads; without it they return to the pool.',
  }),
})
