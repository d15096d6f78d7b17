// Phone numbers: kept as written, read as E.164 where they can be, found in any writing, and shared ones noticed.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { made, page } from '../support/customers'
import { founder, PASSWORD, type Person } from '../support/factories'

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
    const read = await bodyOf(api(admin.token).v1.customers[':id'].$get({ param }), 200)
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
    for (const q of ['7947', '0959', '+44 20 7947', '02079460959']) expect((await page(admin, { q })).data).toEqual([])
  })
})
