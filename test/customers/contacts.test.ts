// Several addresses and numbers of a customer: the first is the main one, all are searched, an address is one customer's.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { made, page } from '../support/customers'
import { rows } from '../support/database'
import { founder, type Person, unique } from '../support/factories'
import { lead } from '../support/leads'

const address = (name: string) => `${unique(name)}@example.com`.toLowerCase()
const client = ({ token }: Person) => api(token).v1.customers[':id']
type Patch = Parameters<ReturnType<typeof client>['$patch']>[0]['json']
const patch = (by: Person, id: string, json: Patch) =>
  bodyOf(client(by).$patch({ param: { id }, header: {}, json }), 200)
const ids = async (by: Person, q: string) => (await page(by, { q })).data.map((row) => row.id)
const keys = (by: Person) =>
  rows('SELECT email, customer_id FROM customer_addresses WHERE workspace_id = ? ORDER BY email', by.workspaceId)

describe('addresses and numbers', () => {
  it('are given as lists, of which the first is the main one, and found by each', async () => {
    const admin = await founder()
    const [a, b] = [address('a'), address('b')]
    const phones = [
      { phone: '+44 20 7946 0958' },
      { phone: '+49 30 901820 ext. 4', label: 'work' },
      { phone: '+442079460958' },
    ]
    const customer = await made(admin, { emails: [{ email: a }, { email: b, label: 'home' }, { email: a }], phones })
    expect(customer).toMatchObject({
      email: a,
      emails: [
        { email: a, label: null },
        { email: b, label: 'home' },
      ],
      phone: '+44 20 7946 0958',
      phoneE164: '+442079460958',
      phones: [
        { phone: '+44 20 7946 0958', phoneE164: '+442079460958', label: null },
        { phone: '+49 30 901820 ext. 4', phoneE164: '+4930901820;ext=4', label: 'work' },
      ],
    })
    for (const q of [a, b, '7946 0958', '0309018', '901820']) expect(await ids(admin, q), q).toEqual([customer.id])
    expect(await keys(admin)).toEqual([{ email: b, customer_id: customer.id }])
    const fewer = await patch(admin, customer.id, { emails: [{ email: b }], phones: [] })
    expect(fewer).toMatchObject({
      email: b,
      emails: [{ email: b, label: null }],
      phone: null,
      phoneE164: null,
      phones: [],
    })
    for (const q of [a, '7946 0958', '901820']) expect(await ids(admin, q), q).toEqual([])
    expect(await keys(admin)).toEqual([])
  })

  it('follow a change of the main one alone', async () => {
    const admin = await founder()
    const [a, b, c] = [address('a'), address('b'), address('c')]
    const { id } = await made(admin, {
      emails: [{ email: a }, { email: b }],
      phones: [{ phone: '+442079460958' }, { phone: '+4930901820' }],
    })
    expect((await patch(admin, id, { email: c })).emails.map((each) => each.email)).toEqual([c, b])
    expect((await patch(admin, id, { email: b })).emails.map((each) => each.email)).toEqual([b])
    expect((await patch(admin, id, { emails: [{ email: b }, { email: c }] })).email).toBe(b)
    expect(await patch(admin, id, { email: null, phone: null })).toMatchObject({
      email: c,
      emails: [{ email: c }],
      phone: '+4930901820',
      phoneE164: '+4930901820',
    })
    expect(await ids(admin, '0309018')).toEqual([id])
    expect(await patch(admin, id, { email: null, phone: null })).toMatchObject({ email: null, emails: [], phones: [] })
    expect(await ids(admin, '0309018')).toEqual([])
    expect(await keys(admin)).toEqual([])
  })

  it('are one customer’s among the living, whether main or other; numbers are everyone’s', async () => {
    const admin = await founder()
    const [a, b] = [address('a'), address('b')]
    const phones = [{ phone: '+442079460958' }]
    const first = await made(admin, { emails: [{ email: a }, { email: b }], phones })
    const second = await made(admin, { phones })
    for (const json of [
      { email: b },
      { emails: [{ email: address('x') }, { email: a }] },
      { emails: [{ email: b }] },
    ]) {
      const refused = await refusalOf(
        client(admin).$patch({ param: { id: second.id }, header: {}, json }),
        409,
        'customer_exists',
      )
      expect(refused).toMatchObject({ existingId: first.id })
      await refusalOf(api(admin.token).v1.customers.$post({ json: { name: 'x', ...json } }), 409, 'customer_exists')
    }
    const upsert = api(admin.token).v1.customers.$put({
      query: { match: 'email' },
      json: { name: 'New name', email: b },
    })
    expect(await bodyOf(upsert, 200)).toMatchObject({ id: first.id, name: 'New name', email: a })
    const enquirer = await lead(admin, { email: b })
    const converted = api(admin.token).v1.leads[':id'].convert.$post({ param: { id: enquirer.id }, json: {} })
    expect((await bodyOf(converted, 200)).customer.id).toBe(first.id)
    await client(admin).$delete({ param: { id: first.id }, header: {} })
    await patch(admin, second.id, { emails: [{ email: address('y') }, { email: b }] })
    const restored = await refusalOf(client(admin).restore.$post({ param: { id: first.id } }), 409, 'customer_exists')
    expect(restored).toMatchObject({ existingId: second.id })
    await patch(admin, second.id, { emails: [] })
    await bodyOf(client(admin).restore.$post({ param: { id: first.id } }), 200)
    expect(await keys(admin)).toEqual([{ email: b, customer_id: first.id }])
  })

  it('of a merged customer are kept and found, and go back with it', async () => {
    const admin = await founder()
    const [a, b, c] = [address('a'), address('b'), address('c')]
    const first = await made(admin, { name: 'First', email: a, phone: '+442079460958' })
    const other = await made(admin, { name: 'Other', emails: [{ email: b }, { email: c }], phone: '+4930901820' })
    const merge = { param: { id: first.id }, json: { fromId: other.id } }
    const merged = await bodyOf(client(admin).merge.$post({ ...merge, query: {} } as never), 200)
    void merged
    const kept = await bodyOf(client(admin).$get({ param: { id: first.id }, query: {} }), 200)
    expect(kept.emails.map((each) => each.email)).toEqual([a, b, c])
    expect(kept.phones.map((each) => each.phoneE164)).toEqual(['+442079460958', '+4930901820'])
    for (const q of [b, c, '0309018', '7946 0958']) expect(await ids(admin, q), q).toEqual([first.id])
    await refusalOf(api(admin.token).v1.customers.$post({ json: { name: 'x', email: c } }), 409, 'customer_exists')
    await bodyOf(client(admin).restore.$post({ param: { id: other.id } }), 200)
    expect((await bodyOf(client(admin).$get({ param: { id: first.id }, query: {} }), 200)).emails).toEqual([
      { email: a, label: null },
    ])
    for (const q of [b, c, '0309018']) expect(await ids(admin, q), q).toEqual([other.id])
    expect(await keys(admin)).toEqual([{ email: c, customer_id: other.id }])
  })
})
