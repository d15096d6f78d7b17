// Searching leads: a page of results is what a plain look at every lead would find, whatever people write into names.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { codeOf, codeOfColumn } from '../../src/db/fts'
import type { LeadRow } from '../../src/leads/leads.record'
import { foldText } from '../../src/text/fold'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { rows } from '../support/database'
import { founder, type Person, team } from '../support/factories'
import { lead, ownLead, seedLeads } from '../support/leads'
import { idsOf, type LeadQuery, leadPage, leadPages } from '../support/pages'

const wordsOf = ({ title, name, email, interest }: LeadRow) =>
  [title, name, email, interest].map((field) => foldText(field ?? '')).join('\n')

/** The leads that a term is part of, newest first: what the search must give. */
function found(leads: LeadRow[], term: string): string[] {
  const sought = foldText(term)
  const hits = sought === '' ? [] : leads.filter((lead) => wordsOf(lead).includes(sought))
  return hits.map(({ id }) => id).reverse()
}

const search = async ({ token }: Person, q: string) => idsOf(await leadPages(token, { q, limit: '100' }))

describe('the index', () => {
  it('has the same code for a workspace or an owner in SQL as in JavaScript', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uuid(), { minLength: 50, maxLength: 50 }), async (ids) => {
        const codes = await rows<{ code: string }>(
          `SELECT ${codeOfColumn('value')} AS code FROM json_each(?) ORDER BY key`,
          JSON.stringify(ids),
        )
        expect(codes.map(({ code }) => code)).toEqual(ids.map(codeOf))
        // No two codes are alike whose 48 bits are not.
        expect(new Set(codes.map(({ code }) => code)).size).toBe(new Set(ids.map((id) => id.slice(-12))).size)
      }),
    )
  })
})

describe('a search', () => {
  // Few characters, so that leads share parts; every one of them has bitten some search before.
  const NASTY = [
    ...'aaAbBeéÉèEoöOøßñ"\'%_*^:()-+.\\/{}[]⟦⟧ \n日本語東京😀👩🏽',
    '\u0301',
    '\u0323',
    'AND',
    'OR',
    'NOT',
    'NEAR',
  ]
  const name = fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''))
  const clean = (text: string) => text.trim().normalize() || 'x'
  let admin: Person
  let leads: LeadRow[]

  beforeAll(async () => {
    admin = await founder()
    const some = fc.sample(name, { numRuns: 300, seed: 7 }).map(clean)
    const seeds = Array.from({ length: 100 }, (_, i) => ({
      title: some[3 * i] ?? 'x',
      name: i % 4 ? (some[3 * i + 1] ?? null) : null,
      email: i % 3 ? `${i}@bébé.example` : null,
      interest: i % 2 ? (some[3 * i + 2] ?? null) : null,
    }))
    leads = await seedLeads(admin.workspaceId, seeds)
  })

  it('finds what a plain look at every lead finds', { tags: ['long'] }, async () => {
    const part = fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 40 }), fc.integer({ min: 1, max: 9 }))
    const inText = part.map(([i, from, length]) => {
      const characters = [...wordsOf(leads[i] ?? expect.fail())]
      return characters.slice(from % characters.length, (from % characters.length) + length).join('')
    })
    const term = fc.oneof(
      inText,
      inText.map((text) => text.toUpperCase()),
      inText.map((text) => text.normalize('NFD').replace(/\p{M}/gu, '')),
      inText.map((text) => text.normalize('NFD')),
      name,
    )
    let hits = 0
    await fc.assert(
      fc.asyncProperty(term, async (q) => {
        fc.pre(q.trim() !== '')
        const ids = await search(admin, q)
        expect(ids).toEqual(found(leads, q))
        hits += ids.length
      }),
      { numRuns: 400 },
    )
    expect(hits).toBeGreaterThan(400)
  })

  it.each([
    'a" OR words : "b',
    'NOT alpha',
    'alpha AND beta',
    'NEAR(alpha beta, 2)',
    'alph*',
    '^alpha',
    'words:alpha',
    'scope : "x"',
    '-alpha',
    '(alpha)',
    '100%',
    'a_pha',
    "alpha'); DROP TABLE leads; --",
    'alpha\\',
  ])('takes %o for a text and not for a command', async (text) => {
    const { token } = await founder()
    const json = { title: text, name: 'alpha beta' }
    const { id } = await bodyOf(api(token).v1.leads.$post({ json }), 201)
    await bodyOf(api(token).v1.leads.$post({ json: { title: 'alpha xx beta alphabet' } }), 201)
    expect((await leadPage(token, { q: text })).data.map((hit) => hit.id)).toEqual([id])
  })

  it('follows a change of any field it looks at, and no other', async () => {
    const sales = (await team()).sales
    const made = await lead(sales, { title: 'Title', description: 'description', message: 'message', source: 'source' })
    for (const field of ['title', 'name', 'phone', 'interest'] as const) {
      await api(sales.token).v1.leads[':id'].$patch({ param: made, header: {}, json: { [field]: `new ${field} ☎` } })
      expect(await search(sales, `NEW ${field}`)).toEqual([made.id])
    }
    await api(sales.token).v1.leads[':id'].$patch({ param: made, header: {}, json: { name: 'other' } })
    for (const q of ['new name', 'description', 'message', 'source']) expect(await search(sales, q)).toEqual([])
  })

  it('shows SALES the own leads and the pool, whoever owns the word', async () => {
    const { admin, manager, sales, rival } = await team()
    const stranger = await founder()
    await lead(stranger, { title: 'Needle' })
    const [mine, , pooled] = [
      await ownLead(sales, { title: 'Needle' }),
      await ownLead(rival, { title: 'Needle' }),
      await lead(admin, { title: 'Needle' }),
    ]
    for (const q of ['needle', 'ne']) {
      expect(await search(sales, q)).toEqual([pooled.id, mine.id])
      expect(await search(manager, q)).toHaveLength(3)
    }
  })

  it('for a source takes it whole and as written', async () => {
    const { workspaceId, token } = await founder()
    const sources = ['a', 'A', 'á', 'aa', '⟦a⟧', '"a"', 'a b', 'a OR b', '日', '%', 'Fair', 'fair']
    const made = await seedLeads(
      workspaceId,
      sources.map((source) => ({ source })),
    )
    for (const { id, source } of made) {
      const { data, total } = await leadPage(token, { source: source ?? '', total: 'true' })
      expect([data.map((hit) => hit.id), total]).toEqual([[id], 1])
    }
  })
})

describe('one or two characters', () => {
  it('are looked for lead by lead, and the cursor goes on where a page ended', async () => {
    const { admin, manager, sales, rival } = await team()
    const owners = [null, sales.id, rival.id]
    const titles = new Map([590, 402, 400, 300].map((i) => [i, 'zZ top'])).set(3, 'qx')
    const seeds = Array.from({ length: 600 }, (_, i) => ({
      title: titles.get(i) ?? 'nothing',
      ownerId: owners[i % 3] ?? null,
    }))
    const made = await seedLeads(admin.workspaceId, seeds)
    const sizes = async (query: LeadQuery) => {
      const pages = await leadPages(manager.token, query)
      expect(idsOf(pages)).toEqual(query.sort ? found(made, query.q ?? '').reverse() : found(made, query.q ?? ''))
      return pages.map(({ data }) => data.length)
    }
    expect(await sizes({ q: 'Zz' })).toEqual([4])
    expect(await sizes({ q: 'Zz', limit: '2' })).toEqual([2, 2])
    expect(await sizes({ q: 'qX' })).toEqual([1])
    expect(await sizes({ q: 'qx', sort: 'createdAt' })).toEqual([1])
    const own = made.filter(({ ownerId }) => ownerId !== rival.id)
    expect(idsOf(await leadPages(sales.token, { q: 'zz' }))).toEqual(found(own, 'zz'))
  })
})
