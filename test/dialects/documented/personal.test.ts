// What the README of Personal CRM says, replayed from a table of its requests and answers. Its own text is a list of paths and
// of features; fields are those of its name for each.
import { personal } from '../../../src/dialects/personal/routes'
import { id, list, nullable, replayDocumented, type Said, stamp, text, whole } from '../../support/documented'
import { mailing } from '../../support/mailbox'
import { withProviders } from '../../support/oauth-browser'

const NONE = '00000000-0000-4000-8000-000000000000'
const PASSWORD = 'a long password'
const ADA = { name: 'Ada', email: 'ada@example.com', password: PASSWORD }
const SAID = { message: text }
const FAILED = { message: 'Validation failed', errors: list }
const STAMPS = { createdAt: stamp, updatedAt: stamp }
const USER = {
  id,
  name: 'Ada',
  email: ADA.email,
  username: null,
  emailVerified: false,
  status: 'ACTIVE',
  timeZone: text,
  ...STAMPS,
}
const SESSION = { user: USER, accessToken: text, refreshToken: text }
const FIELDS = {
  name: 'Charles',
  email: 'charles@example.com',
  phone: '+44 20 7946 0958',
  company: 'Engines',
  customFields: { plan: 'gold', seats: 3 },
}
const CONTACT = { ...FIELDS, id, tags: list, lastInteractionAt: nullable, ...STAMPS }
const NOTE = { id, contactId: id, title: null, content: 'Likes tea', ...STAMPS }
const CALL = { id, contactId: id, type: 'CALL', content: 'Rang', date: stamp, followUpDate: null, ...STAMPS }
const dataOf = (data: unknown) => ({ message: text, data })
const pageOf = (data: unknown, total: number) => ({
  ...dataOf(data),
  pagination: { page: 1, limit: whole, total, totalPages: 1 },
})

type More = Partial<Omit<Said, 'says' | 'request' | 'status'>>
const row = (says: string, request: string, status: number, more: More = {}): Said => ({
  says,
  request: request.replace(' ', ' /api/v1'),
  status,
  ...more,
})
const anonymous = (request: string): Said => row(`${request} takes a token`, request, 401, { answer: SAID })
const by = 'ada'

replayDocumented({
  system: personal,
  settings: withProviders(mailing()),
  checks: 188,
  said: [
    row('the service has a status', 'GET /health', 200, { answer: { message: 'OK', status: 'ok' } }),
    row('the database is reached', 'GET /ready', 200, { answer: { message: 'OK', status: 'ready' } }),
    row('a sign-in with Google begins', 'POST /auth/google', 303),
    row('a sign-in with GitHub begins', 'POST /auth/github', 303),
    row('one that did not begin here does not end with Google', 'GET /auth/google/callback?code=x&state=y', 400, {
      answer: SAID,
    }),
    row('nor with GitHub', 'GET /auth/github/callback?code=x&state=y', 400, { answer: SAID }),

    row('a user registers', 'POST /user/register', 201, {
      json: ADA,
      answer: dataOf(SESSION),
      keep: { ada: 'data.accessToken', refresh: 'data.refreshToken' },
    }),
    row('an address is taken once', 'POST /user/register', 409, { json: ADA, answer: SAID }),
    row('input is validated', 'POST /user/register', 400, { json: { email: 'ada' }, answer: FAILED }),
    row('the mail of verification is sent again', 'POST /user/reVerify-email', 200, {
      json: { email: ADA.email },
      answer: SAID,
    }),
    row('a link of verification that is made up is a 400', 'GET /user/verify-email?token=made-up', 400, {
      answer: SAID,
    }),
    row('a user signs in', 'POST /user/login', 200, {
      json: { email: ADA.email, password: PASSWORD },
      answer: dataOf(SESSION),
      keep: { ada: 'data.accessToken', refresh: 'data.refreshToken' },
    }),
    row('a wrong password is a 401', 'POST /user/login', 401, {
      json: { email: ADA.email, password: 'another one' },
      answer: SAID,
    }),
    row('a refresh token gives new ones', 'POST /user/renewToken', 200, {
      json: { refreshToken: '<refresh>' },
      answer: dataOf({ accessToken: text, refreshToken: text }),
      keep: { ada: 'data.accessToken', refresh: 'data.refreshToken' },
    }),
    row('a made-up one is a 401', 'POST /user/renewToken', 401, { json: { refreshToken: 'made-up' }, answer: SAID }),
    row('details are changed', 'PATCH /user/updateDetails', 200, {
      by,
      json: { name: 'Ada King' },
      answer: dataOf({ ...USER, name: 'Ada King' }),
    }),
    anonymous('PATCH /user/updateDetails'),
    row('the status is set', 'PATCH /user/status', 200, {
      by,
      json: { status: 'ACTIVE' },
      answer: { message: text, data: { ...USER, name: 'Ada King' } },
    }),
    row('to one that there is', 'PATCH /user/status', 400, { by, json: { status: 'ASLEEP' }, answer: FAILED }),
    anonymous('PATCH /user/status'),
    row('a mail for a new password is asked for', 'POST /user/forgotPassword', 200, {
      json: { email: ADA.email },
      answer: SAID,
    }),
    row('and for an address that nobody has, with the same answer', 'POST /user/forgotPassword', 200, {
      json: { email: 'nobody@example.com' },
      answer: SAID,
    }),
    row('a made-up link sets none', 'POST /user/resetPassword', 400, {
      json: { token: 'made-up', newPassword: PASSWORD },
      answer: SAID,
    }),

    row('a contact is added, with custom fields and tags', 'POST /contacts/add-contact', 201, {
      by,
      json: { ...FIELDS, tags: ['VIP'] },
      answer: dataOf({ ...CONTACT, tags: ['VIP'] }),
      keep: { contact: 'data.id' },
    }),
    row('an address is a contact once', 'POST /contacts/add-contact', 409, { by, json: FIELDS, answer: SAID }),
    row('a contact needs a name', 'POST /contacts/add-contact', 400, {
      by,
      json: { email: 'x@example.com' },
      answer: FAILED,
    }),
    anonymous('POST /contacts/add-contact'),
    row('another contact', 'POST /contacts/add-contact', 201, {
      by,
      json: { name: 'Mary' },
      answer: dataOf({ ...CONTACT, name: 'Mary', email: null, phone: null, company: null, customFields: null }),
      keep: { mary: 'data.id' },
    }),
    row('a third one', 'POST /contacts/add-contact', 201, { by, json: { name: 'Luigi' }, keep: { luigi: 'data.id' } }),
    row('a contact is read', 'GET /contacts/get-contact-by-id?contactId=<contact>', 200, {
      by,
      answer: dataOf({ ...CONTACT, tags: ['VIP'] }),
    }),
    row('an unknown one is a 404', `GET /contacts/get-contact-by-id?contactId=${NONE}`, 404, { by, answer: SAID }),
    row('one needs to be named', 'GET /contacts/get-contact-by-id', 400, { by, answer: FAILED }),
    anonymous('GET /contacts/get-contact-by-id'),
    row('a contact is changed', 'PATCH /contacts/update-contact?contactId=<contact>', 200, {
      by,
      json: { company: 'Looms', customFields: { plan: null } },
      answer: dataOf({ ...CONTACT, company: 'Looms', customFields: { seats: 3 }, tags: undefined }),
    }),
    row('or named in the body', 'PATCH /contacts/update-contact', 200, {
      by,
      json: { contactId: '<contact>', company: 'Engines' },
      answer: dataOf({ ...CONTACT, customFields: { seats: 3 }, tags: undefined }),
    }),
    row('changing an unknown one is a 404', 'PATCH /contacts/update-contact', 404, {
      by,
      json: { contactId: NONE, company: 'x' },
      answer: SAID,
    }),
    anonymous('PATCH /contacts/update-contact'),
    row('contacts are exported as CSV', 'GET /contacts/export-contacts', 200, { by, answer: 'charles@example.com' }),
    row('and as JSON', 'GET /contacts/export-contacts?format=json', 200, { by, answer: list }),
    anonymous('GET /contacts/export-contacts'),

    row('a tag is added', 'POST /contacts/add-tag', 200, {
      by,
      json: { contactId: '<mary>', tag: 'VIP' },
      answer: SAID,
    }),
    row('to a contact that there is', 'POST /contacts/add-tag', 404, {
      by,
      json: { contactId: NONE, tag: 'VIP' },
      answer: SAID,
    }),
    anonymous('POST /contacts/add-tag'),
    row('many tags are added', 'POST /contacts/add-multiple-tags', 200, {
      by,
      json: { contactId: '<mary>', tags: ['press', 'new'] },
      answer: SAID,
    }),
    anonymous('POST /contacts/add-multiple-tags'),
    row('the use of a tag is counted', 'GET /contacts/get-tag-usage/VIP', 200, {
      by,
      answer: dataOf({ tag: 'VIP', count: 2 }),
    }),
    row('of one that there is', 'GET /contacts/get-tag-usage/none', 404, { by, answer: SAID }),
    anonymous('GET /contacts/get-tag-usage/VIP'),
    row('a tag is taken off a contact', 'DELETE /contacts/delete-tag-from-contact', 200, {
      by,
      json: { contactId: '<mary>', tag: 'VIP' },
      answer: SAID,
    }),
    anonymous('DELETE /contacts/delete-tag-from-contact'),
    row('which is counted', 'GET /contacts/get-tag-usage/VIP', 200, { by, answer: dataOf({ tag: 'VIP', count: 1 }) }),
    row('many tags are taken off many contacts', 'DELETE /contacts/delete-multiple-tags-from-contacts', 200, {
      by,
      json: { contactIds: ['<mary>', '<contact>'], tags: ['press', 'VIP'] },
      answer: dataOf({ changed: 2, notFound: [] }),
    }),
    anonymous('DELETE /contacts/delete-multiple-tags-from-contacts'),
    row('a tag is deleted', 'DELETE /contacts/delete-tag', 200, { by, json: { tag: 'new' }, answer: SAID }),
    row('once', 'DELETE /contacts/delete-tag', 404, { by, json: { tag: 'new' }, answer: SAID }),
    anonymous('DELETE /contacts/delete-tag'),

    row('a note is made', 'POST /notes/create-note', 201, {
      by,
      json: { contactId: '<contact>', content: 'Likes tea' },
      answer: dataOf(NOTE),
      keep: { note: 'data.id' },
    }),
    row('about a contact that there is', 'POST /notes/create-note', 404, {
      by,
      json: { contactId: NONE, content: 'x' },
      answer: SAID,
    }),
    row('with a content', 'POST /notes/create-note', 400, { by, json: { contactId: '<contact>' }, answer: FAILED }),
    anonymous('POST /notes/create-note'),
    row('notes are listed', 'GET /notes/list-notes', 200, { by, answer: pageOf([NOTE], 1) }),
    row('those of a contact are', 'GET /notes/list-notes?contactId=<mary>', 200, {
      by,
      answer: { ...dataOf([]), pagination: { page: 1, limit: whole, total: 0, totalPages: 0 } },
    }),
    anonymous('GET /notes/list-notes'),
    row('a note is read', 'GET /notes/get-note?noteId=<note>', 200, { by, answer: dataOf(NOTE) }),
    row('an unknown one is a 404', `GET /notes/get-note?noteId=${NONE}`, 404, { by, answer: SAID }),
    anonymous('GET /notes/get-note'),
    row('a note is changed', 'PATCH /notes/update-note', 200, {
      by,
      json: { noteId: '<note>', content: 'Likes coffee' },
      answer: dataOf({ ...NOTE, content: 'Likes coffee' }),
    }),
    anonymous('PATCH /notes/update-note'),

    row('an interaction is logged', 'POST /interactions/log-interaction', 201, {
      by,
      json: { contactId: '<contact>', type: 'CALL', content: 'Rang' },
      answer: dataOf(CALL),
      keep: { call: 'data.id' },
    }),
    row('with a contact that there is', 'POST /interactions/log-interaction', 404, {
      by,
      json: { contactId: NONE, type: 'CALL', content: 'x' },
      answer: SAID,
    }),
    row('of a type that there is', 'POST /interactions/log-interaction', 400, {
      by,
      json: { contactId: '<contact>', type: 'PIGEON', content: 'x' },
      answer: FAILED,
    }),
    anonymous('POST /interactions/log-interaction'),
    row('interactions are listed', 'GET /interactions/list-interactions?contactId=<contact>', 200, {
      by,
      answer: pageOf([CALL], 1),
    }),
    anonymous('GET /interactions/list-interactions'),
    row('one is read', 'GET /interactions/get-interaction?interactionId=<call>', 200, { by, answer: dataOf(CALL) }),
    row('an unknown one is a 404', `GET /interactions/get-interaction?interactionId=${NONE}`, 404, {
      by,
      answer: SAID,
    }),
    anonymous('GET /interactions/get-interaction'),
    row('one is changed', 'PATCH /interactions/update-interaction', 200, {
      by,
      json: { interactionId: '<call>', content: 'Rang twice' },
      answer: dataOf({ ...CALL, content: 'Rang twice' }),
    }),
    anonymous('PATCH /interactions/update-interaction'),
    row('one is deleted', 'DELETE /interactions/delete-interaction', 200, {
      by,
      json: { interactionId: '<call>' },
      answer: SAID,
    }),
    row('and gone', 'GET /interactions/get-interaction?interactionId=<call>', 404, { by, answer: SAID }),
    anonymous('DELETE /interactions/delete-interaction'),
    row('a note is deleted', 'DELETE /notes/delete-note', 200, { by, json: { noteId: '<note>' }, answer: SAID }),
    row('and gone', 'GET /notes/get-note?noteId=<note>', 404, { by, answer: SAID }),
    anonymous('DELETE /notes/delete-note'),

    row('a contact is deleted', 'DELETE /contacts/delete-contact', 200, {
      by,
      json: { contactId: '<contact>' },
      answer: SAID,
    }),
    row('and gone', 'GET /contacts/get-contact-by-id?contactId=<contact>', 404, { by, answer: SAID }),
    anonymous('DELETE /contacts/delete-contact'),
    row('many contacts are deleted', 'DELETE /contacts/delete-multiple-contacts', 200, {
      by,
      json: { contactIds: ['<mary>', '<luigi>'] },
      answer: dataOf({ deleted: list, notFound: [] }),
    }),
    anonymous('DELETE /contacts/delete-multiple-contacts'),

    row('the password is changed', 'PATCH /user/updatePassword', 200, {
      by,
      json: { oldPassword: PASSWORD, newPassword: 'a second password' },
      answer: SAID,
    }),
    anonymous('PATCH /user/updatePassword'),
    row('and the new one signs in', 'POST /user/login', 200, {
      json: { email: ADA.email, password: 'a second password' },
      keep: { ada: 'data.accessToken', refresh: 'data.refreshToken' },
    }),
    row('a user signs out', 'POST /user/logOut', 200, { by, answer: SAID }),
    anonymous('POST /user/logOut'),
    row('and the refresh token is of no use', 'POST /user/renewToken', 401, {
      json: { refreshToken: '<refresh>' },
      answer: SAID,
    }),
  ],
})
