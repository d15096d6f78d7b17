// Custom fields: any JSON object, merged key by key, bounded, and each of its values a filter.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { happenings, made, page, seedCustomers } from '../support/customers'
import { founder, type Person, unique } from '../support/factories'

type Patch = Parameters<ReturnType<typeof api>['v1']['customers'][':id']['$patch']>[0]['json']

const customersOf = ({ token }: Person) => api(token).v1.customers
const read = (by: Person, id: string) => bodyOf(customersOf(by)[':id'].$get({ param: { id }, query: {} }), 200)
const patch = (by: Person, id: string, json: Patch) =>
  customersOf(by)[':id'].$patch({ param: { id }, json, header: {} })
const post = (by: Person, json: unknown) => send('/v1/customers', { method: 'POST', token: by.token, json })
const email = () => `${unique('c')}@example.com`

describe('custom fields', () => {
  const value = fc.letrec<{ any: unknown; object: Record<string, unknown> }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, true, false, 'gold', 'é', '"', 0, -1.5, 12_345_678_901, ''),
      fc.array(tie('any'), { maxLength: 2 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'a.b', 'größe', '$', '"', '😀'), tie('any'), { maxKeys: 4 }),
  }))

  function merged(target: unknown, change: unknown): unknown {
    if (!isObject(change)) return change
    const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
    for (const [key, each] of Object.entries(change)) {
      if (each === null) delete result[key]
      else result[key] = merged(result[key], each)
    }
    return result
  }
  const isObject = (each: unknown): each is Record<string, unknown> =>
    typeof each === 'object' && each !== null && !Array.isArray(each)

  it('are merged key by key as a JSON merge patch, null removing a key', { tags: ['long'] }, async () => {
    const admin = await founder()
    await fc.assert(
      fc.asyncProperty(value.object, fc.array(value.object, { minLength: 1, maxLength: 3 }), async (first, changes) => {
        const created = await bodyOf(post(admin, { name: 'Merged', customFields: first }), 201)
        // Null means that there is no such field, also in a new customer.
        let expected = merged({}, first)
        expect(created.customFields).toEqual(expected)
        for (const customFields of changes) {
          const json = { customFields }
          const path = `/v1/customers/${created.id}`
          const answer = await bodyOf(send(path, { method: 'PATCH', token: admin.token, json }), 200)
          expected = merged(expected, customFields)
          expect(answer.customFields).toEqual(expected)
        }
        expect((await read(admin, String(created.id))).customFields).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })

  it('hold 16 KB of JSON, counted in bytes, also of what several patches made together', async () => {
    const admin = await founder()
    const of = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) })
    await refusalOf(post(admin, { name: 'Big', customFields: of(16_385) }), 400, 'invalid')
    await refusalOf(post(admin, { name: 'Big', customFields: { a: 'é'.repeat(8_200) } }), 400, 'invalid')
    const { id, customFields } = await made(admin, { email: email(), customFields: of(16_384) })
    const tooMuch = { customFields: { b: 1 }, name: 'Bigger' }
    const { errors } = await refusalOf(patch(admin, id, tooMuch), 400, 'invalid')
    expect(errors).toEqual([expect.objectContaining({ path: 'body.customFields', code: 'too_big' })])
    expect(await read(admin, id)).toMatchObject({ name: 'Carla Customer', customFields })
    expect(await happenings(id)).toEqual(['customer.created'])
    await bodyOf(patch(admin, id, { customFields: { a: 'small', b: 1 } }), 200)
    const half = { a: 'é'.repeat(4_000), b: 'x'.repeat(8_361) }
    await bodyOf(patch(admin, id, { customFields: half }), 200)
    await refusalOf(patch(admin, id, { customFields: { c: 'é' } }), 400, 'invalid')
  })
})

describe('a custom field', () => {
  it('is found by its whole value, whatever its kind, case and accents', async () => {
    const { workspaceId, ...admin } = await founder()
    const fields = [
      { plan: 'Größe' },
      { plan: 'gold' },
      { plan: 'golden' },
      { 'plan b': 'gold' },
      { 'a.b': 'gold' },
      { größe: 'XL' },
      { n: 5 },
      { n: -1.5 },
      { n: true },
      { n: false },
      { n: '5' },
      { n: null },
      { n: ['gold'] },
      { n: { plan: 'gold' } },
      { q: 'a "b" OR *' },
      { q: '%' },
      { q: '日本' },
      { q: '😀' },
      { note: 'x⟧⟦forged=gold' },
      { 'forged=gold': 'x', forged: 'gold=x' },
    ]
    const made = await seedCustomers(
      workspaceId,
      fields.map((customFields) => ({ customFields })),
    )
    const found: [string, string, number[]][] = [
      ['plan', 'GOLD', [1]],
      ['Plan', 'gold', [1]],
      ['plan', 'Große', [0]],
      ['plan', 'gold en', []],
      ['plan', 'gol', []],
      ['plan b', 'gold', [3]],
      ['a.b', 'gold', [4]],
      ['größe', 'xl', [5]],
      ['grosse', 'xl', [5]],
      ['n', '5', [6, 10]],
      ['n', '-1.5', [7]],
      ['n', 'true', [8]],
      ['n', '1', []],
      ['n', 'false', [9]],
      ['n', 'null', []],
      ['n', 'gold', [12]],
      ['q', 'A "b" or *', [14]],
      ['q', '%', [15]],
      ['q', '日本', [16]],
      ['q', '😀', [17]],
      ['note', 'x⟧⟦forged=gold', [18]],
      ['forged', 'gold', []],
      ['forged', 'gold=x', [19]],
    ]
    for (const [name, value, hits] of found) {
      const { data, total } = await page(admin, { [`customFields.${name}`]: value, total: 'true' })
      const ids = hits.map((i) => made[i]?.id).reverse()
      expect([data.map(({ id }) => id), total], `${name}=${value}`).toEqual([ids, ids.length])
    }
  })

  it('is found by a name of any characters, percent-encoded', async () => {
    const admin = await founder()
    const names = ['How did you hear?', 'a&b', 'x=y', '100%', 'q"uote', 'ü/ö#', "it's; --", 'plus+minus', '日本?', 'a*']
    for (const name of names) {
      const { id } = await made(admin, { customFields: { [name]: 'z' } })
      await made(admin, { customFields: { [name]: 'other' } })
      const answer = await send(`/v1/customers?customFields.${encodeURIComponent(name)}=z&total=true`, {
        token: admin.token,
      })
      const found = await answer.json<{ data: { id: string }[]; total: number }>()
      const total = name.includes('=') ? undefined : 1
      expect([found.data?.map((each) => each.id), found.total], name).toEqual([[id], total])
    }
    const { id } = await made(admin, { customFields: { x: 'y=z' } })
    expect((await page(admin, { 'customFields.x': 'y=z' })).data.map((each) => each.id)).toEqual([id])
  })

  it('is named once, by at most ten names, and has a value', async () => {
    const { token } = await founder()
    const eleven = Array.from({ length: 11 }, (_, i) => `customFields.f${i}=x`).join('&')
    const bad = ['customFields=x', 'customFields.=x', 'customFields.a%00=x', 'customfields.a=x', eleven]
    for (const query of [
      ...bad,
      'customFields.a=',
      'customFields.a=1&customFields.a=2',
      `customFields.${'a'.repeat(101)}=x`,
    ]) {
      await refusalOf(send(`/v1/customers?${query}`, { token }), 400, 'invalid')
    }
    for (const name of ['__proto__', 'constructor', 'toString', 'seq', 'id']) {
      expect((await page({ token }, { [`customFields.${name}`]: 'x' })).data).toEqual([])
    }
  })
})
