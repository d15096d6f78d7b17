// Analytics: whose days are counted, what may be asked, what it costs, and what stays counted.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSteps, calendarIn, dateOf, startOf } from '../../src/analytics/analytics.days'
import { bodyOf, costOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { made, ownCustomer, put } from '../support/customers'
import { rows } from '../support/database'
import { wallDate } from '../support/diary'
import { founder, member, type Person, team } from '../support/factories'
import { logged, ownLead, seedInteractions } from '../support/interactions'

const ZONES = Intl.supportedValuesOf('timeZone')
const DAY = 86_400_000

describe('a local day', () => {
  it('is told of any quarter-hour in any zone as the wall there has it, when clocks change too', {
    tags: ['long'],
  }, () => {
    const at = fc.date({ min: new Date('1973-01-02'), max: new Date('2100-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), at, (zone, date) => {
        const instant = date.toISOString()
        const slot = Math.floor((date.getTime() % DAY) / 900_000)
        expect(dateOf(calendarIn(zone)(instant.slice(0, 10), slot))).toBe(wallDate(zone, instant))
      }),
      { numRuns: 1_500 },
    )
  })

  it.each([
    ['Asia/Kolkata', '2026-11-20T18:29:59Z', '2026-11-20'],
    ['Asia/Kolkata', '2026-11-20T18:30:00Z', '2026-11-21'],
    // Clocks go forward at midnight, and back: 23 and 25 hours.
    ['Asia/Beirut', '2026-03-28T22:00:00Z', '2026-03-29'],
    ['Asia/Beirut', '2026-10-24T21:30:00Z', '2026-10-24'],
    ['America/St_Johns', '2026-11-01T02:30:00Z', '2026-11-01'],
    ['America/St_Johns', '2026-11-02T03:29:00Z', '2026-11-01'],
    // Samoa crossed the date line: there was no 30 December 2011.
    ['Pacific/Apia', '2011-12-30T09:59:00Z', '2011-12-29'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31'],
  ])('in %s, %s is of %s', (zone, instant, date) => {
    const slot = Math.floor((Date.parse(instant) % DAY) / 900_000)
    expect(dateOf(calendarIn(zone)(instant.slice(0, 10), slot))).toBe(date)
  })

  it('lies in the week of its Monday and in its month, over years and leap days', () => {
    const day = (date: string) => Date.parse(date) / DAY
    expect(dateOf(startOf('week', day('2026-11-22')))).toBe('2026-11-16')
    expect(dateOf(startOf('week', day('2026-11-23')))).toBe('2026-11-23')
    expect(dateOf(startOf('week', day('2027-01-01')))).toBe('2026-12-28')
    expect(dateOf(addSteps('month', day('2028-01-31'), 1))).toBe('2028-02-01')
    expect(dateOf(addSteps('month', day('2026-01-15'), -11))).toBe('2025-02-01')
  })
})

describe('what may be asked', () => {
  const refused = async (by: Person, query: string) => {
    const { errors } = await refusalOf(send(`/v1/analytics/${query}`, { token: by.token }), 400, 'invalid')
    return errors?.map(({ path, message }) => `${path} ${message}`)
  }

  it('is a span that begins before it ends, not too long and not too long ago; the refusal names the bound', async () => {
    const by = await founder()
    for (const name of ['summary', 'funnel', 'trends', 'team']) {
      expect(await refused(by, `${name}?from=2026-11-02&to=2026-11-02`)).toEqual([
        'query.from must be before to, which is 2026-11-02 and is not counted itself',
      ])
      expect(await refused(by, `${name}?from=2025-01-01&to=2026-01-03`)).toEqual([
        'query.to is too far from 2025-01-01; by day, a span has at most 366 days, not 367',
      ])
      await bodyOf(send(`/v1/analytics/${name}?from=2025-01-01&to=2026-01-02`, { token: by.token }), 200)
    }
    expect(await refused(by, 'trends?groupBy=week&from=2024-01-01&to=2026-01-02')).toEqual([
      'query.to is too far from 2024-01-01; by week, a span has at most 731 days, not 732',
    ])
    expect(await refused(by, 'trends?groupBy=month&from=2021-01-01&to=2026-01-03')).toEqual([
      'query.to is too far from 2021-01-01; by month, a span has at most 1827 days, not 1828',
    ])
    expect(await refused(by, 'summary?from=1972-12-31&to=1973-02-01')).toEqual([
      'query.from must be 1973-01-01 or later',
    ])
    expect((await refused(by, 'summary?from=9999-01-01'))?.[0]).toContain('the day after today')
  })

  it('is a date, a zone, a grain and metrics that there are', async () => {
    const by = await founder()
    expect(await refused(by, 'summary?from=2026-02-30')).toEqual(['query.from must be a date such as 2026-11-21'])
    for (const zone of ['Mars', '%2B05:07', '-0300', '']) {
      expect(await refused(by, `summary?timeZone=${zone}`)).toEqual([
        'query.timeZone must be an IANA time zone such as Europe/Berlin',
      ])
    }
    expect((await refused(by, 'trends?metrics=leads,leeds'))?.[0]).toContain(
      'must be some of these, by commas: leads, ',
    )
    expect((await refused(by, 'trends?groupBy=year'))?.[0]).toContain('query.groupBy')
    expect((await refused(by, 'engagement?quietDays=0'))?.[0]).toContain('query.quietDays')
  })

  it('is 30 days, 12 weeks or 12 months with today as the last day unless said otherwise', async () => {
    const get = api((await founder()).token).v1.analytics.trends
    for (const [groupBy, points] of [
      ['day', 30],
      ['week', 12],
      ['month', 12],
    ] as const) {
      const trends = await bodyOf(
        get.$get({ query: { groupBy, metrics: 'leads', timeZone: 'Pacific/Kiritimati' } }),
        200,
      )
      expect(trends.points).toHaveLength(points)
      const tomorrow = wallDate('Pacific/Kiritimati', new Date(Date.now() + DAY).toISOString())
      expect(trends.to).toBe(tomorrow)
    }
  })
})

describe('whose figures', () => {
  it('are the own for SALES, those of everybody for who reaches all, and nobody else’s', async () => {
    const { admin, manager, sales, rival } = await team()
    const stranger = await founder()
    await ownLead(sales)
    const theirs = await ownLead(rival)
    await logged(rival, { leadId: theirs, type: 'CALL' })
    await ownCustomer(rival)
    const figures = async (by: Person) => {
      const { leads, customers, interactions } = await bodyOf(
        api(by.token).v1.analytics.summary.$get({ query: {} }),
        200,
      )
      const { data } = await bodyOf(api(by.token).v1.analytics.engagement.$get({ query: {} }), 200)
      return [leads.created, leads.byStatus.NEW, customers.total, interactions, data.length]
    }
    expect(await figures(sales)).toEqual([1, 1, 0, 0, 0])
    expect(await figures(rival)).toEqual([1, 1, 1, 1, 1])
    for (const by of [admin, manager]) expect(await figures(by)).toEqual([2, 2, 1, 1, 1])
    expect(await figures(stranger)).toEqual([0, 0, 0, 0, 0])
    await refusalOf(api(sales.token).v1.analytics.team.$get({ query: {} }), 403, 'forbidden')
  })

  it('are told of each member page by page, with zeros for who has done nothing', async () => {
    const admin = await founder()
    const sellers = [await member(admin, 'SALES'), await member(admin, 'SALES')]
    await member(admin, 'CUSTOMER')
    for (const by of sellers) await made(by)
    const seen: [string, number][] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = { limit: '1', ...(cursor === undefined ? {} : { cursor }) }
      const page = await bodyOf(api(admin.token).v1.analytics.team.$get({ query }), 200)
      seen.push(...page.data.map(({ id, customers }): [string, number] => [id, customers]))
      cursor = page.nextCursor
    }
    expect(seen).toEqual([[admin.id, 0], ...sellers.map(({ id }) => [id, 1]).toSorted()])
  })
})

describe('what stays counted', () => {
  it('is what was purged with its customer, but not what somebody deleted', async () => {
    const by = await founder()
    const { id: customerId } = await ownCustomer(by)
    const [, mistake] = [await logged(by, { customerId, type: 'CALL' }), await logged(by, { customerId, type: 'CALL' })]
    const calls = async () => {
      const query = { metrics: 'calls' }
      return (await bodyOf(api(by.token).v1.analytics.trends.$get({ query }), 200)).totals.calls
    }
    expect(await calls()).toBe(2)
    await api(by.token).v1.interactions[':id'].$delete({ param: { id: mistake.id }, header: {} })
    expect(await calls()).toBe(1)
    await api(by.token).v1.customers[':id'].$delete({ param: { id: customerId }, header: {} })
    await rows('DELETE FROM interactions WHERE customer_id = ?', customerId)
    await rows('DELETE FROM customers WHERE id = ?', customerId)
    expect(await calls()).toBe(1)
    const { customers } = await bodyOf(api(by.token).v1.analytics.summary.$get({ query: {} }), 200)
    expect(customers).toEqual({ total: 0, created: 1 })
  })
})

describe('what it costs', () => {
  it('is one round trip and at most a row for each day and group, however much happened on it', async () => {
    const { admin, manager, sales, rival } = await team()
    const { id: customerId } = await ownCustomer(sales)
    const days = 60
    const at = (i: number) => new Date(Date.now() - (i % days) * DAY - (i % 96) * 900_000).toISOString()
    const list = Array.from({ length: 6_000 }, (_, i) => ({
      customerId,
      ownerId: sales.id,
      type: ['NOTE', 'CALL', 'EMAIL'][i % 3] ?? 'NOTE',
      createdBy: i % 2 ? sales.id : rival.id,
      occurredAt: at(i),
      followUpAt: i % 3 ? null : at(i + 7),
    }))
    await seedInteractions(admin.workspaceId, list)
    const leads = Array.from({ length: 3_000 }, (_, i) => ({
      ...{ id: crypto.randomUUID(), workspaceId: admin.workspaceId, title: 'A lead', source: i % 2 ? 'fair' : 'web' },
      ...{ ownerId: i % 3 ? sales.id : null, createdAt: at(i), updatedAt: at(i) },
    }))
    await put('leads', leads)
    const cost = async (by: Person, path: string) => {
      const response = await send(`/v1/analytics/${path}`, { token: by.token })
      await bodyOf(response, 200)
      const { trips, statements, read } = costOf(response)
      return [trips, statements, read]
    }
    for (const by of [manager, sales]) {
      // The span, and a day more at each end; leads by two sources; what is due on any of the days.
      for (const [path, rowsAtMost] of [
        ['summary', 32 * 3 + 2 * days],
        ['funnel', 32 * 2],
        ['trends', 32 * 3],
        ['trends?metrics=calls', 32],
        ['trends?metrics=leads,calls&groupBy=month', 62 * 3],
        ['engagement?total=true', 20],
        ['engagement?order=quiet', 20],
      ] as const) {
        const [trips = 0, statements = 0, read = 0] = await cost(by, path)
        expect([trips, statements <= 10], path).toEqual([1, true])
        expect(read, `${by.role}: ${path}`).toBeLessThanOrEqual(rowsAtMost + 40)
      }
    }
    const [trips = 0, , read = 0] = await cost(manager, 'team')
    expect(trips).toBe(1)
    // Two metrics with days, and the seeks of four members by five metrics.
    expect(read).toBeLessThanOrEqual(2 * 32 + 4 * 5 + 40)
  })
})
