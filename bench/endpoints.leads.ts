// Leads: lists of them, single ones, claiming, enquiries.
import {
  change,
  claim,
  convert,
  counting,
  countingMembers,
  get,
  listOf100,
  looked,
  one,
  post,
  refused,
  withKey,
} from './budgets.ts'
import { ABSENT, COMMON, ELSEWHERE, RARE } from './population.ts'
import type { Group, More } from './types.ts'

const listed = (query: string, more?: More) => ({ ...get(`/v1/leads${query}`, 'manager'), ...more })
const search = (q: string, query = '', more: More = {}) => listed(`?q=${encodeURIComponent(q)}${query}`, more)
const midway = '?createdAfter={from}&createdBefore={to}'

const lead = {
  title: 'Annual support plan for {n}',
  name: 'Bob Buyer',
  email: 'bob-{n}@example.com',
  phone: '+44 20 7946 0958',
  source: 'fair',
}

export const leads: Group[] = [
  [
    'Leads, listed',
    [
      { name: 'page 1', ...listed('', { as: 'admin' }) },
      { name: 'page 1', ...listed('') },
      { name: 'page 1: own and pool', ...listed('', { as: 'sales' }) },
      { name: 'page 1, 100 a page', ...listed('?limit=100', { budget: listOf100 }) },
      { name: 'owner=me', ...listed('?owner=me', { as: 'sales' }) },
      { name: 'owner={id}', ...listed('?owner={member}') },
      { name: 'owner=none', ...listed('?owner=none') },
      { name: 'owner=none', ...listed('?owner=none', { as: 'sales' }) },
      { name: 'status', ...listed('?status=QUALIFIED') },
      { name: 'status, own and pool', ...listed('?status=QUALIFIED', { as: 'sales' }) },
      { name: 'source', ...listed('?source=phone') },
      { name: 'source that no lead has', ...listed('?source=nowhere', { gives: 0 }) },
      { name: 'created in a month, midway', ...listed(midway) },
      { name: 'the same, own and pool', ...listed(midway, { as: 'sales' }) },
      { name: 'the same, owner=me', ...listed(`${midway}&owner=me`, { as: 'sales', gives: 0 }) },
      { name: 'the same, oldest first', ...listed(`${midway}&sort=createdAt`) },
      { name: 'the same, of one status', ...listed(`${midway}&status=NEW`) },
      { name: 'sort=-updatedAt', ...listed('?sort=-updatedAt') },
      { name: 'sort=-updatedAt', ...listed('?sort=-updatedAt', { as: 'sales' }) },
      { name: 'followUpBefore', ...listed('?followUpBefore={now}') },
      { name: 'followUpBefore', ...listed('?followUpBefore={now}', { as: 'sales' }) },
      { name: 'followUpBefore, owner=me', ...listed('?followUpBefore={now}&owner=me', { as: 'sales', gives: 0 }) },
      { name: 'total=true', ...listed('?total=true') },
      { name: 'total=true', ...listed('?total=true', { as: 'sales', budget: countingMembers }) },
      { name: 'total=true, one status', ...listed('?total=true&status=NEW') },
      { name: 'trashed=true', ...listed('?trashed=true', { gives: 0 }) },
      { name: 'trashed=true', ...listed('?trashed=true', { as: 'sales', gives: 0 }) },
    ],
  ],
  [
    'Leads, page 10,000 (or the last full one) by cursor',
    [
      { name: 'all', ...listed('?cursor={deep:leads}') },
      { name: 'own and pool', ...listed('?cursor={deep:ofSales}', { as: 'sales' }) },
      { name: 'owner=none', ...listed('?owner=none&cursor={deep:pool}') },
      { name: 'sort=createdAt', ...listed('?sort=createdAt&cursor={deep:oldestFirst}') },
      {
        name: 'createdBefore',
        ...listed('?createdBefore=2100-01-01T00:00:00.000Z&cursor={deep:inSpan}'),
      },
      { name: 'sort=-updatedAt', ...listed('?sort=-updatedAt&cursor={deep:leadsByUpdate}') },
      { name: 'status', ...listed('?status=CONTACTED&cursor={deep:status}') },
      { name: 'q common', ...search(COMMON, '&cursor={deep:search}') },
    ],
  ],
  [
    'Leads, searched',
    [
      { name: 'q common', ...search(COMMON) },
      { name: 'q common, own and pool', ...search(COMMON, '', { as: 'sales' }) },
      { name: 'q common, owner=me', ...search(COMMON, '&owner=me', { as: 'sales', gives: 0 }) },
      { name: 'q rare', ...search(RARE) },
      { name: 'q absent', ...search(ABSENT, '', { gives: 0 }) },
      { name: 'q common, small workspace', ...search(COMMON, '', { as: 'smallAdmin', gives: 0 }) },
      { name: 'q common elsewhere, absent here', ...search(ELSEWHERE, '', { as: 'smallAdmin', gives: 0 }) },
      { name: 'q common, status', ...search(COMMON, '&status=NEW') },
      { name: 'q common, source', ...search(COMMON, '&source=fair', { gives: 0 }) },
      {
        name: 'q common, created in a month, midway',
        ...search(COMMON, midway.replace('?', '&'), { gives: 0 }),
      },
    ],
  ],
  [
    'Leads, within bounds of their own (docs/performance.md)',
    [
      { name: 'q of two characters', ...search('jo', '', { budget: looked }) },
      { name: 'q of two characters', ...search('jo', '', { as: 'sales', budget: looked, gives: 0 }) },
      { name: 'q of two characters, absent', ...search('qx', '', { budget: looked, gives: 0 }) },
      { name: 'q common, total=true', ...search(COMMON, '&total=true', { budget: counting }) },
      { name: 'source, total=true', ...listed('?source=website&total=true', { budget: counting }) },
      { name: 'created midway, total=true', ...listed(`${midway}&total=true`, { as: 'sales', budget: counting }) },
      { name: 'followUpBefore, total=true', ...listed('?followUpBefore={now}&total=true', { budget: counting }) },
      {
        name: 'followUpBefore, total=true',
        ...listed('?followUpBefore={now}&total=true', { as: 'sales', budget: counting }),
      },
      {
        name: 'sort=-updatedAt, status, source, a month',
        ...listed(`${midway}&sort=-updatedAt&status=NEW&source=phone`, { budget: looked, gives: 0 }),
      },
      { name: 'sort=-updatedAt, status', ...listed('?sort=-updatedAt&status=QUALIFIED', { budget: looked }) },
      { name: 'sort=-updatedAt, source of 1 %', ...listed('?sort=-updatedAt&source=phone', { budget: looked }) },
      {
        name: 'sort=-updatedAt, source of none',
        ...listed('?sort=-updatedAt&source=nowhere', { budget: looked, gives: 0 }),
      },
      {
        name: 'followUpBefore, sort=-createdAt',
        ...listed('?followUpBefore={now}&sort=-createdAt', { budget: looked }),
      },
      { name: 'trashed=true, source of 1 %', ...listed('?trashed=true&source=phone', { budget: looked, gives: 0 }) },
    ],
  ],
  [
    'One lead',
    [
      { name: 'get', ...get('/v1/leads/{owned}', 'manager', one) },
      { name: 'create', ...post('/v1/leads', { body: lead }) },
      { name: 'create, own', ...post('/v1/leads', { as: 'sales', body: lead }) },
      {
        name: 'create with an Idempotency-Key',
        ...post('/v1/leads', { body: lead, headers: { 'Idempotency-Key': '{key}' }, budget: withKey }),
      },
      {
        name: 'the same, replayed',
        ...post('/v1/leads', {
          body: lead,
          headers: { 'Idempotency-Key': '{key}' },
          twice: true,
          budget: { ...one, read: 3 },
        }),
      },
      {
        name: 'patch, text',
        as: 'sales',
        request: 'PATCH /v1/leads/{mine}',
        body: { description: 'Called {n}' },
        budget: change,
      },
      {
        name: 'patch, status',
        as: 'manager',
        request: 'PATCH /v1/leads/{owned}',
        body: { status: 'CONTACTED' },
        budget: change,
      },
      { name: 'trash', as: 'manager', request: 'DELETE /v1/leads/{owned}', status: 204, budget: change },
      { name: 'restore', ...post('/v1/leads/{trashed}/restore', { status: 200 }) },
      {
        name: 'convert',
        ...post('/v1/leads/{owned}/convert', { body: {}, status: 200, budget: convert }),
      },
      { name: 'its events', ...get('/v1/events?subject={owned}', 'manager') },
      { name: 'all events', ...get('/v1/events', 'manager') },
    ],
  ],
  [
    'Claiming',
    [
      { name: 'claim, won', ...post('/v1/leads/{pool}/claim', { as: 'sales', status: 200, budget: claim }) },
      {
        name: 'claim, lost',
        ...post('/v1/leads/{owned}/claim', { as: 'sales', status: 409, budget: refused }),
      },
      {
        name: 'claim, no such lead',
        ...post('/v1/leads/{key}/claim', { as: 'sales', status: 404, budget: refused }),
      },
      { name: 'claim-next', ...post('/v1/leads/claim-next', { as: 'sales', status: 200 }) },
      { name: 'release', ...post('/v1/leads/{mine}/release', { as: 'sales', status: 200 }) },
      { name: 'assign', ...post('/v1/leads/{pool}/assign', { body: { ownerId: '{member}' }, status: 200 }) },
      {
        name: 'public enquiry',
        ...post('/v1/enquiries', {
          as: undefined,
          body: {
            workspace: 'bench-large',
            name: 'Alice Student',
            email: 'alice-{n}@example.com',
            interest: 'React development',
          },
        }),
      },
    ],
  ],
]
