// dialect personal: an account with a workspace of its own, contacts and their tags. Notes and interactions are beside.
import { Hono } from 'hono'
import { requirePerson } from '../../access/person'
import { changePassword, login } from '../../auth/auth.service'
import { forgotPassword, resendVerificationTo, resetPassword, verifyEmail } from '../../auth/recovery.service'
import { register } from '../../auth/registration.service'
import { endSession, refreshSession } from '../../auth/sessions.service'
import { createCustomer, trashCustomer, trashCustomers, updateCustomer } from '../../customers/customers.service'
import { getCustomerWithTags } from '../../customers/customers.with-tags'
import { AppError } from '../../errors'
import { exportCustomers } from '../../exports/exports.service'
import { download } from '../../exports/exports.stream'
import { isMigrated } from '../../health/health.service'
import { type AppEnv, ctx, publicCtx } from '../../http/context'
import { tagCustomer, tagCustomers, untagCustomer } from '../../tags/tagging.service'
import { deleteTagNamed, getTagNamed } from '../../tags/tags.service'
import { updateUser } from '../../users/users.service'
import { client, type Dialect, describe, requires, validates } from '../dialect'
import { addProviders, callbacks, ways } from './providers'
import { addTimeline } from './timeline'
import * as wire from './wire'

const app = new Hono<AppEnv>()
app.onError(wire.onError)
const BASE = '/api/v1'

app.get(`${BASE}/health`, describe('Is the service up', { 200: wire.Done }), (c) =>
  c.json({ message: 'OK', status: 'ok' }, 200),
)
app.get(`${BASE}/ready`, describe('Is the database there', { 200: wire.Done }), async (c) => {
  if (!(await isMigrated(publicCtx(c)))) throw new AppError('unavailable')
  return c.json({ message: 'OK', status: 'ready' }, 200)
})

app.post(
  `${BASE}/user/register`,
  describe('Make an account with a workspace of its own', { 201: wire.withData(wire.SignedIn) }),
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
  describe('Choose a new password by the token of the mail', { 200: wire.Done }),
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
  describe('Change the own details', { 200: wire.withData(wire.User) }),
  requires('users:write'),
  validates('json', wire.Details),
  async (c) => {
    const { email, ...details } = c.req.valid('json')
    const own = { email: email?.trim().toLowerCase() }
    const data = wire.User.parse(await updateUser(ctx(c), ctx(c).actor.id, details, own))
    return c.json({ message: 'User details updated successfully', data }, 200)
  },
)
app.patch(
  `${BASE}/user/status`,
  describe('Change the own status', { 200: wire.withData(wire.User) }),
  requires('users:admin'),
  validates('json', wire.Status),
  async (c) => {
    const data = wire.User.parse(await updateUser(ctx(c), ctx(c).actor.id, c.req.valid('json'), {}))
    return c.json({ message: 'Status updated successfully', data }, 200)
  },
)

app.post(
  `${BASE}/contacts/add-contact`,
  describe('Make a contact', { 201: wire.withData(wire.Contact) }),
  requires('customers:write'),
  validates('json', wire.NewContact),
  async (c) => {
    const data = wire.Contact.parse({ ...(await createCustomer(ctx(c), c.req.valid('json'))), tags: [] })
    return c.json({ message: 'Contact added successfully', data }, 201)
  },
)
app.get(
  `${BASE}/contacts/get-contact-by-id`,
  describe('Get a contact', { 200: wire.withData(wire.Contact), 404: 'Contact not found' }),
  requires('customers:read'),
  validates('query', wire.ContactQuery),
  async (c) => {
    const data = wire.Contact.parse(await getCustomerWithTags(ctx(c), c.req.valid('query').contactId))
    return c.json({ message: 'Contact fetched successfully', data }, 200)
  },
)
app.patch(
  `${BASE}/contacts/update-contact`,
  describe('Change a contact', { 200: wire.withData(wire.Contact), 404: 'Contact not found' }),
  requires('customers:write'),
  validates('query', wire.ContactQuery),
  validates('json', wire.ContactPatch),
  async (c) => {
    const changed = await updateCustomer(ctx(c), c.req.valid('query').contactId, c.req.valid('json'))
    return c.json({ message: 'Contact updated successfully', data: wire.Contact.parse(changed) }, 200)
  },
)
app.delete(
  `${BASE}/contacts/delete-contact`,
  describe('Delete a contact', { 200: wire.Done, 404: 'Contact not found' }),
  requires('customers:write'),
  validates('query', wire.ContactQuery),
  async (c) => {
    await trashCustomer(ctx(c), c.req.valid('query').contactId)
    return c.json({ message: 'Contact deleted successfully' }, 200)
  },
)
app.delete(
  `${BASE}/contacts/delete-multiple-contacts`,
  describe('Delete many contacts', { 200: wire.withData(wire.Deleted) }),
  requires('customers:write'),
  validates('json', wire.Contacts),
  async (c) => {
    const data = await trashCustomers(ctx(c), c.req.valid('json').contactIds)
    return c.json({ message: 'Contacts deleted successfully', data }, 200)
  },
)

app.get(
  `${BASE}/contacts/export-contacts`,
  describe('Export the contacts', { 200: { types: ['text/csv', 'application/json', 'text/vcard'] } }),
  requires('exports:read'),
  validates('query', wire.ExportQuery),
  async (c) => download(c, await exportCustomers(ctx(c), { ...c.req.valid('query'), columns: wire.COLUMNS })),
)

app.post(
  `${BASE}/contacts/add-tag`,
  describe('Put a tag on a contact', { 200: wire.Done, 404: 'Contact not found' }),
  requires('customers:write'),
  validates('json', wire.ContactTag),
  async (c) => {
    const { contactId, tag } = c.req.valid('json')
    await tagCustomer(ctx(c), contactId, tag)
    return c.json({ message: 'Tag added successfully' }, 200)
  },
)
app.post(
  `${BASE}/contacts/add-multiple-tags`,
  describe('Put tags on a contact', { 200: wire.Done, 404: 'Contact not found' }),
  requires('customers:write', { isAsked: true }),
  validates('json', wire.ContactTags),
  async (c) => {
    const { contactId, tags: add } = c.req.valid('json')
    const { notFound } = await tagCustomers(ctx(c), { customerIds: [contactId], add, remove: [] })
    if (notFound.length > 0) throw new AppError('not_found')
    return c.json({ message: 'Tags added successfully' }, 200)
  },
)
app.delete(
  `${BASE}/contacts/delete-tag-from-contact`,
  describe('Take a tag off a contact', { 200: wire.Done, 404: 'Contact not found' }),
  requires('customers:write'),
  validates('json', wire.ContactTag),
  async (c) => {
    const { contactId, tag } = c.req.valid('json')
    await untagCustomer(ctx(c), contactId, tag)
    return c.json({ message: 'Tag removed successfully' }, 200)
  },
)
app.delete(
  `${BASE}/contacts/delete-multiple-tags-from-contacts`,
  describe('Take tags off contacts', { 200: wire.withData(wire.Tagged) }),
  requires('customers:write'),
  validates('json', wire.ManyTags),
  async (c) => {
    const { contactIds: customerIds, tags: remove } = c.req.valid('json')
    const data = await tagCustomers(ctx(c), { customerIds, add: [], remove })
    return c.json({ message: 'Tags removed successfully', data }, 200)
  },
)
app.get(
  `${BASE}/contacts/get-tag-usage/:tagName`,
  describe('How many contacts have a tag', { 200: wire.withData(wire.Usage), 404: 'Tag not found' }),
  requires('tags:read'),
  validates('param', wire.TagParam),
  async (c) => {
    const { name: tag, count } = await getTagNamed(ctx(c), c.req.valid('param').tagName)
    return c.json({ message: 'Tag usage fetched successfully', data: { tag, count } }, 200)
  },
)
app.delete(
  `${BASE}/contacts/delete-tag`,
  describe('Delete a tag', { 200: wire.Done, 404: 'Tag not found' }),
  requires('tags:write'),
  validates('json', wire.TagBody),
  async (c) => {
    await deleteTagNamed(ctx(c), c.req.valid('json').tag)
    return c.json({ message: 'Tag deleted successfully' }, 200)
  },
)

addProviders(app, BASE)
addTimeline(app, BASE)

const signsIn = ['register', 'login', 'reVerify-email', 'forgotPassword', 'resetPassword', 'renewToken']
export const personal: Dialect = {
  name: 'personal',
  title: 'Personal CRM',
  app,
  base: /^\/api\/v1(\/|$)/,
  onError: wire.onError,
  signsIn: [...signsIn.map((path) => `/user/${path}`), ...ways].map((path) => BASE + path),
  callbacks: callbacks.map((path) => BASE + path),
  probes: [`${BASE}/health`, `${BASE}/ready`],
}
