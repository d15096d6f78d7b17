// The fields of filters: all that answers have, one hop to related records, and what nobody may ask.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { CUSTOMER_FIELDS } from '../../src/customers/customers.fields'
import { passesFilter } from '../../src/filters/filters.evaluate'
import { readFilter } from '../../src/filters/filters.read'
import {
  CUSTOMER_FILTER_FIELDS,
  INTERACTION_FILTER_FIELDS,
  LEAD_FILTER_FIELDS,
  TICKET_FILTER_FIELDS,
} from '../../src/filters/filters.records'
import type { FilterTree } from '../../src/filters/filters.tree'
import { INTERACTION_FIELDS } from '../../src/interactions/interactions.fields'
import { LEAD_FIELDS } from '../../src/leads/leads.fields'
import { namesOf, valuesOf } from '../../src/records/fields'
import { TICKET_FIELDS } from '../../src/tickets/tickets.fields'
import { bodyOf } from '../support/answers'
import { api, send } from '../support/api'
import { made } from '../support/customers'
import { type Person, team } from '../support/factories'
import { lead } from '../support/leads'

let people: Awaited<ReturnType<typeof team>>
beforeAll(async () => {
  people = await team()
})

type Records = 'leads' | 'customers' | 'tickets' | 'interactions'
async function idsOf(records: Records, filter: FilterTree, { token }: Person): Promise<string[]> {
  const response = await send(`/v1/${records}?limit=100&filter=${encodeURIComponent(JSON.stringify(filter))}`, {
    token,
  })
  expect(response.status).toBe(200)
  return JSON.parse(await response.text()).data.map(({ id }: { id: string }) => id)
}

it.each([
  ['leads', LEAD_FIELDS, LEAD_FILTER_FIELDS],
  ['customers', CUSTOMER_FIELDS, CUSTOMER_FILTER_FIELDS],
  ['interactions', INTERACTION_FIELDS, INTERACTION_FILTER_FIELDS],
  ['tickets', TICKET_FIELDS, TICKET_FILTER_FIELDS],
] as const)('all that answers of %s have can be asked for', (_, fields, known) => {
  const names = namesOf(valuesOf(fields, 'answer'))
  const missing = names.filter((name) => !(name in known) && !(`${name}.*` in known))
  expect(missing).toEqual([])
})

describe('a filter of leads', () => {
  it('asks for source, phone, external id, message and metadata', async () => {
    const { admin } = people
    const { id } = await lead(admin, {
      ...{ title: 'Course', source: 'Messe', phone: '030 901820', message: 'When is the next COURSE?' },
      ...{ externalId: 'X-1', metadata: { campaign: 'Autumn', clicks: 3 }, description: 'A long one' },
    })
    await lead(admin, { title: 'Other', source: 'messe' })
    for (const filter of [
      { field: 'source', op: 'eq', value: 'Messe' },
      { field: 'source', op: 'startsWith', value: 'Mes' },
      { field: 'phone', op: 'contains', value: '901' },
      { field: 'externalId', op: 'in', value: ['X-1', 'X-2'] },
      { field: 'externalId', op: 'eq', value: 'X-1' },
      { field: 'message', op: 'contains', value: 'course' },
      { field: 'description', op: 'notEmpty' },
      { field: 'metadata.campaign', op: 'eq', value: 'autumn' },
      { field: 'metadata.clicks', op: 'gt', value: 2 },
    ] satisfies FilterTree[]) {
      expect([filter, await idsOf('leads', filter, admin)]).toEqual([filter, [id]])
    }
  })

  it('asks for the owner and for tags in one hop', async () => {
    const { admin, sales } = people
    const { id } = await lead(admin, { title: 'Owned', ownerId: sales.id })
    const name = 'Größe XL'
    const tagging = await api(admin.token).v1.leads[':id'].tags[':name'].$put({ param: { id, name } })
    expect(tagging.status).toBe(204)
    const ofOwner: FilterTree = { field: 'owner.id', op: 'eq', value: sales.id }
    const tagged: FilterTree = { field: 'tag.name', op: 'contains', value: 'gross' }
    expect(await idsOf('leads', { and: [ofOwner, tagged] }, admin)).toEqual([id])
    expect(await idsOf('leads', { and: [{ field: 'owner.id', op: 'eq', value: 'me' }, tagged] }, sales)).toEqual([id])
    expect(await idsOf('leads', { and: [tagged, { field: 'tags', op: 'eq', value: 'GROSSE xl' }] }, admin)).toEqual([
      id,
    ])
    expect(
      await idsOf('leads', { and: [{ field: 'owner.status', op: 'eq', value: 'ACTIVE' }, tagged] }, sales),
    ).toEqual([id])
    expect(await idsOf('leads', { and: [{ not: tagged }, ofOwner] }, admin)).not.toContain(id)
  })
})

it('a filter of customers asks for each address and each number', async () => {
  const { admin } = people
  const emails = [{ email: 'main@first.test' }, { email: 'Other@second.test' }]
  const { id } = await made(admin, { name: 'Ada', emails, phones: [{ phone: '+49 30 901820' }, { phone: '0151 1' }] })
  await made(admin, { name: 'Grace', email: 'grace@first.test' })
  for (const filter of [
    { field: 'emails', op: 'contains', value: '@SECOND.test' },
    { field: 'emails', op: 'eq', value: 'other@second.test' },
    { field: 'phones', op: 'startsWith', value: '0151' },
    { field: 'phones', op: 'eq', value: '+4930901820' },
    { field: 'phoneE164', op: 'startsWith', value: '+49' },
  ] satisfies FilterTree[]) {
    expect([filter, await idsOf('customers', filter, admin)]).toEqual([filter, [id]])
  }
})

it('tickets and interactions are asked for their assignee, their author and their records', async () => {
  const { admin } = people
  const customer = await made(admin, { name: 'Hopper', company: 'Hop GmbH' })
  const { v1 } = api(admin.token)
  const ticket = await bodyOf(v1.tickets.$post({ json: { customerId: customer.id, title: 'Hop' } }), 201)
  const json = { customerId: customer.id, type: 'NOTE', body: 'Hop' } as const
  const note = await bodyOf(v1.interactions.$post({ json }), 201)
  const ofCompany: FilterTree = { field: 'customer.company', op: 'eq', value: 'hop gmbh' }
  expect(await idsOf('tickets', { and: [ofCompany, { field: 'assignee.id', op: 'empty' }] }, admin)).toEqual([
    ticket.id,
  ])
  expect(
    await idsOf('interactions', { and: [ofCompany, { field: 'author.id', op: 'eq', value: 'me' }] }, admin),
  ).toEqual([note.id])
})

it('a record at hand is asked for elements of lists, and for related records that are several', () => {
  const actor = {
    type: 'key',
    id: 'k',
    workspaceId: 'w',
    scopes: ['tags:read'],
    country: null,
    timeZone: 'UTC',
  } as const
  const asker = { actor, now: '2026-11-30T12:00:00.000Z' }
  const passes = (tree: FilterTree, record: object) =>
    passesFilter(readFilter(asker, CUSTOMER_FILTER_FIELDS, tree, 'filter'), { ...record })
  const emails = [{ email: 'a@first.test' }, { email: 'B@second.test' }]
  expect(passes({ field: 'emails', op: 'contains', value: '@SECOND' }, { emails })).toBe(true)
  expect(passes({ field: 'emails', op: 'ne', value: 'a@first.test' }, { emails })).toBe(false)
  expect(passes({ field: 'emails', op: 'empty' }, { emails: [] })).toBe(true)
  expect(passes({ field: 'tag.name', op: 'startsWith', value: 'VI' }, { tag: [{ name: 'x' }, { name: 'vip' }] })).toBe(
    true,
  )
  expect(passes({ field: 'externalId', op: 'eq', value: 'x' }, { externalId: 'X' })).toBe(false)
})

it('any JSON as a filter is a page or a 400', async () => {
  const text = fc.oneof(fc.constantFrom('and', 'or', 'not', 'field', 'op', 'value', 'eq', 'title', 'tags'), fc.string())
  const json = fc.jsonValue({ stringUnit: 'binary' })
  const condition = fc.record({
    field: fc.constantFrom(
      'status',
      'createdAt',
      'tags',
      'customFields.a"b',
      'metadata.x',
      'owner.name',
      'tag.id',
      'phones',
    ),
    op: fc.constantFrom('eq', 'ne', 'in', 'between', 'within', 'contains', 'lt', 'empty'),
    value: fc.oneof(json, fc.string(), fc.double(), fc.constantFrom('today', 'me', 'last7days', 'NEW')),
  })
  const tree = fc.oneof(json, condition, fc.dictionary(text, fc.oneof(json, condition, fc.array(condition))))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('leads', 'customers', 'tickets', 'interactions'),
      tree,
      async (records, filter) => {
        const asked = `/v1/${records}?filter=${encodeURIComponent(JSON.stringify(filter) ?? '')}`
        const { status } = await send(asked, { token: people.admin.token })
        expect([200, 400]).toContain(status)
      },
    ),
    { numRuns: 60 },
  )
})
