// A customer's life: made, read, changed, put into the trash and taken out of it, and who may do which of these.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { happenings, made, ownCustomer, page, stored } from '../support/customers'
import { count, rows } from '../support/database'
import { founder, type Person, team, unique } from '../support/factories'

type Patch = Parameters<ReturnType<typeof api>['v1']['customers'][':id']['$patch']>[0]['json']

const customersOf = ({ token }: Person) => api(token).v1.customers
const one = (by: Person, id: string) => customersOf(by)[':id'].$get({ param: { id }, query: {} })
const read = (by: Person, id: string) => bodyOf(one(by, id), 200)
const patch = (by: Person, id: string, json: Patch, ifMatch?: string) =>
  customersOf(by)[':id'].$patch({ param: { id }, json, header: ifMatch ? { 'if-match': ifMatch } : {} })
const trash = (by: Person, id: string, ifMatch?: string) =>
  customersOf(by)[':id'].$delete({ param: { id }, header: ifMatch ? { 'if-match': ifMatch } : {} })
const restore = (by: Person, id: string) => customersOf(by)[':id'].restore.$post({ param: { id } })
const post = (by: Person, json: unknown) => send('/v1/customers', { method: 'POST', token: by.token, json })
const email = () => `${unique('c')}@example.com`

describe('a customer', () => {
  it('is made with what is said of it, and read as it was answered', async () => {
    const admin = await founder()
    const said = {
      name: 'Alice',
      email: email(),
      phone: '+44 20 7946 0958',
      company: 'Acme',
      jobTitle: 'Buyer',
      customFields: { a: [1] },
    }
    const answer = await customersOf(admin).$post({ json: said })
    expect(answer.headers.get('ETag')).toBe('"1"')
    const location = answer.headers.get('Location')
    const { warnings, ...customer } = await bodyOf(answer, 201)
    expect(customer).toMatchObject({ ...said, phoneE164: '+442079460958', userId: null, deletedAt: null })
    expect([warnings, location]).toEqual([[], `/v1/customers/${customer.id}`])
    const again = await one(admin, customer.id)
    expect(again.headers.get('ETag')).toBe('"1"')
    expect(await bodyOf(again, 200)).toEqual(customer)
    expect((await page(admin)).data).toEqual([customer])
    expect(await happenings(customer.id)).toEqual(['customer.created'])
  })

  it('is owned by SALES who makes it, and by nobody where a MANAGER or ADMIN does', async () => {
    const { admin, manager, sales } = await team()
    expect((await made(sales)).ownerId).toBe(sales.id)
    for (const by of [admin, manager]) {
      expect((await made(by)).ownerId).toBeNull()
      expect((await made(by, { ownerId: sales.id })).ownerId).toBe(sales.id)
    }
    expect((await made(sales, { ownerId: sales.id })).ownerId).toBe(sales.id)
  })

  it('has trimmed and composed text of a limited length, and needs a name', async () => {
    const admin = await founder()
    const { name, company } = await made(admin, { name: '  E\u0301va \n', company: 'x'.repeat(200) })
    expect([name, company]).toEqual(['Éva', 'x'.repeat(200)])
    await made(admin, { name: 'x'.repeat(200), phone: '1'.repeat(50) })
    const bad = [
      { name: ' ' },
      { name: null },
      { name: 'x'.repeat(201) },
      { phone: '1'.repeat(51) },
      { company: 'x'.repeat(201) },
      { company: '' },
      { email: 'nobody' },
      { customFields: [] },
      { customFields: 'gold' },
      { ownerId: 'me' },
    ]
    for (const fields of bad) {
      const [field = ''] = Object.keys(fields)
      const { errors } = await refusalOf(post(admin, { name: 'Bad', ...fields }), 400, 'invalid')
      expect(errors).toEqual([expect.objectContaining({ path: `body.${field}` })])
    }
    await refusalOf(post(admin, { email: email() }), 400, 'invalid')
    expect(await stored(admin.workspaceId)).toHaveLength(2)
  })

  it('keeps what a patch leaves out, and loses what it sets to null', async () => {
    const { manager, sales, customer } = await team()
    const all = {
      email: email(),
      phone: '+44 20 7946 0958',
      company: 'Acme',
      jobTitle: 'Buyer',
      customFields: { plan: 'gold' },
    }
    const { id, warnings, ...before } = await made(manager, { ...all, ownerId: sales.id, userId: customer.id })
    const renamed = await bodyOf(patch(manager, id, { name: 'Renamed' }), 200)
    expect(renamed).toEqual({ ...before, id, warnings, name: 'Renamed', updatedAt: renamed.updatedAt })
    const nothing = {
      email: null,
      phone: null,
      company: null,
      jobTitle: null,
      ownerId: null,
      userId: null,
      customFields: null,
    }
    expect(await bodyOf(patch(manager, id, nothing), 200)).toMatchObject({ ...nothing, phoneE164: null })
    await refusalOf(patch(manager, id, {}), 400, 'invalid')
  })

  it.each([
    ...['id', 'seq', 'workspaceId', 'version', 'createdAt', 'updatedAt', 'deletedAt', 'sortName', 'phoneE164'],
    ...['lastInteractionAt', 'nextFollowUpAt', 'warnings', 'tags', 'nmae'],
  ])('is not made, patched or upserted with %s, which is not the client’s to set', async (field) => {
    const admin = await founder()
    const { id } = await made(admin)
    const fields = { name: 'Mallory', email: email(), [field]: crypto.randomUUID() }
    const attempts = [
      ['POST', '/v1/customers'],
      ['PATCH', `/v1/customers/${id}`],
      ['PUT', '/v1/customers?match=email'],
    ]
    for (const [method, path] of attempts) {
      const { errors } = await refusalOf(send(`${path}`, { method, token: admin.token, json: fields }), 400, 'invalid')
      expect(errors).toEqual([{ path: `body.${field}`, message: 'Unknown field', code: 'unknown' }])
    }
    expect(await stored(admin.workspaceId)).toEqual([expect.objectContaining({ id, name: 'Carla Customer' })])
  })

  it('stays as it is, and its trail silent, where a change says what is so already', async () => {
    const admin = await founder()
    const fields = { name: 'Alice', email: email(), phone: '+44 20 7946 0958', customFields: { a: 1, b: { c: [2] } } }
    const before = await made(admin, fields)
    const { name, phone } = before
    const sames: Patch[] = [
      fields,
      { name, phone },
      { company: null, ownerId: null },
      { customFields: { b: { c: [2] } } },
    ]
    for (const same of [...sames, { customFields: { z: null } }]) {
      const answer = await patch(admin, before.id, same, '"1"')
      expect([answer.headers.get('ETag'), await bodyOf(answer, 200)]).toEqual(['"1"', before])
    }
    await refusalOf(patch(admin, before.id, { name }, '"2"'), 412, 'stale')
    expect(await happenings(before.id)).toEqual(['customer.created'])
  })

  it('tells in its trail what its custom fields were and what they are, all of them', async () => {
    const admin = await founder()
    const { id } = await made(admin, { customFields: { a: 1, b: 2 } })
    await patch(admin, id, { name: 'Carla Customer', customFields: { b: null, c: 3 } })
    const [told] = await rows("SELECT changes FROM events WHERE subject_id = ? AND verb = 'customer.updated'", id)
    expect(JSON.parse(String(told?.changes))).toEqual({
      customFields: [
        { a: 1, b: 2 },
        { a: 1, c: 3 },
      ],
    })
  })

  it('is changed by whoever has read its latest version, and by nobody else', async () => {
    const admin = await founder()
    const { id } = await made(admin)
    expect((await patch(admin, id, { company: 'A' }, '"1"')).headers.get('ETag')).toBe('"2"')
    for (const tag of ['"1"', '"3"', '"x"', '"nonsense"']) {
      const refused = [await patch(admin, id, { company: 'B' }, tag), await trash(admin, id, tag)]
      for (const answer of refused) {
        expect(answer.headers.get('ETag')).toBe('"2"')
        await refusalOf(answer, 412, 'stale')
      }
    }
    const both = await Promise.all(['C', 'D'].map((company) => patch(admin, id, { company }, '"2"')))
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
    expect((await patch(admin, id, { company: 'E' }, '*')).status).toBe(200)
    expect((await trash(admin, id, '"4"')).status).toBe(204)
    expect(await happenings(id)).toEqual(['customer.created', ...Array(3).fill('customer.updated'), 'customer.trashed'])
  })
})

describe('an e-mail address', () => {
  it('belongs to one living customer of the workspace, whatever its case', async () => {
    const [admin, stranger] = [await founder(), await founder()]
    const address = email()
    const { id } = await made(admin, { email: ` ${address.toUpperCase()} ` })
    expect((await read(admin, id)).email).toBe(address)
    const other = await made(admin)
    for (const refused of [post(admin, { name: 'B', email: address }), patch(admin, other.id, { email: address })]) {
      expect(await refusalOf(refused, 409, 'customer_exists')).toMatchObject({ existingId: id })
    }
    await made(stranger, { email: address })
    await bodyOf(patch(admin, id, { email: address, name: 'Same' }), 200)
    expect(await count('customers', 'workspace_id = ?', admin.workspaceId)).toBe(2)
  })

  it('that is taken names its holder to those alone who may see them', async () => {
    const { manager, sales, rival } = await team()
    const { id, email: address } = await ownCustomer(rival, { email: email() })
    const other = await made(sales)
    const attempts = [
      post(sales, { name: 'B', email: address }),
      patch(sales, other.id, { email: address }),
      customersOf(sales).$put({ query: { match: 'email' }, json: { name: 'B', email: address ?? '' } }),
    ]
    for (const attempt of attempts) {
      const problem = await refusalOf(attempt, 409, 'customer_exists')
      expect(problem.existingId).toBeUndefined()
      expect(JSON.stringify(problem)).not.toContain(id)
    }
    expect(await refusalOf(post(manager, { name: 'B', email: address }), 409, 'customer_exists')).toMatchObject({
      existingId: id,
    })
  })

  it('is free while its customer is in the trash, who then cannot come back until it is free again', async () => {
    const admin = await founder()
    const address = email()
    const { id } = await made(admin, { email: address })
    expect((await trash(admin, id)).status).toBe(204)
    const successor = await made(admin, { email: address })
    const refusal = await refusalOf(restore(admin, id), 409, 'customer_exists')
    expect(refusal).toMatchObject({ existingId: successor.id })
    await refusalOf(one(admin, id), 404, 'not_found')
    expect(await happenings(id)).toEqual(['customer.created', 'customer.trashed'])
    await trash(admin, successor.id)
    expect(await bodyOf(restore(admin, id), 200)).toMatchObject({ id, email: address, deletedAt: null })
    await refusalOf(restore(admin, successor.id), 409, 'customer_exists')
  })
})
