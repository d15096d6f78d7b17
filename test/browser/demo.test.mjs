// Room: test/browser. What `npm run demo` shows: its logins work, its lists are in order, its history tells the truth.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { seedDemo } from '../../scripts/demo-data.ts'
import { migrate, withLocalDatabase } from '../../scripts/local-database.ts'
import { startWorker } from '../../scripts/worker.ts'

describe('the demo data', () => {
  const persistTo = mkdtempSync(join(tmpdir(), 'edge-crm-'))
  const tokens = {}
  let worker
  let logins
  let slug

  before(async () => {
    ;({ logins, slug } = await withLocalDatabase({ persistTo }, async (db) => {
      await migrate(db)
      await seedDemo(db)
      return seedDemo(db)
    }))
    worker = await startWorker({ persist: persistTo, vars: { USER_RATE_LIMIT_MAX: '100000' } })
    for (const { role, email, password } of logins) {
      const response = await worker.fetch('/v1/auth/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
      assert.equal(response.status, 200, email)
      const { user, accessToken } = await response.json()
      assert.equal(user.role, role)
      tokens[role] = accessToken
    }
  })

  after(async () => {
    await worker?.dispose()
    rmSync(persistTo, { recursive: true })
  })

  async function get(path, role = 'ADMIN') {
    const response = await worker.fetch(path, { headers: { Authorization: `Bearer ${tokens[role]}` } })
    assert.equal(response.status, 200, path)
    return response.json()
  }

  async function all(path) {
    const rows = []
    let cursor = ''
    do {
      const page = await get(`${path}limit=100${cursor}`)
      rows.push(...page.data)
      cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : undefined
    } while (cursor)
    return rows
  }

  test('has a login of every role, and is there once however often it is asked for', async () => {
    assert.equal((await get('/v1/workspace')).slug, slug)
    assert.deepEqual([...new Set(logins.map(({ role }) => role))], ['ADMIN', 'MANAGER', 'SALES', 'CUSTOMER'])
    const { total } = await get('/v1/leads?total=true&limit=1')
    assert.equal(total + (await all('/v1/leads?trashed=true&')).length, 400)
  })

  test('offers a pool of 40 to everybody in sales', async () => {
    for (const role of ['ADMIN', 'MANAGER', 'SALES']) {
      assert.equal((await get('/v1/leads?owner=none&total=true&limit=1', role)).total, 40)
    }
  })

  test('lists leads in the order in which they came, whichever index a list walks', async () => {
    const leads = await all('/v1/leads?')
    const times = leads.map(({ createdAt }) => createdAt)
    assert.deepEqual(times, times.toSorted().reverse())
    for (const { id, createdAt } of leads) {
      assert.equal(Number.parseInt(id.replace('-', '').slice(0, 12), 16), Date.parse(createdAt))
    }
    const since = new Date(Date.now() - 90 * 86_400_000).toISOString()
    const recent = await all(`/v1/leads?createdAfter=${since}&`)
    assert.deepEqual(
      recent,
      leads.filter(({ createdAt }) => createdAt >= since),
    )
  })

  test('finds its people in their own scripts and without their accents', async () => {
    const leads = await all('/v1/leads?')
    for (const script of [/\p{Script=Han}{3}/u, /\p{Script=Cyrillic}/u, /[äöüéíñ]/]) {
      const { name } = leads.find((lead) => script.test(lead.name))
      const typed = name.replace(/[äöüéíñ]/g, (letter) => letter.normalize('NFD')[0])
      const found = await get(`/v1/leads?q=${encodeURIComponent(typed)}`)
      assert.ok(found.data.some((lead) => lead.name === name))
    }
  })

  test('has follow-ups on both sides of today', async () => {
    const now = new Date().toISOString()
    const [overdue, due] = [await all(`/v1/leads?followUpBefore=${now}&`), await all(`/v1/leads?followUpAfter=${now}&`)]
    assert.ok(overdue.length >= 5 && due.length >= 20, `${overdue.length} overdue, ${due.length} to come`)
  })

  test('has 120 customers, two of them there twice, and a call to find by half a number', async () => {
    const { total } = await get('/v1/customers?total=true&limit=1')
    assert.equal(total, 120)
    const groups = await all('/v1/customers/duplicates?')
    assert.deepEqual(groups.map(({ reason }) => reason).sort(), ['name', 'phone'])
    const [{ phoneE164 }] = groups.find(({ reason }) => reason === 'phone').customers
    const found = await get(`/v1/customers?q=${phoneE164.slice(-6)}`)
    assert.equal(found.data.filter((customer) => customer.phoneE164 === phoneE164).length, 2)
  })

  test('has something overdue, due today and due later for everybody in sales', async () => {
    for (const due of ['overdue', 'today', 'upcoming']) {
      const { data } = await get(`/v1/interactions?due=${due}`, 'SALES')
      assert.ok(data.length >= 3, `${data.length} ${due}`)
    }
  })

  test('lets a customer in on the own record, what was said and the own tickets', async () => {
    const { data: customers } = await get('/v1/customers', 'CUSTOMER')
    assert.deepEqual(
      customers.map(({ email }) => email),
      logins.filter(({ role }) => role === 'CUSTOMER').map(({ email }) => email),
    )
    const timeline = await get(`/v1/customers/${customers[0].id}/timeline`, 'CUSTOMER')
    assert.ok(timeline.data.length >= 3)
    const { data: tickets } = await get('/v1/tickets', 'CUSTOMER')
    assert.deepEqual(
      tickets.map(({ number }) => number),
      [48, 44, 13],
    )
    assert.ok((await get(`/v1/tickets/${tickets[1].id}/comments`, 'CUSTOMER')).data.length >= 1)
  })

  test('has every kind of interaction and counts its tags', async () => {
    const interactions = await all('/v1/interactions?')
    const types = new Set(interactions.map(({ type }) => type))
    assert.deepEqual([...types].sort(), ['CALL', 'EMAIL', 'FOLLOW_UP', 'MEETING', 'NOTE', 'TASK'])
    for (const { name, count } of (await get('/v1/tags')).data) {
      const { total } = await get(`/v1/customers?tag=${encodeURIComponent(name)}&total=true&limit=1`)
      assert.equal(total, count, name)
    }
  })

  test('repeats owners, keeps facts and dates ids as the Worker and its triggers would', async () => {
    const db = await worker.database()
    const wrong = {
      'owners of interactions': `SELECT i.id FROM interactions i WHERE owner_id IS NOT
        CASE WHEN customer_id IS NULL THEN (SELECT owner_id FROM leads WHERE id = i.lead_id)
        ELSE (SELECT owner_id FROM customers WHERE id = i.customer_id) END`,
      'owners of tickets': `SELECT t.id FROM tickets t
        WHERE owner_id IS NOT (SELECT owner_id FROM customers WHERE id = t.customer_id)`,
      'customers of converted leads': `SELECT i.id FROM interactions i JOIN leads l ON l.id = i.lead_id
        WHERE i.customer_id IS NOT l.customer_id`,
      'kept facts': `SELECT c.id FROM customers c JOIN customers_kept k ON k.id = c.id
        WHERE (c.last_interaction_at, c.next_follow_up_at) IS NOT (k.last_interaction_at, k.next_follow_up_at)`,
      'ticket numbers': 'SELECT t.id FROM tickets t WHERE number <> (SELECT count(*) FROM tickets WHERE seq <= t.seq)',
    }
    for (const [what, sql] of Object.entries(wrong)) assert.deepEqual((await db.prepare(sql).all()).results, [], what)
    for (const table of ['customers', 'interactions', 'tickets', 'tags']) {
      const { results } = await db.prepare(`SELECT id, created_at FROM ${table}`).all()
      for (const { id, created_at } of results) {
        assert.equal(Number.parseInt(id.replace('-', '').slice(0, 12), 16), Date.parse(created_at), table)
      }
    }
  })

  test('has figures of every kind for everybody in sales, on every page of the year', async () => {
    const from = new Date(Date.now() - 300 * 86_400_000).toISOString().slice(0, 10)
    for (const role of ['ADMIN', 'MANAGER', 'SALES']) {
      const { leads, customers, interactions, tickets, followUps } = await get(
        `/v1/analytics/summary?from=${from}`,
        role,
      )
      const counts = [leads.claimed, leads.contacted, leads.converted, leads.closed, customers.created, interactions]
      for (const count of [...counts, tickets.opened, tickets.resolved, followUps.overdue.interactions])
        assert.ok(count >= 3)
      assert.ok(leads.medianSecondsToClaim > 600 && leads.medianSecondsToContact > 3600)
      assert.ok(leads.conversionRate > 0.1 && leads.conversionRate < 0.9)
      const { stages } = await get(`/v1/analytics/funnel?from=${from}`, role)
      for (const { entered, left, medianSeconds } of stages.slice(1))
        assert.ok(entered > 10 && left > 3 && medianSeconds > 86_400)
    }
    const { stages } = await get(`/v1/analytics/funnel?from=${from}`)
    assert.ok(stages[0].entered > 100)
    const { points } = await get('/v1/analytics/trends?groupBy=month')
    for (const { counts } of points.slice(1)) for (const name of ['leads', 'calls']) assert.ok(counts[name] > 0, name)
    const { data: team } = await get(`/v1/analytics/team?from=${from}`)
    assert.ok(team.filter(({ claims, conversions }) => claims > 3 && conversions > 1).length >= 2)
    const { data: quiet } = await get('/v1/analytics/engagement?order=quiet')
    assert.ok(quiet.length > 3 && quiet[0].quietDays >= 30)
    const [[most], [least]] = await Promise.all(
      ['most', 'least'].map(async (order) => (await get(`/v1/analytics/engagement?order=${order}`)).data),
    )
    assert.ok(most.interactionCount > 10 && least.interactionCount < 3)
  })

  test('tells in the audit trail how every lead became what it is', async () => {
    const leads = await all('/v1/leads?')
    const events = (await all('/v1/events?')).reverse()
    const now = new Date().toISOString()
    assert.ok(events.every(({ timestamp }, i) => timestamp <= now && timestamp >= (events[i - 1]?.timestamp ?? '')))
    const stories = Map.groupBy(events, ({ subject }) => subject.id)
    for (const lead of leads) {
      const story = stories.get(lead.id)
      assert.match(story[0].type, /^lead\.(enquired|created)$/)
      assert.equal(story[0].timestamp, lead.createdAt)
      assert.equal(story.at(-1).timestamp, lead.updatedAt)
      const told = { status: 'NEW', ownerId: null, followUpAt: null, customerId: null }
      for (const { changes } of story) {
        for (const [field, [before, after]] of Object.entries(changes ?? {})) {
          if (field in told) assert.equal(told[field], before, `${field} of ${lead.id}`)
          told[field] = after
        }
      }
      for (const field of ['status', 'ownerId', 'followUpAt', 'customerId']) assert.equal(lead[field], told[field])
      if (lead.customerId) assert.equal(stories.get(lead.customerId)[0].type, 'customer.created')
    }
  })

  // Last, for it changes what it reads.
  test('writes numbers and orders names as the API does', async () => {
    const before = await all('/v1/customers?sort=name&')
    for (const { id, name, phone, phoneE164 } of before) {
      const response = await worker.fetch(`/v1/customers/${id}`, {
        method: 'PATCH',
        headers: { Authorization: `Bearer ${tokens.ADMIN}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ name, phone }),
      })
      assert.equal((await response.json()).phoneE164, phoneE164, name)
    }
    const names = async () => (await all('/v1/customers?sort=name&')).map(({ name }) => name)
    assert.deepEqual(
      await names(),
      before.map(({ name }) => name),
    )
  })
})
