// Tags and custom fields of leads and tickets: the same as those of customers, in every way in and out.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { count, rows } from '../support/database'
import { customer, founder, type Person, team } from '../support/factories'
import { imported } from '../support/imports'
import { lead } from '../support/leads'

const KINDS = ['leads', 'tickets'] as const
type Kind = (typeof KINDS)[number]

const put = (by: Person, path: string) => send(path, { method: 'PUT', token: by.token })
const take = (by: Person, path: string) => send(path, { method: 'DELETE', token: by.token })
const patch = (by: Person, path: string, json: unknown) => send(path, { method: 'PATCH', token: by.token, json })
const get = async (by: Person, path: string) => JSON.parse(await (await send(path, { token: by.token })).text())
const idsOf = async (by: Person, path: string): Promise<string[]> =>
  (await get(by, path)).data.map(({ id }: { id: string }) => id)

async function make(kind: Kind, by: Person, json: Record<string, unknown> = {}): Promise<string> {
  const customerId = kind === 'tickets' ? await customer(by) : undefined
  const answer = await send(`/v1/${kind}`, {
    method: 'POST',
    token: by.token,
    json: { title: 'T', customerId, ...json },
  })
  expect(answer.status).toBe(201)
  return JSON.parse(await answer.text()).id
}

async function counters(workspaceId: string) {
  return await rows(
    `SELECT key, CASE owner WHEN '*' THEN 'all' WHEN '' THEN 'nobody' ELSE 'owner' END AS whose, leads, tickets FROM tag_counts
     WHERE workspace_id = ? AND (leads <> 0 OR tickets <> 0) ORDER BY 1, 2`,
    workspaceId,
  )
}

describe.each(KINDS)('%s', (kind) => {
  it('get tags and lose them, are found by them, and are counted for their owner', async () => {
    const { admin, manager, sales, rival } = await team()
    const id = await make(kind, sales)
    const other = await make(kind, sales)
    const at = `/v1/${kind}/${id}/tags`
    for (const name of ['VIP', 'vip', 'Zürich'])
      expect((await put(sales, `${at}/${encodeURIComponent(name)}`)).status).toBe(204)
    expect((await get(sales, at)).data.map(({ name }: { name: string }) => name)).toEqual(['VIP', 'Zürich'])
    await put(sales, `/v1/${kind}/${other}/tags/vip`)
    for (const by of [manager, sales]) {
      expect(await idsOf(by, `/v1/${kind}?tag=zurich&tag=VIP`)).toEqual([id])
      expect((await idsOf(by, `/v1/${kind}?tag=zurich&tag=VIP&tagMatch=any`)).toSorted()).toEqual(
        [id, other].toSorted(),
      )
      expect(await idsOf(by, `/v1/${kind}?tag=never`)).toEqual([])
      const { data } = await get(by, '/v1/tags')
      expect(data).toMatchObject([
        { name: 'VIP', count: 0, [kind]: 2 },
        { name: 'Zürich', count: 0, [kind]: 1 },
      ])
    }
    expect((await get(rival, '/v1/tags')).data).toEqual([])
    expect((await take(sales, `${at}/ZURICH`)).status).toBe(204)
    expect(await idsOf(sales, `/v1/${kind}?tag=zurich`)).toEqual([])
    await refusalOf(put(rival, `${at}/x`), 404, 'not_found')
    const verbs = await rows<{ verb: string }>('SELECT verb FROM events WHERE subject_id = ? ORDER BY seq', id)
    const subject = kind.slice(0, -1)
    expect(verbs.map(({ verb }) => verb)).toEqual([
      `${subject}.created`,
      `${subject}.tagged`,
      `${subject}.tagged`,
      `${subject}.untagged`,
    ])
    expect(await count('tags', 'workspace_id = ?', admin.workspaceId)).toBe(2)
  })

  it('leave the counts with the trash and come back to them, and follow an owner', async () => {
    const { admin, manager, sales, rival } = await team()
    const id = await make(kind, sales)
    await put(sales, `/v1/${kind}/${id}/tags/VIP`)
    const counted = { key: 'vip', leads: 0, tickets: 0, [kind]: 1 }
    const both = [
      { ...counted, whose: 'all' },
      { ...counted, whose: 'owner' },
    ]
    expect(await counters(admin.workspaceId)).toEqual(both)
    await take(manager, `/v1/${kind}/${id}`)
    expect(await counters(admin.workspaceId)).toEqual([])
    expect(await idsOf(manager, `/v1/${kind}?tag=vip`)).toEqual([])
    await send(`/v1/${kind}/${id}/restore`, { method: 'POST', token: manager.token })
    expect(await counters(admin.workspaceId)).toEqual(both)
    if (kind === 'leads') {
      await send(`/v1/leads/${id}/assign`, { method: 'POST', token: manager.token, json: { ownerId: rival.id } })
      expect((await get(sales, '/v1/tags')).data).toEqual([])
      await send(`/v1/leads/${id}/release`, { method: 'POST', token: manager.token })
      expect(await counters(admin.workspaceId)).toEqual([both[0], { ...counted, whose: 'nobody' }])
      expect((await get(sales, '/v1/tags')).data).toMatchObject([{ name: 'VIP', leads: 1 }])
    } else {
      await send(`/v1/tickets/${id}/assign`, { method: 'POST', token: manager.token, json: { assigneeId: rival.id } })
      expect((await get(rival, '/v1/tags')).data).toMatchObject([{ name: 'VIP', tickets: 1 }])
      expect(await idsOf(rival, '/v1/tickets?tag=vip')).toEqual([id])
    }
    await take(manager, `/v1/tags/${(await get(manager, '/v1/tags')).data[0].id}`)
    expect([await counters(admin.workspaceId), await idsOf(manager, `/v1/${kind}?tag=vip`)]).toEqual([[], []])
  })

  it('have 50 tags at most', { tags: ['long'] }, async () => {
    const { workspaceId, ...admin } = await founder()
    const by = { workspaceId, ...admin }
    const id = await make(kind, by)
    const at = `/v1/${kind}/${id}/tags`
    for (let i = 0; i < 50; i += 1) await put(by, `${at}/t${i}`)
    expect((await put(by, `${at}/t49`)).status).toBe(204)
    await refusalOf(put(by, `${at}/one-more`), 409, 'too_many_tags')
    expect(await count('tags', 'workspace_id = ?', workspaceId)).toBe(50)
    await take(by, `${at}/t0`)
    expect((await put(by, `${at}/one-more`)).status).toBe(204)
  })

  it('have custom fields, merged key by key, told by events and found by their values', async () => {
    const { manager, sales } = await team()
    const id = await make(kind, sales, { customFields: { plan: 'Größe', seats: 5, none: null } })
    const listed = await make(kind, sales, { customFields: { plan: ['gold', 'Öl'] } })
    const at = `/v1/${kind}/${id}`
    expect((await get(sales, at)).customFields).toEqual({ plan: 'Größe', seats: 5 })
    for (const by of [manager, sales]) {
      expect(await idsOf(by, `/v1/${kind}?customFields.plan=grosse`)).toEqual([id])
      expect(await idsOf(by, `/v1/${kind}?customFields.plan=gold`)).toEqual([listed])
      expect(await idsOf(by, `/v1/${kind}?customFields.PLAN=ol`)).toEqual([listed])
      expect(await idsOf(by, `/v1/${kind}?customFields.seats=5&customFields.plan=x`)).toEqual([])
    }
    const changed = await patch(sales, at, { customFields: { seats: null, 'a b': true } })
    expect(JSON.parse(await changed.text()).customFields).toEqual({ plan: 'Größe', 'a b': true })
    const [event] = await rows<{ changes: string }>(
      `SELECT changes FROM events WHERE subject_id = ? AND verb LIKE '%.updated'`,
      id,
    )
    expect(JSON.parse(event?.changes ?? '')).toEqual({
      customFields: [
        { plan: 'Größe', seats: 5 },
        { plan: 'Größe', 'a b': true },
      ],
    })
    expect(await idsOf(sales, `/v1/${kind}?customFields.seats=5`)).toEqual([])
    expect(await idsOf(sales, `/v1/${kind}?customFields.a%20b=true`)).toEqual([id])
    const tooBig = await refusalOf(patch(sales, at, { customFields: { x: 'x'.repeat(16_370) } }), 400, 'invalid')
    expect(tooBig.errors).toMatchObject([{ path: 'body.customFields', code: 'too_big' }])
    await patch(sales, at, { customFields: null })
    expect((await get(sales, at)).customFields).toBeNull()
    const csv = await (await send(`/v1/exports/${kind}?columns=tags,customFields`, { token: sales.token })).text()
    expect(csv.split('\r\n').slice(0, 3)).toEqual(['tags,customFields.plan', ',', ',"[""gold"",""Öl""]"'])
  })
})

describe('a lead that becomes a customer', () => {
  it('hands its tags and the custom fields that the customer lacks to it, with events', async () => {
    const { sales } = await team()
    const { id } = await lead(sales, { email: 'both@example.com', customFields: { plan: 'gold', seats: 3 } })
    await put(sales, `/v1/leads/${id}/tags/VIP`)
    await put(sales, `/v1/leads/${id}/tags/Fair`)
    const known = await customer(sales, { email: 'both@example.com', customFields: { plan: 'basic' } })
    await put(sales, `/v1/customers/${known}/tags/vip`)
    const { customer: heir } = await bodyOf(
      api(sales.token).v1.leads[':id'].convert.$post({ param: { id }, json: {} }),
      200,
    )
    expect([heir.id, heir.customFields]).toEqual([known, { plan: 'basic', seats: 3 }])
    expect((await get(sales, `/v1/customers/${known}/tags`)).data.map(({ name }: { name: string }) => name)).toEqual([
      'VIP',
      'Fair',
    ])
    expect(await idsOf(sales, '/v1/customers?customFields.seats=3&tag=fair')).toEqual([known])
    const told = await rows<{ verb: string; changes: string }>(
      `SELECT verb, changes FROM events WHERE subject_id = ? AND verb IN ('customer.updated', 'customer.tagged') ORDER BY seq`,
      known,
    )
    expect(told.slice(-2).map(({ verb, changes }) => [verb, JSON.parse(changes)])).toEqual([
      ['customer.updated', { customFields: [{ plan: 'basic' }, { plan: 'basic', seats: 3 }] }],
      ['customer.tagged', { tags: [[], ['Fair']] }],
    ])
  })

  it('gives a new customer all of them, and is not converted where they do not fit', async () => {
    const { sales } = await team()
    const convert = (id: string) => api(sales.token).v1.leads[':id'].convert.$post({ param: { id }, json: {} })
    const { id } = await lead(sales, { customFields: { größe: 'XL' } })
    await put(sales, `/v1/leads/${id}/tags/VIP`)
    const { customer: made } = await bodyOf(convert(id), 200)
    expect(made.customFields).toEqual({ größe: 'XL' })
    expect(
      await idsOf(sales, `/v1/customers?${new URLSearchParams({ 'customFields.größe': 'xl', tag: 'vip' })}`),
    ).toEqual([made.id])
    const big = { a: 'x'.repeat(9_000) }
    await customer(sales, { email: 'big@example.com', customFields: big })
    const { id: tooBig } = await lead(sales, { email: 'big@example.com', customFields: { b: big.a } })
    await refusalOf(convert(tooBig), 400, 'invalid')
    expect((await get(sales, `/v1/leads/${tooBig}`)).convertedAt).toBeNull()
  })
})

describe('an import of leads', () => {
  it('reads tags and custom fields, changes them, and takes all of it back', async () => {
    const { admin } = await team()
    const file = 'title,email,tags,Budget\nOne,one@example.com,VIP; fair,500\nTwo,two@example.com,,\n'
    const first = await imported(admin, file, { query: { entity: 'leads', match: 'email' } })
    expect(first).toMatchObject({ created: 2, failed: 0 })
    const [one] = await idsOf(admin, '/v1/leads?tag=vip&customFields.budget=500')
    const again = await imported(admin, file.replace('VIP; fair', 'VIP; new').replace('500', '600'), {
      query: { entity: 'leads', match: 'email' },
    })
    expect(again).toMatchObject({ updated: 1, unchanged: 1 })
    expect((await get(admin, `/v1/leads/${one}/tags`)).data.map(({ name }: { name: string }) => name)).toEqual([
      'VIP',
      'fair',
      'new',
    ])
    expect((await get(admin, `/v1/leads/${one}`)).customFields).toEqual({ Budget: '600' })
    await send(`/v1/imports/${first.id}/revert`, { method: 'POST', token: admin.token })
    expect(await get(admin, `/v1/imports/${first.id}`)).toMatchObject({ status: 'REVERTED', reverted: 1, kept: 1 })
  })
})

describe('a portal login', () => {
  it('sees and asks for neither tags nor custom fields of its tickets', async () => {
    const { sales, customer: portal } = await team()
    const customerId = await customer(sales, { userId: portal.id })
    const id = await make('tickets', sales, { customerId, customFields: { secret: 'x' } })
    await put(sales, `/v1/tickets/${id}/tags/VIP`)
    expect((await get(portal, `/v1/tickets/${id}`)).customFields).toBeNull()
    expect((await get(portal, '/v1/tickets')).data).toMatchObject([{ id, customFields: null }])
    for (const query of ['tag=vip', 'customFields.secret=x']) {
      await refusalOf(send(`/v1/tickets?${query}`, { token: portal.token }), 400, 'invalid')
    }
    await refusalOf(patch(portal, `/v1/tickets/${id}`, { customFields: { a: 1 } }), 403, 'forbidden')
    await refusalOf(put(portal, `/v1/tickets/${id}/tags/x`), 403, 'forbidden')
    const closed = await patch(portal, `/v1/tickets/${id}`, { status: 'CLOSED' })
    expect(JSON.parse(await closed.text())).toMatchObject({ status: 'CLOSED', customFields: null })
  })
})
