// Customers: lists of them, single ones, tags, duplicates, merging.
import {
  bulk,
  counting,
  customerChange,
  get,
  groups,
  listOf100,
  looked,
  lookedInHits,
  lookedInKeys,
  lookedInNames,
  lookedInTags,
  merge,
  one,
  perUse,
  post,
  preview,
} from './budgets.ts'
import { ELSEWHERE_COMPANY, RARE_TAG, UNUSED_TAG } from './population.customers.ts'
import { ABSENT, COMMON, RARE } from './population.ts'
import type { Endpoint, Group, More } from './types.ts'

const listed = (query: string, more?: More) => ({ ...get(`/v1/customers${query}`, 'manager'), ...more })
const sought = (filters: Record<string, string>, more?: More) => listed(`?${new URLSearchParams(filters)}`, more)
const midway = '?createdAfter={from}&createdBefore={to}'
const due = '?followUpBefore={now}'
const sales: More = { as: 'sales' }
const none: More = { gives: 0 }

const customer = {
  name: 'Bob Buyer {n}',
  email: 'bob-{n}@customers.example',
  phone: '+44 20 7946 0958',
  company: 'Buyer {n} Ltd',
  customFields: { plan: 'gold', seats: 5 },
}
const changing = (name: string, request: string, more?: More): Endpoint => ({
  name,
  as: 'manager',
  request,
  budget: customerChange,
  ...more,
})

export const customers: Group[] = [
  [
    'Customers, listed',
    [
      { name: 'page 1', ...listed('', { as: 'admin' }) },
      { name: 'page 1', ...listed('') },
      { name: 'page 1: own', ...listed('', sales) },
      { name: 'page 1, 100 a page', ...listed('?limit=100', { budget: listOf100 }) },
      { name: 'owner={id}', ...listed('?owner={member}') },
      { name: 'owner=none', ...listed('?owner=none') },
      { name: 'created in a month, midway', ...listed(midway) },
      { name: 'the same', ...listed(midway, { ...sales, ...none }) },
      ...['name', '-updatedAt', '-lastInteractionAt', 'nextFollowUpAt'].flatMap((sort) => [
        { name: `sort=${sort}`, ...listed(`?sort=${sort}`) },
        { name: `sort=${sort}`, ...listed(`?sort=${sort}`, sales) },
      ]),
      { name: 'followUpBefore', ...listed(due) },
      { name: 'followUpBefore', ...listed(due, sales) },
      { name: 'total=true', ...listed('?total=true') },
      { name: 'total=true', ...listed('?total=true', sales) },
      { name: 'total=true, owner={id}', ...listed('?total=true&owner={member}') },
      { name: 'trashed=true', ...listed('?trashed=true') },
    ],
  ],
  [
    'Customers, page 10,000 (or the last full one) by cursor',
    [
      { name: 'all', ...listed('?cursor={deep:customers}') },
      { name: 'owner=none', ...listed('?owner=none&cursor={deep:unowned}') },
      { name: 'sort=name', ...listed('?sort=name&cursor={deep:byName}') },
      { name: 'sort=-updatedAt', ...listed('?sort=-updatedAt&cursor={deep:byUpdate}') },
      { name: 'sort=-lastInteractionAt', ...listed('?sort=-lastInteractionAt&cursor={deep:byTouch}') },
      { name: 'q common', ...listed('?q=gmbh&cursor={deep:ofCompany}') },
      { name: 'tag common', ...listed('?tag=newsletter&cursor={deep:tagged}') },
      { name: 'customFields common', ...listed('?customFields.plan=silver&cursor={deep:silver}') },
    ],
  ],
  [
    'Customers, searched',
    [
      { name: 'q common', ...sought({ q: COMMON }) },
      { name: 'q common', ...sought({ q: COMMON }, { ...sales, ...none }) },
      { name: 'q of three letters, common', ...sought({ q: 'gmb' }) },
      { name: 'q rare', ...sought({ q: RARE }) },
      { name: 'q absent', ...sought({ q: ABSENT }, none) },
      { name: 'q: half a phone number', ...sought({ q: '30 000000' }, none) },
      { name: 'q common, small workspace', ...sought({ q: 'example' }, { as: 'smallAdmin' }) },
      { name: 'q common elsewhere, absent here', ...sought({ q: ELSEWHERE_COMPANY }, { as: 'smallAdmin', ...none }) },
      { name: 'q common, owner={id}', ...listed(`?q=${COMMON}&owner={member}`, none) },
      { name: 'q common, created in a month, midway', ...listed(`${midway}&q=${COMMON}`, none) },
      { name: 'company', ...sought({ company: ELSEWHERE_COMPANY }) },
      { name: 'company', ...sought({ company: ELSEWHERE_COMPANY }, { ...sales, ...none }) },
      { name: 'name and e-mail', ...sought({ name: COMMON, email: 'acme.example' }, none) },
      { name: 'tag common', ...sought({ tag: 'newsletter' }) },
      { name: 'tag common', ...sought({ tag: 'newsletter' }, sales) },
      { name: 'tag rare', ...sought({ tag: RARE_TAG }) },
      { name: 'tag rare', ...sought({ tag: RARE_TAG }, { ...sales, ...none }) },
      { name: 'tag that no customer has', ...sought({ tag: UNUSED_TAG }, none) },
      { name: 'two tags, both', ...listed('?tag=newsletter&tag=vip') },
      { name: 'two tags, any', ...listed('?tag=partner&tag=vip&tagMatch=any') },
      { name: 'tag common, owner={id}', ...listed('?tag=newsletter&owner={member}') },
      { name: 'customFields common', ...sought({ 'customFields.plan': 'silver' }) },
      { name: 'customFields common', ...sought({ 'customFields.plan': 'silver' }, { ...sales, ...none }) },
      { name: 'customFields rare', ...sought({ 'customFields.region': RARE_TAG }) },
      { name: 'customFields that no customer has', ...sought({ 'customFields.plan': 'lead' }, none) },
      {
        name: 'tag, customFields and q',
        ...sought({ tag: 'newsletter', 'customFields.plan': 'free', q: 'gmbh' }, none),
      },
    ],
  ],
  [
    'Customers, within bounds of their own (docs/performance.md)',
    [
      { name: 'q of two characters', ...sought({ q: 'jo' }, { budget: looked }) },
      { name: 'q of two characters', ...sought({ q: 'jo' }, { ...sales, ...none, budget: looked }) },
      { name: 'q of two characters, absent', ...sought({ q: 'qx' }, { ...none, budget: looked }) },
      { name: 'q of one character', ...sought({ q: 'x' }, { ...none, budget: looked }) },
      {
        name: 'q of two characters, tag common',
        ...sought({ q: 'qx', tag: 'newsletter' }, { ...none, budget: lookedInHits }),
      },
      { name: 'trashed=true, q', ...sought({ trashed: 'true', q: ABSENT }, { ...none, budget: looked }) },
      {
        name: 'trashed=true, tag',
        ...sought({ trashed: 'true', tag: 'vip' }, { ...none, budget: lookedInTags }),
      },
      { name: 'q common, total=true', ...sought({ q: 'gmbh', total: 'true' }, { budget: counting }) },
      { name: 'tag common, total=true', ...sought({ tag: 'newsletter', total: 'true' }, { budget: counting }) },
      { name: 'created midway, total=true', ...listed(`${midway}&total=true`, { budget: counting }) },
      { name: 'followUpBefore, total=true', ...listed(`${due}&total=true`, { budget: counting }) },
      { name: 'sort=name, created in a month', ...listed(`${midway}&sort=name`, { budget: looked }) },
      {
        name: 'sort=name, created in the future',
        ...listed('?createdAfter=2100-01-01T00:00:00Z&sort=name', { ...none, budget: looked }),
      },
      { name: 'touchBefore, followUpBefore', ...listed(`${due}&touchBefore={now}`, { ...none, budget: looked }) },
      { name: 'followUpBefore, q', ...listed(`${due}&q=ann`, { ...none, budget: lookedInHits }) },
      { name: 'followUpBefore, sort=name', ...listed(`${due}&sort=name`, { budget: looked }) },
      {
        name: 'followUpBefore none, sort=-createdAt',
        ...listed('?followUpBefore=2000-01-01T00:00:00Z&sort=-createdAt', { ...none, budget: looked }),
      },
      {
        name: 'followUpBefore none, q',
        ...listed('?followUpBefore=2000-01-01T00:00:00Z&q=gmbh', { ...none, budget: lookedInHits }),
      },
    ],
  ],
]

/** They come last, for they trash what other requests are about. */
export const customerChanges: Group[] = [
  [
    'One customer',
    [
      { name: 'get', ...get('/v1/customers/{customer}', 'manager', one) },
      { name: 'get, as its portal login', ...get('/v1/customers/{busy}', 'portal', one) },
      { name: 'create', ...post('/v1/customers', { body: customer, budget: customerChange }) },
      { name: 'create, own', ...post('/v1/customers', { ...sales, body: customer, budget: customerChange }) },
      changing('upsert, new', 'PUT /v1/customers?match=email', { body: customer, status: 201 }),
      changing('upsert, known', 'PUT /v1/customers?match=email', {
        body: { name: 'Bob Buyer', email: '{known}', customFields: { seats: 7 } },
      }),
      changing('patch, text', 'PATCH /v1/customers/{customer}', { body: { company: 'Bought {n} Ltd' } }),
      changing('patch, name and phone', 'PATCH /v1/customers/{customer}', {
        body: { name: 'Bobby Buyer {n}', phone: '+44 20 7946 0{n}' },
      }),
      changing('patch, custom fields', 'PATCH /v1/customers/{ownCustomer}', {
        ...sales,
        body: { customFields: { plan: 'gold', seats: null } },
      }),
      changing('patch, owner', 'PATCH /v1/customers/{customer}', { body: { ownerId: '{member}' } }),
      changing('trash', 'DELETE /v1/customers/{customer}', { status: 204 }),
      changing('restore', 'POST /v1/customers/{trashedCustomer}/restore'),
      changing('bulk-delete of 20', 'POST /v1/customers/bulk-delete', {
        body: { ids: '{20 customer}' },
        budget: bulk(20),
      }),
      { name: 'relationships', ...get('/v1/customers/{busy}/relationships', 'manager') },
      changing('relate', 'PUT /v1/customers/{kept}/relationships/{merged}', { body: { kind: 'manager' } }),
    ],
  ],
  [
    'Duplicates',
    [
      { name: 'page 1', ...get('/v1/customers/duplicates', 'manager', groups) },
      { name: 'page 1: own', ...get('/v1/customers/duplicates', 'sales', lookedInKeys), ...none },
      { name: 'page 10,000', ...get('/v1/customers/duplicates?cursor={deep:duplicates}', 'manager', groups) },
      {
        name: 'merge, dry run',
        ...post('/v1/customers/{kept}/merge?dryRun=true', {
          body: { fromId: '{merged}' },
          status: 200,
          budget: preview,
        }),
      },
      {
        name: 'merge',
        ...post('/v1/customers/{kept}/merge', { body: { fromId: '{merged}' }, status: 200, budget: merge }),
      },
    ],
  ],
  [
    'Tags',
    [
      { name: 'page 1', ...get('/v1/tags', 'manager') },
      { name: 'page 1: of the own customers', ...get('/v1/tags', 'sales') },
      { name: 'page 10,000 (or the last full one)', ...get('/v1/tags?cursor={deep:tags}', 'manager') },
      { name: 'q', ...get('/v1/tags?q=segment', 'manager', lookedInNames) },
      { name: 'q that many unused tags have', ...get('/v1/tags?q=unused', 'manager', lookedInNames) },
      { name: 'q that no tag has', ...get('/v1/tags?q=nowhere', 'manager', lookedInNames), ...none },
      { name: 'of a customer', ...get('/v1/customers/{busy}/tags', 'manager') },
      changing('put on a customer', 'PUT /v1/customers/{customer}/tags/newly%20made', { status: 204 }),
      changing('take off a customer', 'DELETE /v1/customers/{busy}/tags/vip', { status: 204 }),
      changing('rename, where one customer in a thousand has it', 'PATCH /v1/tags/{tag}', {
        body: { name: 'renamed {n}' },
        // Uses are counted for each of the 40 members.
        budget: { trips: 1, read: 20 + 40, written: 20 + 2 * 40 },
      }),
      changing('delete, where one customer in a thousand has it', 'DELETE /v1/tags/{tag}', {
        status: 204,
        budget: perUse,
      }),
      changing('put on 20 customers, another off', 'POST /v1/tags/bulk', {
        body: { customerIds: '{20 customer}', add: ['renewal'], remove: ['newsletter'] },
        budget: bulk(20),
      }),
    ],
  ],
]
