// Days instead of instants: each is that day where the user is, in every field, file and dialect.
import { beforeAll, describe, expect, it } from 'vitest'
import { instantAt } from '../../src/reminders/reminders.clock'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send } from '../support/api'
import { PASSWORD, type Person, team } from '../support/factories'
import { lead } from '../support/leads'

const DAY = '2026-12-01'
const START = '2026-12-01T08:00:00.000Z'

async function inLosAngeles(person: Person): Promise<Person> {
  const { id, token, email } = person
  const json = { timeZone: 'America/Los_Angeles' }
  await bodyOf(api(token).v1.users[':id'].$patch({ param: { id }, query: {}, header: {}, json }), 200)
  const { accessToken } = await bodyOf(api().v1.auth.login.$post({ json: { email, password: PASSWORD } }), 200)
  return { ...person, token: accessToken }
}

let sales: Person
let manager: Person
beforeAll(async () => {
  const people = await team()
  sales = await inLosAngeles(people.sales)
  manager = await inLosAngeles(people.manager)
})

describe('a day, of a user in Los Angeles,', () => {
  it('begins there in a follow-up of a lead and of an interaction, made and changed; an instant stays', async () => {
    const made = await lead(sales, { followUpAt: DAY })
    expect(made.followUpAt).toBe(START)
    const one = api(sales.token).v1.leads[':id']
    const patch = (followUpAt: string) => bodyOf(one.$patch({ param: made, header: {}, json: { followUpAt } }), 200)
    expect((await patch('2026-07-01')).followUpAt).toBe('2026-07-01T07:00:00.000Z')
    expect((await patch('2026-07-01T00:00:00Z')).followUpAt).toBe('2026-07-01T00:00:00.000Z')
    const call = { leadId: made.id, type: 'CALL' as const, body: 'Called', followUpAt: DAY, occurredAt: '2026-11-30' }
    const logged = await bodyOf(api(sales.token).v1.interactions.$post({ json: call }), 201)
    expect(logged).toMatchObject({ followUpAt: START, occurredAt: '2026-11-30T08:00:00.000Z' })
  })

  it('begins there in a file, and so does a time without an offset', async () => {
    const body = `title,followUpAt\nDay,${DAY}\nTime,2026-12-01 09:30\nInstant,2026-12-01T09:30:00Z\n`
    const headers = { 'Content-Type': 'text/csv' }
    const answer = await send('/v1/imports?entity=leads', { method: 'POST', token: manager.token, headers, body })
    expect(answer.status, await answer.text()).toBeLessThan(300)
    const list = await send('/v1/leads?owner=none&limit=100', { token: manager.token })
    const { data } = await list.json<{ data: { title: string; followUpAt: string }[] }>()
    const found = Object.fromEntries(data.map(({ title, followUpAt }) => [title, followUpAt]))
    expect(found).toMatchObject({ Day: START, Time: '2026-12-01T17:30:00.000Z', Instant: '2026-12-01T09:30:00.000Z' })
  })

  it('that does not exist is refused, and one far away is no error', async () => {
    for (const followUpAt of ['2026-02-30', '2026-13-01', 'tomorrow', '26-12-01', '']) {
      const refused = send('/v1/leads', { method: 'POST', token: sales.token, json: { title: 'A', followUpAt } })
      const { errors } = await refusalOf(refused, 400, 'invalid')
      expect(errors?.[0]?.path).toBe('body.followUpAt')
    }
    for (const followUpAt of ['0001-01-01', '9999-12-31', '1900-01-01']) {
      expect((await lead(sales, { followUpAt })).followUpAt?.slice(0, 4)).toBe(followUpAt.slice(0, 4))
    }
  })
})

describe('a local time', () => {
  it.each([
    ['America/Los_Angeles', '2026-12-01T00:00', '2026-12-01T08:00:00.000Z'],
    ['Asia/Kolkata', '2026-12-01T00:00', '2026-11-30T18:30:00.000Z'],
    // Midnight is skipped: the day begins at one.
    ['Asia/Beirut', '2026-03-29T00:00', '2026-03-28T22:00:00.000Z'],
    ['Pacific/Auckland', '2026-12-01T00:00', '2026-11-30T11:00:00.000Z'],
    ['UTC', '2026-12-01T10:11:12.345', '2026-12-01T10:11:12.345Z'],
  ])('in %s, %s is %s', (zone, wall, instant) => {
    expect(instantAt(zone, wall)).toBe(instant)
  })
})
