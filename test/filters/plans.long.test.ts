// The plans of filtered lists: each walks an index, whatever is asked and in whatever order, for each role.
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Ctx } from '../../src/context'
import { CUSTOMER_LIST } from '../../src/customers/customers.list'
import type { FilterTree } from '../../src/filters/filters.tree'
import { INTERACTION_LIST } from '../../src/interactions/interactions.list'
import { LEAD_LIST } from '../../src/leads/leads.list'
import { listQuery } from '../../src/records/list'
import { TICKET_LIST } from '../../src/tickets/tickets.list'
import { type Person, team } from '../support/factories'
import { database, mailConfig } from '../support/mailbox'

let people: Awaited<ReturnType<typeof team>>
beforeAll(async () => {
  people = await team()
})

function ctxOf({ id, workspaceId, role }: Person): Ctx {
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
    ...{ db: database(), config: mailConfig(), now: '2026-06-15T12:00:00.000Z', requestId: '', address: 'local' },
    ...{
      newId: () => crypto.randomUUID(),
      outgoing: new Set(),
      begun: new Set(),
      actor: { ...actor, emailVerified: true },
    },
  }
}

const ID = '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e'
const limit = 20
const conditions = {
  shared: [
    { field: 'createdAt', op: 'within', value: 'last7days' },
    { field: 'updatedAt', op: 'gte', value: 'today-3' },
    { field: 'customer.company', op: 'contains', value: 'acme' },
    { or: [{ field: 'id', op: 'eq', value: ID }, { not: { field: 'customer.tags', op: 'eq', value: 'vip' } }] },
  ],
  leads: [
    { field: 'status', op: 'in', value: ['NEW', 'CONTACTED'] },
    { field: 'ownerId', op: 'eq', value: 'me' },
    { field: 'title', op: 'contains', value: 'course' },
    { field: 'followUpAt', op: 'lt', value: 'today' },
  ],
  customers: [
    { field: 'name', op: 'startsWith', value: 'alice' },
    { field: 'tags', op: 'eq', value: 'vip' },
    { field: 'customFields.budget', op: 'gte', value: 5000 },
    { field: 'nextTouchAt', op: 'lte', value: 'today+7' },
  ],
  interactions: [
    { field: 'type', op: 'in', value: ['CALL', 'NOTE'] },
    { field: 'createdBy', op: 'eq', value: 'me' },
    { field: 'customerId', op: 'eq', value: ID },
    { field: 'leadId', op: 'eq', value: ID },
    { field: 'lead.status', op: 'eq', value: 'NEW' },
  ],
  tickets: [
    { field: 'status', op: 'eq', value: 'OPEN' },
    { field: 'assigneeId', op: 'eq', value: 'me' },
    { field: 'priority', op: 'ne', value: 'LOW' },
  ],
} satisfies Record<string, FilterTree[]>

const sorts = {
  leads: ['-createdAt', 'updatedAt', 'followUpAt'],
  customers: ['-createdAt', 'name', '-updatedAt', 'lastInteractionAt', 'nextFollowUpAt', 'nextTouchAt'],
  interactions: ['-occurredAt', 'followUpAt'],
  tickets: ['-createdAt'],
} as const

function statements(ctx: Ctx): { sql: string; params: unknown[]; what: string }[] {
  const asked = (own: readonly FilterTree[]) => [undefined, ...own, { and: [...own.slice(0, 2)] }]
  const words = [undefined, 'course']
  const all = [
    ...(ctx.actor.type === 'user' && ctx.actor.role !== 'CUSTOMER'
      ? asked([...conditions.shared, ...conditions.leads]).flatMap((filter) =>
          sorts.leads.flatMap((sort) =>
            words.map((q) => ({ filter, q, sort, query: listQuery(ctx, LEAD_LIST, { limit, filter, q, sort }) })),
          ),
        )
      : []),
    ...(ctx.actor.type === 'user' && ctx.actor.role !== 'CUSTOMER'
      ? asked([...conditions.shared.slice(0, 2), ...conditions.customers]).flatMap((filter) =>
          sorts.customers.flatMap((sort) =>
            words.map((q) => ({
              filter,
              q,
              sort,
              query: listQuery(ctx, CUSTOMER_LIST, { limit, filter, q, sort, tagMatch: 'all' }),
            })),
          ),
        )
      : []),
    ...asked([
      ...conditions.shared.slice(0, 3),
      ...(ctx.actor.type === 'user' && ctx.actor.role === 'CUSTOMER' ? [] : conditions.interactions),
    ]).flatMap((filter) =>
      sorts.interactions.flatMap((sort) =>
        words.map((q) => ({ filter, q, sort, query: listQuery(ctx, INTERACTION_LIST, { limit, filter, q, sort }) })),
      ),
    ),
    ...asked([...conditions.shared.slice(0, 3), ...conditions.tickets]).flatMap((filter) =>
      sorts.tickets.flatMap((sort) =>
        words.map((q) => ({ filter, q, sort, query: listQuery(ctx, TICKET_LIST, { limit, filter, q, sort }) })),
      ),
    ),
  ]
  return all.map(({ query, ...what }) => {
    const { sql, params } =
      'toSQL' in query && typeof query.toSQL === 'function' ? query.toSQL() : { sql: '', params: [] }
    return { sql, params, what: JSON.stringify(what) }
  })
}

const SCAN = /^SCAN (leads|customers|interactions|tickets|users|tags|customer_tags)\b(?!.*(USING|VIRTUAL))/
// A subquery has the name of its table: reading what it gives is no scan of the table.
const MADE = /^(CO-ROUTINE|MATERIALIZE) /

describe('every plan of a list', () => {
  it.each(['admin', 'sales', 'customer'] as const)(
    'of a filter, a search and an order walks an index, for %s',
    async (role) => {
      const offences: string[] = []
      const all = statements(ctxOf(people[role]))
      expect(all.length).toBeGreaterThan(20)
      for (const { sql, params, what } of all) {
        const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .bind(...params)
          .all<{ detail: string }>()
        const details = results.map(({ detail }) => detail)
        const scans = details.filter((detail) => SCAN.test(detail))
        const made = details.filter((detail) => MADE.test(detail))
        const isIndexed = details.some((detail) => /USING (COVERING )?INDEX|PRIMARY KEY|VIRTUAL TABLE/.test(detail))
        if (!isIndexed || scans.length > made.length) offences.push(`${what}: ${details.join('; ')}`)
      }
      expect(offences).toEqual([])
    },
  )
})
