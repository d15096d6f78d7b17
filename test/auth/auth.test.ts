// Signing in: one way in for each name, one answer to every failure, and passwords that are what was typed.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { api, problemOf, send, worker } from '../support/api'
import { bcryptSpies } from '../support/bcrypt'
import { count, rows } from '../support/database'
import { founder, member, PASSWORD, type Person, signIn, unique } from '../support/factories'

const setStatus = (admin: Person, { id }: Person, status: 'ACTIVE' | 'INACTIVE') =>
  api(admin.token).v1.users[':id'].$patch({ param: { id }, query: {}, header: {}, json: { status } })

const remove = (admin: Person, { id }: Person) =>
  api(admin.token).v1.users[':id'].$delete({ param: { id }, query: {}, header: {} })

async function named(person: Person, username: string) {
  const patch = { param: { id: person.id }, query: {}, header: {}, json: { username } }
  expect((await api(person.token).v1.users[':id'].$patch(patch)).status).toBe(200)
}

const hashOf = async ({ id }: Person) => {
  const [user] = await rows<{ password_hash: string }>('SELECT password_hash FROM users WHERE id = ?', id)
  return user?.password_hash ?? ''
}

afterEach(() => void vi.restoreAllMocks())

describe('signing in', () => {
  it('takes the e-mail in any case and gives tokens, the account and its workspace', async () => {
    const admin = await founder()
    for (const email of [admin.email, admin.email.toUpperCase(), ` ${admin.email} `]) {
      const response = await signIn({ email, password: PASSWORD })
      if (response.status !== 200) throw new Error(`signing in answered ${response.status}`)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      const { user, workspace, accessToken, expiresIn, ...rest } = await response.json()
      expect(user).toMatchObject({ id: admin.id, email: admin.email, role: 'ADMIN' })
      expect(workspace.id).toBe(admin.workspaceId)
      expect(expiresIn).toBe(900)
      expect(Object.keys(rest)).toEqual(['refreshToken'])
      expect((await api(accessToken).v1.auth.me.$get()).status).toBe(200)
    }
  })

  it('takes the username in any case, composed or not', async () => {
    const admin = await founder()
    const username = unique('Zoë')
    await named(admin, username)
    for (const each of [username, username.toUpperCase(), username.normalize('NFD')]) {
      expect((await signIn({ username: each, password: PASSWORD })).status).toBe(200)
    }
    expect((await signIn({ email: username, password: PASSWORD })).status).toBe(401)
  })

  it.each([
    ['both names', { email: 'a@example.com', username: 'a', password: PASSWORD }],
    ['no name', { password: PASSWORD }],
    ['no password', { email: 'a@example.com' }],
    ['an object for a password', { email: 'a@example.com', password: { $ne: null } }],
    ['a list for a password', { email: 'a@example.com', password: [PASSWORD] }],
    ['null for a password', { email: 'a@example.com', password: null }],
    ['an object for a name', { email: { $gt: '' }, password: PASSWORD }],
    ['a field that is unknown', { email: 'a@example.com', password: PASSWORD, admin: true }],
  ])('refuses %s as invalid', async (_what, json) => {
    const problem = await problemOf(await send('/v1/auth/login', { method: 'POST', json }))
    expect(problem).toMatchObject({ status: 400, code: 'invalid' })
    expect(problem.errors?.length).toBeGreaterThan(0)
  })
})

describe('every failed sign-in', () => {
  const unknown = () => ({ email: `${unique('nobody')}@example.com`, password: PASSWORD })

  async function failures() {
    const admin = await founder()
    const [inactive, removed, imported] = await Promise.all([
      member(admin, 'SALES'),
      member(admin, 'SALES'),
      member(admin, 'SALES'),
    ])
    expect((await setStatus(admin, inactive, 'INACTIVE')).status).toBe(200)
    expect((await remove(admin, removed)).status).toBe(204)
    await rows('UPDATE users SET password_hash = NULL WHERE id = ?', imported.id)
    return {
      'a wrong password': { email: admin.email, password: `${PASSWORD}!` },
      'a password with a space too many': { email: admin.email, password: ` ${PASSWORD}` },
      'an empty password': { email: admin.email, password: '' },
      'an unknown e-mail': unknown(),
      'an unknown username': { username: unique('nobody'), password: PASSWORD },
      'an inactive account': { email: inactive.email, password: PASSWORD },
      'a removed account': { email: removed.email, password: PASSWORD },
      'an account without a password': { email: imported.email, password: PASSWORD },
    }
  }

  it('has one and the same answer, after one comparison at the set cost', async () => {
    const { compare } = await bcryptSpies()
    const answers: Record<string, unknown> = {}
    for (const [what, login] of Object.entries(await failures())) {
      compare.mockClear()
      const response = await signIn(login)
      const { requestId, ...problem } = await problemOf(response)
      const { headers } = response
      answers[what] = { ...problem, challenge: headers.get('WWW-Authenticate'), retry: headers.get('Retry-After') }
      expect(compare, what).toHaveBeenCalledOnce()
      expect(compare.mock.lastCall?.[1], what).toMatch(/^\$2[ab]\$04\$[./A-Za-z0-9]{53}$/)
    }
    expect(answers['a wrong password']).toEqual({
      type: 'http://crm.test/problems/invalid_credentials',
      title: 'The credentials are wrong',
      status: 401,
      code: 'invalid_credentials',
      challenge: 'Bearer realm="edge-crm"',
      retry: null,
    })
    for (const answer of Object.values(answers)) expect(answer).toEqual(answers['a wrong password'])
  })

  it('opens no session', async () => {
    const logins = Object.values(await failures())
    const before = await count('sessions')
    for (const login of logins) expect((await signIn(login)).status).toBe(401)
    expect(await count('sessions')).toBe(before)
  })

  it('costs an unknown account what BCRYPT_COST says', async () => {
    const { compare } = await bcryptSpies()
    await signIn(unknown(), { fetch: worker({ BCRYPT_COST: '6' }) })
    expect(compare.mock.lastCall?.[1]).toMatch(/^\$2b\$06\$/)
  })
})

describe('a member who was made inactive', () => {
  it('signs in again once made active', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    const login = { email: sales.email, password: PASSWORD }
    await setStatus(admin, sales, 'INACTIVE')
    expect((await signIn(login)).status).toBe(401)
    await setStatus(admin, sales, 'ACTIVE')
    expect((await signIn(login)).status).toBe(200)
  })
})

describe('the hash', () => {
  it('is renewed at the next sign-in when BCRYPT_COST has changed, and only then', async () => {
    const admin = await founder()
    const login = { email: admin.email, password: PASSWORD }
    const first = await hashOf(admin)
    expect(first).toMatch(/^\$2b\$04\$/)
    expect((await signIn(login)).status).toBe(200)
    expect(await hashOf(admin)).toBe(first)

    const costlier = worker({ BCRYPT_COST: '5' })
    expect((await signIn({ ...login, password: 'wrong' }, { fetch: costlier })).status).toBe(401)
    expect(await hashOf(admin)).toBe(first)
    expect((await signIn(login, { fetch: costlier })).status).toBe(200)
    const second = await hashOf(admin)
    expect(second).toMatch(/^\$2b\$05\$/)
    expect((await signIn(login, { fetch: costlier })).status).toBe(200)
    expect(await hashOf(admin)).toBe(second)
  })

  it('lets everybody in who signs in at once while it is renewed', async () => {
    const admin = await founder()
    const costlier = worker({ BCRYPT_COST: '5' })
    const login = { email: admin.email, password: PASSWORD }
    const answers = await Promise.all(Array.from({ length: 5 }, () => signIn(login, { fetch: costlier })))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200))
    expect((await signIn(login)).status).toBe(200)
  })
})
