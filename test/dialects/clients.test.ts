// What clients of the five systems really send: HTML forms, JSON under other types, ids and words in any case, times of a
// form's field, numbers for texts. It is read as the frameworks of those systems read it.
import { beforeAll, describe, expect, it } from 'vitest'
import { instantOf } from '../../src/clock'
import { nested } from '../../src/dialects/bodies'
import { bodyOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { PASSWORD, unique } from '../support/factories'
import { mailing, mailsTo } from '../support/mailbox'

type Call = Parameters<typeof send>[1]
const everything = worker({ DIALECTS: 'personal,enquiries,leads,manager,tickets' })

async function ask(request: string, status: number, call: Call = {}, fetch = everything) {
  const [method = '', path = ''] = request.split(' ')
  const response = await send(path, { method, ...call }, fetch)
  const text = await response.text()
  expect(response.status, `${request}: ${text}`).toBe(status)
  return JSON.parse(text)
}

const address = () => `${unique('c')}@example.com`
const account = () => ({ name: 'Sita', email: address(), password: PASSWORD })
const urlencoded = (fields: [string, string][] | Record<string, string>) => ({ body: new URLSearchParams(fields) })
function multipart(fields: Record<string, string>) {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  return { body }
}

let admin: { token: string; id: string }
let seller: { token: string; id: string }
let owner: string

beforeAll(async () => {
  const { user } = await ask('POST /user/signup', 201, { json: account() })
  admin = { token: user.token, id: user.id }
  const { user: other } = await ask('POST /user/signup', 201, { json: { ...account(), role: '' } })
  seller = { token: other.token, id: other.id }
  owner = (await ask('POST /api/v1/user/register', 201, { json: account() })).data.accessToken
})

describe('a form', () => {
  it.each([
    ['application/x-www-form-urlencoded', urlencoded],
    ['multipart/form-data', multipart],
  ])('of %s is read at every system', async (_, form) => {
    const by = { token: admin.token }
    const lead = await ask('POST /api/leads', 201, {
      ...by,
      ...form({ title: 'Jörg & Søn', metadata: '{"a":[1]}', ownerId: '' }),
    })
    expect(lead).toMatchObject({ title: 'Jörg & Søn', metadata: { a: [1] }, ownerId: null })
    const sent = form({ name: 'Alice', email: address(), courseInterest: 'React', message: '' })
    expect((await ask('POST /api/enquiries/public', 201, sent)).data).toMatchObject({
      courseInterest: 'React',
      message: null,
    })
    const john = { username: unique('john'), email: address(), password: PASSWORD, role: 'User', name: 'John' }
    await ask('POST /auth/register', 201, form({ ...john, phone: '1', company: 'Acme' }))
    await ask('POST /auth/login', 200, form({ username: john.username, password: PASSWORD }))
    const made = await ask('POST /customer/signup', 201, form({ Name: 'Ram', Email: address(), Password: PASSWORD }))
    await ask(`PUT /customers/${made.insertId.InsertedID}`, 200, { ...by, ...form({ name: 'Ram Lal' }) })
    expect(await ask(`GET /customers/${made.insertId.InsertedID}`, 200, by)).toMatchObject({ name: 'Ram Lal' })
    const contact = form({ name: 'Bo', tags: 'vip, new', customFields: '{"plan":"gold"}' })
    const { data } = await ask('POST /api/v1/contacts/add-contact', 201, { token: owner, ...contact })
    expect(data.tags.sort()).toEqual(['new', 'vip'])
    expect(data).toMatchObject({ customFields: { plan: 'gold' } })
  })

  it('has nested fields and lists as qs reads them', () => {
    const pairs = [
      ['a[b][c]', '1'],
      ['tags[]', 'x'],
      ['tags[]', 'y'],
      ['m', '1'],
      ['m', '2'],
      ['l[0]', 'z'],
      ['__proto__[x]', '1'],
    ] as const
    expect({ ...nested(pairs) }).toEqual({
      a: { c: undefined, b: { c: '1' } },
      tags: ['x', 'y'],
      m: ['1', '2'],
      l: ['z'],
      ['__proto__']: { x: '1' },
    })
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  it('that is Latin-1 is refused, and the encoding named', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const said = await ask('POST /api/leads', 400, { token: admin.token, headers, body: 'title=J%F6rg' })
    expect(said.message).toContain('UTF-8')
  })

  it('of which no field is known changes nothing, and says so', async () => {
    const by = { token: admin.token }
    for (const request of [`PUT /api/users/${seller.id}`, `PATCH /users/${seller.id}`])
      await ask(request, 400, { ...by, ...urlencoded({ nam: 'x' }) })
    const { email } = account()
    const { insertId } = await ask('POST /customer/signup', 201, { json: { ...account(), email } })
    expect(
      (await ask(`PUT /customers/${insertId.InsertedID}`, 400, { ...by, json: { nickname: 'x' } })).message,
    ).toContain('name, phone, company')
    await ask(`PUT /customers/${insertId.InsertedID}`, 200, { ...by, json: { Name: 'Changed' } })
    expect(await ask(`GET /customers/${insertId.InsertedID}`, 200, by)).toMatchObject({ name: 'Changed' })
  })
})

describe('JSON', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/octet-stream'])(
    'is read though its type is said to be %s',
    async (type) => {
      const body = new TextEncoder().encode(JSON.stringify({ title: 'Typed' }))
      const lead = await ask('POST /api/leads', 201, { token: admin.token, headers: { 'Content-Type': type }, body })
      expect(lead.title).toBe('Typed')
    },
  )

  it('with a mistake names its place, in the words of each system', async () => {
    const headers = { 'Content-Type': 'application/json' }
    const { message } = await ask('POST /api/leads', 400, { token: admin.token, headers, body: '{"title":"x",}' })
    expect(message).toContain('line 1, column 14')
    await ask('POST /user/signin', 400, { headers, body: '{' })
  })
})

describe('ids, words and numbers', () => {
  it('may be in capitals or small letters', async () => {
    const by = { token: admin.token }
    const json = { title: 'Any', status: 'qualified', ownerId: seller.id.toUpperCase() }
    const lead = await ask('POST /api/leads', 201, { ...by, json })
    expect(lead).toMatchObject({ status: 'QUALIFIED', ownerId: seller.id })
    expect(await ask(`GET /api/leads/${lead.id.toUpperCase()}`, 200, by)).toEqual(lead)
    const found = await ask(`GET /api/leads?status=Qualified&ownerId=${seller.id.toUpperCase()}`, 200, by)
    expect(found.data).toHaveLength(1)
    const activity = { leadId: lead.id.toUpperCase(), type: 'note', body: 'n' }
    expect(await ask('POST /api/activities', 201, { ...by, json: activity })).toMatchObject({
      type: 'NOTE',
      leadId: lead.id,
    })
    for (const query of ['?format=JSON', '?format=']) {
      expect((await send(`/export/customer_data${query}`, by, everything)).status).toBe(200)
      expect((await send(`/api/v1/contacts/export-contacts${query}`, { token: owner }, everything)).status).toBe(200)
    }
  })

  it('may be numbers and booleans where a text is meant', async () => {
    const json = { title: 42, description: true, source: 7 }
    expect(await ask('POST /api/leads', 201, { token: admin.token, json })).toMatchObject({
      title: '42',
      description: 'true',
      source: '7',
    })
    const { data } = await ask('POST /api/v1/contacts/add-contact', 201, {
      token: owner,
      json: { name: 'Bo', phone: 4930901820 },
    })
    expect(data.phone).toBe('4930901820')
    const tags = { contactId: data.id, tags: [2024, true, 'x'] }
    await ask('POST /api/v1/contacts/add-multiple-tags', 200, { token: owner, json: tags })
    await ask('POST /api/v1/contacts/add-tag', 200, { token: owner, json: { contactId: data.id, tag: 7 } })
    const usage = await ask('GET /api/v1/contacts/get-tag-usage/2024', 200, { token: owner })
    expect(usage.data).toEqual({ tag: '2024', count: 1 })
    const call = { contactId: data.id, type: 'CALL', content: 5, date: Date.parse('2026-03-15T10:00:00Z') }
    const { data: logged } = await ask('POST /api/v1/interactions/log-interaction', 201, { token: owner, json: call })
    expect(logged).toMatchObject({ content: '5', date: '2026-03-15T10:00:00.000Z' })
  })
})

describe('a time', () => {
  it.each([
    ['Europe/Berlin', '2026-07-01T15:00:00', '2026-07-01T13:00:00.000Z'],
    ['America/Los_Angeles', '2026-12-01T00:00:00', '2026-12-01T08:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00', '2025-12-31T18:15:00.000Z'],
    ['UTC', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
  ])('in %s at %s is %s', (zone, time, at) => expect(instantOf(zone, time)).toBe(at))

  it('of a form’s field, or a day, is read by the clock of the user', async () => {
    const by = { token: owner }
    await ask('PATCH /api/v1/user/updateDetails', 200, { ...by, json: { timeZone: 'America/New_York' } })
    const email = address()
    const { data: mine } = await ask('POST /api/v1/user/register', 201, { json: { ...account(), email } })
    await ask('PATCH /api/v1/user/updateDetails', 200, {
      token: mine.accessToken,
      json: { timeZone: 'America/New_York' },
    })
    const { data } = await ask('POST /api/v1/user/login', 200, { json: { email, password: PASSWORD } })
    const token = data.accessToken
    const { data: contact } = await ask('POST /api/v1/contacts/add-contact', 201, { token, json: { name: 'Bo' } })
    const json = {
      contactId: contact.id,
      type: 'Follow-up',
      content: 'c',
      date: '2026-11-21T15:00',
      followUpDate: '2026-12-01',
    }
    const logged = await ask('POST /api/v1/interactions/log-interaction', 201, { token, json })
    expect(logged.data.type).toBe('FOLLOW_UP')
    const right = await ask('POST /api/v1/interactions/log-interaction', 201, {
      token,
      json: { ...json, type: 'follow up' },
    })
    expect(right.data).toMatchObject({ date: '2026-11-21T20:00:00.000Z', followUpDate: '2026-12-01T05:00:00.000Z' })
    const none = { ...json, type: 'CALL', date: '2026-02-30' }
    await ask('POST /api/v1/interactions/log-interaction', 400, { token, json: none })
  })
})

describe('a contact of `personal`', () => {
  it('keeps the tags that it is made and changed with', async () => {
    const by = { token: owner }
    const { data } = await ask('POST /api/v1/contacts/add-contact', 201, {
      ...by,
      json: { name: 'Tim', tags: ['VIP', 'New'] },
    })
    expect(data.tags.sort()).toEqual(['New', 'VIP'].map((tag) => expect.stringMatching(new RegExp(`^${tag}$`, 'i'))))
    const path = `PATCH /api/v1/contacts/update-contact?contactId=${data.id}`
    expect((await ask(path, 200, { ...by, json: { tags: ['vip', 'Old'] } })).data.tags).toHaveLength(2)
    const { data: read } = await ask(`GET /api/v1/contacts/get-contact-by-id?contactId=${data.id}`, 200, by)
    expect(read.tags.map((tag: string) => tag.toLowerCase()).sort()).toEqual(['old', 'vip'])
  })

  it('has notes with a title, and note and interaction are not one another', async () => {
    const by = { token: owner }
    const { data } = await ask('POST /api/v1/contacts/add-contact', 201, { ...by, json: { name: 'Tim' } })
    const note = { contactId: data.id, title: 'Tea', content: 'Likes\n\ntea' }
    const { data: made } = await ask('POST /api/v1/notes/create-note', 201, { ...by, json: note })
    expect(made).toMatchObject({ title: 'Tea', content: 'Likes\n\ntea' })
    const patch = async (json: object) =>
      (await ask('PATCH /api/v1/notes/update-note', 200, { ...by, json: { noteId: made.id, ...json } })).data
    expect(await patch({ content: 'Likes coffee' })).toMatchObject({ title: 'Tea', content: 'Likes coffee' })
    expect(await patch({ title: 'Coffee' })).toMatchObject({ title: 'Coffee', content: 'Likes coffee' })
    expect(await patch({ title: null })).toMatchObject({ title: null, content: 'Likes coffee' })
    expect(await patch({ title: 'Again', content: 'x' })).toMatchObject({ title: 'Again', content: 'x' })
    const call = { contactId: data.id, type: 'CALL', content: 'Rang' }
    const { data: logged } = await ask('POST /api/v1/interactions/log-interaction', 201, { ...by, json: call })
    await ask(`DELETE /api/v1/notes/delete-note?noteId=${logged.id}`, 404, by)
    await ask(`GET /api/v1/notes/get-note?noteId=${logged.id}`, 404, by)
    await ask('PATCH /api/v1/notes/update-note', 404, { ...by, json: { noteId: logged.id, content: 'x' } })
    await ask(`DELETE /api/v1/interactions/delete-interaction?interactionId=${made.id}`, 404, by)
    await ask(`GET /api/v1/interactions/get-interaction?interactionId=${made.id}`, 404, by)
    await ask('DELETE /api/v1/notes/delete-note', 200, { ...by, json: { noteId: made.id.toUpperCase() } })
    await ask('DELETE /api/v1/interactions/delete-interaction', 200, {
      ...by,
      ...urlencoded({ interactionId: logged.id }),
    })
  })

  it('is named, with its tags, in the query or in the body', async () => {
    const by = { token: owner }
    const { data } = await ask('POST /api/v1/contacts/add-contact', 201, { ...by, json: { name: 'Tim' } })
    await ask(`POST /api/v1/contacts/add-tag?contactId=${data.id}&tag=vip`, 200, by)
    await ask(`DELETE /api/v1/contacts/delete-tag-from-contact?contactId=${data.id}&tag=vip`, 200, by)
    await ask('PATCH /api/v1/contacts/update-contact', 200, { ...by, json: { contactId: data.id, name: 'Tom' } })
    await ask(`DELETE /api/v1/contacts/delete-multiple-contacts?contactIds=${data.id},${crypto.randomUUID()}`, 200, by)
  })
})

describe('a lead of `leads`', () => {
  it('takes what String(255), JSONB and Text take, and /v1 reads it', async () => {
    const by = { token: admin.token }
    const json = { title: 'x'.repeat(255), description: 'd'.repeat(300_000), metadata: [{ a: 'm'.repeat(65_000) }] }
    const lead = await ask('POST /api/leads', 201, { ...by, json })
    expect(lead).toMatchObject(json)
    expect(
      await bodyOf(api(admin.token).v1.leads[':id'].$get({ param: { id: lead.id }, query: {} }), 200),
    ).toMatchObject(json)
    for (const metadata of ['text', 5, false, [1]]) {
      expect(await ask(`PUT /api/leads/${lead.id}`, 200, { ...by, json: { metadata } })).toMatchObject({ metadata })
    }
    await ask('POST /api/leads', 400, { ...by, json: { title: 'x'.repeat(256) } })
  })

  it('in the pool is there for SALES by no method, nor its activities', async () => {
    const pool = await ask('POST /api/leads', 201, { token: admin.token, json: { title: 'Pool', ownerId: null } })
    const activity = { leadId: pool.id, type: 'NOTE', body: 'n' }
    const { id } = await ask('POST /api/activities', 201, { token: admin.token, json: activity })
    const by = { token: seller.token }
    const answers = [
      await ask(`GET /api/leads/${pool.id}`, 404, by),
      await ask(`PUT /api/leads/${pool.id}`, 404, { ...by, json: { title: 'x' } }),
      await ask(`DELETE /api/leads/${pool.id}`, 404, by),
      await ask('POST /api/activities', 404, { ...by, json: activity }),
      await ask(`GET /api/activities/lead/${pool.id}`, 404, by),
      await ask(`GET /api/activities/${id}`, 404, by),
      await ask(`PUT /api/activities/${id}`, 404, { ...by, json: { body: 'x' } }),
      await ask(`DELETE /api/activities/${id}`, 404, by),
      await ask(`GET /api/leads/${crypto.randomUUID()}`, 404, by),
    ]
    expect(new Set(answers.map(({ message }) => message)).size).toBe(1)
  })

  it('has activities whose author has a name', async () => {
    const lead = await ask('POST /api/leads', 201, { token: seller.token, json: { title: 'Own' } })
    const json = { leadId: lead.id, type: 'NOTE', body: 'n' }
    const { createdBy } = await ask('POST /api/activities', 201, { token: admin.token, json })
    expect(await ask(`GET /api/users/${createdBy}`, 200, { token: seller.token })).toMatchObject({
      id: createdBy,
      name: 'Sita',
    })
  })
})

describe('a customer', () => {
  it('reads in `manager` what an admin has said with them', async () => {
    const username = unique('john')
    const json = { username, email: address(), password: PASSWORD, role: 'user', name: 'J', phone: '1', company: 'A' }
    await ask('POST /auth/register', 201, { json })
    const { jwtToken: token } = await ask('POST /auth/login', 200, { json: { username, password: PASSWORD } })
    const { customers } = await ask('GET /customers', 200, { token })
    const path = `/customers/${customers[0].id}/interactions`
    await ask(`POST ${path}`, 201, { token: admin.token, json: { note: 'Called customer for follow up.' } })
    const { interactions } = await ask(`GET ${path}`, 200, { token })
    expect(interactions).toMatchObject([{ note: 'Called customer for follow up.' }])
  })

  it('who was invited signs in there by the e-mail address', async () => {
    const { email } = (await ask('POST /customer/signup', 201, {
      json: { ...account(), email: 'In.Vited@example.com' },
    })) && { email: 'in.vited@example.com' }
    await ask('POST /auth/login', 200, { json: { username: email, password: PASSWORD } })
    await ask('POST /auth/login', 404, { json: { username: address(), password: PASSWORD } })
  })

  it('whom a USER signs up is theirs, and one who signs up alone is nobody’s', async () => {
    const headers = { token: seller.token }
    const { insertId } = await ask('POST /customer/signup', 201, { headers, json: account() })
    const path = `/customers/${insertId.InsertedID}`
    expect(await ask(`GET ${path}`, 200, { headers })).toMatchObject({ id: insertId.InsertedID })
    await ask(`POST /users/meetings/${insertId.InsertedID}`, 201, { headers, json: {} })
    const alone = await ask('POST /customer/signup', 201, { json: account() })
    await ask(`GET /customers/${alone.insertId.InsertedID}`, 404, { headers })
  })

  it('is told of a meeting that is moved or deleted, and not of one that stays', async () => {
    const mailer = worker(mailing({ DIALECTS: 'tickets' }))
    const headers = { token: admin.token }
    const json = account()
    const { insertId } = await ask('POST /customer/signup', 201, { headers, json }, mailer)
    const meeting = { description: 'Plan', date: '2027-01-01T10:00:00Z' }
    const { InsertedID } = await ask(
      `POST /users/meetings/${insertId.InsertedID}`,
      201,
      { headers, json: meeting },
      mailer,
    )
    await ask(`PATCH /interactions/${InsertedID}`, 200, { headers, json: { description: 'Plan B' } }, mailer)
    await ask(`PATCH /interactions/${InsertedID}`, 200, { headers, json: { date: '2027-01-02T10:00:00Z' } }, mailer)
    await ask(`DELETE /interactions/${InsertedID}`, 200, { headers }, mailer)
    const subjects = (await mailsTo(json.email))
      .map(({ subject }) => subject)
      .filter((subject) => /meeting/.test(subject))
    expect(subjects).toEqual([
      'Our meeting of 1 Jan 2027, 10:00 UTC',
      'Our meeting is on 2 Jan 2027, 10:00 UTC',
      'Our meeting of 2 Jan 2027, 10:00 UTC is cancelled',
    ])
  })
})
