// What is held on a person: shown whole, and erased whole. One map says both, and here it is held against the schema.
import { env } from 'cloudflare:workers'
import { getTableName, is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { beforeAll, describe, expect, it } from 'vitest'
import * as schema from '../../src/db/schema'
import { HELD } from '../../src/personal-data/personal-data.map'
import { bodyOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { happenings, made } from '../support/customers'
import { count, everythingStored, rows, sizes } from '../support/database'
import { enquiry, founder, member, PASSWORD, type Person, signIn, team, unique } from '../support/factories'
import { kinds, markOf, personIn, plant, queue, textsOf } from '../support/person'

/** Tables that are about no person, and why. Whoever adds a table adds it here or to the map. */
const ELSEWHERE: Record<string, string> = {
  workspaces: 'the tenant itself',
  api_keys: 'machines',
  subscriptions: 'the tenant’s own, at Stripe',
  stripe_events: 'which of Stripe’s events were taken in',
  tags: 'words of the workspace; who has which stands in customer_tags',
  customer_merged_rows: 'ids alone',
  fields: 'definitions, which are words of the workspace',
  stages: 'words of the workspace',
  strict_entities: 'a setting of the workspace',
  field_keys: 'values of custom fields, kept by triggers: they go with the values',
  field_values: 'the same of indexed fields',
  tagged_customers: 'ids alone, and empty between batches',
  imports: 'files as such: whose, of which columns, how many rows',
  import_chunks: 'what is on its way in; emptied once it is written',
  import_originals: 'what is on its way in; gone once it is written',
  import_keys: 'what is on its way in; gone once it is over',
  webhooks: 'addresses of other programs, and who made them',
  webhook_deliveries: 'what is sent: its texts are sealed, and go with the erasure by a trigger (test/webhooks)',
  streams: 'where a stream stands: numbers alone',
  bulk_selections: 'ids alone',
  bulk_results: 'what records had before a bulk change: goes with the erasure by a trigger (test/bulk)',
  jobs: 'work that goes on; what it is to do is emptied when it is done',
  login_attempts: 'who tried to sign in lately, across workspaces: gone within the hour, and nobody’s to reset',
  daily_counts: 'how often an address did something, across workspaces: gone within a day, and nobody’s to reset',
  idempotency_keys: 'sealed under a key that only the client has; gone within a day',
  sweeps: 'how far a job has come',
  directory: 'who has which address, with STORAGE=objects: it goes when the account gives it up',
}

const reading = (by: Person, id: string) => api(by.token).v1.customers[':id']['personal-data'].$get({ param: { id } })
const erasing = (by: Person, id: string) => api(by.token).v1.customers[':id'].erase.$post({ param: { id } })

describe('the map', () => {
  it('knows every table of the schema, or says why not', () => {
    const tables: string[] = Object.values(schema).flatMap((each) =>
      is(each, SQLiteTable) ? [getTableName(each)] : [],
    )
    const known = new Set<string>([
      ...Object.values(HELD).map(({ table }) => getTableName(table)),
      ...Object.keys(ELSEWHERE),
    ])
    expect(tables.filter((name) => !known.has(name))).toEqual([])
    expect([...known].filter((name) => !tables.includes(name))).toEqual([])
  })
})

describe('a person with a mark in every text', () => {
  let admin: Person
  let person: Awaited<ReturnType<typeof personIn>>
  const mark = unique('zq').toLowerCase()
  beforeAll(async () => {
    admin = await founder()
    person = await personIn(admin)
    await plant(mark, (await bodyOf(reading(admin, person.id), 200)).data)
  })

  it('is shown with every mark but those of secrets', async () => {
    const { data, incomplete } = await bodyOf(reading(admin, person.id), 200)
    expect(incomplete).toEqual([])
    for (const kind of kinds()) {
      expect(data[kind]?.length, kind).toBeGreaterThan(0)
      const shown = JSON.stringify(data[kind])
      for (const [name] of textsOf(kind)) {
        const isSecret = /Hash$/.test(name)
        expect(shown.includes(markOf(mark, kind, name)), `${kind}.${name}`).toBe(!isSecret)
      }
    }
    expect(JSON.stringify(data)).toContain('VIP')
    const has = (kind: string, id: string) => data[kind]?.some((row) => row.id === id)
    expect([person.id, person.twin].map((id) => has('customers', id))).toEqual([true, true])
    expect([person.leadId, person.again, person.trashed].map((id) => has('leads', id))).toEqual([true, true, true])
    expect(data.mails).toHaveLength(3)
    expect(data.interactions).toHaveLength(3)
  })

  it('leaves no mark in any table or search index once erased, and every figure as it was', async () => {
    const tables = ['customers', 'leads', 'interactions', 'tickets', 'outbox', 'users', 'tags', 'customer_merges']
    const before = await sizes(...tables)
    const events = await count('events')
    expect(await placesOf(mark)).not.toEqual([])
    const indexes = await wordIndexes()
    for (const index of ['customers_fts', 'leads_fts']) {
      expect(indexes).toContain(index)
      expect(await marked(index, mark), index).toBeGreaterThan(0)
    }
    expect(await bodyOf(erasing(admin, person.id), 200)).toMatchObject({ customerId: person.id })
    expect(await placesOf(mark)).toEqual([])
    for (const index of indexes) expect(await marked(index, mark), index).toBe(0)
    expect(await sizes(...tables)).toEqual(before)
    expect(await count('events')).toBe(events + 1)
    const { data } = await bodyOf(reading(admin, person.id), 200)
    expect(data.customers?.every(({ name, email }) => name === 'Erased' && email === null)).toBe(true)
    expect([data.sessions, data.tokens, data.tags, data.relationships]).toEqual([[], [], [], []])
    const [trail] = await rows<{ changes: string }>(
      `SELECT changes FROM events WHERE subject_id = ? AND verb = 'lead.converted'`,
      person.leadId,
    )
    expect(JSON.parse(trail?.changes ?? '')).toMatchObject({ status: ['NEW', 'CLOSED'] })
  })
})

/** Where a mark stands in the database, with a few words around it. */
async function placesOf(mark: string): Promise<string[]> {
  return (await everythingStored()).match(new RegExp(`.{0,80}${mark}.{0,40}`, 'g')) ?? []
}

/** The search indexes that hold words. */
async function wordIndexes(): Promise<string[]> {
  const isOne = `sql GLOB 'CREATE VIRTUAL TABLE*fts5*' AND sql NOT GLOB '*detail = none*'`
  return (await rows<{ name: string }>(`SELECT name FROM sqlite_master WHERE ${isOne}`)).map(({ name }) => name)
}

const marked = async (index: string, mark: string) =>
  (await rows<{ n: number }>(`SELECT count(*) AS n FROM ${index} WHERE ${index} MATCH ?`, `"${mark}"`))[0]?.n

describe('erasing', () => {
  it('is refused a second time, until something was added since', async () => {
    const admin = await founder()
    const { id } = await made(admin, { name: 'Alice' })
    const client = api(admin.token).v1
    await bodyOf(erasing(admin, id), 200)
    await refusalOf(erasing(admin, id), 409, 'already_erased')
    await bodyOf(client.customers[':id'].$patch({ param: { id }, header: {}, json: { name: 'Alice again' } }), 200)
    await bodyOf(erasing(admin, id), 200)
    await refusalOf(erasing(admin, id), 409, 'already_erased')
    await bodyOf(client.interactions.$post({ json: { customerId: id, type: 'NOTE', body: 'Alice rang' } }), 201)
    await bodyOf(erasing(admin, id), 200)
    expect(await count('interactions', "customer_id = ? AND body <> 'Erased'", id)).toBe(0)
    expect(await happenings(id)).toEqual([
      ...['customer.created', 'customer.erased', 'customer.updated', 'customer.erased', 'customer.erased'],
    ])
  })

  it('of who was merged away is refused, naming the customer who has it all now', async () => {
    const admin = await founder()
    const [alice, twin] = [await made(admin, { name: 'Alice' }), await made(admin, { name: 'A. Lice' })]
    const param = { id: alice.id }
    const merge = api(admin.token).v1.customers[':id'].merge
    await bodyOf(merge.$post({ param, query: {}, json: { fromId: twin.id } }), 200)
    expect(await refusalOf(erasing(admin, twin.id), 409, 'merged_away')).toMatchObject({ existingId: alice.id })
    await bodyOf(erasing(admin, alice.id), 200)
    expect(await rows('SELECT DISTINCT name FROM customers WHERE id IN (?, ?)', alice.id, twin.id)).toEqual([
      { name: 'Erased' },
    ])
  })

  it('reaches into the trash, and not out of the workspace or the role', async () => {
    const { admin, manager, sales } = await team()
    const stranger = await founder()
    const { id } = await made(admin, { name: 'Alice', ownerId: sales.id })
    expect((await api(admin.token).v1.customers[':id'].$delete({ param: { id }, header: {} })).status).toBe(204)
    for (const by of [manager, sales]) await refusalOf(erasing(by, id), 403, 'forbidden')
    await refusalOf(erasing(stranger, id), 404, 'not_found')
    await refusalOf(reading(stranger, id), 404, 'not_found')
    await refusalOf(reading(sales, id), 403, 'forbidden')
    await bodyOf(reading(manager, id), 200)
    await bodyOf(erasing(admin, id), 200)
  })

  it('is not for who is no ADMIN any more, whatever the token says', async () => {
    const { admin } = await team()
    const second = await member(admin, 'ADMIN')
    const { id } = await made(admin, { name: 'Alice' })
    const demoted = { param: { id: second.id }, query: {}, header: {}, json: { role: 'MANAGER' as const } }
    await bodyOf(api(admin.token).v1.users[':id'].$patch(demoted), 200)
    await refusalOf(erasing(second, id), 403, 'forbidden')
    expect(await count('customers', "id = ? AND name = 'Alice'", id)).toBe(1)
  })

  it('touches nobody else: no namesake, no other workspace, no lead that became somebody else', async () => {
    const [admin, stranger] = [await founder(), await founder()]
    const email = `${unique('alice')}@example.com`
    const others = [
      await made(stranger, { name: 'Alice', email }),
      await made(admin, { name: 'Alice', phone: '+44 20 7946 0958' }),
    ]
    const elsewhere = await enquiry(stranger.slug, { email })
    const became = await enquiry(admin.slug, { email })
    const [, namesake] = others
    const json = { customerId: namesake?.id ?? '' }
    await bodyOf(api(admin.token).v1.leads[':id'].convert.$post({ param: { id: became }, json }), 200)
    await queue(stranger, [{ recipient: email, payload: { name: 'Alice' } }])
    const state = () =>
      Promise.all([
        rows('SELECT * FROM customers WHERE id IN (?, ?)', ...others.map(({ id }) => id)),
        rows('SELECT * FROM leads WHERE id IN (?, ?)', elsewhere, became),
        rows('SELECT * FROM outbox WHERE workspace_id = ?', stranger.workspaceId),
        rows('SELECT * FROM events WHERE subject_id IN (?, ?, ?)', elsewhere, became, namesake?.id),
      ])
    const before = await state()
    const { id } = await made(admin, { name: 'Alice', email, phone: '+44 20 7946 0958' })
    await bodyOf(erasing(admin, id), 200)
    expect(await state()).toEqual(before)
  })

  it('ends the portal login, but none that is another customer’s too, or of the team by now', async () => {
    const admin = await founder()
    const logins = [await member(admin, 'CUSTOMER'), await member(admin, 'CUSTOMER'), await member(admin, 'CUSTOMER')]
    const [own, shared, promoted] = logins.map(({ id }) => id)
    for (const userId of [own, shared, promoted]) await made(admin, { name: 'Alice', userId })
    // As was possible once, and may still be in the database.
    const bob = await made(admin, { name: 'Bob' })
    await env.DB.prepare('UPDATE customers SET user_id = ? WHERE id = ?').bind(shared, bob.id).run()
    const change = { param: { id: promoted ?? '' }, query: {}, header: {}, json: { role: 'SALES' as const } }
    await bodyOf(api(admin.token).v1.users[':id'].$patch(change), 200)
    const alices = await rows<{ id: string }>(
      "SELECT id FROM customers WHERE workspace_id = ? AND name = 'Alice'",
      admin.workspaceId,
    )
    for (const { id } of alices) await bodyOf(erasing(admin, id), 200)
    const left = await rows<{ id: string }>(
      "SELECT id FROM users WHERE workspace_id = ? AND name <> 'Erased' AND deleted_at IS NULL",
      admin.workspaceId,
    )
    expect(left.map(({ id }) => id).sort()).toEqual([admin.id, shared, promoted].sort())
    expect((await signIn({ email: logins[0]?.email, password: PASSWORD })).status).toBe(401)
    expect((await signIn({ email: logins[1]?.email, password: PASSWORD })).status).toBe(200)
  })

  it('leaves nothing to be followed up, reminded of or kept in touch with, and every figure of the past', async () => {
    const { admin, sales } = await team()
    const { id, email } = await made(sales, { email: `${unique('gone')}@example.com`, keepInTouchDays: 5 })
    const { v1 } = api(sales.token)
    const followUpAt = new Date(Date.now() - 3 * 86_400_000).toISOString()
    await v1.interactions.$post({ json: { customerId: id, type: 'CALL', body: 'Said', followUpAt } })
    await v1.interactions.$post({ json: { customerId: id, type: 'NOTE', body: 'Said' } })
    await v1.leads.$post({ json: { title: 'Theirs', email: email ?? '', followUpAt } })
    const figures = async () => {
      const { followUps, ...past } = await bodyOf(v1.analytics.summary.$get({ query: {} }), 200)
      return { past, overdue: followUps.overdue }
    }
    const before = await figures()
    expect(before.overdue).toEqual({ interactions: 1, leads: 1 })
    await bodyOf(erasing(admin, id), 200)
    expect(await figures()).toEqual({ past: before.past, overdue: { interactions: 0, leads: 0 } })
    expect(await bodyOf(v1.customers[':id'].$get({ param: { id }, query: {} }), 200)).toMatchObject({
      nextFollowUpAt: null,
      nextTouchAt: null,
    })
    for (const table of ['interactions', 'leads', 'customers']) {
      expect(await count(table, 'workspace_id = ? AND remind_at IS NOT NULL', admin.workspaceId), table).toBe(0)
    }
    expect(await count('interactions', 'customer_id = ? AND done_at IS NOT NULL', id)).toBe(1)
  })

  it('stops mail that waits for them', async () => {
    const admin = await founder()
    const email = `${unique('alice')}@example.com`
    const { id } = await made(admin, { name: 'Alice', email })
    await queue(admin, [
      { recipient: email },
      { recipient: email, state: 'SENT' },
      { recipient: 'staff@example.com', payload: { link: `https://crm.example/customers/${id}` } },
      { recipient: 'staff@example.com', payload: { link: `https://crm.example/customers/${crypto.randomUUID()}` } },
    ])
    await bodyOf(erasing(admin, id), 200)
    const mails = await rows(
      'SELECT recipient, state FROM outbox WHERE workspace_id = ? ORDER BY recipient, state',
      admin.workspaceId,
    )
    expect(mails).toEqual([
      { recipient: '', state: 'FAILED' },
      { recipient: '', state: 'FAILED' },
      { recipient: '', state: 'SENT' },
      { recipient: 'staff@example.com', state: 'QUEUED' },
    ])
  })
})
