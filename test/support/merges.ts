// Scenes for merging: a few customers with whatever may hang on them, and all that the database holds of them.
import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import { api } from './api'
import { put, seedCustomers } from './customers'
import { rows, selectAll } from './database'
import { type Person, unique } from './factories'

type Client = ReturnType<typeof api>
const clientOf = (by: Person | Client): Client => ('token' in by ? api(by.token) : by)

export const mergeInto = (
  by: Person | Client,
  id: string,
  fromId: string,
  prefer?: 'this' | 'other',
  dryRun?: 'true',
) => clientOf(by).v1.customers[':id'].merge.$post({ param: { id }, query: { dryRun }, json: { fromId, prefer } })

export const restore = (by: Person | Client, id: string) =>
  clientOf(by).v1.customers[':id'].restore.$post({ param: { id } })

const at = (hour: number) => `2026-05-01T0${hour}:00:00.000Z`
const hour = fc.integer({ min: 0, max: 9 }).map(at)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const fields = fc.dictionary(
  fc.constantFrom('plan', 'a.b', 'größe', 'nested'),
  fc.oneof(fc.constantFrom('gold', 5, -1.5, true, '"', 'é'), fc.constantFrom({ x: 1 }, { y: [2], x: 'z' })),
)
/** One of the four customers of a scene. */
const who = fc.nat({ max: 3 })

/** What four customers of a scene are, and what hangs on them. */
export const scenes = (people: Record<'sales' | 'rival' | 'customer', Person>) =>
  fc.record({
    customers: fc.array(
      fc.record({
        name: fc.constantFrom('Alice', 'Álice', 'Bob "the" Builder', '日本'),
        hasEmail: fc.boolean(),
        phone: maybe(fc.constantFrom('+44 20 7946 0958', '030 901820', 'ask Bob')),
        company: maybe(fc.constantFrom('Acme', 'Bolt')),
        jobTitle: maybe(fc.constantFrom('Buyer', 'Boss')),
        ownerId: maybe(fc.constantFrom(people.sales.id, people.rival.id)),
        keepInTouchDays: maybe(fc.constantFrom(7, 30)),
        customFields: maybe(fields),
        tags: fc.uniqueArray(fc.constantFrom('vip', 'cold', 'a')),
      }),
      { minLength: 4, maxLength: 4 },
    ),
    /** Which of them is the portal login, if any: only one living customer can be. */
    login: fc.record({ of: maybe(who), userId: fc.constant(people.customer.id) }),
    interactions: fc.array(
      fc.record({
        of: who,
        type: fc.constantFrom('NOTE', 'CALL', 'TASK', 'FOLLOW_UP'),
        occurredAt: hour,
        followUpAt: maybe(hour),
        doneAt: maybe(hour),
      }),
      { maxLength: 10 },
    ),
    tickets: fc.array(fc.record({ of: who, deletedAt: maybe(hour) }), { maxLength: 6 }),
    leads: fc.array(fc.record({ of: who }), { maxLength: 4 }),
    relationships: fc.uniqueArray(
      fc.record({ of: who, to: who, kind: fc.constantFrom('manager', 'partner', 'child') }),
      {
        selector: ({ of, to }) => [of, to].sort().join(),
        maxLength: 6,
      },
    ),
  })
export type Scene = typeof scenes extends (people: never) => fc.Arbitrary<infer S> ? S : never

let tickets = 0

/** Puts a scene into the database; gives the ids of its four customers. */
export async function stage({ workspaceId }: Person, scene: Scene): Promise<[string, string, string, string]> {
  const ids = [uuidv7(), uuidv7(), uuidv7(), uuidv7()] as const
  const id = (i: number) => ids[i % 4] ?? ids[0]
  const owner = (i: number) => scene.customers[i]?.ownerId ?? null
  const stamps = { workspaceId, createdAt: at(0), updatedAt: at(0) }
  await rows('UPDATE customers SET user_id = NULL WHERE user_id = ?', scene.login.userId)
  const seeds = scene.customers.map(({ hasEmail, phone, ...customer }, i) => {
    const userId = scene.login.of === i ? scene.login.userId : null
    const phoneE164 = phone?.startsWith('+') ? phone.replaceAll(' ', '') : null
    return { ...customer, userId, id: id(i), phone, phoneE164, email: hasEmail ? `${unique('m')}@example.com` : null }
  })
  await seedCustomers(workspaceId, seeds)
  const hanging = <T extends { of: number }>(list: T[]) =>
    list.map(({ of, ...row }) => ({ ...stamps, ...row, id: uuidv7(), customerId: id(of), ownerId: owner(of) }))
  await put(
    'interactions',
    hanging(scene.interactions).map((row) => ({ ...row, body: 'Said' })),
  )
  await put(
    'tickets',
    hanging(scene.tickets).map((row) => ({ ...row, title: 'Asked', number: ++tickets })),
  )
  await put(
    'leads',
    hanging(scene.leads).map((row) => ({ ...row, title: 'Lead' })),
  )
  const related = scene.relationships.filter(({ of, to }) => of !== to)
  await put(
    'customer_relationships',
    related.map(({ of, to, kind }) => ({ fromId: id(of), toId: id(to), kind, workspaceId, createdAt: at(0) })),
  )
  return [...ids]
}

const TABLES = {
  customers: `SELECT id, name, sort_name, email, phone, phone_e164, company, job_title, owner_id, user_id, custom_fields,
    keep_in_touch_days, next_touch_at, last_interaction_at, next_follow_up_at, created_at, deleted_at IS NOT NULL AS is_trashed
    FROM customers WHERE id IN (SELECT value FROM json_each(?1))`,
  interactions:
    'SELECT id, customer_id, owner_id, type, occurred_at, follow_up_at, done_at FROM interactions WHERE customer_id IN (SELECT value FROM json_each(?1))',
  tickets: `SELECT id, customer_id, owner_id, deleted_at FROM tickets
    WHERE customer_id IN (SELECT value FROM json_each(?1))`,
  leads: 'SELECT id, customer_id, owner_id FROM leads WHERE customer_id IN (SELECT value FROM json_each(?1))',
  tags: 'SELECT customer_id, tag_id FROM customer_tags WHERE customer_id IN (SELECT value FROM json_each(?1))',
  relationships: `SELECT from_id, to_id, kind FROM customer_relationships
    WHERE from_id IN (SELECT value FROM json_each(?1))`,
}
type Row = Record<string, unknown>
export type Held = Record<keyof typeof TABLES, Row[]>

/** All that is held of some customers, but for when and how often they were changed. */
export async function held(ids: string[]): Promise<Held> {
  const [customers = [], interactions = [], tickets = [], leads = [], tags = [], relationships = []] =
    await selectAll<Row>(
      [TABLES.customers, TABLES.interactions, TABLES.tickets, TABLES.leads, TABLES.tags, TABLES.relationships],
      JSON.stringify(ids),
    )
  const parsed = customers.map((row) => ({ ...row, custom_fields: JSON.parse(String(row.custom_fields)) }))
  return inOrder({ customers: parsed, interactions, tickets, leads, tags, relationships })
}

/** The same, in an order that depends on nothing but what it holds. */
export function inOrder(all: Held): Held {
  const text = (row: Row) => JSON.stringify(Object.values(row))
  const sorted = (list: Row[]) => list.toSorted((a, b) => (text(a) < text(b) ? -1 : 1))
  const { customers, interactions, tickets, leads, tags, relationships } = all
  return {
    customers: sorted(customers),
    interactions: sorted(interactions),
    tickets: sorted(tickets),
    leads: sorted(leads),
    tags: sorted(tags),
    relationships: sorted(relationships),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value, filled up with another one: where there is none, and of objects entry by entry. */
export function filled(first: unknown, second: unknown): unknown {
  if (!isObject(first) || !isObject(second)) return first ?? second
  const keys = new Set([...Object.keys(second), ...Object.keys(first)])
  return Object.fromEntries([...keys].map((key) => [key, filled(first[key], second[key])]))
}
