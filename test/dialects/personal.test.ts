// The dialect `personal`: every request that its README lists, with every answer.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import readme from '../../src/dialects/personal/README.md?raw'
import { personal } from '../../src/dialects/personal/routes'
import { worker } from '../support/api'
import { rows } from '../support/database'
import { PASSWORD, unique } from '../support/factories'
import { mailing, mailsTo, mailTo, tokenIn } from '../support/mailbox'
import { agree, someone, withProviders } from '../support/oauth-browser'
import { replaying } from '../support/replay'

const { replay: ask, demandHonesty } = replaying(personal, readme)
// As in production, where strangers may not register at /v1.
const fetch = worker({ ...mailing(), DIALECTS: 'personal', SIGNUP: 'invite' })
const silent = worker({ DIALECTS: 'personal' })
type Call = Parameters<typeof ask>[2]
const replay = (request: string, status: number, call: Call = {}) =>
  ask(request.replace(' ', ' /api/v1'), status, { fetch, ...call })

const somebody = () => ({ name: 'Ada', email: `${unique('ada')}@example.com`, password: PASSWORD })
type Session = { user: { id: string; email: string }; accessToken: string; refreshToken: string }
const register = async (json = somebody()): Promise<Session> =>
  (await replay('POST /user/register', 201, { json })).data

let ada: Session
let token: string

beforeAll(async () => {
  ada = await register()
  token = ada.accessToken
})

describe('the service', () => {
  it('is up and ready', async () => {
    await replay('GET /health', 200)
    await replay('GET /ready', 200)
  })
})

describe('an account', () => {
  it('has a workspace of its own, and an address to verify', async () => {
    const json = somebody()
    const { user } = await register(json)
    expect(user).toMatchObject({ email: json.email, emailVerified: false })
    const [home] = await rows(
      'SELECT count(*) AS n FROM users WHERE workspace_id = (SELECT workspace_id FROM users WHERE id = ?)',
      user.id,
    )
    expect(home).toEqual({ n: 1 })
    await replay('POST /user/register', 409, { json })
    const bad = await replay('POST /user/register', 400, { json: { email: 'no' } })
    expect(bad).toEqual({
      message: 'Validation failed',
      errors: expect.arrayContaining([{ field: 'name', message: 'Required' }]),
    })

    const query = `?token=${tokenIn(await mailTo(json.email))}`
    await replay('GET /user/verify-email', 200, { query })
    await replay('GET /user/verify-email', 400, { query })
    const { data } = await replay('POST /user/login', 200, { json })
    expect(data.user.emailVerified).toBe(true)
  })

  it('is mailed again until it is verified, and nobody learns who has one', async () => {
    const { user } = await register()
    const answers = []
    for (const email of [user.email, `${unique('nobody')}@example.com`]) {
      answers.push(await replay('POST /user/reVerify-email', 200, { json: { email } }))
      answers.push(await replay('POST /user/forgotPassword', 200, { json: { email } }))
    }
    expect(new Set(answers.map(({ message }) => message)).size).toBe(2)
    expect(await mailsTo(user.email)).toHaveLength(3)
    for (const path of ['POST /user/reVerify-email', 'POST /user/forgotPassword']) {
      await replay(path, 501, { json: { email: user.email }, fetch: silent })
    }
  })

  it('signs in, renews and signs out', async () => {
    const json = somebody()
    await register(json)
    const { data } = await replay('POST /user/login', 200, { json })
    await replay('POST /user/login', 401, { json: { ...json, password: 'wrong' } })
    const next = await replay('POST /user/renewToken', 200, { json: { refreshToken: data.refreshToken } })
    expect(Object.keys(next.data).sort()).toEqual(['accessToken', 'refreshToken'])
    await replay('POST /user/logOut', 200, { token: next.data.accessToken })
    await replay('POST /user/renewToken', 401, { json: { refreshToken: next.data.refreshToken } })
    await replay('POST /user/logOut', 401)
  })

  it('changes its password, by the old one or by mail', async () => {
    const json = somebody()
    const { accessToken } = await register(json)
    const change = { oldPassword: PASSWORD, newPassword: 'a second password' }
    await replay('PATCH /user/updatePassword', 200, { json: change, token: accessToken })
    await replay('PATCH /user/updatePassword', 400, { json: change, token: accessToken })
    await replay('POST /user/forgotPassword', 200, { json })
    const mails = await mailsTo(json.email)
    const reset = { token: tokenIn(mails.at(-1) ?? expect.fail('no mail')), newPassword: 'a third password' }
    await replay('POST /user/resetPassword', 200, { json: reset })
    await replay('POST /user/resetPassword', 400, { json: reset })
    await replay('POST /user/login', 200, { json: { ...json, password: reset.newPassword } })
  })

  it('changes its details; its only ADMIN stays active', async () => {
    const json = { name: 'Ada King', timeZone: 'Europe/London' }
    const { data } = await replay('PATCH /user/updateDetails', 200, { json, token })
    expect(data).toMatchObject(json)
    await replay('PATCH /user/updateDetails', 400, { json: { timeZone: 'Mars' }, token })
    await replay('PATCH /user/status', 200, { json: { status: 'active' }, token })
    await replay('PATCH /user/status', 409, { json: { status: 'INACTIVE' }, token })
    await replay('PATCH /user/status', 400, { json: { status: 'asleep' }, token })
  })
})

describe.each(['google', 'github'] as const)('with %s', (provider) => {
  // What a provider refuses is logged.
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
  afterEach(() => void vi.restoreAllMocks())
  const [way, back] = [`POST /auth/${provider}`, `GET /auth/${provider}/callback`]
  const providing = (SIGNUP: string) => worker(withProviders({ DIALECTS: 'personal', SIGNUP }))

  /** To the provider and back again; gives the answer of the callback. */
  async function signIn(person = someone(), { status = 200, by = providing('invite') } = {}) {
    let sent = new Response()
    const browser: typeof globalThis.fetch = async (...request) => {
      sent = await by(...request)
      return sent.clone()
    }
    await replay(way, 303, { fetch: browser, type: '' })
    const page = new URL(sent.headers.get('Location') ?? '')
    expect(page.searchParams.get('redirect_uri')).toBe(`http://crm.test/api/v1/auth/${provider}/callback`)
    const [cookie = ''] = sent.headers.getSetCookie()
    expect(cookie).toContain(`; Path=/api/v1/auth/${provider}/callback; `)
    const query = new URL(await agree(page, person), 'http://crm.test').search
    const headers = { Cookie: cookie.split(';')[0] ?? '' }
    const answer = await replay(back, status, { query, headers, fetch: by })
    // Once is enough: nobody comes in by what was used, or without the cookie.
    for (const used of [{ headers }, {}]) await replay(back, 400, { query, fetch: by, ...used })
    return answer
  }

  it('an account is made, though strangers may not register at /v1, and found again', async () => {
    const person = someone()
    const { message, data } = await signIn(person)
    expect([message, data.user.email, data.user.emailVerified]).toEqual([
      'User logged in successfully',
      person.email,
      true,
    ])
    const { user } = (await signIn(person)).data
    expect(user.id).toBe(data.user.id)
    await replay('POST /contacts/add-contact', 201, { json: { name: 'Grace' }, token: data.accessToken })
  })

  it('nobody new comes in where SIGNUP is closed, and nobody at all without its settings', async () => {
    const email = `${unique('closed')}@example.com`
    expect(Object.keys(await signIn(someone({ email }), { status: 403, by: providing('closed') }))).toEqual(['message'])
    expect(await rows('SELECT id FROM users WHERE email = ?', email)).toEqual([])
    await replay(way, 501)
  })
})

describe('contacts', () => {
  const add = async (fields: object = {}): Promise<string> =>
    (await replay('POST /contacts/add-contact', 201, { json: { name: 'Charles', ...fields }, token })).data.id

  it('are made, read, changed and deleted', async () => {
    const json = {
      name: 'Charles',
      email: `${unique('c')}@example.com`,
      phone: '+44 20 7946 0958',
      company: 'D & Co',
      customFields: { plan: 'gold', a: 1 },
    }
    const { data } = await replay('POST /contacts/add-contact', 201, { json, token })
    expect(data).toMatchObject(json)
    await replay('POST /contacts/add-contact', 409, { json, token })
    await replay('POST /contacts/add-contact', 400, { json: {}, token })
    await replay('POST /contacts/add-contact', 401, { json })
    const query = `?contactId=${data.id}`
    const { data: one } = await replay('GET /contacts/get-contact-by-id', 200, { query, token })
    expect(data.tags).toEqual([])
    expect(one).toEqual(data)
    await replay('GET /contacts/get-contact-by-id', 400, { token })
    const { accessToken: stranger } = await register()
    expect(await replay('GET /contacts/get-contact-by-id', 404, { query, token: stranger })).toEqual({
      message: 'Contact not found',
    })
    const patch = { company: 'E & Co', customFields: { plan: null } }
    const { data: changed } = await replay('PATCH /contacts/update-contact', 200, { query, json: patch, token })
    expect(changed).toMatchObject({ company: 'E & Co', customFields: { a: 1 } })
    await replay('PATCH /contacts/update-contact', 400, { query, json: {}, token })
    await replay('PATCH /contacts/update-contact', 404, { query, json: patch, token: stranger })
    await replay('DELETE /contacts/delete-contact', 200, { query, token })
    await replay('DELETE /contacts/delete-contact', 404, { query, token })
    const [kept, gone] = [await add(), crypto.randomUUID()]
    const many = await replay('DELETE /contacts/delete-multiple-contacts', 200, {
      json: { contactIds: [kept, gone] },
      token,
    })
    expect(many.data).toEqual({ deleted: [kept], notFound: [gone] })
    await replay('DELETE /contacts/delete-multiple-contacts', 400, { json: { contactIds: [] }, token })
  })

  it('have tags, whose use is counted', async () => {
    const [one, two] = [await add(), await add()]
    await replay('POST /contacts/add-tag', 200, { json: { contactId: one, tag: 'VIP' }, token })
    await replay('POST /contacts/add-multiple-tags', 200, { json: { contactId: two, tags: ['vip', 'press'] }, token })
    const gone = crypto.randomUUID()
    await replay('POST /contacts/add-tag', 404, { json: { contactId: gone, tag: 'VIP' }, token })
    await replay('POST /contacts/add-multiple-tags', 404, { json: { contactId: gone, tags: ['VIP'] }, token })
    const usage = (tagName: string) =>
      replay('GET /contacts/get-tag-usage/:tagName', 200, { params: { tagName }, token })
    expect((await usage('vip')).data).toEqual({ tag: 'VIP', count: 2 })
    await replay('GET /contacts/get-tag-usage/:tagName', 404, { params: { tagName: 'none' }, token })
    const { data } = await replay('GET /contacts/get-contact-by-id', 200, { query: `?contactId=${two}`, token })
    expect(data.tags.sort()).toEqual(['VIP', 'press'])
    await replay('DELETE /contacts/delete-tag-from-contact', 200, { json: { contactId: one, tag: 'VIP' }, token })
    await replay('DELETE /contacts/delete-tag-from-contact', 404, { json: { contactId: gone, tag: 'VIP' }, token })
    expect((await usage('VIP')).data.count).toBe(1)
    const off = { contactIds: [one, two, gone], tags: ['VIP', 'press'] }
    const taken = await replay('DELETE /contacts/delete-multiple-tags-from-contacts', 200, { json: off, token })
    expect(taken.data).toEqual({ changed: 1, notFound: [gone] })
    await replay('DELETE /contacts/delete-tag', 200, { json: { tag: 'vip' }, token })
    await replay('DELETE /contacts/delete-tag', 404, { json: { tag: 'vip' }, token })
  })

  it('are exported as CSV, JSON and vCards', async () => {
    const { accessToken } = await register()
    const json = { name: 'Charles', email: 'c@example.com', customFields: { plan: 'gold' } }
    const { data } = await replay('POST /contacts/add-contact', 201, { json, token: accessToken })
    const file = (query: string, type: string) =>
      replay('GET /contacts/export-contacts', 200, { query, type, token: accessToken })
    const [head, row, end] = (await file('', 'text/csv')).split('\r\n')
    expect(head).toBe('id,name,email,phone,company,tags,lastInteractionAt,createdAt,updatedAt,customFields.plan')
    expect([row, end]).toEqual([`${data.id},Charles,c@example.com,,,,,${data.createdAt},${data.updatedAt},gold`, ''])
    expect(await file('?format=json', 'application/json')).toEqual([{ ...data, tags: [] }])
    expect(await file('?format=vcf', 'text/vcard')).toContain('FN:Charles')
    await replay('GET /contacts/export-contacts', 400, { query: '?format=xls', token })
    await replay('GET /contacts/export-contacts', 401)
  })

  it('have notes', async () => {
    const contactId = await add()
    const { data: note } = await replay('POST /notes/create-note', 201, {
      json: { contactId, content: 'Likes tea' },
      token,
    })
    expect(note).toEqual({
      id: note.id,
      title: null,
      contactId,
      content: 'Likes tea',
      createdAt: note.createdAt,
      updatedAt: note.createdAt,
    })
    const second = await replay('POST /notes/create-note', 201, {
      query: `?contactId=${contactId}`,
      json: { content: 'b' },
      token,
    })
    await replay('POST /notes/create-note', 400, { json: { content: 'of nobody' }, token })
    const gone = crypto.randomUUID()
    await replay('POST /notes/create-note', 404, { json: { contactId: gone, content: 'x' }, token })
    const list = await replay('GET /notes/list-notes', 200, { query: `?contactId=${contactId}&limit=1`, token })
    expect(list.data).toEqual([second.data])
    expect(list.pagination).toEqual({ page: 1, limit: 1, total: 2, totalPages: 2 })
    const query = `?noteId=${note.id}`
    expect((await replay('GET /notes/get-note', 200, { query, token })).data).toEqual(note)
    expect((await replay('PATCH /notes/update-note', 200, { query, json: { content: 'c' }, token })).data.content).toBe(
      'c',
    )
    await replay('PATCH /notes/update-note', 400, { query, json: {}, token })
    await replay('DELETE /notes/delete-note', 200, { query, token })
    await replay('DELETE /notes/delete-note', 404, { query, token })
    expect(await replay('GET /notes/get-note', 404, { query, token })).toEqual({ message: 'Note not found' })
  })

  it('have interactions, among which there are no notes', async () => {
    const contactId = await add()
    await replay('POST /notes/create-note', 201, { json: { contactId, content: 'A note' }, token })
    const json = {
      contactId,
      type: 'call',
      content: 'Rang',
      date: '2026-01-01T10:00:00.000Z',
      followUpDate: '2030-01-01T10:00:00.000Z',
    }
    const { data } = await replay('POST /interactions/log-interaction', 201, { json, token })
    expect(data).toMatchObject({ ...json, type: 'CALL' })
    await replay('POST /interactions/log-interaction', 400, {
      json: { contactId, type: 'pigeon', content: 'x' },
      token,
    })
    await replay('POST /interactions/log-interaction', 404, {
      json: { ...json, contactId: crypto.randomUUID() },
      token,
    })
    const list = await replay('GET /interactions/list-interactions', 200, { query: `?contactId=${contactId}`, token })
    expect([list.data, list.pagination.total]).toEqual([[data], 1])
    const query = `?interactionId=${data.id}`
    expect((await replay('GET /interactions/get-interaction', 200, { query, token })).data).toEqual(data)
    const patch = { type: 'Meeting', followUpDate: null }
    const { data: changed } = await replay('PATCH /interactions/update-interaction', 200, { query, json: patch, token })
    expect(changed).toMatchObject({ type: 'MEETING', content: 'Rang', followUpDate: null })
    await replay('PATCH /interactions/update-interaction', 400, { query, json: {}, token })
    await replay('DELETE /interactions/delete-interaction', 200, { query, token })
    await replay('DELETE /interactions/delete-interaction', 404, { query, token })
    await replay('GET /interactions/get-interaction', 404, { query, token })
  })
})

it('does all that the table in its README says, and nothing else', demandHonesty)
