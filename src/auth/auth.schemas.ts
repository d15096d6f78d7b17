// What signing up, signing in and sessions take and give.
import { z } from '@hono/zod-openapi'
import { email, Id, Instant, raw, text } from '../field-schemas'
import { User } from '../users/users.schemas'
import { Workspace } from '../workspaces/workspaces.schemas'
import { Password } from './passwords'

export const Registration = z
  .strictObject({
    email: email(),
    password: Password,
    name: text(200),
    workspaceName: text(200)
      .optional()
      .openapi({ description: 'Name of the new workspace; your own name when left out.' }),
    invitationToken: raw(200).optional().openapi({ description: 'Joins the inviting workspace instead.' }),
  })
  .openapi('Registration', {
    example: {
      email: 'ada@example.com',
      password: 'correct horse battery',
      name: 'Ada Lovelace',
      workspaceName: 'Analytical Engines',
    },
  })

export const Credentials = z
  .strictObject({
    email: raw(254).optional(),
    username: raw(64).optional(),
    password: raw(1000),
  })
  .refine((given) => (given.email === undefined) !== (given.username === undefined), {
    error: 'Send either email or username',
    path: ['email'],
  })
  .openapi('Credentials', { example: { email: 'ada@example.com', password: 'correct horse battery' } })

export const RefreshRequest = z
  .strictObject({ refreshToken: raw(300, 1) })
  .openapi('RefreshRequest', { example: { refreshToken: '0192f0c4-….k3J….9fQ…' } })

export const PasswordChange = z
  .strictObject({ currentPassword: raw(1000), newPassword: Password })
  .openapi('PasswordChange', {
    example: { currentPassword: 'correct horse battery', newPassword: 'a longer staple than before' },
  })

/** Tokens of a session; `expiresIn` is the seconds the access token lives. */
export const Tokens = z
  .object({ accessToken: z.string(), refreshToken: z.string(), expiresIn: z.number().int() })
  .openapi('Tokens', { example: { accessToken: 'eyJhbGciOi…', refreshToken: '0192f0c4-….k3J….9fQ…', expiresIn: 900 } })

// Not by extend(): that would take the example along, which has no user.
export const SignedIn = z.object({ ...Tokens.shape, user: User, workspace: Workspace }).openapi('SignedIn')

export const Me = z.object({ user: User, workspace: Workspace }).openapi('Me')

export const Session = z
  .object({
    id: Id,
    userAgent: z.string().nullable(),
    address: z.string().nullable(),
    createdAt: Instant,
    lastUsedAt: Instant,
    expiresAt: Instant,
    current: z.boolean(),
  })
  .openapi('Session')

export const SessionList = z.object({ data: z.array(Session), nextCursor: z.null() }).openapi('SessionList')
