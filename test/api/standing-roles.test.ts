import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { POLICY } from '../../src/access/policy'
import { bodyOf } from '../support/answers'
import { api, problemOf, worker } from '../support/api'
import { selling } from '../support/billing'
import { ownCustomer } from '../support/customers'
import { everythingStored, rows } from '../support/database'
import { founder, member, type Person } from '../support/factories'
import { imported } from '../support/imports'
import { logged } from '../support/interactions'
import { newKey } from '../support/keys'
import { ownLead } from '../support/leads'
import { mailing } from '../support/mailbox'
import { obtainCode, someone, withProviders } from '../support/oauth-browser'
import { call, exampleBody, type Operation, operations, permissionOf } from '../support/operations'
import { ticket } from '../support/tickets'

/** Everyday reading and writing, which a token may do for its 15 minutes. Whoever adds such an operation adds it here. */
const EVERYDAY = [
  ...['GET /v1/analytics/engagement', 'GET /v1/analytics/funnel', 'GET /v1/analytics/summary'],
  ...['GET /v1/analytics/team', 'GET /v1/analytics/trends'],
  ...['GET /v1/auth/me', 'GET /v1/auth/oauth', 'GET /v1/auth/sessions', 'GET /v1/calendar'],
  ...['GET /v1/customers', 'GET /v1/customers/duplicates', 'GET /v1/customers/me', 'GET /v1/customers/{id}'],
  ...['GET /v1/customers/{id}/relationships', 'GET /v1/customers/{id}/tags', 'GET /v1/customers/{id}/timeline'],
  ...['GET /v1/interactions', 'GET /v1/interactions/{id}', 'GET /v1/leads', 'GET /v1/leads/{id}'],
  ...['GET /v1/leads/{id}/timeline', 'GET /v1/tags', 'GET /v1/tags/{id}', 'GET /v1/tickets', 'GET /v1/tickets/{id}'],
  ...['GET /v1/tickets/{id}/comments', 'GET /v1/users', 'GET /v1/users/me/notifications', 'GET /v1/users/{id}'],
  'GET /v1/workspace',
  ...['PATCH /v1/customers/me', 'PATCH /v1/customers/{id}', 'PATCH /v1/interactions/{id}', 'PATCH /v1/leads/{id}'],
  ...['PATCH /v1/tickets/{id}', 'POST /v1/customers', 'POST /v1/interactions', 'POST /v1/interactions/{id}/done'],
  ...['POST /v1/leads', 'POST /v1/leads/claim-next', 'POST /v1/leads/{id}/claim', 'POST /v1/leads/{id}/convert'],
  ...['POST /v1/leads/{id}/release', 'POST /v1/tickets', 'POST /v1/tickets/{id}/comments', 'PUT /v1/customers'],
  ...['PUT /v1/customers/{id}/relationships/{otherId}', 'PUT /v1/customers/{id}/tags/{name}'],
]

const fetch = worker({ ...withProviders(), ...mailing(), ...selling() })
const guarded = operations.filter(({ security }) => security?.length !== 0)
const asking = guarded.filter(({ name }) => !EVERYDAY.includes(name))
const each = (list: Operation[]) => list.map((operation) => [operation.name, operation] as const)

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const signOut = async ({ token }: Person) => expect((await api(token).v1.auth.logout.$post({})).status).toBe(204)

/** What `{id}` may stand for, by the first word of the path: a record of each kind, of somebody's workspace. */
async function recordsFor(admin: Person): Promise<Record<string, string>> {
  const customerId = (await ownCustomer(admin)).id
  const tagging = { param: { id: customerId, name: 'vip' } }
  await api(admin.token).v1.customers[':id'].tags[':name'].$put(tagging)
  const [tagged] = await rows<{ id: string }>('SELECT id FROM tags WHERE workspace_id = ?', admin.workspaceId)
  const note = { customerId, type: 'NOTE' as const, body: 'said' }
  const invitation = { email: `${crypto.randomUUID()}@example.com`, role: 'SALES' as const }
  return {
    customers: customerId,
    tags: tagged?.id ?? expect.fail('no tag'),
    interactions: (await logged(admin, note)).id,
    leads: (await ownLead(admin)).id,
    tickets: (await ticket(admin, { customerId })).id,
    imports: (await imported(admin, 'name\nAnn\n')).id,
    users: (await member(admin, 'SALES')).id,
    'api-keys': (await newKey(admin)).id,
    workspace: (await bodyOf(api(admin.token).v1.workspace.invitations.$post({ json: invitation }), 201)).id,
  }
}

async function tried(operation: Operation, by: Person, records: Record<string, string>) {
  const [, , kind = ''] = operation.path.split('/')
  const isLinking = operation.operationId === 'linkAccount'
  const { code, codeVerifier } = isLinking ? await obtainCode(someone()) : {}
  const json = isLinking ? { code, codeVerifier } : exampleBody(operation)
  const id = records[kind]
  return call(operation, { token: by.token, json, fetch, ids: id === undefined ? {} : { id } })
}

describe('with the token of a MANAGER who is one no more', () => {
  const theirs = asking.filter((operation) => {
    const permission = permissionOf(operation)
    return permission && !permission.startsWith('account:') && POLICY.MANAGER[permission]
  })

  it.each(each(theirs))('%s is a 403, and nothing is changed or shown', async (_, operation) => {
    const admin = await founder()
    const manager = await member(admin, 'MANAGER')
    const records = await recordsFor(admin)
    const demotion = { param: { id: manager.id }, query: {}, header: {}, json: { role: 'SALES' as const } }
    await bodyOf(api(admin.token).v1.users[':id'].$patch(demotion), 200)
    const before = await everythingStored()
    expect(await problemOf(await tried(operation, manager, records))).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await everythingStored()).toBe(before)
  })

  it('the own account is theirs as before', async () => {
    const admin = await founder()
    const manager = await member(admin, 'MANAGER')
    await rows(`UPDATE users SET role = 'SALES' WHERE id = ? RETURNING id`, manager.id)
    expect((await api(manager.token).v1.calendar.$post({})).status).toBe(201)
    await signOut(manager)
  })
})
