// The filter tree: its bounds, what is refused and by which path, and which records pass.
import { describe, expect, it } from 'vitest'
import type { Actor } from '../../src/access/policy'
import { AppError } from '../../src/errors'
import { daysOf, momentNamed } from '../../src/filters/filters.days'
import { passesFilter } from '../../src/filters/filters.evaluate'
import { nearestName } from '../../src/filters/filters.nearest'
import { readFilter } from '../../src/filters/filters.read'
import { CUSTOMER_FILTER_FIELDS, LEAD_FILTER_FIELDS } from '../../src/filters/filters.records'
import { Filter } from '../../src/filters/filters.schemas'
import { type FilterTree, shapeIssues } from '../../src/filters/filters.tree'

const actor = (role: 'ADMIN' | 'CUSTOMER' = 'ADMIN'): Actor => ({
  ...{ type: 'user', id: '0192f0c4-7a10-7c3e-9d2b-000000000001', workspaceId: 'w', role, sessionId: 's' },
  ...{ country: null, timeZone: 'Europe/Berlin', language: null, emailVerified: true },
})
const KEY: Actor = { type: 'key', id: 'k', workspaceId: 'w', scopes: ['leads:read'], country: null, timeZone: 'UTC' }
const now = '2026-11-30T23:30:00.000Z'
const asker = { actor: actor(), now }

const nested = (depth: number): unknown =>
  depth === 0 ? { field: 'status', op: 'eq', value: 'NEW' } : { and: [nested(depth - 1)] }

const isLead = (tree: FilterTree, lead: Record<string, unknown>) =>
  passesFilter(readFilter(asker, LEAD_FILTER_FIELDS, tree, 'query.filter'), lead)
const isCustomer = (tree: FilterTree, customer: Record<string, unknown>) =>
  passesFilter(readFilter(asker, CUSTOMER_FILTER_FIELDS, tree, 'query.filter'), customer)

function refusal(tree: FilterTree, by: Actor = asker.actor, fields = LEAD_FILTER_FIELDS) {
  try {
    readFilter({ actor: by, now }, fields, tree, 'query.filter')
  } catch (error) {
    if (error instanceof AppError) return error.extras.errors
    throw error
  }
  return undefined
}

describe('the shape of a filter', () => {
  it('may have four groups within each other, and no fifth', () => {
    expect(shapeIssues(nested(4))).toEqual([])
    expect(shapeIssues(nested(5))[0]?.message).toBe('must be nested at most 4 deep')
  })

  it('may have 20 conditions, and no more', () => {
    const of = (count: number) => ({ or: Array.from({ length: count }, () => nested(0)) })
    expect(shapeIssues(of(20))).toEqual([])
    expect(shapeIssues(of(21))[0]?.message).toBe('must have at most 20 conditions')
  })

  it('may have 100 values and 4 KB, and no more', () => {
    const of = (values: unknown[]) => ({ field: 'source', op: 'in', value: values })
    expect(shapeIssues(of(Array.from({ length: 100 }, (_, i) => i)))).toEqual([])
    expect(shapeIssues(of(Array.from({ length: 101 }, (_, i) => i)))[0]?.message).toBe('must have at most 100 values')
    expect(shapeIssues(of(['x'.repeat(5000)]))[0]?.message).toBe('must be at most 4 KB of JSON')
  })

  it('is refused by the path of what is wrong', () => {
    const wrong = {
      and: [
        { field: 'status', op: 'is', value: 'NEW' },
        { or: [] },
        { xor: [] },
        { field: 'a', op: 'eq', value: [{}] },
      ],
    }
    const { error } = Filter.safeParse(wrong)
    expect(error?.issues.map(({ path }) => path.join('.')).sort()).toEqual([
      'and.0.op',
      'and.1.or',
      'and.2',
      'and.3.value',
    ])
  })

  it.each([
    null,
    1,
    'x',
    [],
    {},
    { and: null },
    { and: [], or: [] },
    { field: 1 },
    { not: [] },
    { field: 'a', op: 'eq', value: Number.POSITIVE_INFINITY },
  ])('is not %j', (raw) => expect(shapeIssues(raw).length).toBeGreaterThan(0))

  it('takes no deep tree to its end', () => {
    const deep = JSON.parse(`${'{"not":'.repeat(50_000)}1${'}'.repeat(50_000)}`)
    expect(shapeIssues(deep)[0]?.message).toBe('must be nested at most 4 deep')
  })
})

describe('a filter by fields', () => {
  it('names the nearest field, operator and option', () => {
    expect(refusal({ and: [{ field: 'statsu', op: 'eq', value: 'NEW' }] })).toEqual([
      {
        path: 'query.filter.and.0.field',
        message: expect.stringContaining('Did you mean status?'),
        code: 'unknown_field',
      },
    ])
    expect(refusal({ field: 'status', op: 'contains', value: 'NEW' })?.[0]).toMatchObject({
      path: 'query.filter.op',
      message: expect.stringContaining('use eq, ne, in, notIn'),
    })
    expect(refusal({ not: { field: 'status', op: 'eq', value: 'new' } })?.[0]).toMatchObject({
      path: 'query.filter.not.value',
      message: 'must be one of NEW, CONTACTED, QUALIFIED, CLOSED. Did you mean NEW?',
    })
  })

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'customer',
    'customer.',
    'customer.owner.name',
    'workspaceId',
    'version',
  ])('knows no field %s', (field) => expect(refusal({ field, op: 'notEmpty' })?.[0]?.code).toBe('unknown_field'))

  it('takes values of the kind of the field only', () => {
    for (const value of ['', 5, true, 'yesterdayish']) {
      expect(refusal({ field: 'createdAt', op: 'gte', value })?.[0]?.path).toBe('query.filter.value')
    }
    expect(refusal({ field: 'ownerId', op: 'eq', value: 'you' })?.[0]?.message).toBe('must be me or the id of a member')
    expect(refusal({ field: 'createdAt', op: 'within', value: 'lastWeeks' })?.[0]?.message).toContain(
      'Did you mean lastWeek?',
    )
    expect(refusal({ field: 'createdAt', op: 'between', value: ['2026-01-01'] })?.[0]?.message).toContain('two values')
    expect(refusal({ field: 'name', op: 'empty', value: 'x' })?.[0]?.message).toContain('left out')
    expect(refusal({ field: 'name', op: 'eq' })?.[0]?.message).toBe('must hold at least one value')
  })

  it('cannot ask what the actor may not read', () => {
    const tree = { field: 'nextFollowUpAt', op: 'lt', value: 'today' } as const
    expect(refusal(tree, actor(), CUSTOMER_FILTER_FIELDS)).toBeUndefined()
    expect(refusal(tree, actor('CUSTOMER'), CUSTOMER_FILTER_FIELDS)?.[0]?.code).toBe('unknown_field')
    const custom = { field: 'customFields.plan', op: 'eq', value: 'gold' } as const
    expect(refusal(custom, actor('CUSTOMER'), CUSTOMER_FILTER_FIELDS)?.[0]?.code).toBe('unknown_field')
    expect(refusal({ field: 'customer.company', op: 'notEmpty' }, KEY)?.[0]?.code).toBe('unknown_field')
    expect(refusal({ field: 'ownerId', op: 'eq', value: 'me' }, KEY)?.[0]?.message).toContain('needs a person')
  })
})

describe('a record', () => {
  const lead = {
    title: 'Zürich  Course',
    status: 'NEW',
    ownerId: actor().id,
    createdAt: '2026-11-30T23:10:00.000Z',
    name: null,
  }

  it.each<[FilterTree, boolean]>([
    [{ field: 'title', op: 'eq', value: 'zurich course' }, true],
    [{ field: 'title', op: 'contains', value: 'COURSE' }, true],
    [{ field: 'title', op: 'startsWith', value: 'course' }, false],
    [{ field: 'name', op: 'ne', value: 'Ada' }, true],
    [{ field: 'name', op: 'notEmpty' }, false],
    [{ not: { field: 'name', op: 'lt', value: 'Ada' } }, true],
    [{ field: 'ownerId', op: 'eq', value: 'me' }, true],
    [{ field: 'createdAt', op: 'within', value: 'today' }, true],
    [{ field: 'createdAt', op: 'eq', value: '2026-11-30' }, false],
    [{ field: 'createdAt', op: 'lte', value: '2026-12-01' }, true],
    [{ field: 'createdAt', op: 'gt', value: '2026-11-30T23:10:00.000Z' }, false],
    [
      {
        not: {
          and: [
            { field: 'status', op: 'eq', value: 'NEW' },
            { field: 'name', op: 'empty' },
          ],
        },
      },
      false,
    ],
    [{ field: 'customer.company', op: 'empty' }, true],
  ])('is found by what it is: %j %s', (tree, passes) => {
    expect(isLead(tree, lead)).toBe(passes)
  })

  it.each<[FilterTree, boolean]>([
    [{ field: 'customFields.budget', op: 'gte', value: 5000 }, true],
    [{ field: 'customFields.budget', op: 'eq', value: '5000' }, false],
    [{ field: 'customFields.renewal', op: 'within', value: 'nextMonth' }, false],
    [{ field: 'customFields.renewal', op: 'lte', value: 'today+10' }, true],
    [{ field: 'customFields.a.b', op: 'contains', value: 'gr' }, true],
    [{ field: 'customFields.vip', op: 'eq', value: true }, true],
    [{ field: 'customFields.other', op: 'empty' }, true],
    [{ field: 'tags', op: 'eq', value: 'vip' }, true],
    [{ field: 'tags', op: 'notIn', value: ['b', 'VIP'] }, false],
    [{ field: 'tags', op: 'empty' }, false],
  ])('is found by its tags and custom fields: %j %s', (tree, passes) => {
    const customFields = { budget: 6000, renewal: '2026-12-11', 'a.b': 'Größe', vip: true }
    expect(isCustomer(tree, { customFields, tags: ['Vip', 'x'] })).toBe(passes)
  })
})

describe('days in filters', () => {
  const here = { timeZone: 'Europe/Berlin', now }

  it.each([
    ['today', '2026-12-01', '2026-12-02'],
    ['yesterday', '2026-11-30', '2026-12-01'],
    ['thisWeek', '2026-11-30', '2026-12-07'],
    ['lastMonth', '2026-11-01', '2026-12-01'],
    ['nextQuarter', '2027-01-01', '2027-04-01'],
    ['thisYear', '2026-01-01', '2027-01-01'],
    ['last7days', '2026-11-25', '2026-12-02'],
    ['next2weeks', '2026-12-01', '2026-12-15'],
    ['last1months', '2026-11-02', '2026-12-02'],
  ])('%s is from %s before %s where the caller is', (period, from, before) => {
    expect(daysOf(period, here)).toEqual({ from, before })
  })

  it('begin and end by the clock of the zone, summer time included', () => {
    expect(momentNamed('2026-10-25', here)).toMatchObject({
      begins: { instant: '2026-10-24T22:00:00.000Z' },
      ends: { instant: '2026-10-25T23:00:00.000Z' },
    })
  })

  it.each(['2026-02-30', 'today+', 'today+12345', '2026', 'Today', 'last0days', ''])('know no %j', (text) => {
    expect(momentNamed(text, here) ?? daysOf(text, here)).toBeUndefined()
  })
})

describe('the nearest name', () => {
  it.each([
    ['stauts', 'status'],
    ['owner', 'ownerId'],
    ['created_at', 'createdAt'],
    ['zzzzzz', undefined],
  ])('of %s is %s', (given, name) => {
    expect(nearestName(given, ['status', 'ownerId', 'createdAt', 'title'])).toBe(name)
  })
})
