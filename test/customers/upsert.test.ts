// Upserting by e-mail: whoever asks, and however many at once, there is one customer with this address.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api, send } from '../support/api'
import { costOf, counters, happenings, made, ownCustomer, page, stored } from '../support/customers'
import { founder, type Person, team, unique } from '../support/factories'

type Fields = Parameters<ReturnType<typeof api>['v1']['customers']['$put']>[0]['json']
const upsert = (by: Person, json: Fields) => api(by.token).v1.customers.$put({ query: { match: 'email' }, json })
const put = (by: Person, query: string, json: unknown) =>
  send(`/v1/customers${query}`, { method: 'PUT', token: by.token, json })
const email = () => `${unique('u')}@example.com`

describe('an upsert', () => {
  it('makes a customer, then changes it: what it sends and nothing else', async () => {
    const { manager, sales } = await team()
    const address = email()
    const first = await upsert(sales, { name: 'Alice', email: address, company: 'Acme', customFields: { a: 1, b: 2 } })
    const created = await bodyOf(first, 201)
    expect([first.headers.get('Location'), first.headers.get('ETag')]).toEqual([`/v1/customers/${created.id}`, '"1"'])
    expect(created).toMatchObject({ email: address, ownerId: sales.id, company: 'Acme' })
    const json = { name: 'Alicia', email: address.toUpperCase(), phone: 'none', customFields: { b: null, c: 3 } }
    const second = await upsert(manager, json)
    const { warnings, ...updated } = await bodyOf(second, 200)
    expect([second.headers.get('Location'), second.headers.get('ETag')]).toEqual([null, '"2"'])
    const { warnings: _, ...before } = created
    const phones = [{ phone: 'none', phoneE164: null, label: null }]
    const expected = {
      name: 'Alicia',
      phone: 'none',
      phones,
      customFields: { a: 1, c: 3 },
      updatedAt: updated.updatedAt,
    }
    expect(updated).toEqual({ ...before, ...expected })
    expect(warnings).toEqual([expect.objectContaining({ path: 'body.phone' })])
    expect(await happenings(created.id)).toEqual(['customer.created', 'customer.updated'])
    expect([costOf(first).trips, costOf(second).trips]).toEqual([1, 1])
    expect(costOf(second).read).toBeLessThan(60)
  })

  it('that changes nothing leaves the customer, its version and its trail as they are', async () => {
    const { sales } = await team()
    const json = { name: 'Alice', email: email(), customFields: { a: 1 } }
    const before = await bodyOf(upsert(sales, json), 201)
    const again = await upsert(sales, json)
    expect([again.headers.get('ETag'), await bodyOf(again, 200)]).toEqual(['"1"', before])
    expect(await happenings(before.id)).toEqual(['customer.created'])
  })

  it('of 50 at once makes one customer, answers one 201, and loses no change', { tags: ['long'] }, async () => {
    const { admin, manager, sales } = await team()
    for (let round = 0; round < 4; round += 1) {
      const address = email()
      const by = round % 2 ? [sales] : [admin, manager]
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          upsert(by[i % by.length] ?? admin, { name: `Alice ${i}`, email: address, customFields: { [`f${i}`]: i } }),
        ),
      )
      expect(tally(answers)).toEqual({ 200: 49, 201: 1 })
      const holders = (await stored(admin.workspaceId)).filter((row) => row.email === address)
      expect(holders).toHaveLength(1)
      const [{ id, version, customFields } = expect.fail()] = holders
      expect([version, Object.keys(customFields ?? {}).length]).toEqual([50, 50])
      expect(await happenings(id)).toEqual(['customer.created', ...Array(49).fill('customer.updated')])
    }
    const { kept, counted } = await counters(admin.workspaceId)
    expect(kept).toEqual(counted)
  })

  it('and a POST of the same address at once make one customer', async () => {
    const admin = await founder()
    const address = email()
    const json = { name: 'Alice', email: address }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? put(admin, '?match=email', json) : post(admin, json))),
    )
    expect(tally(answers)[201]).toBe(1)
    expect((await page(admin, { email: address })).data).toHaveLength(1)
  })

  const post = (by: Person, json: unknown) => send('/v1/customers', { method: 'POST', token: by.token, json })

  it('leaves a customer in the trash, and of another workspace, alone', async () => {
    const [admin, stranger] = [await founder(), await founder()]
    const address = email()
    const trashed = await made(admin, { email: address })
    await made(stranger, { email: address })
    await api(admin.token).v1.customers[':id'].$delete({ param: { id: trashed.id }, header: {} })
    const { id } = await bodyOf(upsert(admin, { name: 'New', email: address }), 201)
    expect(id).not.toBe(trashed.id)
    expect(await happenings(trashed.id)).toEqual(['customer.created', 'customer.trashed'])
    expect(await stored(stranger.workspaceId)).toEqual([
      expect.objectContaining({ name: 'Carla Customer', version: 1 }),
    ])
  })

  it('of a rival’s customer is refused, and changes nothing', async () => {
    const { sales, rival } = await team()
    const theirs = await ownCustomer(rival, { email: email() })
    const attempt = upsert(sales, { name: 'Mine', email: theirs.email ?? '' })
    expect(await refusalOf(attempt, 409, 'customer_exists')).not.toHaveProperty('existingId')
    expect(await stored(sales.workspaceId)).toEqual([
      expect.objectContaining({ id: theirs.id, name: 'Carla Customer', version: 1 }),
    ])
  })

  it('that would make custom fields too big is refused as such', async () => {
    const admin = await founder()
    const address = email()
    const { id } = await made(admin, { email: address, customFields: { a: 'x'.repeat(16_000) } })
    const tooMuch = { name: 'Alice', email: address, customFields: { b: 'x'.repeat(400) } }
    const { errors } = await refusalOf(upsert(admin, tooMuch), 400, 'invalid')
    expect(errors).toEqual([expect.objectContaining({ path: 'body.customFields', code: 'too_big' })])
    expect(await happenings(id)).toEqual(['customer.created'])
    await bodyOf(upsert(admin, { ...tooMuch, customFields: { b: 'x'.repeat(300) } }), 200)
  })

  it('needs a name, an e-mail address and to be told that this is what matches', async () => {
    const admin = await founder()
    const json = { name: 'Alice', email: email() }
    for (const query of ['', '?match=phone', '?match=', '?match=email&match=email', '?match=email&by=me']) {
      await refusalOf(put(admin, query, json), 400, 'invalid')
    }
    for (const bad of [{ name: 'Alice' }, { email: email() }, { ...json, email: null }, { ...json, email: 'x' }]) {
      await refusalOf(put(admin, '?match=email', bad), 400, 'invalid')
    }
    expect(await stored(admin.workspaceId)).toEqual([])
  })
})
