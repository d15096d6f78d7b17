// Analytics: every figure of every answer is what a naive count over the same history gives, whatever the history.
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LEAD_STATUSES } from '../../src/db/schema/leads'
import { bodyOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import {
  concerned,
  diary,
  dues,
  type Fact,
  isOpen,
  median,
  timeless,
  type World,
  wallDate,
  world,
} from '../support/diary'
import { freshAddress, type Person, team, unique } from '../support/factories'

afterEach(() => void vi.useRealTimers())

const TYPES = ['NOTE', 'CALL', 'EMAIL', 'MEETING', 'TASK', 'FOLLOW_UP'] as const
const TICKET_STATUSES = ['OPEN', 'IN_PROGRESS', 'RESOLVED', 'CLOSED'] as const
const ZONES = ['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia', 'Asia/Kathmandu', 'Europe/London']
const HOUR = 3_600_000

const nth = fc.nat(9)
const is = <D extends string>(name: D) => fc.constant(name)
/** Hours from now, to the minute. */
const hours = fc.integer({ min: -60 * 60, max: 60 * 60 }).map((minutes) => minutes / 60)
const fields = { type: fc.constantFrom(...TYPES), occurred: fc.option(hours), due: fc.option(hours) }
const did = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: is('make'), status: fc.option(nth), source: nth, due: fc.option(hours) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('enquire', 'claim-next', 'customer') }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('claim', 'release', 'trash', 'restore', 'convert'), lead: nth }),
  },
  { weight: 2, arbitrary: fc.record({ do: is('assign'), lead: nth, to: nth }) },
  { weight: 5, arbitrary: fc.record({ do: is('move'), lead: nth, status: nth, due: fc.option(hours) }) },
  { weight: 3, arbitrary: fc.record({ do: is('log of a lead'), lead: nth, ...fields }) },
  { weight: 3, arbitrary: fc.record({ do: is('log'), customer: nth, ...fields }) },
  { weight: 2, arbitrary: fc.record({ do: is('edit'), interaction: nth, ...fields }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('done', 'delete'), interaction: nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('trash customer', 'restore customer'), customer: nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('give', 'merge'), customer: nth, to: nth }) },
  { weight: 2, arbitrary: fc.record({ do: is('ticket'), customer: nth }) },
  { weight: 2, arbitrary: fc.record({ do: is('handle'), ticket: nth, status: nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('hand', 'drop'), ticket: nth, to: nth }) },
  { weight: 1, arbitrary: fc.record({ do: is('leave'), to: nth }) },
)
type Did = typeof did extends fc.Arbitrary<infer D> ? D : never
const step = fc.record({ who: nth, wait: fc.integer({ min: 1, max: 30 * 24 * 60 }), did })

/** How each history begins, by manager, sales, sales, … so that there is something to claim, merge and hand over. */
const OPENING: Did[] = [
  { do: 'customer' },
  { do: 'customer' },
  { do: 'customer' },
  { do: 'enquire' },
  { do: 'make', status: 1, source: 0, due: 2 },
  { do: 'ticket', customer: 1 },
  { do: 'log', customer: 1, type: 'CALL', occurred: -1, due: 30 },
]

const pick = <T>(list: readonly T[], i: number): T | undefined => list[i % Math.max(1, list.length)]

type People = Record<'admin' | 'manager' | 'sales' | 'rival', Person>

/** One step as a request; those of records that are not there are 404s. */
async function perform(people: People, by: Person, now: World, step: Did): Promise<number> {
  const { admin, manager, sales, rival } = people
  const from = (away: number | null) => (away === null ? null : new Date(Date.now() + away * HOUR).toISOString())
  const call = async (method: string, path: string, json?: unknown) =>
    (
      await send(path, {
        method,
        token: by.token,
        ...(method === 'POST' || method === 'PATCH' ? { json: json ?? {} } : {}),
      })
    ).status
  const of = (list: { id: string }[], i: number) => pick(list, i)?.id ?? crypto.randomUUID()
  const member = (i: number) => pick([manager, sales, rival], i)?.id
  if ('lead' in step) {
    const lead = `/v1/leads/${of(now.leads, step.lead)}`
    if (step.do === 'log of a lead') {
      const { type, occurred, due } = step
      const at = { ...(occurred === null ? {} : { occurredAt: from(occurred) }), followUpAt: from(due) }
      return call('POST', '/v1/interactions', { leadId: lead.split('/')[3], type, body: 'Said', ...at })
    }
    if (step.do === 'assign') return call('POST', `${lead}/assign`, { ownerId: member(step.to) })
    if (step.do === 'move') {
      return call('PATCH', lead, { status: pick(LEAD_STATUSES, step.status), followUpAt: from(step.due) })
    }
    return step.do === 'trash' ? call('DELETE', lead) : call('POST', `${lead}/${step.do}`)
  }
  if ('customer' in step) {
    const id = of(now.customers, step.customer)
    const one = `/v1/customers/${id}`
    if (step.do === 'log') {
      const { type, occurred, due } = step
      const at = { ...(occurred === null ? {} : { occurredAt: from(occurred) }), followUpAt: from(due) }
      return call('POST', '/v1/interactions', { customerId: id, type, body: 'Said', ...at })
    }
    if (step.do === 'give') return call('PATCH', one, { ownerId: member(step.to) })
    if (step.do === 'merge') return call('POST', `${one}/merge`, { fromId: of(now.customers, step.to) })
    if (step.do === 'ticket') return call('POST', '/v1/tickets', { customerId: id, title: 'Broken' })
    return step.do === 'trash customer' ? call('DELETE', one) : call('POST', `${one}/restore`)
  }
  if ('interaction' in step) {
    const one = `/v1/interactions/${of(now.interactions, step.interaction)}`
    if (step.do === 'edit') {
      const { type, occurred, due } = step
      return call('PATCH', one, {
        type,
        followUpAt: from(due),
        ...(occurred === null ? {} : { occurredAt: from(occurred) }),
      })
    }
    return step.do === 'delete' ? call('DELETE', one) : call('POST', `${one}/done`)
  }
  if ('ticket' in step) {
    const one = `/v1/tickets/${of(now.tickets, step.ticket)}`
    if (step.do === 'handle') return call('PATCH', one, { status: pick(TICKET_STATUSES, step.status) })
    return step.do === 'hand' ? call('POST', `${one}/assign`, { assigneeId: member(step.to) }) : call('DELETE', one)
  }
  if (step.do === 'make') {
    const source = pick(['fair', 'web', undefined, 'Café "Größe"'], step.source)
    const status = step.status === null ? {} : { status: pick(LEAD_STATUSES, step.status) }
    return call('POST', '/v1/leads', { title: 'A lead', source, followUpAt: from(step.due), ...status })
  }
  if (step.do === 'leave') {
    // What lies in the trash is handed over without an event, so that a recount would not know.
    const trashed = [...now.leads, ...now.customers].filter(({ deleted_at }) => deleted_at !== null)
    if (trashed.some(({ owner_id }) => owner_id === rival.id)) return 404
    const user = api(admin.token).v1.users[':id']
    const param = { id: rival.id }
    const query = step.to % 2 ? { reassignTo: sales.id } : {}
    const { status } = await user.$patch({ param, query, header: {}, json: { status: 'INACTIVE' } })
    await user.$patch({ param, query: {}, header: {}, json: { status: 'ACTIVE' } })
    return status
  }
  if (step.do === 'enquire') {
    const json = { workspace: admin.slug, name: 'Alice', email: `${unique('alice')}@example.com` }
    const headers = { 'CF-Connecting-IP': freshAddress() }
    return (await api().v1.enquiries.$post({ json }, { headers })).status
  }
  return step.do === 'customer'
    ? call('POST', '/v1/customers', { name: 'Carla' })
    : call('POST', '/v1/leads/claim-next')
}

/** Answers say this of a median that naively is `exact`. */
function expectMedian(answered: number | null, exact: number | null, what: string) {
  if (exact === null || answered === null) return expect(answered, what).toBe(exact)
  expect(Math.abs(answered - exact), `${what}: ${answered} for ${exact}`).toBeLessThanOrEqual(Math.max(1, exact * 0.02))
}

const seconds = (facts: Fact[]) => facts.flatMap((fact) => (fact.seconds === undefined ? [] : [fact.seconds]))
const sourceCounts = (facts: Fact[]) =>
  Object.fromEntries([...Map.groupBy(facts, ({ source }) => String(source))].map(([key, list]) => [key, list.length]))

type View = { by: Person; isAll: boolean; timeZone: string; from: string; to: string }

/** Compares all answers to one person in one zone with what the diary says. */
async function expectFigures(now: World, facts: Fact[], { by, isAll, timeZone, from, to }: View) {
  const what = `${by.role} in ${timeZone}, ${from} to ${to}`
  const span = { from, to, timeZone }
  const get = api(by.token).v1.analytics
  const isMine = (owners: (string | null)[]) => isAll || owners.includes(by.id)
  const within = facts.filter(({ at, owners }) => {
    const date = wallDate(timeZone, at)
    return isMine(owners) && date >= from && date < to
  })
  const of = (name: string, kind = /(?:)/) => within.filter((fact) => fact.what === name && kind.test(fact.kind ?? ''))
  const stays = (status: string) =>
    [...of('move'), ...of('conversion')].filter(({ kind }) => kind?.startsWith(`${status}>`))
  const living = now.leads.filter(({ deleted_at }) => deleted_at === null)
  const mine = living.filter(({ owner_id }) => isMine([owner_id]))

  const summary = await bodyOf(get.summary.$get({ query: span }), 200)
  const today = wallDate(timeZone, new Date().toISOString())
  const dueOn = (isThen: (date: string) => boolean) => {
    const list = dues(now).filter(({ at, owner }) => isMine([owner]) && isThen(wallDate(timeZone, at)))
    return {
      interactions: list.filter(({ of }) => of === 'interactions').length,
      leads: list.filter(({ of }) => of === 'leads').length,
    }
  }
  const pool = living.filter(({ owner_id, status }) => owner_id === null && status !== 'CLOSED')
  const { medianSecondsToClaim, medianSecondsToContact, bySource, ...leads } = summary.leads
  const [converted, closed] = [of('conversion').length, of('move', />CLOSED$/).length]
  expect({ ...summary, leads }, what).toEqual({
    ...span,
    leads: {
      byStatus: Object.fromEntries(LEAD_STATUSES.map((s) => [s, mine.filter(({ status }) => status === s).length])),
      unclaimed: pool.length,
      oldestUnclaimedAt: pool.map(({ created_at }) => created_at).sort()[0] ?? null,
      created: of('lead').length,
      ofOtherSources: 0,
      claimed: of('claim').length,
      contacted: of('contact').length,
      converted,
      closed,
      conversionRate: converted + closed === 0 ? null : converted / (converted + closed),
    },
    customers: {
      total: now.customers.filter(({ owner_id, deleted_at }) => deleted_at === null && isMine([owner_id])).length,
      created: of('customer').length,
    },
    interactions: of('interaction').length,
    tickets: {
      open: now.tickets.filter(
        (t) => t.deleted_at === null && isOpen(t) && isMine(concerned(t.owner_id, t.assignee_id)),
      ).length,
      opened: of('ticket').length,
      resolved: of('resolution').length,
    },
    followUps: { overdue: dueOn((date) => date < today), today: dueOn((date) => date === today) },
  })
  expect(Object.fromEntries(bySource.map(({ source, count }) => [String(source), count])), what).toEqual(
    sourceCounts(of('lead')),
  )
  expectMedian(medianSecondsToClaim, median(seconds(of('claim'))), `${what}: to claim`)
  expectMedian(medianSecondsToContact, median(seconds(of('contact'))), `${what}: to contact`)

  const funnel = await bodyOf(get.funnel.$get({ query: span }), 200)
  expect(funnel, what).toMatchObject({
    converted,
    closed: closed + of('lead', /^CLOSED$/).length,
    reopened: of('move', /^CLOSED>/).length,
  })
  for (const { status, medianSeconds, ...counts } of funnel.stages) {
    expect(counts, `${what}: ${status}`).toEqual({
      now: mine.filter((lead) => lead.status === status).length,
      entered: of('lead', new RegExp(`^${status}$`)).length + of('move', new RegExp(`>${status}$`)).length,
      left: stays(status).length,
    })
    expectMedian(medianSeconds, median(seconds(stays(status))), `${what}: in ${status}`)
  }

  for (const groupBy of ['day', 'week', 'month'] as const) {
    const { points, totals } = await bodyOf(get.trends.$get({ query: { ...span, groupBy } }), 200)
    const starts = datesBetween(from, to).map((date) => startOf(groupBy, date))
    expect(
      points.map(({ start }) => start),
      what,
    ).toEqual([...new Set(starts)])
    for (const { start, counts } of [...points, { start: undefined, counts: totals }]) {
      const then = (name: string, kind?: RegExp) =>
        of(name, kind).filter(({ at }) => start === undefined || startOf(groupBy, wallDate(timeZone, at)) === start)
          .length
      expect(counts, `${what}: ${groupBy} ${start}`).toEqual({
        leads: then('lead'),
        claims: then('claim'),
        contacts: then('contact'),
        conversions: then('conversion'),
        customers: then('customer'),
        interactions: then('interaction'),
        notes: then('interaction', /^NOTE$/),
        calls: then('interaction', /^CALL$/),
        emails: then('interaction', /^EMAIL$/),
        meetings: then('interaction', /^MEETING$/),
        tasks: then('interaction', /^TASK$/),
        followUps: then('interaction', /^FOLLOW_UP$/),
        ticketsOpened: then('ticket'),
        ticketsResolved: then('resolution'),
      })
    }
  }
}

/** Every date from one to another, the last left out. */
function datesBetween(from: string, to: string): string[] {
  const count = (Date.parse(to) - Date.parse(from)) / (24 * HOUR)
  return Array.from({ length: count }, (_, i) => new Date(Date.parse(from) + i * 24 * HOUR).toISOString().slice(0, 10))
}

function startOf(groupBy: 'day' | 'week' | 'month', date: string): string {
  if (groupBy === 'month') return `${date.slice(0, 7)}-01`
  const day = new Date(date)
  if (groupBy === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7))
  return day.toISOString().slice(0, 10)
}

async function expectTeam(facts: Fact[], { by, timeZone, from, to }: View) {
  const { data } = await bodyOf(api(by.token).v1.analytics.team.$get({ query: { from, to, timeZone } }), 200)
  for (const { id, medianSecondsToClaim, medianSecondsToContact, name, role, status, ...counts } of data) {
    const theirs = facts.filter(({ at, owners }) => {
      const date = wallDate(timeZone, at)
      return owners.includes(id) && date >= from && date < to
    })
    const of = (what: string) => theirs.filter((fact) => fact.what === what)
    expect(counts, name).toEqual({
      claims: of('claim').length,
      contacts: of('contact').length,
      conversions: of('conversion').length,
      customers: of('customer').length,
      interactions: of('interaction').length,
    })
    expectMedian(medianSecondsToClaim, median(seconds(of('claim'))), name)
    expectMedian(medianSecondsToContact, median(seconds(of('contact'))), name)
  }
  expect(data.map(({ role }) => role)).toEqual(['ADMIN', 'MANAGER', 'SALES', 'SALES'])
}

async function expectEngagement({ customers, interactions }: World, { by, isAll }: View) {
  const living = customers.filter(({ deleted_at, owner_id }) => deleted_at === null && (isAll || owner_id === by.id))
  const count = (id: string) =>
    interactions.filter(({ customer_id, type }) => customer_id === id && type !== 'TASK' && type !== 'FOLLOW_UP').length
  const now = Date.now()
  for (const [order, quietDays] of [
    ['most', 30],
    ['least', 30],
    ['quiet', 3],
    ['quiet', 40],
  ] as const) {
    const asked = { order, quietDays: String(quietDays), limit: '2', total: 'true' } as const
    const seen: string[] = []
    for (let cursor: string | undefined | null; cursor !== null; ) {
      const query = { ...asked, ...(cursor === undefined ? {} : { cursor }) }
      const page = await bodyOf(api(by.token).v1.analytics.engagement.$get({ query }), 200)
      for (const { id, interactionCount, lastInteractionAt } of page.data) {
        expect(interactionCount).toBe(count(id))
        expect(lastInteractionAt).toBe(customers.find((each) => each.id === id)?.last_interaction_at)
        seen.push(id)
      }
      cursor = page.nextCursor
      if (cursor === null) expect(page.total).toBe(seen.length)
    }
    const isQuiet = ({ last_interaction_at: last }: (typeof living)[number]) =>
      last !== null && Date.parse(last) < now - quietDays * 24 * HOUR
    const wanted = order === 'quiet' ? living.filter(isQuiet) : living
    expect(seen.toSorted()).toEqual(wanted.map(({ id }) => id).toSorted())
    const keys = seen.map((id) =>
      order === 'quiet' ? Date.parse(living.find((c) => c.id === id)?.last_interaction_at ?? '') : count(id),
    )
    expect(keys).toEqual(keys.toSorted((a, b) => (order === 'most' ? b - a : a - b)))
  }
}

const history = fc.record({
  // Summer time begins, ends, and in Apia a day is left out (2011-12-30).
  start: fc.constantFrom('2026-03-01T10:00:00Z', '2026-10-10T22:10:00Z', '2011-12-20T03:00:00Z'),
  steps: fc.array(step, { minLength: 25, maxLength: 60, size: 'max' }),
  zone: fc.constantFrom(...ZONES),
  days: fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 300 })),
})

/** One of each, so that each is known to have happened: by manager, sales or rival. */
const EACH: [who: number, did: Did][] = [
  [1, { do: 'claim', lead: 0 }],
  [1, { do: 'move', lead: 0, status: 1, due: 3 }],
  [1, { do: 'log of a lead', lead: 0, type: 'CALL', occurred: -2, due: null }],
  [1, { do: 'release', lead: 0 }],
  [3, { do: 'claim-next' }],
  [0, { do: 'assign', lead: 1, to: 1 }],
  [0, { do: 'convert', lead: 0 }],
  [0, { do: 'trash', lead: 1 }],
  [0, { do: 'restore', lead: 1 }],
  [0, { do: 'edit', interaction: 0, type: 'MEETING', occurred: -50, due: 50 }],
  [0, { do: 'done', interaction: 0 }],
  [0, { do: 'delete', interaction: 1 }],
  [0, { do: 'trash customer', customer: 2 }],
  [0, { do: 'restore customer', customer: 2 }],
  [0, { do: 'give', customer: 0, to: 1 }],
  [0, { do: 'merge', customer: 0, to: 2 }],
  [0, { do: 'hand', ticket: 0, to: 2 }],
  [0, { do: 'handle', ticket: 0, status: 2 }],
  [0, { do: 'drop', ticket: 0, to: 0 }],
  [0, { do: 'leave', to: 1 }],
]
const example: typeof history extends fc.Arbitrary<infer H> ? H : never = {
  start: '2026-03-01T10:00:00Z',
  steps: EACH.map(([who, did]) => ({ who, wait: 1_000, did })),
  zone: 'Asia/Kolkata',
  days: [0, 60],
}

describe('after any history', () => {
  it('every figure is what a naive count gives, for everybody and for one, in any zone, and so is a recount', async () => {
    const done = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(history, async ({ start, steps, zone, days: [skipped, length] }) => {
        vi.useRealTimers()
        const { admin, manager, sales, rival } = await team()
        const people = {
          admin: await timeless(admin),
          manager: await timeless(manager),
          sales: await timeless(sales),
          rival: await timeless(rival),
        }
        const workers = [people.manager, people.sales, people.manager, people.rival]
        const { tell, all } = diary()
        vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(start) })
        let before = await world(admin.workspaceId)
        const opening = OPENING.map((did, who) => ({ who, wait: 90, did }))
        for (const { who, wait, did } of [...opening, ...steps]) {
          const by = pick(workers, who) ?? people.manager
          vi.setSystemTime(Date.now() + wait * 60_000)
          const status = await perform(people, by, before, did)
          expect(status, did.do).toBeLessThan(500)
          if (status < 300) done.set(did.do, (done.get(did.do) ?? 0) + 1)
          const after = await world(admin.workspaceId)
          tell(before, after, by.id, did.do.startsWith('claim'))
          before = after
        }
        const first = new Date(Date.parse(start) + (skipped - 3) * 24 * HOUR).toISOString().slice(0, 10)
        const last = new Date(Date.parse(first) + length * 24 * HOUR).toISOString().slice(0, 10)
        const view = { timeZone: zone, from: first, to: last }
        const facts = all(before)
        for (const by of [people.manager, people.sales]) {
          const seen = { ...view, by, isAll: by === people.manager }
          await expectFigures(before, facts, seen)
          await expectEngagement(before, seen)
        }
        await expectTeam(facts, { ...view, by: people.manager, isAll: true })
        expect(await kept('rollups', admin.workspaceId)).toEqual(await kept('rollups_recounted', admin.workspaceId))
      }),
      { numRuns: 6, endOnFailure: true, examples: [[example]] },
    )
    const days = await everyDay()
    await recountEverything()
    expect(await everyDay()).toEqual(days)
    expect([...done.keys()].sort()).toEqual([
      ...['assign', 'claim', 'claim-next', 'convert', 'customer', 'delete', 'done', 'drop', 'edit', 'enquire', 'give'],
      ...['hand', 'handle', 'leave', 'log', 'log of a lead', 'make', 'merge', 'move', 'release', 'restore'],
      ...['restore customer', 'ticket', 'trash', 'trash customer'],
    ])
  }, 180_000)
})

/** All that is kept for figures, of every workspace. */
async function everyDay() {
  const [kept, progress, tickets, customers] = await Promise.all([
    rows<{ cells: string }>('SELECT * FROM rollups ORDER BY 1, 2, 3, 4, 5'),
    rows('SELECT id, claims, stage_since, contacted_at FROM leads ORDER BY 1'),
    rows('SELECT * FROM ticket_counts WHERE count <> 0 ORDER BY 1, 2'),
    rows('SELECT id, interaction_count FROM customers ORDER BY 1'),
  ])
  return {
    kept: kept.map(({ cells, ...rest }) => ({ ...rest, cells: JSON.parse(cells) })),
    progress,
    tickets,
    customers,
  }
}

/** Counts everything anew, out of the records and events: what the triggers have kept must be the same. */
const RECOUNT = [
  'INSERT INTO rollups SELECT * FROM rollups_recounted',
  `UPDATE leads SET (stage_since, claims, contacted_at) =
    (SELECT max(iif(became IS NOT NULL, at, NULL)), coalesce(sum(verb = 'lead.claimed'), 0),
      max(iif(contacts_before = 0, said_at, NULL))
    FROM lead_steps WHERE lead_id = leads.id)`,
  `INSERT INTO ticket_counts
    SELECT workspace_id, value, count(*)
    FROM tickets t JOIN json_each(json_array('*', owner_id, nullif(assignee_id, owner_id)))
    WHERE value IS NOT NULL AND status IN ('OPEN', 'IN_PROGRESS') AND deleted_at IS NULL
    GROUP BY 1, 2`,
  `UPDATE customers SET interaction_count = kept.n
    FROM (SELECT customer_id, count(*) AS n FROM interactions
      WHERE customer_id IS NOT NULL AND type NOT IN ('TASK', 'FOLLOW_UP') GROUP BY customer_id) AS kept
    WHERE kept.customer_id = customers.id`,
]

async function recountEverything() {
  for (const table of ['rollups', 'ticket_counts']) await rows(`DELETE FROM ${table}`)
  await rows('UPDATE leads SET claims = 0, stage_since = NULL, contacted_at = NULL')
  await rows('UPDATE customers SET interaction_count = 0')
  for (const sql of RECOUNT) await rows(sql)
}

/** What a table or view of days holds, in an order of its own. */
async function kept(table: string, workspaceId: string) {
  const list = await rows<{ cells: string }>(
    `SELECT owner, metric, day, part, count, cells FROM ${table} WHERE workspace_id = ? ORDER BY 1, 2, 3, 4`,
    workspaceId,
  )
  return list.map(({ cells, ...rest }) => ({ ...rest, cells: Object.entries(JSON.parse(cells)).toSorted() }))
}
