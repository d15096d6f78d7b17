// Registration that is open to everybody: one shared workspace, one first ADMIN, however many come at once. A file of its
// own, for it needs a database that nobody has registered in.
import { beforeAll, describe, expect, it } from 'vitest'
import { tally } from '../support/answers'
import { api, problemOf, send, worker } from '../support/api'
import { selling } from '../support/billing'
import { count, rows, sizes } from '../support/database'
import { PASSWORD, unique } from '../support/factories'
import { happenings } from '../support/leads'

const fetch = worker({ DIALECTS: 'leads,manager', SIGNUP: 'invite' })
type Session = { accessToken: string; user: { id: string; role: string } }

const registerShared = (fields: object = {}, token?: string, by = fetch) => {
  const json = { email: `${unique('first')}@example.com`, password: PASSWORD, ...fields }
  return send('/api/auth/register', { method: 'POST', json, token }, by)
}

let admin: Session
let rest: Session[]

beforeAll(async () => {
  expect(await sizes('workspaces', 'users')).toEqual({ workspaces: 0, users: 0 })
  expect((await registerShared({}, undefined, worker({ DIALECTS: 'leads', SIGNUP: 'closed' }))).status).toBe(403)
  expect(await sizes('workspaces', 'users')).toEqual({ workspaces: 0, users: 0 })
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => registerShared({ role: i % 2 ? 'ADMIN' : 'SALES' })),
  )
  const made = await Promise.all(answers.filter(({ status }) => status === 201).map((answer) => answer.json<Session>()))
  admin = made.find(({ user }) => user.role === 'ADMIN') ?? expect.fail('nobody administers')
  rest = made.filter((session) => session !== admin)
  expect(tally(answers)[500]).toBeUndefined()
})

it('makes exactly one ADMIN of 20 who come at once, and one workspace', async () => {
  expect(await rows('SELECT role, count(*) AS n FROM users GROUP BY role ORDER BY role')).toEqual([
    { role: 'ADMIN', n: 1 },
    { role: 'SALES', n: rest.length },
  ])
  // Whoever asked to be an ADMIN and came late was refused.
  expect(rest.length).toBeGreaterThanOrEqual(9)
  expect(rest.length).toBeLessThanOrEqual(10)
  expect(await rows('SELECT slug FROM workspaces')).toEqual([{ slug: 'default' }])
  expect(await happenings(admin.user.id)).toEqual(['user.registered'])
})

describe('later', () => {
  it('an ADMIN’s token makes another one, while its holder still is one', async () => {
    const second = await registerShared({ role: 'ADMIN' }, admin.accessToken)
    const { user, accessToken } = await second.json<Session>()
    expect([second.status, user.role]).toEqual([201, 'ADMIN'])
    const demoted = api(admin.accessToken).v1.users[':id']
    const json = { role: 'SALES' as const }
    expect((await demoted.$patch({ param: { id: user.id }, query: {}, header: {}, json })).status).toBe(200)
    expect((await registerShared({ role: 'ADMIN' }, accessToken)).status).toBe(403)
    expect((await registerShared({ role: 'MANAGER' }, rest[0]?.accessToken)).status).toBe(403)
  })

  it('an ADMIN of another workspace is a stranger', async () => {
    const json = { email: `${unique('other')}@example.com`, password: PASSWORD, name: 'Other' }
    const response = await send('/v1/auth/register', { method: 'POST', json })
    const { accessToken } = await response.json<Session>()
    expect((await registerShared({ role: 'ADMIN' }, accessToken)).status).toBe(403)
  })

  it('two with one address at once make one account', async () => {
    const email = `${unique('twin')}@example.com`
    const answers = await Promise.all(Array.from({ length: 5 }, () => registerShared({ email })))
    expect(tally(answers)).toEqual({ 201: 1, 409: 4 })
    expect(await count('users', 'email = ?', email)).toBe(1)
  })

  it('a customer is told of with the account, both or neither', async () => {
    // The answer has no token, so that no session begins.
    const before = await sizes('users', 'customers', 'sessions', 'events')
    const customer = {
      username: unique('c'),
      email: `${unique('c')}@example.com`,
      password: PASSWORD,
      role: 'user',
      ...{ name: 'Carla', phone: '+44 20 7946 0958', company: 'Acme' },
    }
    const register = () => send('/auth/register', { method: 'POST', json: customer }, fetch)
    expect((await register()).status).toBe(201)
    const after = await sizes('users', 'customers', 'sessions', 'events')
    const grown = Object.entries(after).map(([table, size]) => size - (before[table] ?? 0))
    expect(grown).toEqual([1, 1, 0, 1])
    const [made] = await rows(
      'SELECT c.phone_e164, u.role FROM customers c JOIN users u ON u.id = c.user_id WHERE c.email = ?',
      customer.email,
    )
    expect(made).toEqual({ phone_e164: '+442079460958', role: 'CUSTOMER' })
    expect((await register()).status).toBe(400)
    expect(await sizes('users', 'customers', 'sessions', 'events')).toEqual(after)
  })
})

describe('the slug of the shared workspace', () => {
  const slugOf = (token: string) =>
    send('/v1/workspace', { token }).then(async (answer) => (await answer.json<{ slug: string }>()).slug)
  const call = (token: string, slug: string) =>
    send('/v1/workspace', { method: 'PATCH', token, json: { slug } }).then(({ status }) => status)

  it('is nobody’s who registers later, by a name or by changing theirs, free as it may be', async () => {
    expect(await call(admin.accessToken, 'moved')).toBe(200)
    const person = { email: `${unique('thief')}@example.com`, password: PASSWORD, name: 'Default' }
    const founded = await send('/v1/auth/register', { method: 'POST', json: person })
    const { accessToken } = await founded.json<Session>()
    expect(await slugOf(accessToken)).toMatch(/^default-[0-9a-f]{8}$/)
    const refused = await send('/v1/workspace', { method: 'PATCH', token: accessToken, json: { slug: 'default' } })
    expect(await problemOf(refused)).toMatchObject({ code: 'slug_taken', detail: expect.stringContaining('oldest') })
    expect(await slugOf(accessToken)).not.toBe('default')
  })

  it('is given and taken back by the oldest workspace', async () => {
    expect(await call(admin.accessToken, 'default')).toBe(200)
    expect(await call(admin.accessToken, 'default')).toBe(200)
    expect(await slugOf(admin.accessToken)).toBe('default')
  })
})

describe('where plans are sold', () => {
  const shop = worker(selling({ DIALECTS: 'leads,manager', SIGNUP: 'invite' }))
  const sell = () => {
    const person = { name: 'Carla', phone: '1', company: 'Acme' }
    const json = {
      username: unique('c'),
      email: `${unique('c')}@example.com`,
      password: PASSWORD,
      role: 'user',
      ...person,
    }
    return send('/auth/register', { method: 'POST', json }, shop)
  }

  it('a full team takes no more members, in the words of the dialect, but customers while they have room', async () => {
    expect((await sell()).status).toBe(201)
    const { customers = 0, ...before } = await sizes('users', 'customers', 'sessions', 'events')
    const refused = await registerShared({}, undefined, shop)
    expect([refused.status, await refused.json()]).toEqual([
      402,
      {
        message: expect.stringMatching(
          /^The plan has room for 3 members of the team, and there are \d+\. This is the API of .* the dialect “leads”/,
        ),
      },
    ])
    // Who may not have the role is told so, whatever the plan.
    expect((await registerShared({ role: 'ADMIN' }, undefined, shop)).status).toBe(403)
    await rows(
      `INSERT INTO customers (id, workspace_id, name, sort_name, created_at, updated_at)
       SELECT lower(hex(randomblob(16))), w.id, 'Filler', 'filler', w.created_at, w.created_at
       FROM workspaces AS w CROSS JOIN json_each(?) WHERE w.slug = 'default'`,
      JSON.stringify(Array.from({ length: 250 - customers }, () => 0)),
    )
    const full = await sell()
    expect([full.status, await full.json()]).toEqual([
      402,
      { message: expect.stringContaining('room for 250 customers') },
    ])
    expect(await sizes('users', 'customers', 'sessions', 'events')).toEqual({ ...before, customers: 250 })
  })
})
