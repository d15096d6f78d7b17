// Tokens that live for a day: believed for 15 minutes like any other, and then only as far as the database says.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { api, send, worker } from '../support/api'
import { rows } from '../support/database'
import { PASSWORD, unique } from '../support/factories'

const fetch = worker({ DIALECTS: 'enquiries' })
const MINUTE = 60_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

type Session = { data: { token: string; user: { id: string; role: string } } }
async function registered() {
  const json = { email: `${unique('day')}@example.com`, password: PASSWORD }
  const response = await send('/api/auth/register', { method: 'POST', json }, fetch)
  expect(response.status).toBe(201)
  return (await response.json<Session>()).data
}
const mine = (token: string) => send('/api/enquiries/mine', { token }, fetch)
const trips = ({ headers }: Response) => /round trips (\d)/.exec(headers.get('Server-Timing') ?? '')?.[1]
const pass = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE)

it('cost no more than others while they are young, and one round trip more afterwards', async () => {
  const { token } = await registered()
  pass(14)
  const young = await mine(token)
  expect([young.status, trips(young)]).toEqual([200, '1'])
  pass(2)
  const old = await mine(token)
  expect([old.status, trips(old)]).toEqual([200, '2'])
  pass(24 * 60)
  expect((await mine(token)).status).toBe(401)
})

it('end with their session', async () => {
  const { token } = await registered()
  expect((await api(token).v1.auth.logout.$post({})).status).toBe(204)
  expect((await mine(token)).status).toBe(200)
  pass(16)
  const ended = await mine(token)
  expect([ended.status, await ended.json()]).toEqual([401, { success: false, message: 'Missing or invalid token' }])
})

it('lose with the role what the role could do', async () => {
  const { token, user } = await registered()
  pass(16)
  await rows(`UPDATE users SET role = 'CUSTOMER' WHERE id = ? RETURNING id`, user.id)
  expect((await mine(token)).status).toBe(403)
  await rows(`UPDATE users SET status = 'INACTIVE' WHERE id = ? RETURNING id`, user.id)
  expect((await mine(token)).status).toBe(401)
})
