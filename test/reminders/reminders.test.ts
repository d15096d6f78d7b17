// Reminders: what is due is mailed to its owner once, at a time when they want to hear of it.
import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import handler from '../../src/index'
import type { Due } from '../../src/mail/mail.templates'
import { MAIL_WORDS } from '../../src/mail/mail.words'
import { queueReminders } from '../../src/reminders/reminders.service'
import { api, send } from '../support/api'
import { made, ownCustomer } from '../support/customers'
import { rows } from '../support/database'
import { customer, founder, member, type Person, team, unproven } from '../support/factories'
import { logged, ownLead, seedInteractions } from '../support/interactions'
import { lead } from '../support/leads'
import { mailing, mailsTo, PUBLIC_URL, queuedTo, sweepAt } from '../support/mailbox'
import { metered } from '../support/metered'

const MINUTE = 60_000
// Everything is queued, nothing is sent.
const run = (now: string, DB: D1Database = env.DB) => queueReminders({ ...env, ...mailing(), DB }, now)
const later = (instant: string, minutes: number) => new Date(Date.parse(instant) + minutes * MINUTE).toISOString()
const set = (by: Person, json: Record<string, unknown>) =>
  send('/v1/users/me/notifications', { method: 'PATCH', token: by.token, json })
const zone = (by: Person, timeZone: string) =>
  send(`/v1/users/${by.id}`, { method: 'PATCH', token: by.token, json: { timeZone } })
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

describe('a follow-up', () => {
  it('is told without people’s words, and all in one mail, to an address that has not proved itself', async () => {
    await unproven(sales)
    for (const body of ['You have won', 'A prize']) await followUp(sales, '2030-05-06T10:00:00.000Z', body)
    await run('2030-05-06T10:00:00.000Z')
    expect(await told(sales)).toMatchObject([{ count: 2, about: Array(2).fill('Follow up with somebody') }])
    expect(JSON.stringify(await queuedTo(sales.email))).not.toMatch(/won|prize|Carla/)
  })

  it('is not mailed where the workspace’s day has no room left, and is not tried again', async () => {
    const few = { ...env, ...mailing({ SMTP_PORT: '1', TEAM_MAILS_PER_WORKSPACE_A_DAY: '2' }) }
    for (let i = 0; i < 4; i += 1) await followUp(sales, '2030-05-06T10:00:00.000Z')
    await queueReminders(few, '2030-05-06T10:00:00.000Z')
    expect(await numberOf(sales)).toBe(2)
    await run('2030-05-06T10:05:00.000Z')
    expect(await numberOf(sales)).toBe(2)
  })

  it('is mailed once it is due, to the owner, by their clock, with a link', async () => {
    await zone(sales, 'Europe/Berlin')
    const { customerId } = await followUp(sales, '2030-05-06T10:00:00.000Z', 'Send <b>the</b> offer\nto both')
    await run('2030-05-06T09:59:00.000Z')
    expect(await numberOf(sales)).toBe(0)
    await handler.scheduled(
      createScheduledController({ cron: '*/5 * * * *', scheduledTime: new Date('2030-05-06T10:00:00.000Z') }),
      { ...env, ...mailing() },
    )
    await sweepAt('2030-05-06T10:01:00.000Z')
    const [mail, ...more] = await mailsTo(sales.email)
    expect(more).toEqual([])
    expect(mail?.subject).toContain('Due: Follow up with Carla Customer')
    expect(mail?.text).toContain('by the clock of Europe/Berlin')
    expect(mail?.text).toContain('Mon, 6 May 2030, 12:00 Follow up with Carla Customer\nSend <b>the</b> offer to both')
    expect(mail?.text).toContain(`${PUBLIC_URL}/customers/${customerId}`)
    expect(mail?.html).toContain('Send &lt;b&gt;the&lt;/b&gt; offer')
  })

  it('is mailed once, but again where it was moved; never where it is done', async () => {
    const { id } = await followUp(sales, '2030-05-06T10:00:00.000Z')
    const done = await followUp(sales, '2030-05-06T10:00:00.000Z')
    await api(sales.token).v1.interactions[':id'].done.$post({ json: {}, param: { id: done.id }, header: {} })
    for (const minutes of [0, 5, 60, 24 * 60]) await run(later('2030-05-06T10:00:00.000Z', minutes))
    expect(await numberOf(sales)).toBe(1)
    const move = (followUpAt: string | null) =>
      api(sales.token).v1.interactions[':id'].$patch({ param: { id }, header: {}, json: { followUpAt } })
    await move('2030-05-08T10:00:00.000Z')
    await run('2030-05-08T09:55:00.000Z')
    expect(await numberOf(sales)).toBe(1)
    await run('2030-05-08T10:00:00.000Z')
    expect(await numberOf(sales)).toBe(2)
    await move('2030-05-09T10:00:00.000Z')
    await move('2030-05-08T10:00:00.000Z')
    await run('2030-05-10T10:00:00.000Z')
    expect(await numberOf(sales)).toBe(2)
    await move(null)
    await move('2030-05-11T10:00:00.000Z')
    await api(sales.token).v1.interactions[':id'].done.$post({ json: {}, param: { id }, header: {} })
    await run('2030-05-12T10:00:00.000Z')
    expect(await numberOf(sales)).toBe(2)
  })

  it('of a lead, and a customer to be kept in touch with, are told alike', async () => {
    await lead(sales, { name: 'Lea Lead', followUpAt: '2031-05-06T10:00:00.000Z' })
    const { id } = await ownCustomer(sales, { name: 'Kit', keepInTouchDays: 10 })
    await logged(sales, { customerId: id, type: 'MEETING', occurredAt: '2031-04-26T11:00:00.000Z' })
    await run('2031-05-06T10:30:00.000Z')
    await run('2031-05-06T11:30:00.000Z')
    await run('2031-05-06T12:30:00.000Z')
    expect((await told(sales)).map(({ about }) => about)).toEqual([
      ['Follow up the lead of Lea Lead'],
      ['Be in touch with Kit'],
    ])
    // The next contact starts the days anew.
    await logged(sales, { customerId: id, type: 'CALL', occurredAt: '2031-05-07T09:00:00.000Z' })
    await run('2031-05-17T08:55:00.000Z')
    expect(await numberOf(sales)).toBe(2)
    await run('2031-05-17T09:00:00.000Z')
    expect(await numberOf(sales)).toBe(3)
  })

  it('goes to whom the customer was given since, and of what nobody owns to the author who still sees it', async () => {
    const { manager, rival } = people
    const at = '2030-05-06T10:00:00.000Z'
    const { customerId } = await followUp(sales, at)
    await rows('UPDATE customers SET owner_id = ? WHERE id = ?', rival.id, customerId)
    for (const author of [manager, sales]) {
      const unowned = (await made(manager, { ownerId: author.id })).id
      await logged(author, { customerId: unowned, type: 'TASK', followUpAt: at })
      await rows('UPDATE customers SET owner_id = NULL WHERE id = ?', unowned)
    }
    await run(at)
    expect([await numberOf(sales), await numberOf(rival), await numberOf(manager)]).toEqual([0, 1, 1])
  })
})

describe('nobody is reminded', () => {
  it('of what is in the trash, closed, or in the pool; who left, switched it off, or works elsewhere', async () => {
    const { admin, rival, manager, customer: portal } = people
    const at = '2030-05-06T10:00:00.000Z'
    const trash = (what: string, id: string) => send(`/v1/${what}/${id}`, { method: 'DELETE', token: admin.token })
    const { customerId } = await followUp(sales, at)
    await trash('customers', customerId ?? '')
    await trash('customers', (await ownCustomer(sales, { keepInTouchDays: 1 })).id)
    await trash('leads', (await lead(sales, { followUpAt: at })).id)
    const leadId = await ownLead(sales)
    await logged(sales, { leadId, type: 'TASK', followUpAt: at })
    await trash('leads', leadId)
    await lead(sales, { followUpAt: at, status: 'CLOSED' })
    await lead(manager, { followUpAt: at })
    await followUp(rival, at)
    await set(rival, { followUpDue: false })
    const gone = await member(admin, 'SALES')
    await followUp(gone, at)
    await lead(gone, { followUpAt: at })
    await rows("UPDATE users SET status = 'INACTIVE' WHERE id = ?", gone.id)
    const removed = await member(admin, 'SALES')
    await followUp(removed, at)
    await rows('UPDATE users SET deleted_at = ? WHERE id = ?', at, removed.id)
    const stranger = await founder()
    await seedInteractions(admin.workspaceId, [
      { customerId: await customer(sales), followUpAt: at, createdBy: portal.id },
    ])
    await rows('UPDATE customers SET owner_id = ? WHERE workspace_id = ?', stranger.id, stranger.workspaceId)
    await seedInteractions(admin.workspaceId, [{ customerId, ownerId: stranger.id, followUpAt: at }])
    await run(later(at, 5))
    const everybody = [sales, rival, manager, admin, gone, removed, portal, stranger]
    expect(await Promise.all(everybody.map(numberOf))).toEqual(everybody.map(() => 0))
    // None of this is looked at again.
    const { DB, cost } = metered()
    await run(later(at, 10), DB)
    expect(cost).toMatchObject({ trips: 2, rowsWritten: 0 })
    expect(cost.rowsRead).toBeLessThan(10)
  })

  it('of a lead or a customer before it is out of the trash again, or somebody owns it', async () => {
    const { manager } = people
    const at = '2030-06-06T10:00:00.000Z'
    const { id } = await lead(manager, { followUpAt: at })
    const restored = await lead(sales, { followUpAt: at })
    const param = { id: restored.id }
    await api(sales.token).v1.leads[':id'].$delete({ param, header: {} })
    await run(at)
    expect(await numberOf(sales)).toBe(0)
    await api(sales.token).v1.leads[':id'].restore.$post({ param })
    await api(sales.token).v1.leads[':id'].claim.$post({ param: { id } })
    await run(later(at, 5))
    expect(await numberOf(sales)).toBe(2)
  })

  it('where mail is not set up; once it is, the reminder comes', async () => {
    const at = '2030-05-06T10:00:00.000Z'
    await followUp(sales, at)
    await queueReminders(env, at)
    expect(await numberOf(sales)).toBe(0)
    await run(later(at, 60))
    expect(await numberOf(sales)).toBe(1)
  })
})

describe('quiet hours', () => {
  it('hold a reminder until they end, over midnight and a change of the clocks, in the zone of each', async () => {
    const { rival } = people
    await zone(sales, 'Europe/Berlin')
    await zone(rival, 'America/New_York')
    // The night in which Berlin goes over to summer time; in New York it is afternoon.
    for (const person of [sales, rival]) await followUp(person, '2030-03-30T20:30:00.000Z')
    await run('2030-03-30T20:30:00.000Z')
    expect([await numberOf(sales), await numberOf(rival)]).toEqual([0, 1])
    await run('2030-03-31T04:55:00.000Z')
    expect(await numberOf(sales)).toBe(0)
    await run('2030-03-31T05:00:00.000Z')
    await run('2030-03-31T05:05:00.000Z')
    expect([await numberOf(sales), await numberOf(rival)]).toEqual([1, 1])
  })

  it('are each user’s own, and none where somebody wants none', async () => {
    const { rival } = people
    await set(sales, { quietHours: null })
    await set(rival, { quietHours: { from: '02:00', to: '03:30' } })
    for (const person of [sales, rival]) await followUp(person, '2030-05-06T03:00:00.000Z')
    await run('2030-05-06T03:00:00.000Z')
    expect([await numberOf(sales), await numberOf(rival)]).toEqual([1, 0])
    await run('2030-05-06T03:30:00.000Z')
    expect([await numberOf(sales), await numberOf(rival)]).toEqual([1, 1])
  })

  it('are checked', async () => {
    for (const quietHours of [
      { from: '21:00' },
      { from: '24:00', to: '07:00' },
      { from: '7:00', to: '8:00' },
      'night',
      { from: '08:00', to: '08:00' },
    ])
      expect((await set(sales, { quietHours })).status, JSON.stringify(quietHours)).toBe(400)
    for (const json of [{ digest: 'weekly' }, { digestHour: 24 }, { digestHour: 1.5 }, { digestHour: null }])
      expect((await set(sales, json)).status).toBe(400)
  })

  it('do not bring a reminder that was done or moved in the meantime', async () => {
    const { id } = await followUp(sales, '2030-05-06T22:00:00.000Z')
    const moved = await followUp(sales, '2030-05-06T22:00:00.000Z')
    await run('2030-05-06T22:00:00.000Z')
    await api(sales.token).v1.interactions[':id'].done.$post({ json: {}, param: { id }, header: {} })
    const json = { followUpAt: '2030-05-07T09:00:00.000Z' }
    await api(sales.token).v1.interactions[':id'].$patch({ param: { id: moved.id }, header: {}, json })
    await run('2030-05-07T07:00:00.000Z')
    expect(await numberOf(sales)).toBe(0)
    await run('2030-05-07T09:00:00.000Z')
    expect(await numberOf(sales)).toBe(1)
  })
})

describe('a daily digest', () => {
  it('comes at its hour with what is overdue and what is due that day, once; the next with what came since', async () => {
    await zone(sales, 'Europe/Berlin')
    await set(sales, { digest: 'daily', digestHour: 8 })
    await run('2030-05-05T12:00:00.000Z')
    const at = ['2030-05-05T15:00', '2030-05-06T06:30', '2030-05-06T21:59', '2030-05-06T22:00'].map(
      (text) => `${text}:00.000Z`,
    )
    for (const followUpAt of at) await followUp(sales, followUpAt)
    await lead(sales, { name: 'Lea', followUpAt: '2030-05-06T10:00:00.000Z' })
    for (let hour = 0; hour < 17; hour += 1) await run(later('2030-05-05T13:00:00.000Z', hour * 60))
    expect(await numberOf(sales)).toBe(0)
    await run('2030-05-06T06:00:00.000Z')
    const [digest] = await told(sales)
    expect(digest).toMatchObject({ count: 4, clock: 'Europe/Berlin' })
    expect(digest?.at.sort()).toEqual([...at.slice(0, 3), '2030-05-06T10:00:00.000Z'].sort())
    await followUp(sales, '2030-05-06T12:00:00.000Z', 'Came later')
    for (let hour = 0; hour <= 24; hour += 1) await run(later('2030-05-06T06:05:00.000Z', hour * 60))
    expect(await numberOf(sales)).toBe(2)
    expect((await told(sales))[1]?.at.sort()).toEqual(['2030-05-06T12:00:00.000Z', '2030-05-06T22:00:00.000Z'])
    for (let day = 1; day < 4; day += 1) await run(later('2030-05-07T06:00:00.000Z', day * 24 * 60))
    expect(await numberOf(sales)).toBe(2)
    await sweepAt('2030-05-08T07:00:00.000Z')
    const [mail] = await mailsTo(sales.email)
    expect(mail?.subject).toContain('4 follow-ups are due')
    expect(mail?.text).toMatch(
      /Sun, 5 May 2030, 17:00 [\s\S]*6 May 2030, 08:30 [\s\S]*6 May 2030, 12:00 [\s\S]*6 May 2030, 23:59 /,
    )
    expect(mail?.html.match(/<li>/g)).toHaveLength(4)
  })

  it('is planned anew when a setting or the zone changes, and is none where it is switched off', async () => {
    await set(sales, { digest: 'daily', digestHour: 8 })
    await run('2030-05-06T05:00:00.000Z')
    await followUp(sales, '2030-05-06T10:00:00.000Z')
    await zone(sales, 'America/New_York')
    await run('2030-05-06T05:05:00.000Z')
    await run('2030-05-06T08:00:00.000Z')
    expect(await numberOf(sales)).toBe(0)
    await run('2030-05-06T12:00:00.000Z')
    expect(await numberOf(sales)).toBe(1)
    await followUp(sales, '2030-05-07T13:00:00.000Z')
    await set(sales, { followUpDue: false })
    await run('2030-05-07T12:00:00.000Z')
    await run('2030-05-07T13:00:00.000Z')
    await set(sales, { followUpDue: true, digest: 'single' })
    await followUp(sales, '2030-05-07T14:00:00.000Z')
    await run('2030-05-07T14:00:00.000Z')
    expect((await told(sales)).map(({ at }) => at)).toEqual([
      ['2030-05-06T10:00:00.000Z'],
      ['2030-05-07T14:00:00.000Z'],
    ])
  })

  it('that an outage has made hours late waits for the next morning, and has everything then', async () => {
    await set(sales, { digest: 'daily', digestHour: 8 })
    await run('2030-05-06T05:00:00.000Z')
    await followUp(sales, '2030-05-06T10:00:00.000Z')
    await run('2030-05-06T19:00:00.000Z')
    expect(await numberOf(sales)).toBe(0)
    await run('2030-05-07T08:00:00.000Z')
    expect(await told(sales)).toMatchObject([{ count: 1 }])
  })
})
