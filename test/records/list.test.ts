// Lists as data: every filter narrows the rows and their total alike, the ones that no counter knows included.
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type { Ctx } from '../../src/context'
import { leads } from '../../src/db/schema'
import { LEAD_LIST, type LeadRequest } from '../../src/leads/leads.list'
import type { LeadRow } from '../../src/leads/leads.record'
import type { LeadFilters } from '../../src/leads/leads.schemas'
import { runList } from '../../src/records/list'
import type { ListDefinition } from '../../src/records/list.definition'
import { is } from '../../src/records/list.filters'
import { send } from '../support/api'
import { seedCustomers } from '../support/customers'
import { type Person, team } from '../support/factories'
import { seedLeads } from '../support/leads'
import { database, mailConfig } from '../support/mailbox'

type Filters = (typeof LEAD_LIST)['filters']

/** The customer that some of the leads below became. */
const CUSTOMER = '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e'
const STAGE = '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0f'

/** A value for filters of leads that some of the leads below pass, and some do not. */
const SAMPLES: LeadRequest[] = [
  { q: 'alpha', limit: 100 },
  { status: ['NEW'], limit: 100 },
  { besides: 'CLOSED', limit: 100 },
  { source: ['fair'], limit: 100 },
  { externalId: 'lead 3', limit: 100 },
  { customer: CUSTOMER, limit: 100 },
  { customFields: { plan: 'gold' }, limit: 100 },
  { tag: ['vip'], tagMatch: 'any', limit: 100 },
  { stage: STAGE, limit: 100 },
  { owner: 'none', limit: 100 },
  { createdAfter: '2026-03-01T10:00:00.000Z', limit: 100 },
  { createdBefore: '2026-03-01T10:00:00.000Z', limit: 100 },
  { followUpAfter: '2026-04-01T10:00:00.000Z', limit: 100 },
  { followUpBefore: '2026-04-01T10:00:00.000Z', limit: 100 },
  { updatedAfter: '2026-03-01T10:00:00.000Z', limit: 100 },
  { trashed: true, limit: 100 },
]

let manager: Person
let seeded: LeadRow[]

beforeAll(async () => {
  const people = await team()
  manager = people.manager
  const seeds = Array.from({ length: 24 }, (_, i) => ({
    createdAt: `2026-03-01T${String(i).padStart(2, '0')}:00:00.000Z`,
    title: i % 3 === 0 ? 'alpha' : 'beta',
    status: (['NEW', 'CONTACTED', 'CLOSED'] as const)[i % 3],
    externalId: i === 3 ? 'lead 3' : null,
    source: i % 2 === 0 ? 'fair' : null,
    interest: i % 4 === 0 ? 'a bicycle' : null,
    customerId: i % 7 === 0 ? CUSTOMER : null,
    stageId: i % 5 === 1 ? STAGE : null,
    ownerId: i % 5 === 0 ? null : people.sales.id,
    followUpAt: i % 2 === 0 ? null : `2026-04-01T${String(i).padStart(2, '0')}:00:00.000Z`,
    deletedAt: i % 6 === 5 ? '2026-03-02T00:00:00.000Z' : null,
  }))
  await seedCustomers(manager.workspaceId, [{ id: CUSTOMER, name: 'Ann' }])
  seeded = await seedLeads(manager.workspaceId, seeds)
  const lead = `/v1/leads/${seeded[4]?.id}`
  const change = { method: 'PATCH', token: manager.token, json: { customFields: { plan: 'gold' } } }
  expect((await send(lead, change)).status).toBe(200)
  expect((await send(`${lead}/tags/vip`, { method: 'PUT', token: manager.token })).status).toBe(204)
})

function acting({ id, workspaceId, role }: Person): Ctx {
  const actor = {
    type: 'user' as const,
    id,
    workspaceId,
    role,
    sessionId: '',
    country: null,
    timeZone: 'UTC',
    language: null,
  }
  return {
    ...{ db: database(), config: mailConfig(), now: '2026-03-03T00:00:00.000Z', requestId: '', address: 'local' },
    ...{
      newId: () => crypto.randomUUID(),
      outgoing: new Set(),
      begun: new Set(),
      actor: { ...actor, emailVerified: true },
    },
  }
}

describe('a list of leads', () => {
  it.each(SAMPLES)('counts the rows that it gives: %j', async (sample) => {
    const { rows, total } = await runList(acting(manager), LEAD_LIST, { ...sample, total: true })
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.length).toBeLessThan(seeded.length)
    expect(total).toBe(rows.length)
  })

  it('is tried with every filter that it has', () => {
    const tried = SAMPLES.flatMap((sample) => Object.keys(sample)).filter((name) => name !== 'limit')
    expect(tried.sort()).toEqual(Object.keys(LEAD_LIST.filters).sort())
  })

  it('counts the rows that it gives by a filter that its counter was never told of', async () => {
    type Query = z.output<typeof LeadFilters> & { besides?: LeadRow['status']; interest?: string }
    const list: ListDefinition<LeadRow, Query> = {
      ...LEAD_LIST,
      filters: { ...LEAD_LIST.filters, interest: is(leads.interest) },
    }
    for (const narrower of [{}, { status: ['NEW' as const] }, { owner: 'none' }]) {
      const request = { limit: 100, total: true, interest: 'a bicycle', ...narrower }
      const { rows, total } = await runList(acting(manager), list, request)
      expect(rows.length).toBeGreaterThan(0)
      expect(rows.every(({ interest }) => interest === 'a bicycle')).toBe(true)
      expect(total).toBe(rows.length)
    }
  })

  it('has a type that asks for an entry for each query parameter that is a filter', () => {
    expectTypeOf<Omit<Filters, 'source'>>().not.toExtend<Filters>()
    expectTypeOf<Filters>().toHaveProperty('createdAfter')
    expectTypeOf<Filters>().not.toHaveProperty('sort')
  })
})
