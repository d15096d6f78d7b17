// The dialect `enquiries`: every request that its README lists, with every answer.
import { beforeAll, describe, expect, it } from 'vitest'
import readme from '../../src/dialects/enquiries/README.md?raw'
import { enquiries } from '../../src/dialects/enquiries/routes'
import { worker } from '../support/api'
import { count, rows, sharedWorkspace } from '../support/database'
import { member, PASSWORD, unique } from '../support/factories'
import { replaying } from '../support/replay'

const { replay, demandHonesty } = replaying(enquiries, readme)
const fetch = worker({ DIALECTS: 'enquiries' })
const STUDENT = {
  name: 'Alice Student',
  email: 'alice@example.com',
  courseInterest: 'React Development',
  message: 'Interested in frontend bootcamp',
}
const somebody = (fields: object = {}) => ({
  name: 'Cora',
  email: `${unique('cora')}@example.com`,
  password: PASSWORD,
  ...fields,
})

let first: { data: { token: string; user: { role: string } } }
let second: typeof first
const enquire = (fields: object = {}) =>
  replay('POST /api/enquiries/public', 201, {
    json: { ...STUDENT, email: `${unique('a')}@example.com`, ...fields },
    fetch,
  })

beforeAll(async () => {
  await replay('POST /api/enquiries/public', 201, { json: { ...STUDENT, name: 'Before anybody' }, fetch, trips: 3 })
  first = await replay('POST /api/auth/register', 201, { json: somebody(), fetch })
  second = await replay('POST /api/auth/register', 201, { json: somebody(), fetch })
})

describe('accounts', () => {
  it('the first of which administers, and no later one without an ADMIN’s token', async () => {
    expect(first.data.user.role).toBe('ADMIN')
    expect(second.data.user.role).toBe('SALES')
    for (const token of [undefined, second.data.token]) {
      const refused = await replay('POST /api/auth/register', 403, { json: somebody({ role: 'ADMIN' }), token, fetch })
      expect(refused).toEqual({ success: false, message: expect.stringContaining('ADMIN') })
    }
    const promoted = { json: somebody({ role: 'ADMIN' }), token: first.data.token, fetch }
    expect((await replay('POST /api/auth/register', 201, promoted)).data.user.role).toBe('ADMIN')
  })

  it('answer in its own shape alone, and take no address twice', async () => {
    const json = somebody()
    const made = await replay('POST /api/auth/register', 201, { json, fetch })
    expect(made).toEqual({
      success: true,
      data: { user: expect.objectContaining({ email: json.email }), token: expect.any(String) },
    })
    await replay('POST /api/auth/register', 409, { json, fetch })
    const bad = await replay('POST /api/auth/register', 400, { json: { email: 'no', password: 'x' }, fetch })
    expect(bad).toMatchObject({ success: false, message: 'Invalid input' })
    expect(bad.errors.map(({ field }: { field: string }) => field)).toEqual(['email', 'password'])
  })

  it('are signed in to with a token for a day', async () => {
    const json = somebody()
    await replay('POST /api/auth/register', 201, { json, fetch })
    const { data } = await replay('POST /api/auth/login', 200, { json, fetch })
    const claims = JSON.parse(atob(data.token.split('.')[1]))
    expect(claims.exp - claims.iat).toBe(86_400)
    await replay('GET /api/enquiries/mine', 200, { token: data.token, fetch })
    expect(await replay('POST /api/auth/login', 401, { json: { ...json, password: 'wrong' }, fetch })).toMatchObject({
      success: false,
    })
    await replay('POST /api/auth/login', 400, { json: {}, fetch })
  })
})

describe('an enquiry', () => {
  it('is answered as the README shows it, and makes an unowned lead in the workspace `default`', async () => {
    const json = { ...STUDENT, email: `${unique('a')}@example.com` }
    const { success, data } = await replay('POST /api/enquiries/public', 201, { json, fetch })
    expect(success).toBe(true)
    expect(data).toEqual({ ...json, id: expect.any(String), createdAt: expect.stringMatching(/Z$/) })
    const [lead] = await rows(
      'SELECT slug, owner_id FROM leads JOIN workspaces w ON w.id = workspace_id WHERE leads.id = ?',
      data.id,
    )
    expect(lead).toEqual({ slug: 'default', owner_id: null })
    expect(await count('workspaces', `slug = 'default'`)).toBe(1)
    const bad = await replay('POST /api/enquiries/public', 400, { json: { email: 'nowhere' }, fetch })
    expect(bad).toMatchObject({ success: false, message: 'Invalid input' })
    await replay('POST /api/enquiries/public', 400, {
      body: '{',
      headers: { 'Content-Type': 'application/json' },
      fetch,
    })
  })

  it('is listed until it is claimed, which one of many at once does', async () => {
    const { data: sent } = await enquire()
    const seen = await replay('GET /api/enquiries/unclaimed', 200, { token: second.data.token, fetch })
    expect(seen.data[0]).toMatchObject({ ...sent, claimedBy: null })
    expect(seen.pagination).toMatchObject({ page: 1, limit: 20, total: seen.data.length, totalPages: 1 })
    const params = { id: sent.id }
    const claims = Array.from({ length: 8 }, (_, i) => {
      const token = (i % 2 ? first : second).data.token
      return fetch(`http://crm.test/api/enquiries/${sent.id}/claim`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
      })
    })
    expect((await Promise.all(claims)).map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)])
    const late = await replay('POST /api/enquiries/:id/claim', 409, { params, token: first.data.token, fetch })
    expect(late).toEqual({ success: false, message: 'Lead already claimed' })

    const { data: mine } = await enquire()
    const claimed = await replay('POST /api/enquiries/:id/claim', 200, {
      params: mine,
      token: second.data.token,
      fetch,
    })
    expect(claimed).toMatchObject({ success: true, data: { id: mine.id, courseInterest: STUDENT.courseInterest } })
    const own = await replay('GET /api/enquiries/mine', 200, { token: second.data.token, fetch })
    expect(own.data[0]).toMatchObject({ id: mine.id, claimedBy: expect.any(String) })
  })

  it('that is not there, or no id, is refused in its words', async () => {
    const { token } = second.data
    const gone = await replay('POST /api/enquiries/:id/claim', 404, {
      params: { id: crypto.randomUUID() },
      token,
      fetch,
    })
    expect(gone).toEqual({ success: false, message: 'Resource doesn’t exist' })
    await replay('POST /api/enquiries/:id/claim', 400, { params: { id: '1' }, token, fetch })
    const nobody = await replay('POST /api/enquiries/:id/claim', 401, { params: { id: '1' }, fetch })
    expect(nobody).toEqual({ success: false, message: 'Missing or invalid token' })
  })

  it('stands on one page of many, by number', async () => {
    for (let i = 0; i < 5; i += 1) await enquire()
    const page = (number: number) =>
      replay('GET /api/enquiries/unclaimed', 200, { query: `?page=${number}&limit=2`, token: second.data.token, fetch })
    const [one, two] = [await page(1), await page(2)]
    expect(new Set([...one.data, ...two.data].map(({ id }) => id)).size).toBe(4)
    expect(two.pagination.totalPages).toBe(Math.ceil(two.pagination.total / 2))
    await replay('GET /api/enquiries/unclaimed', 400, { query: '?page=0', token: second.data.token, fetch })
    await replay('GET /api/enquiries/unclaimed', 400, { query: '?page=20000', token: second.data.token, fetch })
    await replay('GET /api/enquiries/unclaimed', 401, { fetch })
    await replay('GET /api/enquiries/mine', 401, { token: 'not.a.token', fetch })
  })

  it('is not for the customers of the other dialects to see', async () => {
    const { token } = await member(await sharedWorkspace(), 'CUSTOMER')
    await replay('GET /api/enquiries/unclaimed', 403, { token, fetch })
  })
})

it('does all that the table in its README says, and nothing else', demandHonesty)
