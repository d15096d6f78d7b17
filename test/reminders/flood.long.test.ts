import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Due } from '../../src/mail/mail.templates'
import { MAIL_WORDS } from '../../src/mail/mail.words'
import { queueReminders } from '../../src/reminders/reminders.service'
import { send } from '../support/api'
import { ownCustomer, put, seedCustomers } from '../support/customers'
import { count, rows } from '../support/database'
import { customer, member, type Person, team } from '../support/factories'
import { logged, seedInteractions } from '../support/interactions'
import { lead } from '../support/leads'
import { mailing, mailsTo, queuedTo, sweepAt } from '../support/mailbox'
import { metered } from '../support/metered'

const MINUTE = 60_000
// Everything is queued, nothing is sent.
const run = (now: string, DB: D1Database = env.DB) => queueReminders({ ...env, ...mailing(), DB }, now)
const later = (instant: string, minutes: number) => new Date(Date.parse(instant) + minutes * MINUTE).toISOString()
const set = (by: Person, json: Record<string, unknown>) =>
  send('/v1/users/me/notifications', { method: 'PATCH', token: by.token, json })
const followUp = async (by: Person, followUpAt: string, body = 'Send the offer') =>
  logged(by, { customerId: await customer(by), type: 'CALL', body, followUpAt })

const aboutOf = ({ kind, name }: Due) => MAIL_WORDS.en.due[kind](name)

/** What each mail that was queued to somebody lists. */
async function told({ email }: Person) {
  const mails = await queuedTo(email)
  return mails.map(({ payload }) => {
    const { items, count: number, zone: clock } = JSON.parse(payload)
    const list: Due[] = JSON.parse(items)
    return { count: Number(number), clock, about: list.map(aboutOf), at: list.map(({ at }) => at), list }
  })
}
const numberOf = async (person: Person) => (await queuedTo(person.email)).length

let sales: Person
let people: Awaited<ReturnType<typeof team>>
beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  people = await team()
  sales = people.sales
})

describe('many at once', () => {
  it('do not crowd anything out of a digest', async () => {
    const at = '2030-05-06T08:00:00.000Z'
    const customerId = await customer(sales)
    const readers = Array.from({ length: 25 }, (_, i) => ({
      id: crypto.randomUUID(),
      email: `${crypto.randomUUID()}@example.com`,
      name: `Reader ${i}`,
    }))
    const as = {
      workspaceId: sales.workspaceId,
      role: 'SALES',
      status: 'ACTIVE',
      timeZone: 'UTC',
      version: 1,
      createdAt: at,
      updatedAt: at,
    }
    const daily = { digest: 'daily', digestHour: 8, nextDigestAt: at }
    await put(
      'users',
      readers.map((reader) => ({ ...as, ...daily, ...reader })),
    )
    await seedInteractions(
      sales.workspaceId,
      readers.flatMap(({ id: ownerId }) =>
        Array.from({ length: 30 }, (_, i) => ({ customerId, ownerId, followUpAt: later(at, i) })),
      ),
    )
    const { DB, cost } = metered()
    await run(at, DB)
    expect(cost.statements).toBeLessThanOrEqual(50)
    while ((await count('users', "digest_due <= ? AND email GLOB '*-*'", at)) > 0) await run(at)
    const counts = await Promise.all(
      readers.map(async ({ email }) => (await queuedTo(email)).map(({ payload }) => JSON.parse(payload).count)),
    )
    expect(counts).toEqual(readers.map(() => ['30']))
  })

  it('are one mail where there are more than five for one person, with the first fifty by name', async () => {
    const { rival } = people
    const at = '2030-05-06T10:00:00.000Z'
    const seed = async (person: Person, n: number) => {
      const customerId = await customer(person)
      await seedInteractions(
        person.workspaceId,
        Array.from({ length: n }, (_, i) => ({ customerId, ownerId: person.id, followUpAt: later(at, -i) })),
      )
    }
    await seed(sales, 60)
    await seed(rival, 5)
    await run(at)
    expect(await told(rival)).toMatchObject(Array(5).fill({ count: 1 }))
    const [list, ...more] = await told(sales)
    expect(more).toEqual([])
    expect(list?.count).toBe(60)
    expect(list?.list).toHaveLength(50)
    await sweepAt(later(at, 1))
    expect((await mailsTo(sales.email))[0]?.text).toContain('(The first 50; there are 10 more.)')
  })

  it('are sent once, however many crons run at the same time', async () => {
    const at = '2030-05-06T10:00:00.000Z'
    const all = await Promise.all(Array.from({ length: 8 }, () => member(people.admin, 'SALES')))
    for (const [i, person] of all.entries()) {
      if (i % 2) await set(person, { digest: 'daily', digestHour: 10 })
      await lead(person, { followUpAt: at })
      await followUp(person, at)
      await ownCustomer(person, { keepInTouchDays: 1 })
    }
    await run('2030-05-06T07:00:00.000Z')
    const before = await Promise.all(all.map(numberOf))
    await Promise.all(Array.from({ length: 6 }, () => run(at)))
    const sent = (await Promise.all(all.map(numberOf))).map((n, i) => n - (before[i] ?? 0))
    // The customers were due before; to those with a digest they are told with the rest.
    expect(before).toEqual(all.map((_, i) => (i % 2 ? 0 : 1)))
    expect(sent).toEqual(all.map((_, i) => (i % 2 ? 1 : 2)))
    const digests = await Promise.all(all.filter((_, i) => i % 2).map(told))
    expect(digests.flat().map((digest) => digest.count)).toEqual([3, 3, 3, 3])
  })

  it('are neither lost nor sent twice when a run dies, before or after any of its round trips', async () => {
    const at = '2030-05-06T10:00:00.000Z'
    await set(people.rival, { digest: 'daily', digestHour: 10 })
    await run('2030-05-06T07:00:00.000Z')
    for (const hook of ['before', 'after'] as const) {
      for (const deadly of [1, 2, 3, 4, 5]) {
        const [single, digested] = [await numberOf(sales), await numberOf(people.rival)]
        for (const person of [sales, people.rival]) await followUp(person, at)
        await rows('UPDATE users SET next_digest_at = ? WHERE id = ?', at, people.rival.id)
        const die = (trip: number) => {
          if (trip === deadly) throw new Error('The Worker died')
        }
        await run(at, metered({ [hook]: die }).DB).catch(() => {})
        await rows('UPDATE users SET next_digest_at = ? WHERE id = ?', at, people.rival.id)
        for (const _ of [1, 2]) await run(at)
        const sent = [(await numberOf(sales)) - single, (await numberOf(people.rival)) - digested]
        expect(sent, `${hook} ${deadly}`).toEqual([1, 1])
      }
    }
  })

  it('are worked through in bounded runs that read what is due and not what is there', async () => {
    const at = '2032-05-06T10:00:00.000Z'
    await run(at)
    const { workspaceId, id: ownerId } = sales
    const customerId = await customer(sales)
    const seeds = (n: number, followUpAt: string, doneAt: string | null = null) =>
      seedInteractions(
        workspaceId,
        Array.from({ length: n }, (_, i) => ({ customerId, ownerId, doneAt, followUpAt: later(followUpAt, i / 100) })),
      )
    await seeds(3_000, '2032-06-01T10:00:00.000Z')
    await seeds(3_000, '2032-05-01T10:00:00.000Z', at)
    await seedCustomers(
      workspaceId,
      Array.from({ length: 500 }, () => ({ keepInTouchDays: 3_000, ownerId })),
    )
    const idle = metered()
    await run(at, idle.DB)
    expect(idle.cost.rowsWritten).toBe(0)
    expect(idle.cost.rowsRead).toBeLessThan(10)
    await seeds(2_500, '2032-05-06T09:00:00.000Z')
    const waiting = () => count('interactions', 'remind_at <= ?', at)
    const left: number[] = []
    while ((await waiting()) > 0 && left.length < 10) {
      const { DB, cost } = metered()
      await run(at, DB)
      expect(cost.statements).toBeLessThanOrEqual(50)
      expect(cost.rowsRead).toBeLessThan(1_000 * 20)
      left.push(await waiting())
    }
    expect(left).toEqual([1_500, 500, 0])
    const mails = await told(sales)
    expect(mails.reduce((sum, mail) => sum + mail.count, 0)).toBe(2_500)
  })
})
