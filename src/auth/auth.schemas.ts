// Schemas of registration, sign-in, sessions and recovery by mail.
import { z } from '@hono/zod-openapi'
import { email, Id, Instant, name, raw } from '../field-schemas'
import { User } from '../users/users.schemas'
import { Workspace } from '../workspaces/workspaces.schemas'
import { Password } from './passwords'

/** Input of registration: a new workspace, or with `invitationToken` the inviting one. */
export const Registration = z
  .strictObject({
    email: email(),
    password: Password,
    name: name(200),
    workspaceName: name(200)
      .optional()
      .openapi({ description: 'Name of the new workspace; your own name by default.' }),
    invitationToken: raw(200)
      .optional()
      .openapi({ description: 'Joins the inviting workspace instead of creating one.' }),
  })
  .openapi('Registration', {
    example: {
      email: 'ada@example.com',
      password: 'correct horse battery',
      name: 'Ada Lovelace',
      workspaceName: 'Analytical Engines',
    },
  })

/** Input of sign-in: the password with either e-mail address or username. */
export const Credentials = z
  .strictObject({
    email: raw(254).optional(),
    username: raw(64).optional(),
    password: raw(1000),
    refreshToken: raw(300)
      .optional()
      .openapi({
        description:
          'The last refresh token of this device, also an expired one. The device then counts by itself: failures of ' +
          'strangers do not lock it out.',
      }),
  })
  .refine(({ email, username }) => (email === undefined) !== (username === undefined), {
    error: 'Send either email or username',
    path: ['email'],
  })
  .openapi('Credentials', { example: { email: 'ada@example.com', password: 'correct horse battery' } })

/** Input of refreshing a session. */
export const RefreshRequest = z
  .strictObject({ refreshToken: raw(300, 1) })
  .openapi('RefreshRequest', { example: { refreshToken: '0192f0c4-….k3J….9fQ…' } })

/** Input of changing the own password. */
export const PasswordChange = z
  .strictObject({ currentPassword: raw(1000), newPassword: Password })
  .openapi('PasswordChange', {
    example: { currentPassword: 'correct horse battery', newPassword: 'a longer staple than before' },
  })

/** Tokens of a session; `expiresIn` is the lifetime of the access token in seconds. */
export const Tokens = z
  .object({ accessToken: z.string(), refreshToken: z.string(), expiresIn: z.number().int() })
  .openapi('Tokens', { example: { accessToken: 'eyJhbGciOi…', refreshToken: '0192f0c4-….k3J….9fQ…', expiresIn: 900 } })

// Not by extend(), which would copy the example, and that has no user.
export const SignedIn = z.object({ ...Tokens.shape, user: User, workspace: Workspace }).openapi('SignedIn')

/** The own account and its workspace. */
export const Me = z.object({ user: User, workspace: Workspace }).openapi('Me')

/** An active session; `current` marks that of the access token. */
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

/** All sessions, in the shape of a page without a next one. */
export const SessionList = z.object({ data: z.array(Session), nextCursor: z.null() }).openapi('SessionList')

const mailedToken = () => raw(200, 1).openapi({ description: 'From the link in the mail.' })

/** Input of verifying an address. */
export const EmailVerification = z
  .strictObject({ token: mailedToken() })
  .openapi('EmailVerification', { example: { token: 'b7Jv0kq3…' } })

/** Input of requesting a reset mail. */
export const ForgottenPassword = z
  .strictObject({ email: email() })
  .openapi('ForgottenPassword', { example: { email: 'ada@example.com' } })

/** Input of asking for another address. */
export const EmailChange = z
  .strictObject({ newEmail: email() })
  .openapi('EmailChange', { example: { newEmail: 'ada@new.example.com' } })

/** Input of setting a new password with a token from a mail. */
export const PasswordReset = z
  .strictObject({ token: mailedToken(), newPassword: Password })
  .openapi('PasswordReset', { example: { token: 'b7Jv0kq3…', newPassword: 'a longer staple than before' } })
