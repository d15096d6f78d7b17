// What is asked less often: keys, links, mail, files, settings and pages.
import { bulk, change, customerChange, get, list, listOf100, logging, mailing, one } from './budgets.ts'
import { RARE } from './population.ts'
import type { Endpoint, Group, More } from './types.ts'

const IMPORTED = 100
const admin: More = { as: 'admin' }
const UNKNOWN = '00000000-0000-7000-8000-000000000000'
const none: More = { gives: 0 }
const asked = (name: string, request: string, more?: More): Endpoint => ({
  name,
  as: 'manager',
  request,
  budget: change,
  ...more,
})
const byPage = (path: string): Partial<Endpoint> => ({ request: `GET ${path}`, headers: { Cookie: '{cookie}' } })
/** A Worker that sends mail; without it, these are refused. */
const mail = { 'Bench-Mail': 'log' }
const by = { Authorization: 'Bearer {session}' }
const token = { token: 'x'.repeat(43) }
const exported = (name: string, filter = 'createdAfter=2100-01-01T00:00:00Z') => ({
  name: `export of ${name}`,
  ...get(`/v1/exports/${name}?${filter}`, 'manager', list),
})

export const rest: Group[] = [
  [
    'Keys and links',
    [
      {
        name: 'by an API key',
        ...get('/v1/leads', undefined, { ...list, trips: 2 }),
        headers: { Authorization: 'Bearer {apiKey}' },
      },
      { name: 'keys', ...get('/v1/api-keys', 'admin') },
      asked('make a key', 'POST /v1/api-keys', {
        ...admin,
        status: 201,
        body: { name: 'Website', scopes: ['leads:write'] },
      }),
      asked('revoke a key', 'DELETE /v1/api-keys/{apiKeyId}', { ...admin, status: 204 }),
      asked('make a calendar link', 'POST /v1/calendar', { as: 'sales', status: 201 }),
      { name: 'its state', ...get('/v1/calendar', 'sales', one) },
      asked('take it back', 'DELETE /v1/calendar', { as: 'sales', status: 204, before: 'POST /v1/calendar' }),
      { name: 'the calendar', ...get('/v1/calendar.ics{calendar}', undefined, { ...list, read: 2_500 }) },
    ],
  ],
  [
    'Signing in, less often',
    [
      asked('sign out', 'POST /v1/auth/logout', {
        as: undefined,
        status: 204,
        headers: { Authorization: 'Bearer {session}' },
      }),
      asked('end another session', `DELETE /v1/auth/sessions/${UNKNOWN}`, { status: 404 }),
      asked('forgotten password', 'POST /v1/auth/forgot-password', {
        budget: mailing,
        as: undefined,
        status: 202,
        headers: mail,
        body: { email: '{email}' },
      }),
      asked('set it anew, refused', 'POST /v1/auth/reset-password', {
        as: undefined,
        status: 400,
        body: { ...token, newPassword: '{password}' },
      }),
      asked('verify an address, refused', 'POST /v1/auth/verify-email', { as: undefined, status: 400, body: token }),
      asked('confirm an address, refused', 'POST /v1/auth/confirm-email', { as: undefined, status: 400, body: token }),
      asked('change the address', 'POST /v1/auth/change-email', {
        budget: mailing,
        as: undefined,
        status: 202,
        headers: { ...mail, ...by },
        body: { newEmail: 'new-{n}@bench.example' },
      }),
      asked('send the link again', 'POST /v1/auth/resend-verification', {
        budget: mailing,
        as: undefined,
        status: 202,
        headers: { ...mail, ...by },
      }),
      { name: 'linked providers', ...get('/v1/auth/oauth', 'sales'), ...none },
      asked('link a provider, refused', 'POST /v1/auth/oauth', {
        status: 400,
        body: { code: 'x', codeVerifier: 'y'.repeat(43) },
      }),
      asked('sign in by a provider, refused', 'POST /v1/auth/oauth/token', {
        as: undefined,
        status: 400,
        body: { code: 'x', codeVerifier: 'y'.repeat(43) },
      }),
      asked('unlink a provider, none is', 'DELETE /v1/auth/oauth/google', { status: 404 }),
      asked('to a provider, none is set up', 'GET /v1/auth/oauth/google', { as: undefined, status: 501 }),
      asked('back from it', 'GET /v1/auth/oauth/google/callback?code=x&state=y', { as: undefined, status: 400 }),
    ],
  ],
  [
    'Settings, mail and billing',
    [
      asked('rename the workspace', 'PATCH /v1/workspace', { ...admin, body: { name: 'Bench {n}' } }),
      asked('take an invitation back', 'DELETE /v1/workspace/invitations/{invitation}', { ...admin, status: 204 }),
      { name: 'notifications', ...get('/v1/users/me/notifications', 'sales', one) },
      asked('change them', 'PATCH /v1/users/me/notifications', { as: 'sales', body: { digestHour: 9 } }),
      { name: 'outbox', ...get('/v1/outbox', 'admin'), ...none },
      asked('send a mail again, unknown', `POST /v1/outbox/${UNKNOWN}/retry`, { ...admin, status: 404, headers: mail }),
      asked('stop mail, the page', 'GET /v1/unsubscribe?token=x', { as: undefined, status: 400 }),
      asked('stop mail', 'POST /v1/unsubscribe?token=x', { as: undefined, status: 400 }),
      asked('billing, not set up', 'GET /v1/billing', { ...admin, status: 501 }),
      asked('checkout, not set up', 'POST /v1/billing/checkout', { ...admin, status: 501 }),
      asked('billing portal, not set up', 'POST /v1/billing/portal', { ...admin, status: 501 }),
      asked('billing webhook, not set up', 'POST /v1/billing/webhook', { as: undefined, status: 501 }),
      { name: 'an error explained', ...get('/problems/invalid', undefined, { trips: 0, read: 0, written: 0 }) },
    ],
  ],
  [
    'Files',
    [
      ...['leads', 'customers', 'tickets'].map((name) => exported(name)),
      exported('interactions', 'customer={key}'),
      { name: 'imports', ...get('/v1/imports', 'admin') },
      asked(`import ${IMPORTED} customers`, 'POST /v1/imports?entity=customers', {
        ...admin,
        status: 201,
        body: Array.from({ length: IMPORTED }, (_, i) => ({
          name: `Row {n} ${i}`,
          email: `row-{n}-${i}@bench.example`,
          phone: `+4930{n}${1000 + i}`,
        })),
        budget: { trips: 6, statements: 50, read: 40 * IMPORTED, written: 24 * IMPORTED },
      }),
      asked(`import ${IMPORTED} leads`, 'POST /v1/imports?entity=leads', {
        ...admin,
        status: 201,
        body: Array.from({ length: IMPORTED }, (_, i) => ({
          title: `Row {n} ${i}`,
          email: `row-{n}-${i}@bench.example`,
          phone: `+4930{n}${1000 + i}`,
        })),
        budget: { trips: 6, statements: 50, read: 40 * IMPORTED, written: 16 * IMPORTED },
      }),
      asked('one import', 'GET /v1/imports/{importId}', { ...admin, budget: { ...list, trips: 2 } }),
      asked('its errors', 'GET /v1/imports/{importId}/errors.csv', { ...admin, budget: listOf100 }),
      asked('cancel it, it is over', 'POST /v1/imports/{importId}/cancel', { ...admin, status: 409 }),
      asked('revert it', 'POST /v1/imports/{importId}/revert', {
        ...admin,
        status: 200,
        budget: { ...bulk(10), trips: 5, statements: 30 },
      }),
      asked('cancel a job, unknown', `POST /v1/jobs/${UNKNOWN}/cancel`, { ...admin, status: 404 }),
    ],
  ],
  [
    'Records, less often',
    [
      { name: 'the own record of a portal login', ...get('/v1/customers/me', 'portal', { ...one, read: 3 }) },
      asked('change it', 'PATCH /v1/customers/me', {
        as: 'portal',
        body: { phone: '020 7946 0{n}' },
        budget: customerChange,
      }),
      asked('unrelate', 'DELETE /v1/customers/{busy}/relationships/{related}', { status: 204, budget: logging }),
      { name: 'one tag', ...get('/v1/tags/{tag}', 'manager', { ...one, read: 4 }) },
      asked('restore a ticket, it lives', 'POST /v1/tickets/{ticket}/restore', { budget: logging }),
    ],
  ],
  [
    'Pages for the team',
    [
      {
        name: 'the dashboard',
        ...get('/dashboard', undefined, { trips: 2, statements: 30, read: 2_500, written: 0 }),
        ...byPage('/dashboard'),
      },
      {
        name: 'search',
        ...get('/dashboard/search', undefined, { trips: 1, statements: 10, read: 120, written: 0 }),
        ...byPage(`/dashboard/search?q=${RARE}`),
      },
    ],
  ],
]
