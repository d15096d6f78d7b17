// Follow-ups: what is overdue, due today and upcoming where somebody lives.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dayIn } from '../../src/interactions/interactions.due'
import { bodyOf } from '../support/answers'
import { api, send } from '../support/api'
import { customer, founder, PASSWORD, type Person, team } from '../support/factories'
import { listed, logged, type Query, seedInteractions, walked } from '../support/interactions'

/** The same person with a token that says this time zone. */
async function livingIn(person: Person, timeZone: string): Promise<Person> {
  const param = { id: person.id }
  await bodyOf(api(person.token).v1.users[':id'].$patch({ param, query: {}, header: {}, json: { timeZone } }), 200)
  const json = { email: person.email, password: PASSWORD }
  const { accessToken } = await bodyOf(api().v1.auth.login.$post({ json }), 200)
  return { ...person, token: accessToken }
}

describe('a day', () => {
  it.each([
    ['UTC', '2026-11-21T15:00:00.000Z', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['UTC', '2026-11-21T00:00:00.000Z', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['UTC', '2026-11-21T23:59:59.999Z', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['Pacific/Auckland', '2026-11-21T10:59:59.999Z', '2026-11-20T11:00:00.000Z', '2026-11-21T11:00:00.000Z'],
    ['Pacific/Auckland', '2026-11-21T11:00:00.000Z', '2026-11-21T11:00:00.000Z', '2026-11-22T11:00:00.000Z'],
    // Clocks went forward at two: 23 hours. They go back at three: 25.
    ['Pacific/Auckland', '2026-09-26T20:00:00.000Z', '2026-09-26T12:00:00.000Z', '2026-09-27T11:00:00.000Z'],
    ['Pacific/Auckland', '2026-04-05T03:00:00.000Z', '2026-04-04T11:00:00.000Z', '2026-04-05T12:00:00.000Z'],
    ['America/New_York', '2026-03-08T12:00:00.000Z', '2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z'],
    ['America/New_York', '2026-11-02T04:59:00.000Z', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z'],
    // In Beirut the clocks go forward at midnight: that day begins at one.
    ['Asia/Beirut', '2026-03-29T10:00:00.000Z', '2026-03-28T22:00:00.000Z', '2026-03-29T21:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-21T18:15:00.000Z', '2026-11-21T18:15:00.000Z', '2026-11-22T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-12-31T10:00:00.000Z', '2026-12-31T10:00:00.000Z', '2027-01-01T10:00:00.000Z'],
  ])('in %s around %s begins at %s and ends at %s', (zone, now, start, end) => {
    expect(dayIn(zone, now)).toEqual({ start, end })
  })

  it('holds its instant, has 22 to 26 hours and meets the next, in every zone at any time', () => {
    const at = fc.date({ min: new Date('2024-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
    fc.assert(
      fc.property(at, zone, (date, timeZone) => {
        const now = date.toISOString()
        const { start, end } = dayIn(timeZone, now)
        expect(start <= now && now < end).toBe(true)
        const hours = (Date.parse(end) - Date.parse(start)) / 3_600_000
        expect(hours).toBeGreaterThanOrEqual(22)
        expect(hours).toBeLessThanOrEqual(26)
        expect(dayIn(timeZone, end).start).toBe(end)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a due list', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    // Just before and just after midnight there, and around the changes of clocks.
    ['Pacific/Auckland', '2026-11-21T10:59:30.000Z'],
    ['Pacific/Auckland', '2026-11-21T11:00:00.000Z'],
    ['Pacific/Auckland', '2026-09-26T20:00:00.000Z'],
    ['America/New_York', '2026-11-21T03:00:00.000Z'],
    ['America/New_York', '2026-03-08T12:00:00.000Z'],
    ['America/New_York', '2026-11-02T04:59:00.000Z'],
    ['UTC', '2026-11-21T00:00:00.000Z'],
  ])('has the day of its reader in %s at %s, soonest first', async (timeZone, now) => {
    vi.setSystemTime(now)
    const { manager, sales } = await team()
    const customerId = await customer(sales)
    const { start, end } = dayIn(timeZone, now)
    const away = (instant: string, ms: number) => new Date(Date.parse(instant) + ms).toISOString()
    const seeds = [away(end, 0), away(start, -1), away(start, 0), away(end, -1), away(start, -86_400_000)]
    const whose = { customerId, ownerId: sales.id }
    const made = await seedInteractions(sales.workspaceId, [
      ...seeds.map((followUpAt) => ({ ...whose, followUpAt })),
      ...seeds.map((followUpAt) => ({ ...whose, followUpAt, doneAt: now })),
      whose,
    ])
    const [first, justBefore, atStart, justBeforeEnd, dayBefore] = made
    for (const by of [manager, sales]) {
      const there = await livingIn(by, timeZone)
      expect(await walked(there, { due: 'overdue' })).toEqual([dayBefore, justBefore])
      expect(await walked(there, { due: 'today' })).toEqual([atStart, justBeforeEnd])
      expect(await walked(there, { due: 'upcoming' })).toEqual([first])
      // Whoever asks may say where instead.
      expect(await walked(by, { due: 'today', timeZone })).toEqual([atStart, justBeforeEnd])
    }
  })

  it('holds open follow-ups alone, or with done=true what was done, newest first', async () => {
    vi.setSystemTime('2026-11-21T12:00:00.000Z')
    const { sales } = await team()
    const customerId = await customer(sales)
    const at = (day: number) => `2026-11-${day}T09:00:00.000Z`
    const open = await logged(sales, { customerId, followUpAt: at(23), occurredAt: at(10) })
    const closed = await logged(sales, { customerId, followUpAt: at(22), occurredAt: at(11) })
    const task = await logged(sales, { customerId, type: 'TASK', occurredAt: at(12) })
    const plain = await logged(sales, { customerId, occurredAt: at(13) })
    for (const { id } of [closed, task]) {
      await bodyOf(api(sales.token).v1.interactions[':id'].done.$post({ json: {}, param: { id }, header: {} }), 200)
    }
    const cases: [Query, { id: string }[]][] = [
      [{}, [plain, task, closed, open]],
      [{ due: 'upcoming' }, [open]],
      [{ due: 'upcoming', done: 'true' }, [closed]],
      [{ done: 'true' }, [task, closed]],
      [{ done: 'false' }, [open]],
      [{ followUpBefore: at(23) }, []],
      [{ followUpBefore: at(24) }, [open]],
      [{ followUpAfter: at(23) }, [open]],
      [{ followUpAfter: at(23), done: 'true' }, []],
      [{ due: 'upcoming', customer: customerId, type: 'NOTE' }, [open]],
      [{ due: 'upcoming', type: 'CALL' }, []],
    ]
    for (const [query, expected] of cases) {
      const { data } = await listed(sales, query)
      expect(
        data.map(({ id }) => id),
        JSON.stringify(query),
      ).toEqual(expected.map(({ id }) => id))
    }
  })
})

it('tells the time zone by the token, so that a due list costs no trip more', async () => {
  const admin = await livingIn(await founder(), 'Asia/Tokyo')
  const [, claims = ''] = admin.token.split('.')
  expect(JSON.parse(atob(claims))).toMatchObject({ tz: 'Asia/Tokyo' })
  const response = await send('/v1/interactions?due=today', { token: admin.token })
  expect(response.headers.get('Server-Timing')).toContain('round trips 1,')
})
