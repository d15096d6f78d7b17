// Merging: one customer is what both were and has what both had, nothing is left with the other, and it happens once.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api, send } from '../support/api'
import { costOf, counters, happenings, made, ownCustomer, page, put, tag } from '../support/customers'
import { rows } from '../support/database'
import { type Person, team } from '../support/factories'
import { filled, type Held, held, inOrder, mergeInto, restore, scenes, stage } from '../support/merges'

type Row = Held['customers'][number]
const read = (by: Person, id: string) =>
  bodyOf(api(by.token).v1.customers[':id'].$get({ param: { id }, query: {} }), 200)

/** When to be in touch again: so many days after the last call of these, or after the customer was made. */
function touchAfter({ created_at }: Row, days: unknown, said: Row[]): string | null {
  if (days === null) return null
  const calls = said.filter(({ type }) => type === 'CALL').map(({ occurred_at }) => String(occurred_at))
  const last = calls.sort().at(-1) ?? String(created_at)
  return new Date(Date.parse(last) + Number(days) * 24 * 3_600_000).toISOString()
}

/** Whether a relationship of `fromId` would make `id` stand above itself, once it is that of `id`. */
function closesCircle(relationships: Row[], id: string, fromId: string) {
  const UP: Record<string, string> = { report: 'manager', child: 'parent' }
  const upward = ({ from_id, to_id, kind }: Row) => {
    const up = UP[String(kind)]
    return up ? { lower: to_id, upper: from_id, kind: up } : { lower: from_id, upper: to_id, kind }
  }
  const edges = relationships.filter(({ kind }) => kind !== 'partner').map(upward)
  const climbs = (from: unknown, to: unknown, kind: unknown, seen: unknown[] = []): boolean =>
    from === to ||
    edges.some((edge) => {
      const isStep = edge.lower === from && edge.kind === kind && !seen.includes(edge.upper)
      return isStep && climbs(edge.upper, to, kind, [...seen, edge.upper])
    })
  return (row: Row) => {
    if (row.kind === 'partner') return false
    const { lower, upper, kind } = upward(row)
    return upper === fromId ? climbs(id, lower, kind) : climbs(upper, id, kind)
  }
}

/** What is held of two customers and their kin once `fromId` is merged into `id`. */
function union(before: Held, id: string, fromId: string, prefer: 'this' | 'other'): Held {
  const of = (each: string): Row => before.customers.find((row) => row.id === each) ?? expect.fail()
  const [first, second] = prefer === 'this' ? [of(id), of(fromId)] : [of(fromId), of(id)]
  const names = ['email', 'phone', 'company', 'job_title', 'owner_id', 'user_id', 'custom_fields', 'keep_in_touch_days']
  const fields = Object.fromEntries(names.map((name) => [name, filled(first[name], second[name])]))
  const number = (first.phone === null ? second : first).phone_e164
  const { owner_id } = fields
  const here = (row: Row) => row.customer_id === id || row.customer_id === fromId
  const moved = (list: Row[]) => list.map((row) => (here(row) ? { ...row, customer_id: id, owner_id } : row))
  const interactions = moved(before.interactions)
  const said = interactions.filter((row) => row.customer_id === id)
  const contacts = said.filter(({ type }) => type !== 'TASK' && type !== 'FOLLOW_UP').map((row) => row.occurred_at)
  const dues = said.filter((row) => row.done_at === null && row.follow_up_at !== null).map((row) => row.follow_up_at)
  const touched = touchAfter(of(id), fields.keep_in_touch_days, said)
  const merged = { name: first.name, sort_name: first.sort_name, ...fields, phone_e164: number }
  const kept = {
    last_interaction_at: contacts.sort().at(-1) ?? null,
    next_follow_up_at: dues.sort()[0] ?? null,
    next_touch_at: touched,
  }
  const left = touchAfter(of(fromId), of(fromId).keep_in_touch_days, [])
  const gone = { last_interaction_at: null, next_follow_up_at: null, next_touch_at: left, is_trashed: 1 }
  const tags = new Set(before.tags.filter(here).map(({ tag_id }) => tag_id))
  const isOf = (row: Row, each: unknown) => row.from_id === each || row.to_id === each
  const other = (row: Row, each: unknown) => (row.from_id === each ? row.to_id : row.from_id)
  const known = new Set(before.relationships.filter((row) => isOf(row, id)).map((row) => other(row, id)))
  const isCircle = closesCircle(before.relationships, id, fromId)
  const added = before.relationships.filter(
    (row) => isOf(row, fromId) && other(row, fromId) !== id && !known.has(other(row, fromId)) && !isCircle(row),
  )
  const turned = added.map((row) => (row.from_id === fromId ? { ...row, from_id: id } : { ...row, to_id: id }))
  return inOrder({
    customers: before.customers.map((row) =>
      row.id === id ? { ...row, ...merged, ...kept } : row.id === fromId ? { ...row, ...gone } : row,
    ),
    interactions,
    tickets: moved(before.tickets),
    leads: before.leads.map((row) => (here(row) ? { ...row, customer_id: id } : row)),
    tags: [
      ...before.tags.filter((row) => row.customer_id !== id),
      ...[...tags].map((tag_id) => ({ customer_id: id, tag_id })),
    ],
    relationships: [...before.relationships, ...turned],
  })
}

describe('a merge', () => {
  let people: Awaited<ReturnType<typeof team>>
  beforeAll(async () => {
    people = await team()
  })

  it('makes the union of two customers, as its dry run said, and moves all that hangs on the other', {
    tags: ['long'],
  }, async () => {
    const { manager } = people
    const preference = fc.constantFrom('this', 'other')
    await fc.assert(
      fc.asyncProperty(scenes(people), preference, async (scene, prefer) => {
        const ids = await stage(manager, scene)
        const [id, fromId] = ids
        const before = await held(ids)
        const dry = await bodyOf(mergeInto(manager, id, fromId, prefer, 'true'), 200)
        expect(await held(ids)).toEqual(before)
        const wet = await bodyOf(mergeInto(manager, id, fromId, prefer), 200)
        const at = wet.customer.updatedAt
        expect({ ...dry, customer: { ...dry.customer, updatedAt: at } }).toEqual(wet)
        const after = await held(ids)
        expect(after).toEqual(union(before, id, fromId, prefer))
        expect(await read(manager, id)).toEqual(wet.customer)
        const count = (list: Row[]) => list.filter((row) => row.customer_id === fromId).length
        const { interactions, tickets, leads } = before
        expect(wet.moved).toEqual({
          interactions: count(interactions),
          tickets: count(tickets),
          leads: count(leads),
          tags: after.tags.length - before.tags.length,
          relationships: after.relationships.length - before.relationships.length,
        })
        expect([await happenings(id), await happenings(fromId)]).toEqual([['customer.merged'], []])
      }),
      { numRuns: 35 },
    )
    const { kept, counted } = await counters(manager.workspaceId)
    expect(kept).toEqual(counted)
  })

  it('keeps the own field unless told otherwise, is told in one event, and is found as what it now is', async () => {
    const { sales } = people
    const kept = await made(sales, { name: 'Carla Kept', customFields: { plan: 'gold' } })
    const lost = await made(sales, {
      name: 'Karla Lost',
      email: 'lost@example.com',
      customFields: { plan: 'tin', n: 1 },
    })
    await tag(sales.workspaceId, [[lost.id, ['merged']]])
    const answer = await mergeInto(sales, kept.id, lost.id)
    expect(costOf(answer).trips).toBe(2)
    expect((await bodyOf(answer, 200)).customer).toMatchObject({
      name: 'Carla Kept',
      email: 'lost@example.com',
      customFields: { plan: 'gold', n: 1 },
    })
    for (const query of [{ q: 'lost@example' }, { tag: 'merged' }, { 'customFields.n': '1' }, { q: 'carla kept' }]) {
      expect((await page(sales, query)).data.map(({ id }) => id)).toEqual([kept.id])
    }
    expect((await page(sales, { q: 'karla' })).data).toEqual([])
    const events = await rows(
      'SELECT changes, actor_id FROM events WHERE verb = ? AND subject_id = ?',
      'customer.merged',
      kept.id,
    )
    expect(events).toEqual([{ changes: JSON.stringify({ mergedId: [null, lost.id] }), actor_id: sales.id }])
    await refusalOf(api(sales.token).v1.customers[':id'].$get({ param: lost, query: {} }), 404, 'not_found')
  })

  it('changes the version of all that it moves, so that nobody is shown an old copy as fresh', async () => {
    const { sales } = people
    const [kept, lost] = [await ownCustomer(sales), await ownCustomer(sales)]
    const now = new Date().toISOString()
    const stamps = {
      workspaceId: sales.workspaceId,
      createdAt: now,
      updatedAt: now,
      customerId: lost.id,
      ownerId: sales.id,
    }
    const row = (id: string) => ({ ...stamps, id, title: 'A thing' })
    const ids = { tickets: crypto.randomUUID(), leads: crypto.randomUUID(), interactions: crypto.randomUUID() }
    await put('tickets', [{ ...row(ids.tickets), number: 1_000 }])
    await put('leads', [row(ids.leads)])
    await put('interactions', [{ ...stamps, id: ids.interactions, type: 'CALL', body: 'Said', occurredAt: now }])
    const get = (path: string, tag = '') => send(path, { token: sales.token, headers: { 'If-None-Match': tag } })
    const paths = [...Object.entries(ids).map(([table, id]) => `/v1/${table}/${id}`), `/v1/customers/${kept.id}`]
    const tags = new Map<string, string>()
    for (const path of paths) tags.set(path, (await get(path)).headers.get('ETag') ?? '')
    for (const path of paths) expect((await get(path, tags.get(path))).status).toBe(304)
    await bodyOf(mergeInto(sales, kept.id, lost.id), 200)
    for (const path of paths) expect((await get(path, tags.get(path))).status, path).toBe(200)
  })

  it('closes no circle of managers: what would make somebody stand above themselves stays behind, and comes back', async () => {
    const { sales } = people
    const { customers } = api(sales.token).v1
    const ids = await Promise.all(Array.from({ length: 6 }, async () => (await ownCustomer(sales)).id))
    const [low = '', mid = '', high = '', top = '', aside = '', above = ''] = ids
    const relate = (id: string, otherId: string, kind: string) =>
      bodyOf(customers[':id'].relationships[':otherId'].$put({ param: { id, otherId }, json: { kind } }), 200)
    const kin = async (id: string) => {
      const { data } = await bodyOf(customers[':id'].relationships.$get({ param: { id }, query: {} }), 200)
      return Object.fromEntries(data.map(({ customer, kind }) => [customer.id, kind]))
    }
    await relate(low, mid, 'manager')
    await relate(high, mid, 'report')
    await relate(high, top, 'manager')
    await relate(top, above, 'manager')
    await relate(top, aside, 'child')
    const before = await Promise.all(ids.map(kin))
    const dry = await bodyOf(mergeInto(sales, low, top, 'this', 'true'), 200)
    const { moved } = await bodyOf(mergeInto(sales, low, top), 200)
    expect([moved.relationships, dry.moved]).toEqual([2, moved])
    expect(await kin(low)).toEqual({ [mid]: 'manager', [above]: 'manager', [aside]: 'child' })
    expect(await kin(high)).toEqual({ [mid]: 'report' })
    await bodyOf(restore(sales, top), 200)
    expect(await Promise.all(ids.map(kin))).toEqual(before)
    // The other way round, of the one below.
    await bodyOf(mergeInto(sales, top, low), 200)
    expect(await kin(top)).toEqual({ [high]: 'report', [above]: 'manager', [aside]: 'child' })
  })

  it('of one pair in both directions, many times at once, happens once', { tags: ['long'] }, async () => {
    const { manager, sales } = people
    for (let round = 0; round < 5; round += 1) {
      const pair = [await ownCustomer(sales), await ownCustomer(sales)]
      const [a, b] = pair.map(({ id }) => id)
      const turns = Array.from({ length: 20 }, (_, i) => (i % 2 ? [a, b] : [b, a]))
      const answers = await Promise.all(turns.map(([id = '', from = '']) => mergeInto(manager, id, from)))
      expect(tally(answers)).toEqual({ 200: 1, 404: 19 })
      const states = await rows('SELECT deleted_at FROM customers WHERE id IN (?, ?) AND deleted_at IS NULL', a, b)
      expect(states).toHaveLength(1)
      const verbs = [...(await happenings(a ?? '')), ...(await happenings(b ?? ''))]
      expect(verbs.toSorted()).toEqual(['customer.created', 'customer.created', 'customer.merged'])
    }
  })

  it('needs two living customers in reach, and knows its own parameters alone', async () => {
    const { sales, rival } = people
    const [a, b, theirs] = [await ownCustomer(sales), await ownCustomer(sales), await ownCustomer(rival)]
    await api(sales.token).v1.customers[':id'].$delete({ param: b, header: {} })
    for (const dryRun of ['true', undefined] as const) {
      const { errors } = await refusalOf(mergeInto(sales, a.id, a.id, 'this', dryRun), 400, 'invalid')
      expect(errors?.[0]).toMatchObject({ path: 'body.fromId', code: 'self' })
    }
    for (const fromId of [b.id, theirs.id, crypto.randomUUID()]) {
      await refusalOf(mergeInto(sales, a.id, fromId), 404, 'not_found')
      await refusalOf(mergeInto(sales, a.id, fromId, 'this', 'true'), 404, 'not_found')
      await refusalOf(mergeInto(sales, fromId, a.id), 404, 'not_found')
    }
    const attempt = (query: string, json: unknown) =>
      send(`/v1/customers/${a.id}/merge${query}`, { method: 'POST', token: sales.token, json })
    for (const json of [{}, { fromId: 'x' }, { fromId: b.id, prefer: 'both' }, { fromId: b.id, force: true }]) {
      await refusalOf(attempt('', json), 400, 'invalid')
    }
    for (const query of ['?dryRun=1', '?dryrun=true']) await refusalOf(attempt(query, { fromId: b.id }), 400, 'invalid')
    expect(await happenings(a.id)).toEqual(['customer.created'])
  })
})
