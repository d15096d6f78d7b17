// What came last: questions as JSON, views, definitions of fields, search, webhooks and streams; and the same writes as before
// where ten webhooks listen, which must cost the same.
import { change, claim, customerChange, get, list, logging, one } from './budgets.ts'
import type { Endpoint, Group, More } from './types.ts'

const UNKNOWN = '00000000-0000-7000-8000-000000000000'
const HOOK = { url: 'http://localhost:9/', types: ['ticket.*'] }
const asked = (name: string, request: string, more?: More): Endpoint => ({
  name,
  as: 'admin',
  request,
  budget: change,
  ...more,
})
const question = (entity: string, field: string, value: string): Endpoint =>
  asked(`${entity} by a filter as JSON`, `POST /v1/${entity}/query`, {
    as: 'manager',
    body: { filter: { field, op: 'eq', value } },
    budget: list,
  })
const listening: More = { before: 'POST /bench/webhooks' }

export const taggings: Group[] = [
  [
    'Tags of leads and tickets',
    ['leads/{owned}', 'tickets/{tagged}'].flatMap((path) => [
      asked(`put on one of the ${path.split('/')[0]}`, `PUT /v1/${path}/tags/bench`, {
        as: 'manager',
        budget: customerChange,
        status: 204,
      }),
      { name: `tags of one of the ${path.split('/')[0]}`, ...get(`/v1/${path}/tags`, 'manager'), gives: 0 },
      asked(`take off one of the ${path.split('/')[0]}`, `DELETE /v1/${path}/tags/bench`, {
        as: 'manager',
        budget: customerChange,
        before: `PUT /v1/${path}/tags/bench`,
        status: 204,
      }),
    ]),
  ],
]

export const outward: Group[] = [
  [
    'Questions, views and fields',
    [
      question('leads', 'status', 'NEW'),
      question('customers', 'ownerId', '{member}'),
      question('interactions', 'type', 'CALL'),
      question('tickets', 'status', 'OPEN'),
      { name: 'search', ...get('/v1/search?q=zyxwell', 'manager', { ...list, read: 120 }), gives: 0 },
      asked('make a view', 'POST /v1/views', { status: 201, body: { entity: 'lead', name: 'View {n}' } }),
      { name: 'views', ...get('/v1/views?entity=lead', 'admin') },
      { name: 'one view', ...get('/v1/views/{view}', 'admin', { ...one, read: 4 }) },
      asked('change a view', 'PATCH /v1/views/{view}', { body: { name: 'Other {n}' } }),
      asked('delete a view', 'DELETE /v1/views/{viewToGo}', { status: 204 }),
      asked('define a field', 'POST /v1/fields', {
        status: 201,
        body: { entity: 'ticket', key: 'bench {n}', type: 'text' },
      }),
      { name: 'fields', ...get('/v1/fields', 'admin') },
      { name: 'one field', ...get('/v1/fields/{field}', 'admin', { ...one, read: 4 }) },
      asked('change a field', 'PATCH /v1/fields/{field}', { body: { label: 'Label {n}' } }),
      asked('retype a field', 'POST /v1/fields/{field}/retype', {
        body: { type: 'text' },
        budget: { ...change, read: 1_300, trips: 2 },
      }),
      asked('take defined fields alone', 'PUT /v1/fields/strict', { body: { entity: 'ticket', strict: false } }),
      asked('look at a file', 'POST /v1/imports/preview?entity=customers', {
        body: [{ name: 'One', email: 'one@bench.example' }],
        budget: { ...list, trips: 2 },
      }),
    ],
  ],
  [
    'Webhooks and streams',
    [
      { name: 'types of events', ...get('/v1/events/types', 'admin', { ...one, trips: 1 }), gives: 0 },
      asked('make a webhook', 'POST /v1/webhooks', { status: 201, body: HOOK }),
      { name: 'webhooks', ...get('/v1/webhooks', 'admin') },
      { name: 'one webhook', ...get('/v1/webhooks/{webhook}', 'admin', { ...one, read: 4 }) },
      asked('change a webhook', 'PATCH /v1/webhooks/{webhook}', { body: { description: 'Note {n}' } }),
      asked('test it, nobody answers', 'POST /v1/webhooks/{webhook}/test', { body: {}, budget: { ...one, read: 4 } }),
      asked('another secret', 'POST /v1/webhooks/{webhook}/rotate-secret', { body: { overlapHours: 1 } }),
      { name: 'its deliveries', ...get('/v1/webhooks/{webhook}/deliveries', 'admin'), gives: 0 },
      asked('try one again, unknown', `POST /v1/webhooks/{webhook}/deliveries/ffffffffffffff/retry`, { status: 404 }),
      asked('replay what failed', 'POST /v1/webhooks/{webhook}/replay', {
        status: 202,
        body: { after: '0', only: 'failed' },
      }),
      asked('replay everything, counted up to 10,000', 'POST /v1/webhooks/{webhook}/replay', {
        status: 202,
        body: { after: '0', only: 'all' },
        budget: { ...change, read: 10_100 },
      }),
      asked('pause it', 'POST /v1/webhooks/{webhook}/pause'),
      asked('resume it', 'POST /v1/webhooks/{webhook}/resume', { body: { from: 'now' } }),
      asked('delete a webhook', `DELETE /v1/webhooks/${UNKNOWN}`, { status: 404 }),
      asked('a ticket for the stream', 'POST /v1/stream/ticket', { status: 201, budget: one }),
      { name: 'the stream, without a ticket', ...get('/v1/stream'), status: 401, gives: 0 },
    ],
  ],
]

export const heard: Group[] = [
  [
    'The same where ten webhooks listen',
    [
      asked('create a lead', 'POST /v1/leads', {
        ...listening,
        as: 'manager',
        status: 201,
        body: {
          title: 'Cloud migration {n}',
          name: 'Bob Buyer',
          email: 'bob-{n}@heard.example',
          phone: '+49 30 901820',
        },
      }),
      asked('claim, won', 'POST /v1/leads/{pool}/claim', { ...listening, as: 'sales', budget: claim }),
      asked('log, of a customer', 'POST /v1/interactions', {
        ...listening,
        as: 'manager',
        status: 201,
        body: { customerId: '{customer}', type: 'CALL', body: 'Heard' },
        budget: logging,
      }),
    ],
  ],
]
