// Customers for a test and what hangs on them, lists of them walked page by page, and what the database says of them.
import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/d1'
import { v7 as uuidv7 } from 'uuid'
import { expect } from 'vitest'
import { CUSTOMER_FIELDS } from '../../src/customers/customers.fields'
import { type CustomerRow, customerColumns } from '../../src/customers/customers.record'
import { customers } from '../../src/db/schema'
import { derivedValues } from '../../src/records/fields'
import { foldText } from '../../src/text/fold'
import { bodyOf } from './answers'
import { api } from './api'
import { rows } from './database'
import type { Person } from './factories'

export { costOf } from './answers'
export { happenings } from './database'

export type NewCustomer = Parameters<ReturnType<typeof api>['v1']['customers']['$post']>[0]['json']

/** A customer made by somebody, through the API. */
export function made(by: Person, fields: Partial<NewCustomer> = {}) {
  return bodyOf(api(by.token).v1.customers.$post({ json: { name: 'Carla Customer', ...fields } }), 201)
}

/** A customer that belongs to its maker, whatever the role. */
export function ownCustomer(of: Person, fields: Partial<NewCustomer> = {}) {
  return made(of, { ...fields, ownerId: of.id })
}

export type Query = Record<string, string | string[] | undefined>

/** One page of customers. */
export function page({ token }: Pick<Person, 'token'>, query: Query = {}) {
  return bodyOf(api(token).v1.customers.$get({ query }), 200)
}

/** The ids on every page of a list, in order, and the size of each; `between` runs before each further page. */
export async function walk(by: Pick<Person, 'token'>, query: Query = {}, between?: () => Promise<unknown>) {
  let last = await page(by, query)
  const pages = [last]
  while (last.nextCursor) {
    await between?.()
    last = await page(by, { ...query, cursor: last.nextCursor })
    pages.push(last)
    expect(pages.length, 'a walk that does not end').toBeLessThan(200)
  }
  return { ids: pages.flatMap(({ data }) => data.map(({ id }) => id)), sizes: pages.map(({ data }) => data.length) }
}

type Seed = Partial<Omit<CustomerRow, 'customFields'>> & { customFields?: unknown; tags?: string[] }

/** Customers put straight into the database in the order given, for what the API would take long to make. */
export async function seedCustomers(workspaceId: string, seeds: Seed[]): Promise<CustomerRow[]> {
  const now = new Date().toISOString()
  const list = seeds.map(({ createdAt = now, updatedAt = createdAt, name = 'A seed', tags: _, ...seed }) => ({
    ...{ id: uuidv7({ msecs: Date.parse(createdAt) }), version: 1, createdAt, updatedAt, name },
    ...derivedValues(CUSTOMER_FIELDS, { ...seed, name }, null),
    ...seed,
    workspaceId,
  }))
  await put('customers', list)
  await tag(
    workspaceId,
    list.map(({ id }, i) => [id, seeds[i]?.tags ?? []]),
  )
  return stored(workspaceId)
}

const snake = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Rows put straight into a table in the order given; a field that is missing in one is null there. */
export async function put(table: string, list: Record<string, unknown>[]): Promise<void> {
  const fields = [...new Set(list.flatMap((row) => Object.keys(row)))]
  if (fields.length === 0) return
  const values = fields.map((field) => `value ->> '${field}'`)
  const insert = `INSERT INTO ${table} (${fields.map(snake)}) SELECT ${values} FROM json_each(?)`
  await env.DB.prepare(insert).bind(JSON.stringify(list)).run()
}

/** Tags customers, straight in the database: a tag's id is its workspace and key. */
export async function tag(workspaceId: string, tagged: [id: string, names: string[]][]): Promise<void> {
  const now = new Date().toISOString()
  const list = tagged.flatMap(([id, names]) => names.map((name) => ({ id, name, key: foldText(name) })))
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO tags (id, workspace_id, name, key, created_at, updated_at)
        SELECT DISTINCT ?1 || (value ->> 'key'), ?1, value ->> 'key', value ->> 'key', ?2, ?2 FROM json_each(?3)
        WHERE true ON CONFLICT DO NOTHING`,
    ).bind(workspaceId, now, JSON.stringify(list)),
    env.DB.prepare(
      `INSERT INTO customer_tags (customer_id, tag_id) SELECT value ->> 'id', ?1 || (value ->> 'key') FROM json_each(?2)
        WHERE true ON CONFLICT DO NOTHING`,
    ).bind(workspaceId, JSON.stringify(list)),
  ])
}

/** Every customer of a workspace in the order of arrival, those in the trash included. */
export function stored(workspaceId: string): Promise<CustomerRow[]> {
  const db = drizzle(env.DB, { casing: 'snake_case' })
  return db.select(customerColumns).from(customers).where(eq(customers.workspaceId, workspaceId)).orderBy(customers.seq)
}

const OWNERS = `json_each(json_array('*', c.owner_id)) AS o`
const LIVING = 'c.workspace_id = ?1 AND c.deleted_at IS NULL'

/** What triggers keep for a workspace, and the same counted afresh. */
export async function counters(workspaceId: string) {
  const list = (query: string) => rows(`${query} ORDER BY 1, 2`, workspaceId)
  const kept = await Promise.all([
    list('SELECT owner, count FROM customer_counts WHERE workspace_id = ?1 AND count <> 0'),
    list('SELECT key, workspace_id FROM duplicate_keys WHERE workspace_id = ?1'),
    list(
      'SELECT tag_id || owner AS tag, customers AS count FROM tag_counts WHERE workspace_id = ?1 AND customers <> 0',
    ),
  ])
  const counted = await Promise.all([
    list(`SELECT o.value AS owner, count(*) AS count FROM customers AS c, ${OWNERS}
      WHERE ${LIVING} AND o.value IS NOT NULL GROUP BY 1`),
    list(`SELECT k.value AS key, c.workspace_id FROM customers AS c,
      json_each(json_array('name ' || c.name_key, 'phone ' || c.phone_e164)) AS k
      WHERE ${LIVING} AND k.value IS NOT NULL GROUP BY 1 HAVING count(*) > 1`),
    list(`SELECT t.tag_id || o.value AS tag, count(*) AS count FROM customers AS c, customer_tags AS t, ${OWNERS}
      WHERE ${LIVING} AND o.value IS NOT NULL AND t.customer_id = c.id GROUP BY 1`),
  ])
  return { kept, counted }
}
