// dialect personal: an account with its own workspace. Contacts, notes and interactions, and providers have their own files.
import { Hono } from 'hono'
import { requirePerson } from '../../access/person'
import { changePassword, login } from '../../auth/auth.service'
import { forgotPassword, resendVerificationTo, resetPassword, verifyEmail } from '../../auth/recovery.service'
import { register } from '../../auth/registration.service'
import { endSession, refreshSession } from '../../auth/sessions.service'
import { AppError } from '../../errors'
import { isMigrated } from '../../health/health.service'
import { type AppEnv, ctx, publicCtx } from '../../http/context'
import { mailAddress } from '../../text/address'
import { updateUser } from '../../users/users.service'
import { client, type Dialect, describe, requires, validates } from '../dialect'
import { addContacts } from './contacts'
import { addProviders, callbacks, signInPaths } from './providers'
import { addTimeline } from './timeline'
import * as wire from './wire'

const app = new Hono<AppEnv>()
app.onError(wire.onError)
const BASE = '/api/v1'

app.get(`${BASE}/health`, describe('Check that the service runs', { 200: wire.Done }), (c) =>
  c.json({ message: 'OK', status: 'ok' }, 200),
)
app.get(`${BASE}/ready`, describe('Check that the database answers', { 200: wire.Done }), async (c) => {
  if (!(await isMigrated(publicCtx(c)))) throw new AppError('unavailable')
  return c.json({ message: 'OK', status: 'ready' }, 200)
})

app.post(
  `${BASE}/user/register`,
  describe('Create an account with its own workspace', { 201: wire.withData(wire.SignedIn) }),
  validates('json', wire.Registration),
  async (c) => {
    const signedIn = await register(publicCtx(c), { ...c.req.valid('json'), isAlwaysOpen: true }, client(c))
    return c.json({ message: 'User registered successfully', data: wire.SignedIn.parse(signedIn) }, 201)
  },
)
app.post(
  `${BASE}/user/reVerify-email`,
  describe('Send the verification mail again', { 200: wire.Done }),
  validates('json', wire.Address),
  async (c) => {
    await resendVerificationTo(publicCtx(c), c.req.valid('json').email)
    return c.json({ message: 'If the address waits for it, a verification mail is on its way' }, 200)
  },
)
app.get(
  `${BASE}/user/verify-email`,
  describe('Verify an address', { 200: wire.Done }),
  validates('query', wire.Token),
  async (c) => {
    await verifyEmail(publicCtx(c), c.req.valid('query').token)
    return c.json({ message: 'Email verified successfully' }, 200)
  },
)
app.post(
  `${BASE}/user/login`,
  describe('Sign in', { 200: wire.withData(wire.SignedIn) }),
  validates('json', wire.Credentials),
  async (c) => {
    const data = wire.SignedIn.parse(await login(publicCtx(c), c.req.valid('json'), client(c)))
    return c.json({ message: 'User logged in successfully', data }, 200)
  },
)
app.post(`${BASE}/user/logOut`, describe('Sign out', { 200: wire.Done }), requires('account:write'), async (c) => {
  await endSession(ctx(c), requirePerson(ctx(c).actor, 'Signing out').sessionId)
  return c.json({ message: 'User logged out successfully' }, 200)
})
app.patch(
  `${BASE}/user/updatePassword`,
  describe('Change the password', { 200: wire.Done }),
  requires('account:write'),
  validates('json', wire.PasswordChange),
  async (c) => {
    const { oldPassword: currentPassword, newPassword } = c.req.valid('json')
    await changePassword(ctx(c), { currentPassword, newPassword })
    return c.json({ message: 'Password updated successfully' }, 200)
  },
)
app.post(
  `${BASE}/user/forgotPassword`,
  describe('Ask for a new password', { 200: wire.Done }),
  validates('json', wire.Address),
  async (c) => {
    await forgotPassword(publicCtx(c), c.req.valid('json').email)
    return c.json({ message: 'If there is such an account, a mail is on its way' }, 200)
  },
)
app.post(
  `${BASE}/user/resetPassword`,
  describe('Set a new password with the token of the mail', { 200: wire.Done }),
  validates('json', wire.PasswordReset),
  async (c) => {
    await resetPassword(publicCtx(c), c.req.valid('json'))
    return c.json({ message: 'Password reset successfully' }, 200)
  },
)
app.post(
  `${BASE}/user/renewToken`,
  describe('Exchange a refresh token', { 200: wire.withData(wire.Tokens) }),
  validates('json', wire.RefreshRequest),
  async (c) => {
    const data = wire.Tokens.parse(await refreshSession(publicCtx(c), c.req.valid('json').refreshToken))
    return c.json({ message: 'Token renewed successfully', data }, 200)
  },
)
app.patch(
  `${BASE}/user/updateDetails`,
  describe('Change your details', { 200: wire.withData(wire.User) }),
  requires('users:write'),
  validates('json', wire.Details),
  async (c) => {
    const { email, ...details } = c.req.valid('json')
    const own = { email: email === undefined ? undefined : (mailAddress(email.trim()) ?? email) }
    const data = wire.User.parse(await updateUser(ctx(c), ctx(c).actor.id, details, own))
    return c.json({ message: 'User details updated successfully', data }, 200)
  },
)
app.patch(
  `${BASE}/user/status`,
  describe('Change your status', { 200: wire.withData(wire.User) }),
  requires('users:admin'),
  validates('json', wire.Status),
  async (c) => {
    const data = wire.User.parse(await updateUser(ctx(c), ctx(c).actor.id, c.req.valid('json'), {}))
    return c.json({ message: 'Status updated successfully', data }, 200)
  },
)

addContacts(app, BASE)
addProviders(app, BASE)
addTimeline(app, BASE)

const signsIn = ['register', 'login', 'reVerify-email', 'forgotPassword', 'resetPassword', 'renewToken']
export const personal: Dialect = {
  name: 'personal',
  title: 'Personal CRM',
  app,
  base: /^\/api\/v1(\/|$)/,
  ownPaths: {
    '/api/v1/auth': '/v1/auth/oauth',
    '/api/v1/user': '/v1/auth',
    '/api/v1/user/updateDetails': '/v1/users/me',
    '/api/v1/contacts': '/v1/customers',
    '/api/v1/contacts/export': '/v1/exports/customers',
    '/api/v1/contacts/get-tag-usage': '/v1/tags',
    '/api/v1/contacts/delete-tag': '/v1/tags',
    '/api/v1/notes': '/v1/interactions',
    '/api/v1/interactions': '/v1/interactions',
  },
  onError: wire.onError,
  signsIn: [...signsIn.map((path) => `/user/${path}`), ...signInPaths].map((path) => BASE + path),
  callbacks: callbacks.map((path) => BASE + path),
  probes: [`${BASE}/health`, `${BASE}/ready`],
}
