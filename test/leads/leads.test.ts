// Leads, one at a time: making, reading, changing, trashing and restoring, and what each refuses.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { rows } from '../support/database'
import { founder, PASSWORD, signIn, team } from '../support/factories'
import { happenings, lead, ownLead } from '../support/leads'

const one = (token: string) => api(token).v1.leads[':id']
const get = (token: string, id: string) => one(token).$get({ param: { id }, query: {} })
type Patch = Parameters<ReturnType<typeof one>['$patch']>[0]['json']
const patch = (token: string, id: string, json: Patch, ifMatch?: string) =>
  one(token).$patch({ param: { id }, header: ifMatch === undefined ? {} : { 'if-match': ifMatch }, json })
const trash = (token: string, id: string) => one(token).$delete({ param: { id }, header: {} })
const post = (token: string, json: unknown) => send('/v1/leads', { method: 'POST', token, json })

type Document = { components: { schemas: { LeadPatch: { properties: Record<string, { type: string | string[] }> } } } }

const EVERYTHING = {
  externalId: 'CRM-17',
  title: 'React course for a team of five',
  description: 'Two days,\nin house.',
  status: 'CONTACTED',
  source: 'fair',
  name: 'Zoë Ångström',
  email: 'zoe@example.com',
  phone: '+46 8 123 456',
  interest: 'React',
  message: 'When? 🗓',
  metadata: { campaign: 'autumn', visits: 3, nested: { list: [1, 'two', null, true] } },
  followUpAt: '2027-01-31T08:00:00.000Z',
} as const

describe('making a lead', () => {
  it('keeps every field as it was sent, and says where the lead is', async () => {
    const { manager } = await team()
    const response = await api(manager.token).v1.leads.$post({ json: EVERYTHING })
    const made = await bodyOf(response, 201)
    expect(made).toMatchObject({ ...EVERYTHING, customerId: null, convertedAt: null, deletedAt: null })
    expect(response.headers.get('Location')).toBe(`/v1/leads/${made.id}`)
    expect(response.headers.get('ETag')).toBe('"1"')
    expect(made.updatedAt).toBe(made.createdAt)
    expect(await bodyOf(get(manager.token, made.id), 200)).toEqual(made)
    expect(Object.keys(made).sort()).toEqual(
      [...Object.keys(EVERYTHING), 'id', 'ownerId', 'claimedAt', 'customerId', 'convertedAt', 'customFields']
        .concat('createdAt', 'updatedAt', 'deletedAt', 'stageId', 'lostReason')
        .sort(),
    )
  })

  it('belongs to the SALES member who makes it, and to nobody when a MANAGER or ADMIN does', async () => {
    const { admin, manager, sales } = await team()
    expect(await lead(sales)).toMatchObject({ ownerId: sales.id, claimedAt: expect.any(String) })
    for (const boss of [admin, manager]) expect(await lead(boss)).toMatchObject({ ownerId: null, claimedAt: null })
    const given = await lead(manager, { ownerId: sales.id })
    expect(given).toMatchObject({ ownerId: sales.id, claimedAt: given.createdAt })
  })

  it('can go to the pool by SALES, but to nobody else', async () => {
    const { sales, rival, customer } = await team()
    expect(await lead(sales, { ownerId: null })).toMatchObject({ ownerId: null, claimedAt: null })
    await refusalOf(post(sales.token, { title: 'For you', ownerId: rival.id }), 403, 'forbidden')
    await refusalOf(post(customer.token, { title: 'For me' }), 403, 'forbidden')
  })

  it('refuses an owner who is no active member of the team', async () => {
    const { manager, customer } = await team()
    const stranger = await founder()
    for (const ownerId of [customer.id, stranger.id, crypto.randomUUID()]) {
      await refusalOf(post(manager.token, { title: 'A lead', ownerId }), 400, 'invalid_owner')
    }
    const { data } = await bodyOf(api(manager.token).v1.leads.$get({ query: {} }), 200)
    expect(data).toEqual([])
  })

  it('trims and composes text, folds the e-mail, and makes broken surrogates whole', async () => {
    const { manager } = await team()
    const sent = { title: '  Cafe\u0301 \ud800 ', name: '\u00a0Bob\n', email: ' Bob@Example.COM ' }
    const made = await bodyOf(post(manager.token, sent), 201)
    expect(made).toMatchObject({ title: 'Café \ufffd', name: 'Bob', email: 'bob@example.com' })
    const instant = await lead(manager, { followUpAt: '2027-01-01T01:00:00+02:00' })
    expect(instant.followUpAt).toBe('2026-12-31T23:00:00.000Z')
  })

  it.each([
    ['title', 200],
    ['description', 10_000],
    ['source', 100],
    ['name', 200],
    ['phone', 50],
    ['interest', 200],
    ['message', 5_000],
  ])('takes %s up to %i characters and not one more', async (field, max) => {
    const admin = await founder()
    expect((await post(admin.token, { title: 'x', [field]: 'ä'.repeat(max) })).status).toBe(201)
    const { errors } = await refusalOf(post(admin.token, { title: 'x', [field]: 'ä'.repeat(max + 1) }), 400, 'invalid')
    expect(errors).toEqual([expect.objectContaining({ path: `body.${field}`, code: 'too_big' })])
  })

  it('names each field that it cannot take', async () => {
    const admin = await founder()
    const bad = {
      title: ' ',
      status: 'WON',
      name: 'a\u0000b',
      email: 'nobody',
      metadata: [],
      followUpAt: 'tomorrow',
      ownerId: 'me',
      color: 'red',
    }
    const { errors } = await refusalOf(post(admin.token, bad), 400, 'invalid')
    expect(errors).toEqual(
      expect.arrayContaining(Object.keys(bad).map((field) => expect.objectContaining({ path: `body.${field}` }))),
    )
    for (const followUpAt of ['0000-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00', '2026-02-30T00:00:00Z']) {
      await refusalOf(post(admin.token, { title: 'x', followUpAt }), 400, 'invalid')
    }
  })

  it('takes metadata of 16 KB that is 32 deep, and no more of either', async () => {
    const admin = await founder()
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
    const made = await bodyOf(post(admin.token, { title: 'x', metadata: { a: nested(31) } }), 201)
    expect(made.metadata).toEqual({ a: nested(31) })
    await refusalOf(post(admin.token, { title: 'x', metadata: { a: nested(32) } }), 400, 'invalid')
    const endless = `{"title":"x","metadata":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    const headers = { 'Content-Type': 'application/json' }
    const init = { method: 'POST', token: admin.token, headers, body: endless }
    await refusalOf(send('/v1/leads', init), 400, 'invalid')
    const full = { a: 'x'.repeat(16_384 - '{"a":""}'.length) }
    expect((await lead(admin, { metadata: full })).metadata).toEqual(full)
    await refusalOf(post(admin.token, { title: 'x', metadata: { a: `${full.a}x` } }), 400, 'invalid')
  })
})

it.each(['ownerId', 'workspaceId', 'version', 'seq', 'id', 'claimedAt', 'customerId', 'deletedAt', 'createdAt'])(
  'takes no %s from a caller who would choose it',
  async (field) => {
    const { sales, rival } = await team()
    const { id } = await lead(sales)
    const unknown = { errors: [{ path: `body.${field}`, message: 'Unknown field', code: 'unknown' }] }
    const json = { title: 'Taken over', [field]: rival.id }
    const changed = await refusalOf(
      send(`/v1/leads/${id}`, { method: 'PATCH', token: sales.token, json }),
      400,
      'invalid',
    )
    expect(changed).toMatchObject(unknown)
    if (field !== 'ownerId') expect(await refusalOf(post(sales.token, json), 400, 'invalid')).toMatchObject(unknown)
    expect(await bodyOf(get(sales.token, id), 200)).toMatchObject({ title: 'A lead', ownerId: sales.id })
  },
)

describe('changing a lead', () => {
  it('changes what is sent and nothing else, and records before and after', async () => {
    const { manager } = await team()
    const before = await lead(manager, EVERYTHING)
    const change: Patch = { title: 'Vue course', metadata: { campaign: 'spring' }, status: 'QUALIFIED' }
    const response = await patch(manager.token, before.id, change)
    expect(response.headers.get('ETag')).toBe('"2"')
    const after = await bodyOf(response, 200)
    expect(after).toEqual({ ...before, ...change, updatedAt: after.updatedAt })
    const { data } = await bodyOf(api(manager.token).v1.events.$get({ query: { subject: before.id } }), 200)
    expect(data[0]).toMatchObject({ type: 'lead.updated', actor: { type: 'user', id: manager.id } })
    expect(data[0]?.changes).toEqual({
      title: [EVERYTHING.title, 'Vue course'],
      metadata: [EVERYTHING.metadata, { campaign: 'spring' }],
      status: ['CONTACTED', 'QUALIFIED'],
    })
  })

  it('clears with null every field that may be empty, as the document says', async () => {
    const { manager } = await team()
    const { id } = await lead(manager, EVERYTHING)
    const { title, status, ...optional } = EVERYTHING
    const nulls = Object.fromEntries(Object.keys(optional).map((field) => [field, null]))
    expect(await bodyOf(patch(manager.token, id, nulls), 200)).toMatchObject({ title, status, ...nulls })
    const { components } = await (await send('/openapi.json')).json<Document>()
    for (const [field, { type }] of Object.entries(components.schemas.LeadPatch.properties)) {
      expect([field, type.includes('null')]).toEqual([field, field in optional || field === 'lostReason'])
    }
    for (const field of ['title', 'status']) {
      const json = { [field]: null }
      await refusalOf(send(`/v1/leads/${id}`, { method: 'PATCH', token: manager.token, json }), 400, 'invalid')
    }
    await refusalOf(send(`/v1/leads/${id}`, { method: 'PATCH', token: manager.token, json: {} }), 400, 'invalid')
  })

  it('is refused when If-Match is not the present version, with the present ETag told', async () => {
    const { manager } = await team()
    const { id } = await lead(manager)
    for (const stale of ['"2"', '"0"', '"nonsense"', '""']) {
      const response = await patch(manager.token, id, { title: 'Too late' }, stale)
      expect(response.headers.get('ETag')).toBe('"1"')
      await refusalOf(response, 412, 'stale')
    }
    expect(await happenings(id)).toEqual(['lead.created'])
    // What a compressing proxy makes of the tag is the tag still.
    let version = 1
    for (const present of ['"1"', 'W/"2"', '*', ' "4" ']) {
      const { headers } = await patch(manager.token, id, { title: present }, present)
      version += 1
      expect(headers.get('ETag')).toBe(`"${version}"`)
    }
  })

  it('is told what an ETag is where If-Match holds something else, or several', async () => {
    const { manager } = await team()
    const { id } = await lead(manager)
    for (const none of ['1', 'nonsense', '"1", "2"', '']) {
      const { errors } = await refusalOf(patch(manager.token, id, { title: 'X' }, none), 400, 'invalid')
      expect(errors?.map(({ path }) => path)).toEqual(['header.if-match'])
    }
    expect(await happenings(id)).toEqual(['lead.created'])
  })

  it('that stays as it was is no change: same version, same instant, nothing in the trail', async () => {
    const { manager } = await team()
    const before = await lead(manager, EVERYTHING)
    for (const change of [EVERYTHING, { metadata: EVERYTHING.metadata }, { phone: EVERYTHING.phone }]) {
      const response = await patch(manager.token, before.id, change, '"1"')
      expect(response.headers.get('ETag')).toBe('"1"')
      expect(await bodyOf(response, 200)).toEqual(before)
    }
    expect(await happenings(before.id)).toEqual(['lead.created'])
    await refusalOf(patch(manager.token, before.id, { title: before.title }, '"2"'), 412, 'stale')
  })

  it('reads the number anew once the workspace has a country, though the number stays as it was', async () => {
    const admin = await founder()
    const { id } = await lead(admin, { title: 'A lead', phone: '020 7946 0958' })
    await api(admin.token).v1.workspace.$patch({ header: {}, json: { defaultCountry: 'GB' } })
    const { accessToken } = await bodyOf(signIn({ email: admin.email, password: PASSWORD }), 200)
    await bodyOf(patch(accessToken, id, { phone: '020 7946 0958' }), 200)
    expect(await rows('SELECT phone_e164 FROM leads WHERE id = ?', id)).toEqual([{ phone_e164: '+442079460958' }])
  })

  it('lets one of 20 win who read the same version', async () => {
    const { manager } = await team()
    const { id } = await lead(manager)
    const attempts = Array.from({ length: 20 }, (_, i) => patch(manager.token, id, { title: `Number ${i}` }, '"1"'))
    const statuses = (await Promise.all(attempts)).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array(19).fill(412)])
    expect(await happenings(id)).toEqual(['lead.created', 'lead.updated'])
  })

  it('does not find a rival’s lead, and sees but refuses one of the pool', async () => {
    const { admin, sales, rival } = await team()
    const stranger = await founder()
    const theirs = await ownLead(rival)
    const pooled = await lead(admin)
    await refusalOf(patch(sales.token, theirs.id, { title: 'Mine' }), 404, 'not_found')
    await refusalOf(trash(sales.token, theirs.id), 404, 'not_found')
    await refusalOf(get(sales.token, theirs.id), 404, 'not_found')
    await refusalOf(patch(sales.token, pooled.id, { title: 'Mine' }), 403, 'not_yours')
    await refusalOf(trash(sales.token, pooled.id), 403, 'not_yours')
    await bodyOf(get(sales.token, pooled.id), 200)
    for (const { id } of [theirs, pooled]) await refusalOf(get(stranger.token, id), 404, 'not_found')
    for (const { id } of [theirs, pooled]) expect(await happenings(id)).toEqual(['lead.created'])
  })
})

it('answers 304 to who has the present version, and the lead to who has an older one', async () => {
  const { manager } = await team()
  const { id } = await lead(manager)
  const fetch = (tag: string) => send(`/v1/leads/${id}`, { token: manager.token, headers: { 'If-None-Match': tag } })
  for (const known of ['"1"', 'W/"1"', '"7", "1"']) {
    const response = await fetch(known)
    expect([response.status, await response.text(), response.headers.get('ETag')]).toEqual([304, '', '"1"'])
  }
  await patch(manager.token, id, { title: 'New' })
  expect((await fetch('"1"')).status).toBe(200)
})
