// Definitions of custom fields: what they refuse, whatever way a value comes, and that nothing of what is there is lost.
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { send } from '../support/api'
import { count, rows } from '../support/database'
import { customer, founder, type Person, team } from '../support/factories'
import { runJobsToTheEnd } from '../support/jobs'

const call = (by: Person, method: string, path: string, json?: unknown) => send(path, { method, token: by.token, json })
const body = async (answer: Promise<Response> | Response, status = 200) => {
  const got = await answer
  const text = await got.text()
  expect([got.status, got.status === status ? '' : text]).toEqual([status, ''])
  return JSON.parse(text)
}
const define = (by: Person, json: Record<string, unknown>) =>
  body(call(by, 'POST', '/v1/fields', { entity: 'lead', ...json }), 201)
const lead = (by: Person, customFields: Record<string, unknown>) =>
  call(by, 'POST', '/v1/leads', { title: 'T', customFields })

describe('a field', () => {
  it('is defined, listed in its order, changed and archived, by MANAGER and ADMIN', async () => {
    const { admin, manager, sales, customer: portal } = await team()
    const budget = await define(manager, { key: 'budget', type: 'number', label: 'Budget' })
    const plan = await define(admin, { key: 'plan', type: 'select', options: ['gold', 'basic'] })
    expect(plan).toMatchObject({ label: 'plan', required: false, unique: false, position: 2, archived: false })
    const list = await body(call(sales, 'GET', '/v1/fields?entity=lead'))
    expect(list).toEqual({ data: [budget, plan], strict: [] })
    await refusalOf(call(portal, 'GET', '/v1/fields'), 403, 'forbidden')
    await refusalOf(call(sales, 'POST', '/v1/fields', { entity: 'lead', key: 'x', type: 'text' }), 403, 'forbidden')
    const twice = await refusalOf(
      call(admin, 'POST', '/v1/fields', { entity: 'lead', key: 'plan', type: 'text' }),
      409,
      'field_exists',
    )
    expect(twice.existingId).toBe(plan.id)
    await body(
      call(manager, 'PATCH', `/v1/fields/${plan.id}`, { position: 1, label: 'Plan', options: ['gold', 'silver'] }),
    )
    await body(call(manager, 'PATCH', `/v1/fields/${budget.id}`, { archived: true, position: 9 }))
    const { data } = await body(call(sales, 'GET', '/v1/fields'))
    expect(data.map((each: { key: string; archived: boolean }) => [each.key, each.archived])).toEqual([
      ['plan', false],
      ['budget', true],
    ])
    await refusalOf(call(admin, 'PATCH', `/v1/fields/${budget.id}`, { options: ['a'] }), 400, 'invalid')
    await refusalOf(call(await founder(), 'PATCH', `/v1/fields/${budget.id}`, { label: 'X' }), 404, 'not_found')
    expect((await lead(sales, { budget: 'of an archived field, anything' })).status).toBe(201)
  })

  it('is one of 50 of its entity', { tags: ['long'] }, async () => {
    const admin = await founder()
    for (let i = 0; i < 50; i += 1) await define(admin, { key: `f${i}`, type: 'text' })
    await refusalOf(
      call(admin, 'POST', '/v1/fields', { entity: 'lead', key: 'more', type: 'text' }),
      409,
      'too_many_fields',
    )
    await define(admin, { entity: 'ticket', key: 'more', type: 'text' })
  })

  const VALUES: [type: string, good: unknown[], bad: unknown[]][] = [
    ['text', ['x', ''], [5, true, ['x'], { a: 1 }]],
    ['number', [0, -1.5, 1e20], ['5', true, [1]]],
    ['boolean', [true, false], ['true', 1]],
    ['date', ['2026-11-21', '2028-02-29'], ['2026-02-30', '21.11.2026', 'now', 20261121]],
    ['instant', ['2026-11-21T15:00:00.000Z'], ['2026-11-21', 'now', '2026-11-21T25:00:00.000Z']],
    ['select', ['gold', 'silver'], ['Gold', 'bronze', ['gold']]],
    ['multiselect', [['gold'], ['silver', 'gold'], []], ['gold', ['bronze'], [5]]],
    ['url', ['https://example.com/a?b', 'HTTP://example.com'], ['example.com', 'javascript:alert(1)', 'https://a b']],
  ]
  it.each(VALUES)('of the type %s takes its values alone, and says the path', async (type, good, bad) => {
    const admin = await founder()
    const options = /select/.test(type) ? ['gold', 'silver'] : undefined
    await define(admin, { key: 'f', type, options })
    for (const value of good) await body(lead(admin, { f: value, free: 'x' }), 201)
    for (const value of bad) {
      const { errors } = await refusalOf(lead(admin, { f: value }), 400, 'invalid')
      expect(errors).toMatchObject([{ path: 'body.customFields.f', code: 'wrong_type' }])
      if (options) expect(errors?.[0]?.message).toContain('gold, silver')
    }
    expect(await count('leads', 'workspace_id = ?', admin.workspaceId)).toBe(good.length)
  })

  it('of the type user takes active members of the team', async () => {
    const { admin, sales, customer: portal } = await team()
    await define(admin, { key: 'buddy', type: 'user' })
    await body(lead(admin, { buddy: sales.id }), 201)
    for (const buddy of [portal.id, (await founder()).id, 'x']) await refusalOf(lead(admin, { buddy }), 400, 'invalid')
  })
})

describe('a definition', () => {
  it('checks what a write changes alone: a value that was there before stands in nobody’s way', async () => {
    const admin = await founder()
    const { id } = await body(lead(admin, { budget: 'much', plan: 'gold' }), 201)
    await define(admin, { key: 'budget', type: 'number' })
    await body(call(admin, 'PATCH', `/v1/leads/${id}`, { customFields: { plan: 'basic' } }))
    await refusalOf(call(admin, 'PATCH', `/v1/leads/${id}`, { customFields: { budget: 'more' } }), 400, 'invalid')
    const changed = await body(call(admin, 'PATCH', `/v1/leads/${id}`, { customFields: { budget: 5 } }))
    expect(changed.customFields).toEqual({ budget: 5, plan: 'basic' })
  })

  it('that is required keeps its value', async () => {
    const admin = await founder()
    await define(admin, { key: 'budget', type: 'number', required: true })
    const { id } = await body(lead(admin, { budget: 5, note: 'x' }), 201)
    const { errors } = await refusalOf(
      call(admin, 'PATCH', `/v1/leads/${id}`, { customFields: { budget: null } }),
      400,
      'invalid',
    )
    expect(errors).toMatchObject([{ path: 'body.customFields.budget', code: 'missing' }])
    await body(call(admin, 'PATCH', `/v1/leads/${id}`, { customFields: { note: null } }))
  })

  it('is all there is in a strict entity; elsewhere unknown keys go on', async () => {
    const admin = await founder()
    await define(admin, { key: 'budget', type: 'number' })
    await body(call(admin, 'PUT', '/v1/fields/strict', { entity: 'lead', strict: true }))
    expect((await body(call(admin, 'GET', '/v1/fields'))).strict).toEqual(['lead'])
    const { errors } = await refusalOf(lead(admin, { budget: 1, other: 2 }), 400, 'invalid')
    expect(errors).toMatchObject([{ path: 'body.customFields.other', code: 'unknown' }])
    await customer(admin, { customFields: { anything: 1 } })
    await body(call(admin, 'PUT', '/v1/fields/strict', { entity: 'lead', strict: false }))
    await body(lead(admin, { budget: 1, other: 2 }), 201)
  })
})

describe('a unique field', () => {
  const number = (by: Person, value: unknown, more: Record<string, unknown> = {}) =>
    call(by, 'POST', '/v1/customers', { name: 'C', customFields: { vat: value }, ...more })

  it('has each value once among the living, whatever its case; empty is no value', async () => {
    const admin = await founder()
    await define(admin, { entity: 'customer', key: 'vat', type: 'text', unique: true })
    const { id } = await body(number(admin, 'DE1'), 201)
    for (const empty of ['', null, ' ']) for (let i = 0; i < 2; i += 1) await body(number(admin, empty), 201)
    const refused = await refusalOf(number(admin, ' de1 '), 409, 'field_taken')
    expect([refused.existingId, refused.errors?.[0]?.path]).toEqual([id, 'body.customFields.vat'])
    const { id: other } = await body(number(admin, 'DE2'), 201)
    await refusalOf(
      call(admin, 'PATCH', `/v1/customers/${other}`, { customFields: { vat: 'DE1' } }),
      409,
      'field_taken',
    )
    // The trash frees a value, and restoring asks for it again.
    await call(admin, 'DELETE', `/v1/customers/${id}`)
    await body(call(admin, 'PATCH', `/v1/customers/${other}`, { customFields: { vat: 'DE1' } }))
    await refusalOf(call(admin, 'POST', `/v1/customers/${id}/restore`), 409, 'field_taken')
    await body(call(admin, 'PATCH', `/v1/customers/${other}`, { customFields: { vat: 'DE3' } }))
    await body(call(admin, 'POST', `/v1/customers/${id}/restore`))
    expect(await rows('SELECT value, record_id AS id FROM field_keys ORDER BY 1')).toEqual(
      expect.arrayContaining([
        { value: 'de1', id },
        { value: 'de3', id: other },
      ]),
    )
  })

  it('has one winner of many who write a value at once', async () => {
    const admin = await founder()
    await define(admin, { entity: 'customer', key: 'vat', type: 'text', unique: true })
    const answers = await Promise.all(Array.from({ length: 8 }, () => number(admin, 'DE9')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(409)])
  })

  it('goes along with a merge and its undoing', async () => {
    const admin = await founder()
    await define(admin, { entity: 'customer', key: 'vat', type: 'text', unique: true })
    const [survivor, other] = [await body(number(admin, ''), 201), await body(number(admin, 'DE5'), 201)]
    await body(call(admin, 'POST', `/v1/customers/${survivor.id}/merge`, { fromId: other.id, prefer: 'other' }))
    await refusalOf(number(admin, 'DE5'), 409, 'field_taken')
    expect((await refusalOf(number(admin, 'DE5'), 409, 'field_taken')).existingId).toBe(survivor.id)
    await body(call(admin, 'POST', `/v1/customers/${other.id}/restore`))
    expect((await refusalOf(number(admin, 'DE5'), 409, 'field_taken')).existingId).toBe(other.id)
  })

  it('takes in the values that were there, of equal ones the first', async () => {
    const admin = await founder()
    const first = await body(number(admin, 'DE7'), 201)
    await body(number(admin, 'DE7'), 201)
    await define(admin, { entity: 'customer', key: 'vat', type: 'text', unique: true })
    await runJobsToTheEnd()
    expect((await refusalOf(number(admin, 'DE7'), 409, 'field_taken')).existingId).toBe(first.id)
  })
})

describe('another type', () => {
  it('is a report first, then a job that converts what can be and keeps the rest', async () => {
    const admin = await founder()
    const values = ['5', ' 7.5 ', 8, 'much', true]
    const ids: string[] = []
    for (const budget of values) ids.push((await body(lead(admin, { budget, other: 'x' }), 201)).id)
    const field = await define(admin, { key: 'budget', type: 'text' })
    const at = `/v1/fields/${field.id}/retype`
    const report = await body(call(admin, 'POST', `${at}?dryRun=true`, { type: 'number' }))
    expect(report).toMatchObject({ looked: 5, fitting: 1, converted: 2, kept: 2, jobId: null })
    expect(report.examples.map(({ value }: { value: unknown }) => value)).toEqual(['much', 1])
    expect((await body(call(admin, 'GET', `/v1/fields/${field.id}`))).type).toBe('text')
    const begun = await body(call(admin, 'POST', at, { type: 'number' }))
    expect(begun.field.type).toBe('number')
    await runJobsToTheEnd()
    expect(await body(call(admin, 'GET', `/v1/jobs/${begun.jobId}`))).toMatchObject({ state: 'DONE' })
    const after = await Promise.all(
      ids.map(async (id) => (await body(call(admin, 'GET', `/v1/leads/${id}`))).customFields),
    )
    expect(after).toEqual([5, 7.5, 8, 'much', true].map((budget) => ({ budget, other: 'x' })))
  })
})
