// Sessions: a family of refresh tokens each, of which one is good at a time and a used one that comes back ends all.
import { decode } from 'hono/jwt'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { api, problemOf } from '../support/api'
import { count, everythingStored, rows } from '../support/database'
import { founder, member, PASSWORD, type Person, signIn } from '../support/factories'

const DAY = 24 * 3_600_000
const START = Date.now()

const refresh = (refreshToken: string) => api().v1.auth.refresh.$post({ json: { refreshToken } })

async function refreshed(token: string) {
  const response = await refresh(token)
  if (response.status !== 200) throw new Error(`refreshing answered ${response.status}`)
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  return response.json()
}

async function expectDead(token: string) {
  expect(await problemOf(await refresh(token))).toMatchObject({ status: 401, code: 'invalid_refresh_token' })
}

async function signedIn({ email }: Person, password = PASSWORD) {
  const response = await signIn({ email, password })
  if (response.status !== 200) throw new Error(`signing in answered ${response.status}`)
  return response.json()
}

const familyOf = (accessToken: string) => String(decode(accessToken).payload.sid)

/** Stops the clock, and sets it to so many milliseconds after now. */
function at(ms: number) {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(START + ms)
}

afterEach(() => void vi.useRealTimers())

describe('refreshing', () => {
  it('gives an access token that works and the next refresh token of the same family', async () => {
    const { token, refreshToken } = await founder()
    const second = await refreshed(refreshToken)
    expect(second.expiresIn).toBe(900)
    expect(second.refreshToken).not.toBe(refreshToken)
    expect(familyOf(second.accessToken)).toBe(familyOf(token))
    expect((await api(second.accessToken).v1.auth.me.$get()).status).toBe(200)
    const third = await refreshed(second.refreshToken)
    expect(new Set([refreshToken, second.refreshToken, third.refreshToken]).size).toBe(3)
    expect(await count('sessions', 'id = ?', familyOf(token))).toBe(1)
  })

  it('works for two at once, and for ten, who all get the same next token', async () => {
    for (const callers of [2, 10]) {
      const { refreshToken } = await founder()
      const answers = await Promise.all(Array.from({ length: callers }, () => refreshed(refreshToken)))
      const next = new Set(answers.map((answer) => answer.refreshToken))
      expect(next.size).toBe(1)
      for (const { accessToken } of answers) {
        expect((await api(accessToken).v1.auth.me.$get()).status).toBe(200)
      }
      for (const token of next) await refreshed(token)
    }
  })

  it('takes the token before for 10 seconds more', async () => {
    at(0)
    const { refreshToken } = await founder()
    const next = (await refreshed(refreshToken)).refreshToken
    at(9_999)
    expect((await refreshed(refreshToken)).refreshToken).toBe(next)
    expect((await refreshed(next)).refreshToken).not.toBe(next)
  })

  it('ends the family when a used token comes back after that, the newest token included', async () => {
    at(0)
    const person = await founder()
    const elsewhere = await signedIn(person)
    const next = (await refreshed(person.refreshToken)).refreshToken
    at(10_000)
    await expectDead(person.refreshToken)
    await expectDead(next)
    await expectDead(person.refreshToken)
    const revocations = "verb = 'user.session_revoked' AND subject_id = ?"
    expect(await count('events', revocations, person.id)).toBe(1)
    expect(
      await rows(
        'SELECT workspace_id FROM events WHERE verb = ? AND subject_id = ?',
        'user.session_revoked',
        person.id,
      ),
    ).toEqual([{ workspace_id: person.workspaceId }])
    await refreshed(elsewhere.refreshToken)
  })

  it('ends the family also when two generations lie between', async () => {
    at(0)
    const { refreshToken } = await founder()
    const second = (await refreshed(refreshToken)).refreshToken
    at(60_000)
    const third = (await refreshed(second)).refreshToken
    at(61_000)
    await expectDead(refreshToken)
    await expectDead(third)
  })

  it('refuses a made-up token, which does the family no harm', async () => {
    const [person, thief] = await Promise.all([founder(), founder()])
    const [workspace = '', id = '', nonce = '', mac = ''] = person.refreshToken.split('.')
    const session = `${workspace}.${id}`
    const [foreignWorkspace = '', , foreignNonce = '', foreignMac = ''] = thief.refreshToken.split('.')
    const turned = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
    const forged = [
      'x',
      '..',
      session,
      `${session}.${nonce}`,
      `${session}.${nonce}.`,
      `${session}.${turned(nonce)}.${mac}`,
      `${session}.${nonce}.${turned(mac)}`,
      `${session}.${foreignNonce}.${foreignMac}`,
      `${foreignWorkspace}.${id}.${nonce}.${mac}`,
      `${person.refreshToken}.x`,
      ` ${person.refreshToken}`,
      person.token,
    ]
    for (const token of forged) await expectDead(token.slice(0, 300))
    await refreshed(person.refreshToken)
    await refreshed(thief.refreshToken)
  })

  it('works for 7 days after the last time, and then no more', async () => {
    at(0)
    const [idle, busy] = await Promise.all([founder(), founder()])
    at(7 * DAY - 1000)
    const next = (await refreshed(busy.refreshToken)).refreshToken
    at(7 * DAY)
    await expectDead(idle.refreshToken)
    at(14 * DAY - 2000)
    await refreshed(next)
  })

  it('gives the role as it now is', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    const patch = { param: { id: sales.id }, query: {}, header: {}, json: { role: 'MANAGER' as const } }
    expect((await api(admin.token).v1.users[':id'].$patch(patch)).status).toBe(200)
    expect(decode((await refreshed(sales.refreshToken)).accessToken).payload.role).toBe('MANAGER')
  })

  it('leaves no token in the database, where every refresh token stands as a hash', async () => {
    const person = await founder()
    const second = await refreshed(person.refreshToken)
    const third = await refreshed(second.refreshToken)
    const stored = await everythingStored()
    expect(stored).toContain(familyOf(person.token))
    for (const token of [person.refreshToken, second.refreshToken, third.refreshToken]) {
      for (const secret of [token, ...token.split('.').slice(2)]) expect(stored).not.toContain(secret)
    }
    expect(stored).not.toContain(third.accessToken)
  })
})

describe('the list of sessions', () => {
  const listed = async (token: string) => {
    const response = await api(token).v1.auth.sessions.$get()
    if (response.status !== 200) throw new Error('listing failed')
    return (await response.json()).data
  }
  const end = (token: string, id: string) => api(token).v1.auth.sessions[':id'].$delete({ param: { id } })

  it('shows one’s own, newest first, with where they are used and which one asks', async () => {
    at(0)
    const person = await founder()
    at(1000)
    await founder()
    const login = { json: { email: person.email, password: PASSWORD } }
    const from = { 'CF-Connecting-IP': '203.0.113.7', 'User-Agent': 'Phone/1.0' }
    const response = await api().v1.auth.login.$post(login, { headers: from })
    if (response.status !== 200) throw new Error('signing in failed')
    const phone = await response.json()
    at(5000)
    await refreshed(phone.refreshToken)
    const sessions = await listed(person.token)
    expect(sessions.map(({ id, current }) => [id, current])).toEqual([
      [familyOf(phone.accessToken), false],
      [familyOf(person.token), true],
    ])
    expect(sessions[0]).toEqual({
      id: familyOf(phone.accessToken),
      address: '203.0.113.7',
      userAgent: 'Phone/1.0',
      current: false,
      createdAt: new Date(START + 1000).toISOString(),
      lastUsedAt: new Date(START + 5000).toISOString(),
      expiresAt: new Date(START + 5000 + 7 * DAY).toISOString(),
    })
    at(7 * DAY + 1000)
    const later = await signedIn(person)
    expect((await listed(later.accessToken)).map(({ id }) => id)).not.toContain(familyOf(person.token))
  })

  it('ends the one that is deleted and no other, once', async () => {
    const person = await founder()
    const phone = await signedIn(person)
    const id = familyOf(phone.accessToken)
    expect((await end(person.token, id)).status).toBe(204)
    await expectDead(phone.refreshToken)
    expect((await listed(person.token)).map((session) => session.id)).toEqual([familyOf(person.token)])
    expect((await end(person.token, id)).status).toBe(404)
    await refreshed(person.refreshToken)
  })

  it('holds nobody else’s, not even a colleague’s for an ADMIN: ending it is a 404 and harms nothing', async () => {
    const [admin, stranger] = await Promise.all([founder(), founder()])
    const sales = await member(admin, 'SALES')
    for (const caller of [admin, stranger]) {
      const problem = await problemOf(await end(caller.token, familyOf(sales.token)))
      expect(problem).toMatchObject({ status: 404, code: 'not_found' })
    }
    expect((await end(admin.token, crypto.randomUUID())).status).toBe(404)
    await refreshed(sales.refreshToken)
  })

  it('is shorter by the present one after signing out', async () => {
    const person = await founder()
    const phone = await signedIn(person)
    expect((await api(phone.accessToken).v1.auth.logout.$post()).status).toBe(204)
    await expectDead(phone.refreshToken)
    expect((await api(phone.accessToken).v1.auth.logout.$post()).status).toBe(401)
    expect(await listed(person.token)).toHaveLength(1)
  })
})
