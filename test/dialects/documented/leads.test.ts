// What the README of CRM Backend says, replayed from a table of its requests and answers.
import { leads } from '../../../src/dialects/leads/routes'
import { all, id, list, replayDocumented, type Said, stamp, text } from '../../support/documented'

const PASSWORD = 'a long password'
const NONE = '00000000-0000-4000-8000-000000000000'
const USER = { id, name: text, email: text, role: text, createdAt: stamp, updatedAt: stamp }
const SESSION = { accessToken: text, refreshToken: text, user: USER }
const LEAD = {
  ...{
    id,
    title: 'Fair',
    description: 'Met',
    status: 'NEW',
    source: 'web',
    ownerId: id,
    metadata: { budget: [1, { a: true }] },
  },
  ...{ createdAt: stamp, updatedAt: stamp },
}
const BARE = { ...LEAD, title: 'Bare', description: null, source: null, metadata: null }
const ACTIVITY = { id, leadId: id, type: 'NOTE', body: 'Spoke', createdBy: id, createdAt: stamp, updatedAt: stamp }
const FAILED = { message: 'Validation failed', errors: list }
const SAID = { message: text }
const paging = (page: number, limit: number, total: number) => ({
  page,
  limit,
  total,
  totalPages: Math.ceil(total / limit),
})
const pageOf = (data: unknown, total: number) => ({ data, pagination: paging(1, 20, total) })

type More = Partial<Pick<Said, 'by' | 'json' | 'answer' | 'keep'>>
const row = (says: string, request: string, status: number, more: More = {}): Said => ({
  says,
  request,
  status,
  ...more,
})
const registering = (name: string, role: string | undefined, more: More = {}): Said =>
  row(`${name} registers${role ? ` as ${role}` : ''}`, 'POST /api/auth/register', 201, {
    json: { name, email: `${name}@example.com`, password: PASSWORD, role },
    answer: SESSION,
    keep: { [name]: 'accessToken', [`${name}Id`]: 'user.id' },
    ...more,
  })
const anonymous = (request: string): Said => row(`${request} takes a token`, request, 401, { answer: SAID })

replayDocumented({
  system: leads,
  checks: 174,
  said: [
    registering('ada', 'ADMIN'),
    registering('max', 'MANAGER', { by: 'ada' }),
    registering('sam', 'SALES'),
    registering('una', undefined, { answer: { ...SESSION, user: { ...USER, role: 'SALES' } } }),
    row('a user needs no name', 'POST /api/auth/register', 201, {
      json: { email: 'noname@example.com', password: PASSWORD },
      answer: SESSION,
      keep: { nonameId: 'user.id' },
    }),
    row('an address is needed', 'POST /api/auth/register', 400, { json: { password: PASSWORD }, answer: FAILED }),
    row('a password is needed', 'POST /api/auth/register', 400, { json: { email: 'x@example.com' }, answer: FAILED }),
    row('there are three roles', 'POST /api/auth/register', 400, {
      json: { email: 'x@example.com', password: PASSWORD, role: 'KING' },
      answer: FAILED,
    }),
    row('an address is taken once', 'POST /api/auth/register', 409, {
      json: { email: 'sam@example.com', password: PASSWORD },
      answer: SAID,
    }),
    row('signing in gives tokens', 'POST /api/auth/login', 200, {
      json: { email: 'sam@example.com', password: PASSWORD },
      answer: SESSION,
      keep: { refresh: 'refreshToken' },
    }),
    row('a wrong password is a 401', 'POST /api/auth/login', 401, {
      json: { email: 'sam@example.com', password: 'another one' },
      answer: SAID,
    }),
    row('a refresh token gives new tokens', 'POST /api/auth/refresh', 200, {
      json: { refreshToken: '<refresh>' },
      answer: { accessToken: text, refreshToken: text },
      keep: { sam: 'accessToken', refresh: 'refreshToken' },
    }),
    row('a made-up one is a 401', 'POST /api/auth/refresh', 401, { json: { refreshToken: 'made-up' }, answer: SAID }),
    row('the caller is shown', 'GET /api/auth/me', 200, {
      by: 'sam',
      answer: { ...USER, name: 'sam', email: 'sam@example.com', role: 'SALES' },
    }),
    anonymous('GET /api/auth/me'),
    row('signing out takes the refresh token', 'POST /api/auth/logout', 200, {
      json: { refreshToken: '<refresh>' },
      answer: SAID,
    }),
    row('which is of no use after that', 'POST /api/auth/refresh', 401, {
      json: { refreshToken: '<refresh>' },
      answer: SAID,
    }),
    row('signing in again', 'POST /api/auth/login', 200, {
      json: { email: 'sam@example.com', password: PASSWORD },
      answer: SESSION,
      keep: { sam: 'accessToken' },
    }),

    row('ADMIN lists the users', 'GET /api/users', 200, { by: 'ada', answer: pageOf(all(USER), 5) }),
    row('MANAGER does not', 'GET /api/users', 403, { by: 'max', answer: SAID }),
    row('nor does SALES', 'GET /api/users', 403, { by: 'sam', answer: SAID }),
    anonymous('GET /api/users'),
    row('a user is read by id', 'GET /api/users/<samId>', 200, {
      by: 'ada',
      answer: { ...USER, name: 'sam', role: 'SALES' },
    }),
    row('also by MANAGER', 'GET /api/users/<samId>', 200, { by: 'max', answer: { ...USER, name: 'sam' } }),
    row('also by themselves', 'GET /api/users/<samId>', 200, { by: 'sam', answer: { ...USER, name: 'sam' } }),
    row('an unknown one is a 404', `GET /api/users/${NONE}`, 404, { by: 'ada', answer: SAID }),
    row('ids are UUIDs', 'GET /api/users/7', 400, { by: 'ada', answer: FAILED }),
    anonymous('GET /api/users/<samId>'),
    row('a user changes the own name', 'PUT /api/users/<samId>', 200, {
      by: 'sam',
      json: { name: 'Sam' },
      answer: { ...USER, name: 'Sam' },
    }),
    row('ADMIN changes a role', 'PUT /api/users/<unaId>', 200, {
      by: 'ada',
      json: { role: 'MANAGER' },
      answer: { ...USER, role: 'MANAGER' },
    }),
    row('and back', 'PUT /api/users/<unaId>', 200, {
      by: 'ada',
      json: { role: 'SALES' },
      answer: { ...USER, role: 'SALES' },
    }),
    row('SALES does not give itself a role', 'PUT /api/users/<samId>', 403, {
      by: 'sam',
      json: { role: 'ADMIN' },
      answer: SAID,
    }),
    row('changing an unknown one is a 404', `PUT /api/users/${NONE}`, 404, {
      by: 'ada',
      json: { name: 'X' },
      answer: SAID,
    }),
    row('MANAGER deletes nobody', 'DELETE /api/users/<nonameId>', 403, { by: 'max', answer: SAID }),
    row('ADMIN deletes a user', 'DELETE /api/users/<nonameId>', 200, { by: 'ada', answer: SAID }),
    row('who is gone then', 'GET /api/users/<nonameId>', 404, { by: 'ada', answer: SAID }),
    anonymous('DELETE /api/users/<samId>'),

    row('a lead is made with all its fields', 'POST /api/leads', 201, {
      by: 'sam',
      json: { title: 'Fair', description: 'Met', source: 'web', metadata: { budget: [1, { a: true }] } },
      answer: LEAD,
      keep: { lead: 'id' },
    }),
    row('it needs a title alone, and is NEW', 'POST /api/leads', 201, {
      by: 'sam',
      json: { title: 'Bare' },
      answer: BARE,
      keep: { bare: 'id' },
    }),
    row('without a title it is a 400', 'POST /api/leads', 400, {
      by: 'sam',
      json: { description: 'x' },
      answer: FAILED,
    }),
    row('a status is one of four', 'POST /api/leads', 400, {
      by: 'sam',
      json: { title: 'x', status: 'WON' },
      answer: FAILED,
    }),
    ...['NEW', 'CONTACTED', 'QUALIFIED', 'CLOSED'].map((status) =>
      row(`a lead may be ${status}`, 'POST /api/leads', 201, {
        by: 'una',
        json: { title: 'Una', status },
        answer: { ...BARE, title: 'Una', status },
      }),
    ),
    row('a title has room for a String(255)', 'POST /api/leads', 201, {
      by: 'una',
      json: { title: 'x'.repeat(255), source: 's'.repeat(255) },
      answer: { ...BARE, title: 'x'.repeat(255), source: 's'.repeat(255) },
    }),
    row('a description is a Text', 'POST /api/leads', 201, {
      by: 'una',
      json: { title: 'Una', description: 'd'.repeat(70_000) },
      answer: { ...BARE, title: 'Una', description: 'd'.repeat(70_000) },
    }),
    row('an owner may be missing', 'POST /api/leads', 201, {
      by: 'ada',
      json: { title: 'Pool', ownerId: null },
      answer: { ...BARE, title: 'Pool', ownerId: null },
      keep: { pool: 'id' },
    }),
    anonymous('POST /api/leads'),
    row('SALES list their own leads, in pages', 'GET /api/leads', 200, { by: 'sam', answer: pageOf([BARE, LEAD], 2) }),
    row('a page has a number and a limit', 'GET /api/leads?page=2&limit=1', 200, {
      by: 'sam',
      answer: { data: [LEAD], pagination: paging(2, 1, 2) },
    }),
    row('MANAGER lists all', 'GET /api/leads?limit=100', 200, {
      by: 'max',
      answer: { data: list, pagination: paging(1, 100, 9) },
    }),
    row('ADMIN lists all', 'GET /api/leads?limit=100', 200, {
      by: 'ada',
      answer: { data: list, pagination: paging(1, 100, 9) },
    }),
    anonymous('GET /api/leads'),
    row('a lead is read by id', 'GET /api/leads/<lead>', 200, { by: 'sam', answer: LEAD }),
    row('MANAGER reads it', 'GET /api/leads/<lead>', 200, { by: 'max', answer: LEAD }),
    row('a colleague of SALES does not', 'GET /api/leads/<lead>', 404, { by: 'una', answer: SAID }),
    row('an unknown lead is a 404', `GET /api/leads/${NONE}`, 404, { by: 'ada', answer: SAID }),
    anonymous('GET /api/leads/<lead>'),
    row('a lead is changed', 'PUT /api/leads/<lead>', 200, {
      by: 'sam',
      json: { status: 'CONTACTED', metadata: [1] },
      answer: { ...LEAD, status: 'CONTACTED', metadata: [1] },
    }),
    row('MANAGER changes it', 'PUT /api/leads/<lead>', 200, {
      by: 'max',
      json: { title: 'Trade fair' },
      answer: { ...LEAD, title: 'Trade fair', status: 'CONTACTED', metadata: [1] },
    }),
    row('a colleague does not', 'PUT /api/leads/<lead>', 404, { by: 'una', json: { title: 'x' }, answer: SAID }),
    anonymous('PUT /api/leads/<lead>'),

    ...(['NOTE', 'CALL', 'EMAIL'] as const).map((type) =>
      row(`a ${type} is logged`, 'POST /api/activities', 201, {
        by: 'sam',
        json: { leadId: '<lead>', type, body: 'Spoke' },
        answer: { ...ACTIVITY, type },
        keep: { activity: 'id' },
      }),
    ),
    row('a body may be missing', 'POST /api/activities', 201, {
      by: 'sam',
      json: { leadId: '<bare>', type: 'CALL' },
      answer: { ...ACTIVITY, type: 'CALL', body: text },
    }),
    row('a type is one of three', 'POST /api/activities', 400, {
      by: 'sam',
      json: { leadId: '<lead>', type: 'FAX' },
      answer: FAILED,
    }),
    row('a lead is needed', 'POST /api/activities', 400, {
      by: 'sam',
      json: { type: 'NOTE', body: 'x' },
      answer: FAILED,
    }),
    row('an unknown lead has none', 'POST /api/activities', 404, {
      by: 'sam',
      json: { leadId: NONE, type: 'NOTE', body: 'x' },
      answer: SAID,
    }),
    anonymous('POST /api/activities'),
    row('those of a lead are listed', 'GET /api/activities/lead/<lead>', 200, {
      by: 'sam',
      answer: pageOf([{ ...ACTIVITY, type: 'EMAIL' }, { ...ACTIVITY, type: 'CALL' }, ACTIVITY], 3),
    }),
    row('to who sees the lead', 'GET /api/activities/lead/<lead>', 404, { by: 'una', answer: SAID }),
    anonymous('GET /api/activities/lead/<lead>'),
    row('one is read by id', 'GET /api/activities/<activity>', 200, {
      by: 'max',
      answer: { ...ACTIVITY, type: 'EMAIL' },
    }),
    row('a colleague does not see it', 'GET /api/activities/<activity>', 404, { by: 'una', answer: SAID }),
    anonymous('GET /api/activities/<activity>'),
    row('one is changed', 'PUT /api/activities/<activity>', 200, {
      by: 'sam',
      json: { type: 'CALL', body: 'Rang' },
      answer: { ...ACTIVITY, type: 'CALL', body: 'Rang' },
    }),
    anonymous('PUT /api/activities/<activity>'),
    row('one is deleted', 'DELETE /api/activities/<activity>', 200, { by: 'sam', answer: SAID }),
    row('and gone', 'GET /api/activities/<activity>', 404, { by: 'sam', answer: SAID }),
    anonymous('DELETE /api/activities/<activity>'),

    row('a colleague deletes no lead', 'DELETE /api/leads/<lead>', 404, { by: 'una', answer: SAID }),
    anonymous('DELETE /api/leads/<lead>'),
    row('a lead is deleted', 'DELETE /api/leads/<lead>', 200, { by: 'sam', answer: SAID }),
    row('and gone', 'GET /api/leads/<lead>', 404, { by: 'sam', answer: SAID }),
    row('with its activities', 'GET /api/activities/lead/<lead>', 404, { by: 'sam', answer: SAID }),
  ],
})
