// Random filters over leads, customers, interactions and tickets: for each role, a list gives what a plain evaluator finds.
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import type { Actor, Scope } from '../../src/access/policy'
import type { Ctx } from '../../src/context'
import { CUSTOMER_LIST } from '../../src/customers/customers.list'
import type { FilterTree } from '../../src/filters/filters.tree'
import { INTERACTION_LIST } from '../../src/interactions/interactions.list'
import { LEAD_LIST } from '../../src/leads/leads.list'
import { runList } from '../../src/records/list'
import { TICKET_LIST } from '../../src/tickets/tickets.list'
import { api } from '../support/api'
import { rows } from '../support/database'
import { type Person, team } from '../support/factories'
import { seedInteractions } from '../support/interactions'
import { seedLeads } from '../support/leads'
import { database, mailConfig } from '../support/mailbox'
import { holds, type Plain, type Tree } from '../support/plain-filter'

declare module 'vitest' {
  interface ProvidedContext {
    filters: { runs: number; seed: number }
  }
}

/** How many filters are tried of each list. */
const { runs: RUNS, seed: SEED } = inject('filters')
const NOW = '2026-06-15T12:00:00.000Z'

type Entity = 'leads' | 'customers' | 'interactions' | 'tickets'
type Row = { id: string; plain: Plain; sees: (actor: Actor) => boolean }
type Some<T> = (from: readonly T[]) => T

let people: Awaited<ReturnType<typeof team>>
let actors: Actor[]
const all: Record<Entity, Row[]> = { leads: [], customers: [], interactions: [], tickets: [] }

/** Numbers that look random and are the same in every run (mulberry32). */
function random(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const NAMES = ['Ada Lovelace', 'Zoë  Müller', 'ÉMILE Zola', 'Straße 5', 'Ωmega', "O'Brien; --", '東京太郎', 'q"uote']
const TEXTS = [...NAMES, 'acme', 'Acme GmbH', 'a', 'e', 'li', '東', "'", '%_', 'ada lov']
const instantOf = (next: () => number) =>
  new Date(Date.parse(NOW) + Math.round((next() - 0.7) * 400) * 3_600_000).toISOString()
const CUSTOM = ['budget', 'plan', 'vip', 'renewal', "it's", 'a.b']

function ctxOf(actor: Actor): Ctx {
  return {
    ...{ db: database(), config: mailConfig(), now: NOW, requestId: '', address: 'local', actor },
    ...{ newId: () => crypto.randomUUID(), outgoing: new Set(), begun: new Set() },
  }
}

const person = ({ id, workspaceId, role }: Person): Actor => ({
  ...{
    type: 'user',
    id,
    workspaceId,
    role,
    sessionId: '',
    country: null,
    timeZone: 'UTC',
    language: null,
    emailVerified: true,
  },
})
const key = (workspaceId: string, scopes: Scope[]): Actor => ({
  ...{ type: 'key', id: 'key', workspaceId, scopes, country: null, timeZone: 'UTC' },
})

const isAll = (actor: Actor) => actor.type === 'key' || actor.role === 'ADMIN' || actor.role === 'MANAGER'
const isPortal = (actor: Actor) => actor.type === 'user' && actor.role === 'CUSTOMER'

/** What the team may know of a member. */
function ofMember(hop: string, id: unknown): [string, unknown][] {
  const found = Object.values(people).find((each) => each.id === id)
  return found
    ? [
        [`${hop}.id`, found.id],
        [`${hop}.name`, names.get(found.id)],
      ]
    : []
}
let names: Map<unknown, unknown>

beforeAll(async () => {
  people = await team()
  const members = await rows('SELECT id, name FROM users WHERE workspace_id = ?', people.admin.workspaceId)
  names = new Map(members.map(({ id, name }) => [id, name]))
  const { admin, manager, sales, rival, customer } = people
  const { workspaceId } = admin
  actors = [person(admin), person(manager), person(sales), person(rival), person(customer)]
  actors.push(key(workspaceId, ['leads:read', 'customers:read', 'interactions:read', 'tickets:read']))
  const next = random(7)
  const some = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)] as T
  const maybe = <T>(value: T) => (next() < 0.6 ? value : null)
  const owners = [sales.id, rival.id, null, manager.id]

  const customers = Array.from({ length: 40 }, (_, i) => ({
    ...{ name: some(NAMES), email: maybe(`${i}.${some(['ada', 'zoe'])}@acme.test`), company: maybe(some(TEXTS)) },
    ...{ jobTitle: maybe(some(TEXTS)), keepInTouchDays: maybe(Math.ceil(next() * 90)), ownerId: some(owners) },
    customFields: {
      ...(next() < 0.5 && { budget: some<unknown>([5000, 12.5, '5000', -1]) }),
      ...(next() < 0.5 && { plan: some<unknown>(['Gold', 'güld', true, null, ['x'], {}]) }),
      ...(next() < 0.4 && { vip: next() < 0.5 }),
      ...(next() < 0.4 && { "it's": some(TEXTS) }),
      ...(next() < 0.4 && { 'a.b': some(NAMES) }),
    },
    tags: ['VIP', 'Über', 'x'].filter(() => next() < 0.3),
    userId: i === 3 ? customer.id : null,
  }))
  for (const { tags, ...fields } of customers) {
    const client = api(admin.token).v1.customers
    const answer = await client.$post({ json: fields })
    expect(answer.status).toBe(201)
    const made = await answer.json()
    if (!('id' in made)) throw new Error('no customer')
    for (const tag of tags) await client[':id'].tags[':name'].$put({ param: { id: made.id, name: tag } })
    const emails = made.emails.map(({ email }) => email)
    const plain = new Map<string, unknown>(Object.entries({ ...made, emails, tags }))
    for (const [name, value] of ofMember('owner', made.ownerId)) plain.set(name, value)
    plain.set('tag.name', tags)
    for (const [name, value] of Object.entries(made.customFields ?? {})) plain.set(`customFields.${name}`, value)
    all.customers.push({
      id: made.id,
      plain,
      sees: (actor) => isAll(actor) || (isPortal(actor) ? made.userId === actor.id : made.ownerId === actor.id),
    })
  }
  const related = (id: unknown) => all.customers.find((each) => each.id === id)
  const withCustomer = (plain: Plain, id: unknown): Plain =>
    new Map([
      ...plain,
      ...[...(related(id)?.plain ?? [])].flatMap(([name, value]) =>
        /^(owner|tag)\./.test(name) ? [] : [[`customer.${name}`, value] as const],
      ),
    ])

  const leads = await seedLeads(
    workspaceId,
    Array.from({ length: 60 }, (_, i) => ({
      ...{
        title: some(TEXTS),
        name: maybe(some(NAMES)),
        email: maybe(`lead${i}@acme.test`),
        interest: maybe(some(TEXTS)),
        source: maybe(some(TEXTS)),
        description: maybe(some(TEXTS)),
      },
      ...{ status: some(['NEW', 'CONTACTED', 'QUALIFIED', 'CLOSED'] as const), ownerId: some(owners) },
      ...{
        followUpAt: maybe(instantOf(next)),
        claimedAt: maybe(instantOf(next)),
        customerId: maybe(some(all.customers).id),
      },
      createdAt: new Date(Date.parse(NOW) - (60 - i) * 9 * 3_600_000).toISOString(),
    })),
  )
  for (const lead of leads) {
    all.leads.push({
      id: lead.id,
      plain: withCustomer(new Map([...Object.entries(lead), ...ofMember('owner', lead.ownerId)]), lead.customerId),
      sees: (actor) => isAll(actor) || (!isPortal(actor) && (lead.ownerId === actor.id || lead.ownerId === null)),
    })
  }
  await seedInteractions(
    workspaceId,
    Array.from({ length: 60 }, () => {
      const parent = next() < 0.5 ? { customerId: some(all.customers).id } : { leadId: some(all.leads).id }
      const owner = [...all.customers, ...all.leads].find(({ id }) => id === parent.customerId || id === parent.leadId)
      return {
        ...parent,
        ...{
          ownerId: owner?.plain.get('ownerId') as string | null,
          type: some(['NOTE', 'CALL', 'EMAIL', 'MEETING', 'TASK', 'FOLLOW_UP']),
        },
        ...{ body: some(TEXTS), occurredAt: instantOf(next), createdBy: some([sales.id, rival.id, null]) },
        ...{ followUpAt: maybe(instantOf(next)), doneAt: next() < 0.3 ? instantOf(next) : null },
      }
    }),
  )
  for (const row of await stored('interactions', workspaceId)) {
    const lead = all.leads.find(({ id }) => id === row.leadId)
    const plain = withCustomer(new Map(Object.entries(row)), row.customerId)
    for (const [name, value] of lead?.plain ?? [])
      if (!/^(customer|owner)\./.test(name)) plain.set(`lead.${name}`, value)
    const isShared = ['CALL', 'EMAIL', 'MEETING'].includes(String(row.type))
    all.interactions.push({
      ...{ id: String(row.id), plain },
      // The list of SALES has what belongs to their own records; that of a lead in the pool they ask for by `lead`.
      sees: (actor) =>
        isAll(actor) ||
        (isPortal(actor) ? isShared && related(row.customerId)?.sees(actor) === true : row.ownerId === actor.id),
    })
  }
  for (let i = 0; i < 40; i += 1) {
    const json = {
      customerId: some(all.customers).id,
      title: some(TEXTS),
      description: maybe(some(TEXTS)),
      priority: some(['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const),
    }
    const answer = await api(admin.token).v1.tickets.$post({
      json: { ...json, description: json.description ?? undefined },
    })
    expect(answer.status).toBe(201)
  }
  await env.DB.prepare(
    `UPDATE tickets SET assignee_id = CASE number % 3 WHEN 0 THEN ?1 WHEN 1 THEN ?2 END,
      status = CASE number % 4 WHEN 0 THEN 'OPEN' WHEN 1 THEN 'IN_PROGRESS' WHEN 2 THEN 'RESOLVED' ELSE 'CLOSED' END WHERE workspace_id = ?3`,
  )
    .bind(sales.id, rival.id, workspaceId)
    .run()
  for (const row of await stored('tickets', workspaceId)) {
    all.tickets.push({
      ...{ id: String(row.id), plain: withCustomer(new Map(Object.entries(row)), row.customerId) },
      sees: (actor) =>
        (related(row.customerId)?.sees(actor) ?? false) || (actor.type === 'user' && row.assigneeId === actor.id),
    })
  }
  // Triggers keep facts on customers while interactions are seeded.
  for (const row of await stored('customers', workspaceId)) {
    for (const each of [...all.customers, ...all.leads, ...all.interactions, ...all.tickets]) {
      const prefix = each.id === row.id ? '' : each.plain.get('customer.id') === row.id ? 'customer.' : undefined
      if (prefix === undefined) continue
      for (const name of ['lastInteractionAt', 'nextFollowUpAt', 'nextTouchAt', 'updatedAt'])
        each.plain.set(prefix + name, row[name])
    }
  }
}, 60_000)

async function stored(table: Entity, workspaceId: string): Promise<Record<string, unknown>[]> {
  const found = await rows(`SELECT * FROM ${table} WHERE workspace_id = ? ORDER BY seq`, workspaceId)
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return found.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [camel(name), value])))
}

const EQUAL = ['eq', 'ne', 'in', 'notIn']
const ORDERED = ['lt', 'lte', 'gt', 'gte', 'between']
const ALWAYS = ['empty', 'notEmpty']
const KINDS: { [kind: string]: { ops: string[]; value: (next: () => number, some: Some<unknown>) => unknown } } = {
  texts: {
    ops: [...EQUAL, 'contains', 'startsWith', ...ALWAYS],
    value: (_, some) => some(['ada', '@ACME', '1.zoe@acme.test', ...TEXTS]),
  },
  text: { ops: [...EQUAL, ...ORDERED, 'contains', 'startsWith', ...ALWAYS], value: (_, some) => some(TEXTS) },
  tagNames: {
    ops: [...EQUAL, 'contains', 'startsWith', ...ALWAYS],
    value: (_, some) => some(['vi', 'uber', 'X', 'none']),
  },
  tags: { ops: [...EQUAL, 'contains', ...ALWAYS], value: (_, some) => some(['vip', 'uber', 'X', 'none']) },
  number: { ops: [...EQUAL, ...ORDERED, ...ALWAYS], value: (next) => Math.round(next() * 80) },
  time: {
    ops: [...EQUAL, ...ORDERED, 'within', ...ALWAYS],
    value: (next, some) => some(['today', 'today-3', 'today+2', 'now', '2026-06-12', instantOf(next)]),
  },
  json: {
    ops: [...EQUAL, ...ORDERED, 'contains', 'startsWith', ...ALWAYS],
    value: (_, some) => some([...TEXTS, 'gold', 5000, 12, true, false]),
  },
}
const customer = {
  ...{
    name: 'text',
    email: 'text',
    emails: 'texts',
    company: 'text',
    jobTitle: 'text',
    tags: 'tags',
    ownerId: 'member',
    lastInteractionAt: 'time',
  },
  ...{ keepInTouchDays: 'number', nextFollowUpAt: 'time', nextTouchAt: 'time' },
  ...Object.fromEntries(CUSTOM.map((name) => [`customFields.${name}`, 'json'])),
}
const owner = { 'owner.id': 'member', 'owner.name': 'text' }
const prefixed = (prefix: string, fields: object) =>
  Object.fromEntries(Object.entries(fields).map(([name, kind]) => [`${prefix}.${name}`, kind]))
const lead = {
  ...{
    title: 'text',
    name: 'text',
    email: 'text',
    interest: 'text',
    source: 'text',
    description: 'text',
    status: 'status',
    ownerId: 'member',
    createdAt: 'time',
  },
  ...{ followUpAt: 'time', claimedAt: 'time', convertedAt: 'time' },
}
const FIELDS: Record<Entity, { [field: string]: string }> = {
  customers: { ...customer, createdAt: 'time', 'tag.name': 'tagNames', ...owner },
  leads: { ...lead, ...prefixed('customer', customer), ...owner },
  interactions: {
    ...{
      type: 'type',
      occurredAt: 'time',
      followUpAt: 'time',
      doneAt: 'time',
      createdBy: 'member',
      customerId: 'customer',
      leadId: 'lead',
    },
    ...prefixed('customer', customer),
    ...prefixed('lead', lead),
  },
  tickets: {
    ...{
      number: 'number',
      status: 'state',
      priority: 'priority',
      assigneeId: 'member',
      customerId: 'customer',
      resolvedAt: 'time',
    },
    ...prefixed('customer', customer),
  },
}
const OPTIONS: { [kind: string]: () => readonly unknown[] } = {
  status: () => ['NEW', 'CONTACTED', 'QUALIFIED', 'CLOSED'],
  state: () => ['OPEN', 'IN_PROGRESS', 'RESOLVED', 'CLOSED'],
  priority: () => ['LOW', 'NORMAL', 'HIGH', 'URGENT'],
  type: () => ['NOTE', 'CALL', 'EMAIL', 'MEETING', 'TASK', 'FOLLOW_UP'],
  member: () => [people.sales.id, people.rival.id, people.manager.id],
  customer: () => all.customers.slice(0, 8).map(({ id }) => id),
  lead: () => all.leads.slice(0, 8).map(({ id }) => id),
}
/** What a portal login may not ask of a customer. */
const TEAM_ONLY = /(owner\.\w+|tag\.name|ownerId|nextFollowUpAt|keepInTouchDays|nextTouchAt|tags|customFields\..*)$/

function randomTree(entity: Entity, actor: Actor, next: () => number, depth = 0): Tree {
  const some = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)] as T
  if (depth < 4 && next() < (depth === 0 ? 0.75 : 0.35)) {
    const parts = Array.from({ length: 1 + Math.floor(next() * 3) }, () => randomTree(entity, actor, next, depth + 1))
    return some<Tree>([{ and: parts }, { and: parts }, { or: parts }, { not: parts[0] ?? {} }])
  }
  const names = Object.keys(FIELDS[entity]).filter((name) => isAskable(actor, name))
  const field = some(names)
  const kind = FIELDS[entity][field] ?? ''
  const options = OPTIONS[kind]
  const { ops, value } = options
    ? { ops: [...EQUAL, ...ALWAYS], value: () => some(options()) }
    : (KINDS[kind] ?? { ops: [], value: () => '' })
  const op = some(ops)
  if (ALWAYS.includes(op)) return { field, op }
  if (op === 'within')
    return { field, op, value: some(['today', 'yesterday', 'last7days', 'next30days', 'thisMonth', 'lastYear']) }
  const isOrdered = kind === 'json' && ORDERED.includes(op)
  const isWord = kind === 'json' && (op === 'contains' || op === 'startsWith')
  const sample = () => (isOrdered ? some([10, 5000, 'gold', 'a']) : isWord ? some(TEXTS) : value(next, some))
  if (op === 'in' || op === 'notIn')
    return { field, op, value: Array.from({ length: 1 + Math.floor(next() * 3) }, sample) }
  if (op !== 'between') return { field, op, value: sample() }
  const low = sample()
  const high = sample()
  return { field, op, value: typeof low === typeof high ? [low, high] : [low, low] }
}

const isAskable = (actor: Actor, name: string) =>
  isPortal(actor)
    ? !TEAM_ONLY.test(name) && !name.startsWith('lead.')
    : actor.type === 'user' || !/^(owner\.|tag\.)/.test(name)

async function found(entity: Entity, actor: Actor, filter: Tree): Promise<string[]> {
  const request = { limit: 1_000, filter: filter as FilterTree }
  const ctx = ctxOf(actor)
  if (entity === 'leads') return (await runList(ctx, LEAD_LIST, request)).rows.map(({ id }) => id)
  if (entity === 'customers')
    return (await runList(ctx, CUSTOMER_LIST, { ...request, tagMatch: 'all' })).rows.map(({ id }) => id)
  if (entity === 'tickets') return (await runList(ctx, TICKET_LIST, request)).rows.map(({ id }) => id)
  return (await runList(ctx, INTERACTION_LIST, request)).rows.map(({ id }) => id)
}

/** A related record that the actor does not see is none. */
function asSeenBy(actor: Actor, { plain }: Row): Plain {
  const hidden = (['customers', 'leads'] as const).flatMap((entity) => {
    const prefix = entity === 'customers' ? 'customer.' : 'lead.'
    const related = all[entity].find(({ id }) => id === plain.get(`${prefix}id`))
    return related && !related.sees(actor) ? [prefix] : []
  })
  return hidden.length === 0
    ? plain
    : new Map([...plain].filter(([name]) => !hidden.some((prefix) => name.startsWith(prefix))))
}

describe.each(['leads', 'customers', 'interactions', 'tickets'] as const)('random filters over %s', (entity) => {
  it('find for each role what a plain evaluator finds', async () => {
    const next = random(entity.length * 1000 + SEED)
    let hits = 0
    for (let run = 0; run < RUNS; run += 1) {
      const actor = actors[run % actors.length]
      if (!actor || (entity === 'leads' && isPortal(actor))) continue
      const filter = randomTree(entity, actor, next)
      const expected = all[entity]
        .filter((row) => row.sees(actor) && holds(filter, asSeenBy(actor, row), NOW))
        .map(({ id }) => id)
      const ids = await found(entity, actor, filter)
      expect(ids.sort(), JSON.stringify({ filter, actor })).toEqual(expected.sort())
      hits += ids.length > 0 ? 1 : 0
    }
    expect(hits).toBeGreaterThan(RUNS / 5)
  }, 600_000)
})
