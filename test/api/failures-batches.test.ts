// When a batch breaks in its middle: what it was to do is not done at all.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { refusalOf } from '../support/answers'
import { send, worker } from '../support/api'
import { databaseWith } from '../support/bindings'
import { made } from '../support/customers'
import { everythingStored } from '../support/database'
import { freshAddress, PASSWORD, type Person, team, unique } from '../support/factories'
import { lead, ownLead } from '../support/leads'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('when the database fails in the middle of a batch', () => {
  type Scene = Awaited<ReturnType<typeof scene>>
  async function scene() {
    const people = await team()
    const [pooled, mine] = [await lead(people.admin), await ownLead(people.sales, { email: 'alice@example.com' })]
    const trashed = await ownLead(people.sales)
    await send(`/v1/leads/${trashed.id}`, { method: 'DELETE', token: people.sales.token })
    const alice = await made(people.admin, { name: 'Alice', email: `${unique('alice')}@example.com` })
    return { ...people, pooled, mine, trashed, alice }
  }
  const changes: [string, (s: Scene) => [method: string, path: string, by?: Person, json?: unknown]][] = [
    [
      'registering',
      () => ['POST', '/v1/auth/register', undefined, { email: `${unique('a')}@x.de`, password: PASSWORD, name: 'A' }],
    ],
    ['inviting', (s) => ['POST', '/v1/workspace/invitations', s.admin, { email: `${unique('a')}@x.de` }]],
    ['making an API key', (s) => ['POST', '/v1/api-keys', s.admin, { name: 'A', scopes: ['leads:read'] }]],
    ['renaming the workspace', (s) => ['PATCH', '/v1/workspace', s.admin, { name: 'New' }]],
    ['removing a member with leads', (s) => ['DELETE', `/v1/users/${s.sales.id}?reassignTo=${s.rival.id}`, s.admin]],
    ['enquiring', (s) => ['POST', '/v1/enquiries', undefined, { workspace: s.admin.slug, name: 'A', email: 'a@x.de' }]],
    ['making a lead', (s) => ['POST', '/v1/leads', s.sales, { title: 'New' }]],
    ['changing a lead', (s) => ['PATCH', `/v1/leads/${s.mine.id}`, s.sales, { title: 'New' }]],
    ['claiming', (s) => ['POST', `/v1/leads/${s.pooled.id}/claim`, s.sales]],
    ['claiming the next', (s) => ['POST', '/v1/leads/claim-next', s.sales]],
    ['releasing', (s) => ['POST', `/v1/leads/${s.mine.id}/release`, s.sales]],
    ['assigning', (s) => ['POST', `/v1/leads/${s.mine.id}/assign`, s.manager, { ownerId: s.rival.id }]],
    ['converting', (s) => ['POST', `/v1/leads/${s.mine.id}/convert`, s.sales, {}]],
    ['trashing', (s) => ['DELETE', `/v1/leads/${s.mine.id}`, s.sales]],
    ['erasing a person', (s) => ['POST', `/v1/customers/${s.alice.id}/erase`, s.admin]],
    ['restoring', (s) => ['POST', `/v1/leads/${s.trashed.id}/restore`, s.sales]],
  ]

  it.each(changes)('%s happens wholly or not at all, wherever it broke', async (_what, request) => {
    const [method, path, by, json] = request(await scene())
    const headers = { 'CF-Connecting-IP': freshAddress() }
    const attempt = (fetch?: typeof globalThis.fetch) => send(path, { method, token: by?.token, json, headers }, fetch)
    const before = await everythingStored()
    let length = Number.POSITIVE_INFINITY
    for (let at = 0; at <= length; at += 1) {
      const DB = databaseWith((send, statements) => {
        length = statements.length
        const broken = env.DB.prepare('SELECT abs(-9223372036854775808)')
        return send([...statements.slice(0, at), broken, ...statements.slice(at)])
      })
      await refusalOf(attempt(worker({ DB })), 500, 'internal')
      expect(await everythingStored()).toBe(before)
    }
    expect(length).toBeGreaterThanOrEqual(2)
    expect((await attempt()).status).toBeLessThan(300)
    expect(await everythingStored()).not.toBe(before)
  })
})
