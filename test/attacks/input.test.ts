// Attacks by the shape of a body, tried on every operation that takes one: fields it must not set, and bodies that are
// too large, too deep, too long, of another type, or poisoned.
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, problemOf, send } from '../support/api'
import { rows } from '../support/database'
import { founder, member, type Person } from '../support/factories'
import { lead } from '../support/leads'
import { exampleBody, fieldsOf, neededQuery, type Operation, operations, whoMay } from '../support/operations'
import { isFailure } from '../support/targets'

/** What the Worker alone sets, and what a role above sets. */
const FORBIDDEN = {
  ...{
    id: crypto.randomUUID(),
    workspaceId: crypto.randomUUID(),
    workspace_id: crypto.randomUUID(),
    seq: 1,
    version: 99,
  },
  ...{ createdAt: '2020-01-01T00:00:00Z', updatedAt: '2020-01-01T00:00:00Z', deletedAt: null, claimedAt: null },
  ...{ createdBy: crypto.randomUUID(), ownerId: crypto.randomUUID(), owner_id: crypto.randomUUID(), openedBy: null },
  ...{ role: 'ADMIN', isAdmin: true, status: 'ACTIVE', permissions: ['users:admin'], plan: 'PRO', emailVerified: true },
  ...{
    emailVerifiedAt: '2020-01-01T00:00:00Z',
    passwordHash: '$2b$10$x',
    keyHash: 'x',
    prefix: 'x',
    actorType: 'user',
  },
}

let admin: Person
let customer: Person
beforeAll(async () => {
  admin = await founder()
  customer = await member(admin, 'CUSTOMER')
})

/** What takes a file of records, which has columns of its own and is attacked below. */
const FILES = ['POST /v1/imports', 'POST /v1/imports/preview']

const writing = operations
  .filter(({ requestBody, name }) => requestBody?.content['application/json'] && !FILES.includes(name))
  .map((operation) => ({ operation, name: operation.name }))

const pathOf = ({ path }: Operation) => path.replace(/\{\w+\}/g, () => crypto.randomUUID())
const exampleOf = (operation: Operation) => Object.entries(exampleBody(operation) ?? {})

/** Sends an operation a body as it is, as somebody who may call it. */
function raw(operation: Operation, body: string | Uint8Array, type = 'application/json') {
  const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type }
  const path = `${pathOf(operation)}${neededQuery(operation)}`
  return send(path, { method: operation.method, token: whoMay(operation, admin, customer).token, headers, body })
}

it('the body of every operation has fields that are looked at', () => {
  expect(writing.length).toBeGreaterThan(25)
  for (const { operation, name } of writing) expect(Object.keys(fieldsOf(operation)), name).not.toEqual([])
})

describe('mass assignment', () => {
  it.each(writing)('$name refuses each field that it does not document, by name', async ({ operation }) => {
    const extra = Object.entries(FORBIDDEN).filter(([name]) => !Object.hasOwn(fieldsOf(operation), name))
    const json = JSON.stringify(Object.fromEntries([...exampleOf(operation), ...extra]))
    const { errors } = await refusalOf(raw(operation, json), 400, 'invalid')
    const unknown = errors?.filter(({ code }) => code === 'unknown').map(({ path }) => path)
    expect(unknown?.sort()).toEqual(extra.map(([name]) => `body.${name}`).sort())
  })

  it('role, workspaceId, id, version and instants are documented nowhere but where a role is given', () => {
    const given = writing.flatMap(({ operation, name }) =>
      Object.keys(fieldsOf(operation))
        .filter((field) => Object.hasOwn(FORBIDDEN, field) && !['ownerId', 'status'].includes(field))
        .map((field) => `${name} ${field}`),
    )
    expect(given.sort()).toEqual(['PATCH /v1/users/{id} role', 'POST /v1/workspace/invitations role'])
  })
})

describe('a query parameter that is not documented', () => {
  // A provider adds to its callback what it likes, and a monitor to what it asks.
  const reading = operations.filter(({ path }) => path.startsWith('/v1/') && !path.endsWith('/callback'))
  const query = '?dryRun2=true'

  it.each(reading)('is refused by $name, by its name, before anything is done', async (operation) => {
    const { token } = whoMay(operation, admin, customer)
    const needed = neededQuery(operation).replace('?', '&')
    const body = operation.requestBody ? { json: exampleBody(operation) ?? {} } : {}
    const answer = send(`${pathOf(operation)}${query}${needed}`, { method: operation.method, token, ...body })
    const { errors } = await refusalOf(answer, 400, 'invalid')
    expect(errors).toEqual([{ path: 'query.dryRun2', message: 'Unknown query parameter', code: 'unknown' }])
  })

  it('is not looked at for who may not come in', async () => {
    await refusalOf(send(`/v1/workspace${query}`), 401, 'unauthenticated')
    const { token } = customer
    await refusalOf(send(`/v1/leads/${customer.id}/claim${query}`, { method: 'POST', token }), 403, 'forbidden')
  })
})

describe('prototype pollution', () => {
  const POISON = '"__proto__":{"role":"ADMIN","polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1'

  it.each(writing)('$name refuses __proto__, constructor and toString as fields', async ({ operation }) => {
    const example = JSON.stringify(exampleBody(operation) ?? {}).slice(1, -1)
    await refusalOf(raw(operation, `{${example}${example ? ',' : ''}${POISON}}`), 400, 'invalid')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('in free JSON, and as a custom field, pollutes nothing and is given back as data or not at all', async () => {
    const made = { token: admin.token, method: 'POST', headers: { 'Content-Type': 'application/json' } }
    for (const [path, field] of [
      ['/v1/leads', '"title":"x","metadata"'],
      ['/v1/customers', '"name":"x","customFields"'],
    ]) {
      const response = await send(path ?? '', { ...made, body: `{${field}:{"a":1,${POISON}}}` })
      expect([201, 400]).toContain(response.status)
      expect(await response.json()).not.toHaveProperty('polluted')
    }
    const plain: Record<string, unknown> = {}
    expect([plain.polluted, plain.role]).toEqual([undefined, undefined])
    await bodyOf(api(admin.token).v1.leads.$get({ query: {} }), 200)
  })
})

describe('duplicate keys', () => {
  it('are read once: what is checked is what is stored', async () => {
    const body = '{"title":"first","title":"last","ownerId":null,"status":"CLOSED","status":"NEW"}'
    const headers = { 'Content-Type': 'application/json' }
    const made = send('/v1/leads', { method: 'POST', token: admin.token, headers, body })
    expect(await bodyOf(made, 201)).toMatchObject({ title: 'last', status: 'NEW' })
    const role = `{"email":"eve@example.com","role":"SALES","role":"OWNER"}`
    const invited = send('/v1/workspace/invitations', { method: 'POST', token: admin.token, headers, body: role })
    await refusalOf(invited, 400, 'invalid')
  })
})

describe('an oversized body', () => {
  const TEN_MB = new TextEncoder().encode(`{"title":"${'x'.repeat(10_485_760)}"}`)

  it.each(writing)('of 10 MB is a 413 to $name', async ({ operation }) => {
    await refusalOf(raw(operation, TEN_MB), 413, 'body_too_large')
  })

  it.each(writing)('of 10,000 levels is a 400 to $name, as the body and as each field', async ({ operation }) => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
    const list = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
    const fields = Object.keys(fieldsOf(operation)).map((name) => `{${JSON.stringify(name)}:${deep}}`)
    for (const body of [deep, list, ...fields]) await refusalOf(raw(operation, body), 400, 'invalid')
  })

  it.each(writing)(
    'with a list of 100,000 or a text of 200,000 in a field is refused by $name',
    async ({ operation }) => {
      for (const [name, { type }] of Object.entries(fieldsOf(operation))) {
        const values = [Array(100_000).fill('x'), 'x'.repeat(200_000), Number.MAX_SAFE_INTEGER, true]
        for (const value of [type].flat().includes('boolean') ? values.slice(0, 3) : values) {
          const json = JSON.stringify({ ...Object.fromEntries(exampleOf(operation)), [name]: value })
          const response = await raw(operation, json)
          expect(isFailure(response), `${operation.name} ${name}`).toBe(false)
          if (response.status >= 400) await problemOf(response)
        }
      }
    },
  )
})

describe('content-type confusion', () => {
  const TYPES = [
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/html',
    'application/xml',
  ]

  it.each(writing)('$name reads JSON that says it is JSON, and nothing else', async ({ operation }) => {
    const body = new TextEncoder().encode(JSON.stringify(exampleBody(operation)))
    for (const type of TYPES) await refusalOf(raw(operation, body, type), 415, 'wrong_content_type')
  })

  it('another method or path in a header is not taken for the request’s own', async () => {
    const { id } = await lead(admin)
    const headers = { 'X-HTTP-Method-Override': 'DELETE', 'X-Method-Override': 'DELETE', 'X-Original-URL': '/v1/users' }
    expect(await bodyOf(send(`/v1/leads/${id}`, { token: admin.token, headers }), 200)).toMatchObject({ id })
    await refusalOf(send(`/v1/leads/${id}?_method=DELETE`, { token: admin.token, headers }), 400, 'invalid')
    await bodyOf(api(admin.token).v1.leads[':id'].$get({ param: { id }, query: {} }), 200)
  })
})

describe('a file of records', () => {
  const file = (body: string | Uint8Array, type = 'application/json', query = '') =>
    send(`/v1/imports?entity=customers${query}`, {
      method: 'POST',
      token: admin.token,
      headers: { 'Content-Type': type },
      body,
    })
  const found = (name: string) =>
    rows('SELECT * FROM customers WHERE workspace_id = ? AND name = ?', admin.workspaceId, name)

  it('sets nothing that the Worker alone sets, and nothing above the sender', async () => {
    const { ownerId, owner_id, ...others } = FORBIDDEN
    await bodyOf(file(JSON.stringify([{ name: 'Mass', ...others }]), 'application/json', '&unknown=ignore'), 201)
    const [made, ...more] = await found('Mass')
    expect(more).toEqual([])
    expect(made).toMatchObject({ version: 1, deleted_at: null, owner_id: null, custom_fields: null, user_id: null })
    expect(made?.id).not.toBe(FORBIDDEN.id)
    expect(String(made?.created_at) > '2026').toBe(true)
    for (const owned of [
      { name: 'Owned', ownerId },
      { name: 'Owned as well', owner_id },
    ]) {
      const report = await bodyOf(file(JSON.stringify([owned])), 201)
      expect(report.warnings).toMatchObject([{ code: 'owner_unknown' }])
      expect((await found(owned.name)).map((row) => row.owner_id)).toEqual([null])
    }
  })

  it('with poisoned keys pollutes nothing', async () => {
    const poison = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1'
    await bodyOf(file(`[{"name":"Poison",${poison},"customFields":{"a":1,${poison}}}]`), 201)
    const plain: Record<string, unknown> = {}
    expect([plain.polluted, Object.hasOwn(Object.prototype, 'polluted')]).toEqual([undefined, false])
    expect(await found('Poison')).toHaveLength(1)
  })

  it('too large or too deep in a row costs that row', async () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
    const long = JSON.stringify({ name: 'x'.repeat(200_000) })
    const list = `[{"name":"Beside"},{"name":"Deep","customFields":{"x":${deep}}},${long},${'['.repeat(9_000)}${']'.repeat(9_000)}]`
    const report = await bodyOf(file(list), 201)
    expect(report).toMatchObject({ received: 4, created: 1, failed: 3 })
    await refusalOf(file(`{"name":"${'x'.repeat(10_485_760)}"}`), 400, 'unreadable_import')
    await refusalOf(file(`[{"name":"${'x'.repeat(10_485_760)}`), 400, 'unreadable_import')
  })

  it('of a type that is none of a file is a 415', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/html', 'application/xml', 'image/png']) {
      await refusalOf(file('name\nTyped\n', type), 415, 'wrong_content_type')
    }
    expect(await found('Typed')).toEqual([])
  })
})
