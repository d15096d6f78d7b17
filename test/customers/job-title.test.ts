// The job title of a customer, end to end: written, read, searched, filtered, merged, erased, and in files.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { made, page, type Query } from '../support/customers'
import { exported } from '../support/exports'
import { founder, type Person, team, unique } from '../support/factories'
import { customersOf, imported } from '../support/imports'
import { mergeInto, restore } from '../support/merges'

const read = ({ token }: Person, id: string) =>
  bodyOf(api(token).v1.customers[':id'].$get({ param: { id }, query: {} }), 200)
const patch = ({ token }: Person, id: string, jobTitle: string | null) =>
  bodyOf(api(token).v1.customers[':id'].$patch({ param: { id }, header: {}, json: { jobTitle } }), 200)
const idsOf = async (by: Person, query: Query) => (await page(by, query)).data.map(({ id }) => id)
const email = () => `${unique('job')}@example.com`

let people: Awaited<ReturnType<typeof team>>
beforeAll(async () => {
  people = await team()
})

describe('a job title', () => {
  it('is written by POST, PUT and PATCH, and null removes it', async () => {
    const { admin } = people
    const address = email()
    const { id, jobTitle } = await made(admin, { email: address, jobTitle: '  Head of Training ' })
    expect(jobTitle).toBe('Head of Training')
    const json = { name: 'Carla Customer', email: address, jobTitle: 'Director' }
    await bodyOf(api(admin.token).v1.customers.$put({ query: { match: 'email' }, json }), 200)
    expect(await read(admin, id)).toMatchObject({ jobTitle: 'Director' })
    expect(await patch(admin, id, null)).toMatchObject({ jobTitle: null })
    expect(await made(admin)).toMatchObject({ jobTitle: null })
  })

  it('has 200 characters at most, and at least one', async () => {
    const { admin } = people
    await made(admin, { jobTitle: 'x'.repeat(200) })
    for (const jobTitle of ['x'.repeat(201), '', ' ', 5]) {
      const json = { name: 'Mallory', jobTitle }
      const refused = send('/v1/customers', { method: 'POST', token: admin.token, json })
      expect((await refusalOf(refused, 400, 'invalid')).errors).toMatchObject([{ path: 'body.jobTitle' }])
    }
  })

  it('is found by q and by its own filter, in any case, as it is now', async () => {
    const { manager, sales, rival } = people
    const { id } = await made(sales, { jobTitle: 'Chief Zqgärtner' })
    await made(sales, { name: 'Zqgärtner', company: 'Zqgärtner Ltd' })
    for (const query of [{ jobTitle: 'ZQGARTNER' }, { jobTitle: 'f zqg' }, { q: 'chief zqg' }]) {
      expect(await idsOf(manager, query)).toEqual([id])
      expect(await idsOf(sales, query)).toEqual([id])
      expect(await idsOf(rival, query)).toEqual([])
    }
    // A word of two characters is no entry of the index: rows are looked through.
    expect(await idsOf(sales, { jobTitle: 'zq' })).toEqual([id])
    expect(await page(manager, { jobTitle: 'zqgartner', total: 'true' })).toMatchObject({ total: 1 })
    await patch(manager, id, 'Zqbaker')
    expect([await idsOf(manager, { jobTitle: 'zqg' }), await idsOf(manager, { q: 'zqbaker' })]).toEqual([[], [id]])
  })

  it('is filled by a merge where it is empty, and taken back when the merge is undone', async () => {
    const { manager } = people
    const [empty, other, named] = [
      await made(manager),
      await made(manager, { jobTitle: 'Buyer' }),
      await made(manager, { jobTitle: 'Seller' }),
    ]
    const { customer } = await bodyOf(mergeInto(manager, empty.id, other.id), 200)
    expect(customer).toMatchObject({ jobTitle: 'Buyer' })
    await bodyOf(restore(manager, other.id), 200)
    expect(await read(manager, empty.id)).toMatchObject({ jobTitle: null })
    expect(await bodyOf(mergeInto(manager, named.id, other.id), 200)).toMatchObject({
      customer: { jobTitle: 'Seller' },
    })
  })

  it('is among the personal data of a customer, and erasing removes it', async () => {
    const admin = await founder()
    const { id } = await made(admin, { jobTitle: 'Zqsecretary' })
    const customer = api(admin.token).v1.customers[':id']
    const { data } = await bodyOf(customer['personal-data'].$get({ param: { id } }), 200)
    expect(data.customers).toMatchObject([{ jobTitle: 'Zqsecretary' }])
    expect((await customer.erase.$post({ param: { id } })).status).toBe(200)
    expect(await idsOf(admin, { q: 'zqsecretary' })).toEqual([])
    expect(await read(admin, id)).toMatchObject({ jobTitle: null })
  })
})

describe('a job title in files', () => {
  it.each(['jobTitle', 'Job Title', 'POSITION', 'Occupation', 'Organization 1 - Title', 'Berufsbezeichnung'])(
    'is read from the column %s',
    async (column) => {
      const admin = await founder()
      const report = await imported(admin, `name,${column}\nAnn,Buyer\n`)
      expect(report.columns).toContainEqual(expect.objectContaining({ column, field: 'jobTitle' }))
      expect((await page(admin)).data).toMatchObject([{ name: 'Ann', jobTitle: 'Buyer' }])
    },
  )

  it('of Outlook is “Job Title”, not the “Title” before the name', async () => {
    const admin = await founder()
    await imported(admin, 'Title,First Name,Last Name,Job Title\nDr.,Ann,Lee,Surgeon\n')
    expect((await page(admin)).data).toMatchObject([
      { name: 'Ann Lee', jobTitle: 'Surgeon', customFields: { Title: 'Dr.' } },
    ])
  })

  it('is the TITLE of a vCard, out and in', async () => {
    const [source, target] = [await founder(), await founder()]
    await made(source, { name: 'Ann', jobTitle: 'Head; of, Training' })
    const card = await exported(source, 'customers?format=vcf')
    expect(card).toContain('\r\nTITLE:Head\\; of\\, Training\r\n')
    await imported(target, card, { type: 'text/vcard' })
    const { data } = await page(target)
    expect(data).toMatchObject([{ name: 'Ann', jobTitle: 'Head; of, Training', customFields: null }])
  })

  it('is a column of a CSV, which an import reads again, and an empty cell leaves it alone', async () => {
    const admin = await founder()
    await made(admin, { name: 'Ann', email: 'ann@example.com', jobTitle: '=Buyer' })
    const file = await exported(admin, 'customers?columns=name,email,jobTitle')
    expect(file).toBe("name,email,jobTitle\r\nAnn,ann@example.com,'=Buyer\r\n")
    expect(await imported(admin, file)).toMatchObject({ unchanged: 1 })
    expect(await imported(admin, file.replace("'=Buyer", 'Director'))).toMatchObject({ updated: 1 })
    expect(await imported(admin, file.replace("'=Buyer", ''))).toMatchObject({ unchanged: 1 })
    expect(await customersOf(admin)).toMatchObject([{ name: 'Ann', version: 2 }])
    expect((await page(admin)).data).toMatchObject([{ jobTitle: 'Director' }])
  })
})
