// Names and titles that people read: of invisible characters alone, nobody can tell what they name.
import { beforeAll, expect, it } from 'vitest'
import { send, worker } from '../support/api'
import { founder, type Person } from '../support/factories'

let admin: Person
beforeAll(async () => {
  admin = await founder()
})

const UNSEEN = ['\u200b', '\u2800', '\u3164\u200d', '\u{e0020}']
// A joiner inside a name is part of it.
const SEEN = 'A\u200dB'

const API = [
  ['POST', '/v1/customers', (text: string) => ({ name: text })],
  ['POST', '/v1/leads', (text: string) => ({ title: text })],
  ['POST', '/v1/leads', (text: string) => ({ title: 'Rooms', name: text })],
  ['PATCH', '/v1/workspace', (text: string) => ({ name: text })],
  ['PATCH', '/v1/users/{me}', (text: string) => ({ name: text })],
] as const

it.each(API)('%s %s refuses one that nobody sees', async (method, path, body) => {
  const route = path.replace('{me}', admin.id)
  for (const text of UNSEEN) {
    const answer = await send(route, { method, token: admin.token, json: body(text) })
    expect([text, answer.status]).toEqual([text, 400])
  }
  const answer = await send(route, { method, token: admin.token, json: body(SEEN) })
  expect(answer.status).toBeLessThan(300)
})

const DIALECTS = [
  ['leads', '/api/leads', { title: '\u3164' }],
  ['personal', '/api/v1/contacts/add-contact', { name: '\u3164' }],
] as const

it.each(DIALECTS)('the dialect %s refuses one that nobody sees', async (dialect, path, json) => {
  const answer = await send(path, { method: 'POST', token: admin.token, json }, worker({ DIALECTS: dialect }))
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('must hold a character that can be seen')
})
