// Phone numbers: kept as written, read as E.164 where they can be, found in any writing, and shared ones noticed.
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { rereadPhones } from '../../src/workspaces/phones.reread'
import { bodyOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { made, page, seedCustomers } from '../support/customers'
import { rows } from '../support/database'
import { founder, PASSWORD, type Person } from '../support/factories'
import { lead, seedLeads } from '../support/leads'
import { leadPage } from '../support/pages'

const patch = ({ token }: Person, id: string, json: { phone?: string | null; name?: string }) =>
  bodyOf(api(token).v1.customers[':id'].$patch({ param: { id }, header: {}, json }), 200)

/** An ADMIN of a workspace with this default country, signed in since it was set. */
async function founderIn(defaultCountry: string): Promise<Person> {
  const admin = await founder()
  const workspace = api(admin.token).v1.workspace
  await bodyOf(workspace.$patch({ header: {}, json: { defaultCountry } }), 200)
  const json = { email: admin.email, password: PASSWORD }
  const { accessToken } = await bodyOf(api().v1.auth.login.$post({ json }), 200)
  return { ...admin, token: accessToken }
}

describe('a phone number', () => {
  it('is kept as written beside its E.164 form, read in the country of the workspace', async () => {
    const admin = await founderIn('GB')
    const customer = await made(admin, { phone: ' 020 7946 0958 ' })
    expect(customer).toMatchObject({ phone: '020 7946 0958', phoneE164: '+442079460958', warnings: [] })
    const { id } = customer
    expect(await patch(admin, id, { phone: '+1 415 555 2671' })).toMatchObject({ phoneE164: '+14155552671' })
    expect(await patch(admin, id, { name: 'Renamed' })).toMatchObject({ phoneE164: '+14155552671', warnings: [] })
    expect(await patch(admin, id, { phone: null })).toMatchObject({ phone: null, phoneE164: null, warnings: [] })
  })

  it('that cannot be read is kept, with a warning on what was written and no more', async () => {
    const admin = await founder()
    const customer = await made(admin, { phone: '020 7946 0958' })
    const warned = {
      phone: '020 7946 0958',
      phoneE164: null,
      warnings: [{ path: 'body.phone', code: 'unreadable_phone' }],
    }
    expect(customer).toMatchObject(warned)
    const param = { id: customer.id }
    const read = await bodyOf(api(admin.token).v1.customers[':id'].$get({ param, query: {} }), 200)
    expect(read).toMatchObject({ phone: '020 7946 0958', phoneE164: null })
    expect(read).not.toHaveProperty('warnings')
    expect(await patch(admin, param.id, { phone: '+44 20 7946 0958' })).toMatchObject({ warnings: [] })
    expect(await patch(admin, param.id, { phone: 'ask Bob' })).toMatchObject({ phoneE164: null, warnings: [{}] })
  })

  it('takes the country that its writer signed in with, two letters of a country that there is', async () => {
    const admin = await founder()
    const workspace = api(admin.token).v1.workspace
    for (const defaultCountry of ['gb', 'GBR', '', '12', 'ZZ']) {
      await refusalOf(workspace.$patch({ header: {}, json: { defaultCountry } }), 400, 'invalid')
    }
    const german = await founderIn('DE')
    expect((await made(german, { phone: '030 901820' })).phoneE164).toBe('+4930901820')
  })
})

describe('a number that could not be read', () => {
  it('is read again when the workspace gets a country, for customers and leads, and found and matched by it', async () => {
    const admin = await founder()
    const stranger = await founder()
    const theirs = await made(stranger, { phone: '020 7946 0958' })
    const { id } = await made(admin, { phone: '020 7946 0958' })
    const kept = await made(admin, { phone: 'ask Bob' })
    const pooled = await lead(admin, { phone: '020 7946 0958' })
    const workspace = api(admin.token).v1.workspace
    await bodyOf(workspace.$patch({ header: {}, json: { defaultCountry: 'GB' } }), 200)
    const read = (by: Person, id: string) =>
      bodyOf(api(by.token).v1.customers[':id'].$get({ param: { id }, query: {} }), 200)
    expect(await read(admin, id)).toMatchObject({ phoneE164: '+442079460958', phone: '020 7946 0958' })
    expect(await read(admin, kept.id)).toMatchObject({ phoneE164: null })
    expect(await read(stranger, theirs.id)).toMatchObject({ phoneE164: null })
    expect((await page(admin, { q: '+44 20 7946' })).data.map((row) => row.id)).toEqual([id])
    const { data } = await leadPage(admin.token, { q: '+442079460958' })
    expect(data.map((row) => row.id)).toEqual([pooled.id])
    const twin = await made(admin, { phone: '+44 20 7946 0958' })
    const groups = await bodyOf(api(admin.token).v1.customers.duplicates.$get({ query: {} }), 200)
    expect(groups.data.filter(({ reason }) => reason === 'phone').map((group) => group.customers.length)).toEqual([2])
    expect(twin.phoneE164).toBe('+442079460958')
  })

  it('is read again by the schedule where there are more than one piece takes', { tags: ['long'] }, async () => {
    const admin = await founder()
    const seeds = Array.from({ length: 1_020 }, (_, i) => ({ name: `n${i}`, phone: `020 7946 ${1_000 + i}` }))
    await seedCustomers(admin.workspaceId, seeds)
    await seedLeads(admin.workspaceId, seeds)
    await bodyOf(api(admin.token).v1.workspace.$patch({ header: {}, json: { defaultCountry: 'GB' } }), 200)
    const unread = async () => {
      const count = (table: string) =>
        `SELECT count(*) AS n FROM ${table} WHERE workspace_id = ?1 AND phone_e164 IS NULL`
      const [of] = await rows<{ c: number; l: number }>(
        `SELECT (${count('customers')}) AS c, (${count('leads')}) AS l`,
        admin.workspaceId,
      )
      return of
    }
    expect(await unread()).toEqual({ c: 520, l: 520 })
    await rereadPhones(env, new Date().toISOString(), { statements: 0 })
    expect(await unread()).toEqual({ c: 0, l: 0 })
    expect((await page(admin, { q: '79461999' })).data).toHaveLength(1)
  })
})

describe('an extension', () => {
  it('is a part of who is called: of a switchboard with two, neither is a duplicate of the other', async () => {
    const admin = await founderIn('DE')
    const [first, second] = [
      await made(admin, { phone: '030 901820 ext. 12' }),
      await made(admin, { phone: '+4930901820 Durchwahl 13' }),
    ]
    expect([first.phoneE164, second.phoneE164]).toEqual(['+4930901820;ext=12', '+4930901820;ext=13'])
    const { data } = await bodyOf(api(admin.token).v1.customers.duplicates.$get({ query: {} }), 200)
    expect(data.filter(({ reason }) => reason === 'phone')).toEqual([])
    expect((await page(admin, { q: '030 901820 x13' })).data.map((row) => row.id)).toEqual([second.id])
    expect((await page(admin, { q: '901820' })).data).toHaveLength(2)
  })
})

describe('a search for a number', () => {
  it('finds it by any part of its digits, however either side writes them', async () => {
    const admin = await founderIn('GB')
    const { id } = await made(admin, { name: 'Needle', phone: '(020) 7946-0958' })
    await made(admin, { name: 'Hay', phone: '(020) 7000-1111' })
    const writings = ['7946', '9460', '794609', '7946 09', '020 7946', '(020) 7946', '020-7946-0958', '+44 20 7946']
    for (const q of [...writings, '+442079460958', '0958', '958', '20.7946', '020/7946', '58']) {
      for (const query of [{ q }, { phone: q }]) {
        const { data } = await page(admin, query)
        expect(
          data.map((row) => row.id),
          q,
        ).toEqual([id])
      }
    }
    const pooled = await lead(admin, { phone: '(020) 7946-0958' })
    for (const q of writings) {
      expect(
        (await leadPage(admin.token, { q })).data.map((row) => row.id),
        q,
      ).toEqual([pooled.id])
    }
    for (const q of ['7947', '0959', '+44 20 7947', '02079460959']) expect((await page(admin, { q })).data).toEqual([])
  })
})
