// One rule folds what is stored and what is asked, in every room: names, companies, tags, custom fields, leads, user names.
import { describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { made, page } from '../support/customers'
import { founder, PASSWORD, type Person, team, unique } from '../support/factories'
import { lead } from '../support/leads'
import { idsOf, leadPage } from '../support/pages'

/** What is written, what finds it, and what does not. */
const WRITTEN: [written: string, found: string[], missed: string[]][] = [
  ['Семёнов Пётр', ['семенов', 'СЕМЁНОВ', 'пе', 'ётр'], ['йо']],
  ['Łukasz Żak', ['lukasz', 'ŁUK', 'zak', 'łu', 'lu'], ['ukaz']],
  ['Straße Größe', ['strasse', 'STRASSE', 'gross', 'ß', 'SS'], ['strase']],
  ['Ｆｕｌｌ　Ｗｉｄｔｈ', ['full width', 'ull', 'ＷＩ'], ['fullwidth']],
  ['Anna  Maria', ['anna maria', 'Anna\u00a0Maria', 'a m'], ['annamaria']],
  ['Søren Ærø', ['soren', 'aero', 'SØ', 'ær'], ['sø ren']],
  ['O’Brien', ["o'brien", 'O‘BRI', "o'"], ['obrien']],
  ['Jean‑Luc', ['jean-luc', 'JEAN–LUC', 'n-l'], ['jean luc']],
  ['パリ', ['パリ', 'ハ\u309aリ', 'ﾊﾟﾘ', 'パ'], ['バリ', 'ハリ']],
  ['Θοδωρής', ['θοδωρησ', 'ΘΟΔΩΡΉΣ', 'ής'], ['θοδορ']],
  ['שָׁלוֹם', ['שלום', 'של'], ['סלום']],
  ['مُحَمَّد', ['محمد', 'مح'], ['مخمد']],
  ['नदी', ['नदी', 'दी'], ['नदि', 'दि']],
  ['ﬁnance №1', ['finance', 'fi', 'no1'], ['ffi']],
  ['e\u0301lan\u200b vital', ['élan', 'ELAN V', 'él'], ['e lan']],
]

const search = async (by: Person, query: Record<string, string>) => (await page(by, query)).data.map(({ id }) => id)

describe('a text', () => {
  it.each(WRITTEN)(
    '%o is found in names, companies and job titles by %o, and not by %o',
    async (written, found, missed) => {
      const { admin, sales } = await team()
      const fields = [{ name: written }, { name: 'x', company: written }, { name: 'x', jobTitle: written }]
      const ids = []
      for (const each of fields) ids.unshift((await made(admin, { ...each, ownerId: sales.id })).id)
      for (const q of found) {
        for (const by of [admin, sales]) expect(await search(by, { q }), q).toEqual(ids)
        expect(await search(admin, { company: q }), q).toEqual([ids[1]])
      }
      for (const q of missed) expect(await search(admin, { q }), q).toEqual([])
      const param = { id: ids[1] ?? '' }
      await bodyOf(api(admin.token).v1.customers[':id'].$patch({ param, header: {}, json: { company: 'other' } }), 200)
      expect(await search(admin, { company: found[0] ?? '' })).toEqual([])
      await api(admin.token).v1.customers[':id'].$delete({ param: { id: ids[2] ?? '' }, header: {} })
      for (const q of found) expect(await search(admin, { q, trashed: 'true' }), q).toEqual([ids[2]])
    },
  )

  it.each(WRITTEN)('%o is found in leads by %o, and not by %o', async (written, found, missed) => {
    const admin = await founder()
    const ids = []
    for (const each of [{ title: written }, { name: written }, { interest: written }]) {
      ids.unshift((await lead(admin, each)).id)
    }
    const leads = async (q: string) => idsOf([await leadPage(admin.token, { q })])
    for (const q of found) expect(await leads(q), q).toEqual(ids)
    for (const q of missed) expect(await leads(q), q).toEqual([])
    const param = { id: ids[2] ?? '' }
    const { customer } = await bodyOf(api(admin.token).v1.leads[':id'].convert.$post({ param, json: {} }), 200)
    for (const q of found) expect(await search(admin, { q }), q).toEqual([customer.id])
  })

  it.each(WRITTEN)(
    '%o is one custom field and one tag with %o, and another than %o',
    async (written, found, missed) => {
      const admin = await founder()
      const { id } = await made(admin, { customFields: { [written]: 'x', Stadt: written, seats: 3 } })
      const client = api(admin.token).v1.customers[':id']
      const tagged = await client.tags[':name'].$put({ param: { id, name: written } })
      expect(tagged.status).toBe(204)
      const whole = [written, written.normalize('NFD'), written.toUpperCase(), found[0] ?? '']
      const isWhole = (text: string) => [...text].length >= 4 && /^[^ ]+$/.test(written)
      for (const q of whole.slice(0, 3)) {
        expect(await search(admin, { 'customFields.stadt': q }), q).toEqual([id])
        expect(await search(admin, { tag: q }), q).toEqual([id])
        expect(await search(admin, { tag: q, sort: 'createdAt', trashed: 'true' }), q).toEqual([])
      }
      for (const q of missed.filter(isWhole)) {
        expect(await search(admin, { 'customFields.Stadt': q }), q).toEqual([])
        expect(await search(admin, { tag: q }), q).toEqual([])
      }
      await bodyOf(client.$patch({ param: { id }, header: {}, json: { customFields: { Stadt: 'Zürich' } } }), 200)
      expect(await search(admin, { 'customFields.Stadt': written })).toEqual([])
      expect(await search(admin, { 'customFields.STADT': 'zurich' })).toEqual([id])
    },
  )
})

describe('tags', () => {
  it('of words that differ in more than accents are two', async () => {
    const admin = await founder()
    const { tags } = api(admin.token).v1
    for (const name of ['パリ', 'バリ', 'Café', 'CAFE', 'й', 'и']) {
      const { id } = await made(admin)
      await api(admin.token).v1.customers[':id'].tags[':name'].$put({ param: { id, name } })
    }
    const { data } = await bodyOf(tags.$get({ query: {} }), 200)
    expect(data.map(({ name, count }) => [name, count])).toEqual([
      ['Café', 2],
      ['и', 1],
      ['й', 1],
      ['バリ', 1],
      ['パリ', 1],
    ])
    expect((await bodyOf(tags.$get({ query: { q: 'ＣＡＦ' } }), 200)).data).toHaveLength(1)
    expect((await bodyOf(tags.$get({ query: { q: '\u0301' } }), 200)).data).toEqual([])
  })
})

describe('a user name', () => {
  it('signs in however it is written, and is given once', async () => {
    const { admin, sales } = await team()
    const name = unique('Zoë').replaceAll(/[^\p{L}\p{N}._-]/gu, '')
    const users = api(admin.token).v1.users[':id']
    await bodyOf(users.$patch({ param: { id: admin.id }, header: {}, query: {}, json: { username: name } }), 200)
    const wide = name.replace('Z', 'Ｚ').replace('ë', 'e')
    const taken = await users.$patch({ param: { id: sales.id }, header: {}, query: {}, json: { username: wide } })
    expect(taken.status).toBe(409)
    const { user } = await bodyOf(api().v1.auth.login.$post({ json: { username: wide, password: PASSWORD } }), 200)
    expect(user.id).toBe(admin.id)
  })
})
