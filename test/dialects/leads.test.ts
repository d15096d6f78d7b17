// The dialect `leads`: every request that its README lists, with every answer.
import { beforeAll, describe, expect, it } from 'vitest'
import readme from '../../src/dialects/leads/README.md?raw'
import { leads } from '../../src/dialects/leads/routes'
import { worker } from '../support/api'
import { count, rows } from '../support/database'
import { PASSWORD, unique } from '../support/factories'
import { happenings } from '../support/leads'
import { replaying } from '../support/replay'

const { replay: ask, demandHonesty } = replaying(leads, readme)
const fetch = worker({ DIALECTS: 'leads' })
type Call = Parameters<typeof ask>[2]
const replay = (request: string, status: number, call: Call = {}) => ask(request, status, { fetch, ...call })

type Session = { accessToken: string; refreshToken: string; user: { id: string; email: string; role: string } }
const somebody = (fields: object = {}) => ({
  name: 'Grace',
  email: `${unique('grace')}@example.com`,
  password: PASSWORD,
  ...fields,
})
const register = (fields: object = {}, token?: string): Promise<Session> =>
  replay('POST /api/auth/register', 201, { json: somebody(fields), token })

let admin: Session
let manager: Session
let sales: Session
let rival: Session
const by = ({ accessToken }: Session) => ({ token: accessToken })

beforeAll(async () => {
  admin = await register()
  manager = await register({ role: 'MANAGER' }, admin.accessToken)
  sales = await register()
  rival = await register()
})

describe('accounts', () => {
  it('come in the documented roles, the first as ADMIN', async () => {
    expect([admin, manager, sales].map(({ user }) => user.role)).toEqual(['ADMIN', 'MANAGER', 'SALES'])
    expect(Object.keys(sales).sort()).toEqual(['accessToken', 'refreshToken', 'user'])
    const refused = { json: somebody({ role: 'MANAGER' }), token: manager.accessToken }
    expect(await replay('POST /api/auth/register', 403, refused)).toEqual({ message: expect.stringContaining('ADMIN') })
    await replay('POST /api/auth/register', 409, { json: somebody({ email: sales.user.email }) })
    const bad = await replay('POST /api/auth/register', 400, { json: { email: 'x@example.com', password: 'short' } })
    expect(bad).toEqual({ message: 'Validation failed', errors: [expect.objectContaining({ field: 'password' })] })
  })

  it('need no name', async () => {
    const { user } = await replay('POST /api/auth/register', 201, { json: somebody({ name: undefined }) })
    expect(user.name).toBe(user.email.split('@')[0])
  })

  it('sign in, refresh and sign out', async () => {
    const json = { email: sales.user.email, password: PASSWORD }
    const session = await replay('POST /api/auth/login', 200, { json })
    expect(session.user).toMatchObject({ id: sales.user.id, role: 'SALES' })
    await replay('POST /api/auth/login', 401, { json: { ...json, password: 'wrong' } })
    const next = await replay('POST /api/auth/refresh', 200, { json: { refreshToken: session.refreshToken } })
    expect(Object.keys(next).sort()).toEqual(['accessToken', 'refreshToken'])
    await replay('POST /api/auth/refresh', 401, { json: { refreshToken: 'made.up.token' } })
    await replay('POST /api/auth/logout', 200, { json: { refreshToken: next.refreshToken } })
    await replay('POST /api/auth/refresh', 401, { json: { refreshToken: next.refreshToken } })
    const other = await replay('POST /api/auth/login', 200, { json })
    await replay('POST /api/auth/logout', 200, { token: other.accessToken })
    await replay('POST /api/auth/refresh', 401, { json: { refreshToken: other.refreshToken } })
    await replay('POST /api/auth/logout', 401)
  })

  it('say who they are, without a password', async () => {
    expect(await replay('GET /api/auth/me', 200, by(manager))).toMatchObject({ ...manager.user })
    await replay('GET /api/auth/me', 401)
  })
})

describe('users', () => {
  it('are listed by ADMIN alone, in pages', async () => {
    const { data, pagination } = await replay('GET /api/users', 200, { query: '?page=2&limit=2', ...by(admin) })
    expect(data).toHaveLength(2)
    const total = await count('users')
    expect(pagination).toEqual({ page: 2, limit: 2, total, totalPages: Math.ceil(total / 2) })
    await replay('GET /api/users', 403, by(manager))
    await replay('GET /api/users', 401)
  })

  it('are read, changed and deleted', async () => {
    const { user: other } = await register()
    const params = { id: other.id }
    expect(await replay('GET /api/users/:id', 200, { params, ...by(manager) })).toMatchObject({ email: other.email })
    const colleague = { id: other.id, name: expect.any(String) }
    expect(await replay('GET /api/users/:id', 200, { params, ...by(sales) })).toEqual(colleague)
    await replay('GET /api/users/:id', 404, { params: { id: crypto.randomUUID() }, ...by(sales) })
    const changed = await replay('PUT /api/users/:id', 200, {
      params,
      json: { ...other, role: 'MANAGER' },
      ...by(admin),
    })
    expect(changed.role).toBe('MANAGER')
    const own = { params: { id: sales.user.id }, ...by(sales) }
    await replay('PUT /api/users/:id', 200, { ...own, json: { name: 'New' } })
    await replay('PUT /api/users/:id', 403, { ...own, json: { role: 'ADMIN' } })
    for (const json of [{ name: 'N', email: 'other@example.com' }, { name: 'N', password: 'another one' }, {}]) {
      await replay('PUT /api/users/:id', 400, { ...own, json })
    }
    await replay('PUT /api/users/:id', 404, { params, json: { name: 'N' }, ...by(sales) })
    await replay('DELETE /api/users/:id', 403, { params, ...by(manager) })
    await replay('DELETE /api/users/:id', 200, { params, ...by(admin) })
    await replay('DELETE /api/users/:id', 404, { params, ...by(admin) })
  })
})

describe('leads', () => {
  const make = (session: Session, json: object) => replay('POST /api/leads', 201, { json, ...by(session) })

  it('are made with every field, bare', async () => {
    const json = { title: 'Fair', description: 'Met', source: 'web', metadata: { a: [1] }, ownerId: sales.user.id }
    const lead = await make(manager, json)
    expect(lead).toEqual({ ...json, id: lead.id, status: 'NEW', createdAt: lead.createdAt, updatedAt: lead.createdAt })
    const params = { id: lead.id }
    expect(await replay('GET /api/leads/:id', 200, { params, ...by(sales) })).toEqual(lead)
    await replay('GET /api/leads/:id', 404, { params, ...by(rival) })
    await replay('GET /api/leads/:id', 400, { params: { id: '7' }, ...by(rival) })
    await replay('POST /api/leads', 400, { json: { description: 'no title' }, ...by(sales) })
    await replay('POST /api/leads', 403, { json: { title: 'x', ownerId: rival.user.id }, ...by(sales) })
  })

  it('are SALES’ own alone; ADMIN and MANAGER list all, narrowed and in pages', async () => {
    const { id } = await make(admin, { title: 'Of the pool', source: 'radio' })
    await make(rival, { title: 'Of a rival' })
    const listed = await replay('GET /api/leads', 200, by(sales))
    expect(new Set(listed.data.map(({ ownerId }: { ownerId: string }) => ownerId))).toEqual(new Set([sales.user.id]))
    await replay('GET /api/leads/:id', 404, { params: { id }, ...by(sales) })
    const all = await replay('GET /api/leads', 200, { query: '?limit=2', ...by(manager) })
    expect(all.pagination.total).toBe(await count('leads', 'deleted_at IS NULL'))
    const narrowed = await replay('GET /api/leads', 200, {
      query: '?source=radio&search=pool&status=NEW',
      ...by(manager),
    })
    expect(narrowed.data.map((lead: { id: string }) => lead.id)).toEqual([id])
    const short = await replay('GET /api/leads', 200, { query: '?search=po&limit=1', ...by(manager) })
    expect(short.pagination).toMatchObject({ total: 1, totalPages: 1 })
    await replay('GET /api/leads', 400, { query: '?status=OPEN', ...by(manager) })
    await replay('GET /api/leads', 401)
  })

  it('change with their owner in one step; the owner is told of as news alone', async () => {
    const lead = await make(sales, { title: 'Mine' })
    const params = { id: lead.id }
    const kept = await replay('PUT /api/leads/:id', 200, {
      params,
      json: { ...lead, title: 'Still mine' },
      ...by(sales),
    })
    expect(kept).toMatchObject({ title: 'Still mine', ownerId: sales.user.id })
    await replay('PUT /api/leads/:id', 403, { params, json: { ownerId: rival.user.id }, ...by(sales) })
    await replay('PUT /api/leads/:id', 400, { params, json: { ownerId: crypto.randomUUID() }, ...by(manager) })
    await replay('PUT /api/leads/:id', 400, { params, json: { unknown: 1 }, ...by(manager) })
    const given = { ...kept, status: 'CONTACTED', ownerId: rival.user.id }
    expect(await replay('PUT /api/leads/:id', 200, { params, json: given, ...by(manager) })).toMatchObject({
      status: 'CONTACTED',
      ownerId: rival.user.id,
    })
    await replay('PUT /api/leads/:id', 404, { params, json: { title: 'x' }, ...by(sales) })
    const [claimed] = await rows('SELECT claimed_at FROM leads WHERE id = ?', lead.id)
    await replay('PUT /api/leads/:id', 200, { params, json: { ...given, title: 'Same owner' }, ...by(manager) })
    expect(await rows('SELECT claimed_at FROM leads WHERE id = ?', lead.id)).toEqual([claimed])
    const freed = await replay('PUT /api/leads/:id', 200, { params, json: { ownerId: null }, ...by(rival) })
    expect(freed.ownerId).toBeNull()
    expect(await happenings(lead.id)).toEqual(['lead.created', ...Array(4).fill('lead.updated')])
  })

  it('are deleted into the trash', async () => {
    const { id } = await make(sales, { title: 'Gone' })
    await replay('DELETE /api/leads/:id', 404, { params: { id }, ...by(rival) })
    expect(await replay('DELETE /api/leads/:id', 200, { params: { id }, ...by(sales) })).toHaveProperty('message')
    await replay('GET /api/leads/:id', 404, { params: { id }, ...by(sales) })
  })
})

describe('activities', () => {
  it('are logged, listed, changed and deleted', async () => {
    const { id: leadId } = await replay('POST /api/leads', 201, { json: { title: 'Talk' }, ...by(sales) })
    const log = (type: string) =>
      replay('POST /api/activities', 201, { json: { leadId, type, body: `a ${type}` }, ...by(sales) })
    const [note, call] = [await log('NOTE'), await log('CALL')]
    const stamps = { createdAt: note.createdAt, updatedAt: note.createdAt }
    expect(note).toEqual({ id: note.id, leadId, type: 'NOTE', body: 'a NOTE', createdBy: sales.user.id, ...stamps })
    const list = { params: { leadId }, query: '?limit=1', ...by(sales) }
    const { data, pagination } = await replay('GET /api/activities/lead/:leadId', 200, list)
    expect([data[0].id, pagination]).toEqual([call.id, { page: 1, limit: 1, total: 2, totalPages: 2 }])
    await replay('GET /api/activities/lead/:leadId', 400, { params: { leadId: 'x' }, ...by(sales) })
    const params = { id: note.id }
    expect(await replay('GET /api/activities/:id', 200, { params, ...by(manager) })).toEqual(note)
    await replay('GET /api/activities/:id', 404, { params, ...by(rival) })
    const changed = await replay('PUT /api/activities/:id', 200, { params, json: { body: 'b' }, ...by(sales) })
    expect(changed).toMatchObject({ type: 'NOTE', body: 'b' })
    await replay('PUT /api/activities/:id', 400, { params, json: { type: 'PIGEON' }, ...by(sales) })
    await replay('PUT /api/activities/:id', 404, { params, json: { body: 'b' }, ...by(rival) })
    expect(await replay('DELETE /api/activities/:id', 200, { params, ...by(sales) })).toHaveProperty('message')
    await replay('DELETE /api/activities/:id', 404, { params, ...by(sales) })
    await replay('POST /api/activities', 400, { json: { leadId, body: 'of no type' }, ...by(sales) })
    const foreign = { leadId, type: 'NOTE', body: 'b' }
    await replay('POST /api/activities', 404, { json: foreign, ...by(rival) })
  })
})

describe('with `enquiries` on as well, /api/auth answers both at once', () => {
  it('in one body', async () => {
    const both = worker({ DIALECTS: 'leads,enquiries' })
    const { id, email } = sales.user
    const json = { email, password: PASSWORD }
    const body = await (await both('http://crm.test/api/auth/login', post(json))).json<Session & { data: unknown }>()
    expect(body).toMatchObject({ success: true, user: { id }, data: { user: { id }, token: body.accessToken } })
    const wrong = await both('http://crm.test/api/auth/login', post({ ...json, password: 'x' }))
    expect([wrong.status, await wrong.json()]).toEqual([401, { success: false, message: expect.any(String) }])
  })
  const post = (json: unknown) => ({
    method: 'POST',
    body: JSON.stringify(json),
    headers: { 'Content-Type': 'application/json' },
  })
})

it('does all that the table in its README says, and nothing else', demandHonesty)
