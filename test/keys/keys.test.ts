// API keys: shown once and stored as a hash, limited to their scopes, dead once revoked or over, cheap to check.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SCOPES } from '../../src/access/policy'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api, send, worker } from '../support/api'
import { databaseWith, failingDatabase, failingKv, LOST } from '../support/bindings'
import { count, everythingStored, rows } from '../support/database'
import { customer, founder, freshAddress, member, team } from '../support/factories'
import { newKey } from '../support/keys'
import { lead } from '../support/leads'
import { mailing, mailTo } from '../support/mailbox'

const HOME = '0192f0c47a10'
const NOBODYS = `ecrm_${HOME}_${'a'.repeat(12)}_${'x'.repeat(43)}`
const keys = (token: string, fetch?: typeof globalThis.fetch) => api(token, fetch).v1['api-keys']
const revoke = (token: string, id: string, fetch?: typeof globalThis.fetch) =>
  keys(token, fetch)[':id'].$delete({ param: { id } })
const costOf = ({ headers }: Response) => /round trips (\d+)/.exec(headers.get('Server-Timing') ?? '')?.[1]

/** The Worker with a database that counts how often it is asked at all. */
function counting(overrides: Record<string, unknown> = {}) {
  const asked = { times: 0 }
  const DB = databaseWith((send, statements) => {
    asked.times += 1
    return send(statements)
  })
  return { asked, fetch: worker({ DB, ...overrides }) }
}

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('making a key', () => {
  it('shows it once, in an answer that nobody may keep, and stores its hash alone', async () => {
    const admin = await founder()
    const response = await keys(admin.token).$post({ json: { name: 'Website', scopes: ['leads:write', 'leads:read'] } })
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    const made = await bodyOf(response, 201)
    expect(made.key).toMatch(new RegExp(`^ecrm_${admin.workspaceId}_${made.prefix}_[\\w-]{43}$`))
    expect(made).toMatchObject({ name: 'Website', scopes: ['leads:read', 'leads:write'], expiresAt: null })
    expect(made).toMatchObject({ createdBy: admin.id, lastUsedAt: null })
    const secret = made.key.split('_').slice(3).join('_')
    expect(await everythingStored()).not.toContain(secret)
    const { data } = await bodyOf(keys(admin.token).$get({ query: {} }), 200)
    const { key, ...shown } = made
    expect(data).toEqual([shown])
    const events = await rows('SELECT verb, subject_type, actor_id FROM events WHERE subject_id = ?', made.id)
    expect(events).toEqual([{ verb: 'api_key.created', subject_type: 'api_key', actor_id: admin.id }])
  })

  it.each([
    ['no scope', { scopes: [] }, 'body.scopes'],
    ['a scope that there is not', { scopes: ['leads:read', 'leads:steal'] }, 'body.scopes.1'],
    ['one’s own account', { scopes: ['account:read'] }, 'body.scopes.0'],
    ['claiming, which needs a person', { scopes: ['leads:claim'] }, 'body.scopes.0'],
    ['further keys', { scopes: ['api-keys:write'] }, 'body.scopes.0'],
    ['a scope that every object has', { scopes: ['constructor'] }, 'body.scopes.0'],
    ['an end in the past', { scopes: ['leads:read'], expiresAt: '2026-01-01T00:00:00Z' }, 'body.expiresAt'],
    ['a workspace of its own choice', { scopes: ['leads:read'], workspaceId: 'x' }, 'body.workspaceId'],
    ['a key of its own choice', { scopes: ['leads:read'], key: NOBODYS }, 'body.key'],
  ])('is refused for %s, by the name of the field', async (_what, fields, path) => {
    const admin = await founder()
    const answer = send('/v1/api-keys', { method: 'POST', token: admin.token, json: { name: 'x', ...fields } })
    expect((await refusalOf(answer, 400, 'invalid')).errors?.map((issue) => issue.path)).toEqual([path])
    expect(await count('api_keys', 'workspace_id = ?', admin.workspaceId)).toBe(0)
  })

  it('is refused to a former ADMIN, in whose token the role lingers; so is revoking', async () => {
    const admin = await founder()
    const second = await member(admin, 'ADMIN')
    const made = await newKey(admin)
    const patch = { param: { id: second.id }, query: {}, header: {}, json: { role: 'SALES' as const } }
    await bodyOf(api(admin.token).v1.users[':id'].$patch(patch), 200)
    await refusalOf(keys(second.token).$post({ json: { name: 'x', scopes: ['leads:read'] } }), 403, 'forbidden')
    await refusalOf(revoke(second.token, made.id), 403, 'forbidden')
    expect(await count('api_keys', 'workspace_id = ? AND revoked_at IS NULL', admin.workspaceId)).toBe(1)
  })

  it('is listed page by page, newest first', async () => {
    const admin = await founder()
    const made = [await newKey(admin), await newKey(admin), await newKey(admin)].map(({ id }) => id)
    const first = await bodyOf(keys(admin.token).$get({ query: { limit: '2' } }), 200)
    const cursor = first.nextCursor ?? expect.fail('no further page')
    const second = await bodyOf(keys(admin.token).$get({ query: { limit: '2', cursor } }), 200)
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(made.reverse())
    expect(second.nextCursor).toBeNull()
  })

  it.each([
    ['removed', 'DELETE', undefined],
    ['made inactive', 'PATCH', { status: 'INACTIVE' }],
    ['demoted', 'PATCH', { role: 'MANAGER' }],
  ])('goes on when its maker is %s, and the list of keys tells so', async (_what, method, json) => {
    const admin = await founder()
    const leaver = await member(admin, 'ADMIN')
    const [own, theirs] = [await newKey(admin), await newKey(leaver)]
    const listed = async () => {
      const { data } = await bodyOf(keys(admin.token).$get({ query: {} }), 200)
      return Object.fromEntries(data.map(({ id, makerLeft }) => [id, makerLeft]))
    }
    expect([theirs.makerLeft, await listed()]).toEqual([false, { [own.id]: false, [theirs.id]: false }])
    expect((await send(`/v1/users/${leaver.id}`, { method, token: admin.token, json })).ok).toBe(true)
    expect(await listed()).toEqual({ [own.id]: false, [theirs.id]: true })
    await bodyOf(api(theirs.key).v1.leads.$get({ query: {} }), 200)
  })
})

describe('a key', () => {
  it('works as a token does: lists, ETags, If-Match, Idempotency-Key', async () => {
    const admin = await founder()
    const { key } = await newKey(admin)
    const once = { method: 'POST', token: key, json: { title: 'By machine' }, headers: { 'Idempotency-Key': 'a1' } }
    const [made, again] = [await send('/v1/leads', once), await send('/v1/leads', once)]
    expect([made.status, again.headers.get('Idempotency-Replayed')]).toEqual([201, 'true'])
    const { id, ownerId } = await made.json<{ id: string; ownerId: string | null }>()
    expect(ownerId).toBeNull()
    const patch = { method: 'PATCH', token: key, json: { status: 'CONTACTED' }, headers: { 'If-Match': '"1"' } }
    expect((await send(`/v1/leads/${id}`, patch)).headers.get('ETag')).toBe('"2"')
    await refusalOf(send(`/v1/leads/${id}`, patch), 412, 'stale')
    // Another caller's Idempotency-Key of the same name is another key.
    expect((await send('/v1/leads', { ...once, token: admin.token })).headers.get('Idempotency-Replayed')).toBeNull()
  })

  it('is named by the events, and is nobody where a record names its author', async () => {
    const admin = await founder()
    const { id: keyId, key } = await newKey(admin)
    const client = api(key).v1
    const customerId = await customer(admin)
    const note = await bodyOf(client.interactions.$post({ json: { customerId, type: 'NOTE', body: 'Hm' } }), 201)
    const ticket = await bodyOf(client.tickets.$post({ json: { customerId, title: 'Broken' } }), 201)
    expect([note.createdBy, ticket.openedBy]).toEqual([null, null])
    const { data } = await bodyOf(client.events.$get({ query: { subject: ticket.id } }), 200)
    expect(data).toMatchObject([{ type: 'ticket.created', actor: { type: 'key', id: keyId } }])
  })

  it('makes leads and customers that nobody owns, unless it says who', async () => {
    const { admin, sales } = await team()
    const { key } = await newKey(admin)
    const client = api(key).v1
    expect((await bodyOf(client.customers.$post({ json: { name: 'A' } }), 201)).ownerId).toBeNull()
    const given = await bodyOf(client.customers.$post({ json: { name: 'B', ownerId: sales.id } }), 201)
    expect(given.ownerId).toBe(sales.id)
    expect((await bodyOf(client.leads.$post({ json: { title: 'C', ownerId: sales.id } }), 201)).ownerId).toBe(sales.id)
    const { key: narrow } = await newKey(admin, { scopes: ['leads:write'] })
    const refused = api(narrow).v1.leads.$post({ json: { title: 'D', ownerId: sales.id } })
    expect((await refusalOf(refused, 403, 'forbidden')).detail).toContain('The API key lacks the scope leads:assign.')
    expect((await bodyOf(api(narrow).v1.leads.$post({ json: { title: 'D' } }), 201)).ownerId).toBeNull()
  })

  it('is told why it cannot do what needs a person', async () => {
    const admin = await founder()
    const { key } = await newKey(admin)
    const { id } = await lead(admin)
    const why = async (path: string, method = 'GET') =>
      (await refusalOf(send(path, { method, token: key }), 403, 'forbidden')).detail
    expect(await why(`/v1/leads/${id}/claim`, 'POST')).toMatch(/leads:claim: it owns nothing, so assign the lead/)
    expect(await why('/v1/leads/claim-next', 'POST')).toMatch(/it owns nothing/)
    for (const path of ['/v1/auth/me', '/v1/auth/sessions', '/v1/users/me/notifications']) {
      expect(await why(path)).toMatch(/No API key has the permission account:read: it has no account/)
    }
    expect(await why('/v1/api-keys')).toMatch(/only people manage keys/)
    for (const path of ['/v1/leads?owner=me', '/v1/customers?owner=me', '/v1/tickets?assignee=me']) {
      expect(await why(path)).toMatch(/`me` needs a person/)
    }
    expect(await why('/v1/interactions?author=me')).toMatch(/`me` needs a person/)
  })

  it('does what its scope says, and nothing of it needs another scope', async () => {
    const { admin, sales } = await team()
    const about = await lead(admin)
    const { key: writes } = await newKey(admin, { scopes: ['leads:write'] })
    const one = api(writes).v1.leads[':id']
    const param = { id: about.id }
    await bodyOf(one.$patch({ param, header: {}, json: { title: 'New' } }), 200)
    await refusalOf(one.$patch({ param, header: { 'if-match': '"1"' }, json: { title: 'x' } }), 412, 'stale')
    await bodyOf(one.convert.$post({ param, json: {} }), 200)
    const { key: handles } = await newKey(admin, { scopes: ['tickets:write'] })
    const customerId = await customer(sales)
    const opened = await bodyOf(api(handles).v1.tickets.$post({ json: { customerId, title: 'x' } }), 201)
    const ticket = api(handles).v1.tickets[':id']
    const closing = { param: { id: opened.id }, header: {}, json: { status: 'CLOSED' as const } }
    expect((await bodyOf(ticket.$patch(closing), 200)).status).toBe('CLOSED')
    const titled = ticket.$patch({ ...closing, json: { title: 'y' } })
    expect((await refusalOf(titled, 403, 'forbidden')).detail).toContain('The API key lacks the scope tickets:handle.')
  })

  it('sees in no roundabout way what it has no scope for: the trash, the words in a lead’s timeline', async () => {
    const admin = await founder()
    const { id: leadId } = await lead(admin)
    await bodyOf(api(admin.token).v1.interactions.$post({ json: { leadId, type: 'NOTE', body: 'psst' } }), 201)
    const { key: reads } = await newKey(admin, { scopes: ['leads:read', 'customers:read'] })
    const timeline = async (token: string) => (await send(`/v1/leads/${leadId}/timeline`, { token })).text()
    expect(await timeline(reads)).toContain('lead.created')
    expect(await timeline(reads)).not.toContain('psst')
    const { key: listens } = await newKey(admin, { scopes: ['leads:read', 'interactions:read'] })
    expect(await timeline(listens)).toContain('psst')
    for (const path of ['/v1/leads?trashed=true', '/v1/customers?trashed=true']) {
      await refusalOf(send(path, { token: reads }), 403, 'forbidden')
      expect((await send(path, { token: (await newKey(admin)).key })).status).toBe(200)
    }
  })

  it('administers while it is alive: a key revoked a moment ago, still remembered, changes nothing', async () => {
    const admin = await founder()
    const { id, key } = await newKey(admin)
    const fetch = worker()
    expect((await send('/v1/workspace', { token: key }, fetch)).status).toBe(200)
    expect((await revoke(admin.token, id)).status).toBe(204)
    expect((await send('/v1/workspace', { token: key }, fetch)).status).toBe(200)
    const rename = { method: 'PATCH', token: key, json: { name: 'Mine' } }
    await refusalOf(send('/v1/workspace', rename, fetch), 401, 'unauthenticated')
    const invite = { method: 'POST', token: key, json: { email: 'eve@example.com', role: 'ADMIN' } }
    await refusalOf(send('/v1/workspace/invitations', invite, fetch), 401, 'unauthenticated')
    expect(await count('one_time_tokens', 'workspace_id = ?', admin.workspaceId)).toBe(0)
  })

  it('signs the mails that it causes with its name', async () => {
    const mailer = worker(mailing())
    const { admin, sales } = await team()
    const { key } = await newKey(admin, { name: 'Round robin' })
    await bodyOf(api(key, mailer).v1.leads.$post({ json: { title: 'Fresh', ownerId: sales.id } }), 201)
    expect((await mailTo(sales.email)).text).toContain('Round robin gave you the lead')
  })

  it('is not asked to verify an address', async () => {
    const admin = await founder()
    const strict = worker({ ENVIRONMENT: 'development', REQUIRE_VERIFIED_EMAIL: 'true' })
    await refusalOf(send('/v1/leads', { token: admin.token }, strict), 403, 'email_unverified')
    expect((await send('/v1/leads', { token: (await newKey(admin)).key }, strict)).status).toBe(200)
  })

  it('counts days by the workspace’s time zone and reads numbers by its country', async () => {
    const admin = await founder()
    const json = { timeZone: 'Pacific/Auckland', defaultCountry: 'GB' }
    await bodyOf(api(admin.token).v1.workspace.$patch({ header: {}, json }), 200)
    const { key } = await newKey(admin)
    const made = await bodyOf(api(key).v1.customers.$post({ json: { name: 'A', phone: '020 7946 0958' } }), 201)
    expect(made.phoneE164).toBe('+442079460958')
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2027-03-01T12:00:00Z') })
    const followUpAt = '2027-03-01T20:00:00Z'
    const note = { customerId: made.id, type: 'NOTE' as const, body: 'x', followUpAt }
    await bodyOf(api(key).v1.interactions.$post({ json: note }), 201)
    const due = await bodyOf(api(key).v1.interactions.$get({ query: { due: 'today' } }), 200)
    expect(due.data).toHaveLength(1)
  })
})

describe('a key that is none', () => {
  it.each([
    ['made up', () => NOBODYS],
    ['too short', (key: string) => key.slice(0, -1)],
    ['too long', (key: string) => `${key}x`],
    ['with another secret', (key: string) => key.replace(/_[\w-]{43}$/, `_${'x'.repeat(43)}`)],
    ['with another prefix', (key: string) => key.replace(/_[a-z2-7]{12}_/, `_${'b'.repeat(12)}_`)],
    ['of another workspace', (key: string) => key.replace(/^ecrm_[^_]+/, `ecrm_${HOME}`)],
    ['in capitals', (key: string) => key.toUpperCase().replace('ECRM', 'ecrm')],
    ['its prefix alone', (key: string) => key.slice(0, 18)],
    ['nothing but its beginning', () => 'ecrm_'],
    ['with SQL in it', () => `ecrm_' OR 1=1 --_${'x'.repeat(43)}`],
    ['twice', (key: string) => `${key} ${key}`],
  ])('is a 401: %s', async (_what, spoil) => {
    const { key } = await newKey(await founder())
    await refusalOf(send('/v1/leads', { token: spoil(key) }), 401, 'unauthenticated')
  })

  it('is one in the header Authorization alone, as Bearer', async () => {
    const { key } = await newKey(await founder())
    for (const Authorization of [key, `Basic ${key}`, `Token ${key}`, `Bearer${key}`]) {
      await refusalOf(send('/v1/leads', { headers: { Authorization } }), 401, 'unauthenticated')
    }
    await refusalOf(send(`/v1/leads?api_key=${key}`), 401, 'unauthenticated')
    expect((await send('/v1/leads', { headers: { Authorization: `bearer ${key}` } })).status).toBe(200)
  })

  it('is dead once it is over, also where it has just been met', async () => {
    const admin = await founder()
    const now = Date.now()
    const { key } = await newKey(admin, { expiresAt: new Date(now + 60_000).toISOString() })
    vi.useFakeTimers({ toFake: ['Date'], now: now + 58_000 })
    expect((await send('/v1/leads', { token: key })).status).toBe(200)
    vi.setSystemTime(now + 60_001)
    const problem = await refusalOf(send('/v1/leads', { token: key }), 401, 'unauthenticated')
    expect(problem.detail).toBe('The API key has expired.')
  })

  it('is dead once it is revoked: at once where it is new, within five seconds where it has just been met', async () => {
    const admin = await founder()
    const { id, key } = await newKey(admin)
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now })
    expect((await send('/v1/leads', { token: key })).status).toBe(200)
    expect((await revoke(admin.token, id)).status).toBe(204)
    await refusalOf(revoke(admin.token, id), 404, 'not_found')
    await refusalOf(send('/v1/leads', { token: key }, worker()), 401, 'unauthenticated')
    vi.setSystemTime(now + 5_000)
    await refusalOf(send('/v1/leads', { token: key }), 401, 'unauthenticated')
    expect((await bodyOf(keys(admin.token).$get({ query: {} }), 200)).data).toEqual([])
    const events = await rows('SELECT verb FROM events WHERE subject_id = ? ORDER BY seq', id)
    expect(events).toEqual([{ verb: 'api_key.created' }, { verb: 'api_key.revoked' }])
  })

  it('has no scope that the code has given up since', async () => {
    const admin = await founder()
    const { id, key } = await newKey(admin, { scopes: ['leads:read'] })
    const scopes = JSON.stringify(['leads:steal', 'account:read', 'api-keys:write'])
    await env.DB.prepare('UPDATE api_keys SET scopes = ? WHERE id = ?').bind(scopes, id).run()
    for (const path of ['/v1/leads', '/v1/auth/me', '/v1/api-keys']) {
      await refusalOf(send(path, { token: key }, worker()), 403, 'forbidden')
    }
    expect((await bodyOf(keys(admin.token).$get({ query: {} }), 200)).data[0]?.scopes).toEqual([])
  })
})

describe('checking a key', () => {
  it('takes one round trip more, and none once this isolate has met it', async () => {
    const { key } = await newKey(await founder())
    const { asked, fetch } = counting()
    const trips = async () => costOf(await send('/v1/leads', { token: key }, fetch))
    expect([await trips(), await trips(), await trips()]).toEqual(['2', '1', '1'])
    // Three lists, one look, and the note of its use after the first answer.
    expect(asked.times).toBe(5)
  })

  it('notes its use at most once a minute, on nobody’s time', async () => {
    const admin = await founder()
    const { id, key } = await newKey(admin)
    const start = Date.parse('2027-05-01T10:00:00Z')
    const usedAt = async (now: number) => {
      vi.setSystemTime(now)
      expect((await send('/v1/leads', { token: key }, worker())).status).toBe(200)
      return (await rows<{ at: string }>('SELECT last_used_at AS at FROM api_keys WHERE id = ?', id))[0]?.at
    }
    vi.useFakeTimers({ toFake: ['Date'] })
    const first = new Date(start).toISOString()
    expect([await usedAt(start), await usedAt(start + 30_000), await usedAt(start + 60_000)]).toEqual(
      Array(3).fill(first),
    )
    expect(await usedAt(start + 60_001)).toBe(new Date(start + 60_001).toISOString())
  })

  it('does not ask again for one that nobody has, and asks of no address without end', { tags: ['long'] }, async () => {
    const from = freshAddress()
    const { fetch, asked } = counting({ RATE_LIMIT_MAX: '3' })
    const tries = (token: (i: number) => string, n: number) =>
      Promise.all(
        Array.from({ length: n }, (_, i) =>
          send('/v1/leads', { token: token(i), headers: { 'CF-Connecting-IP': from } }, fetch),
        ),
      )
    await refusalOf(
      send('/v1/leads', { token: NOBODYS, headers: { 'CF-Connecting-IP': from } }, fetch),
      401,
      'unauthenticated',
    )
    await tries(() => NOBODYS, 20)
    expect(asked.times).toBe(1)
    const wrong = (i: number) => `ecrm_${HOME}_${'c'.repeat(12)}_${String(i).padStart(43, '0')}`
    expect(tally(await tries(wrong, 60))).toEqual({ 429: 60 })
    expect(asked.times).toBe(30)
  })

  it('has a limit of its own, whatever the address, and leaves that of its maker alone', {
    tags: ['long'],
  }, async () => {
    const admin = await founder()
    const [one, other] = [await newKey(admin), await newKey(admin)]
    const fetch = worker({ KEY_RATE_LIMIT_MAX: '2' })
    const ask = (token: string) => send('/v1/leads', { token, headers: { 'CF-Connecting-IP': freshAddress() } }, fetch)
    for (const status of [200, 200, 429]) expect((await ask(one.key)).status).toBe(status)
    expect([(await ask(other.key)).status, (await ask(admin.token)).status]).toEqual([200, 200])
  })

  it('waits for the database where somebody must know who asks, and nowhere else', async () => {
    const fetch = worker({ DB: failingDatabase(LOST) })
    await refusalOf(send('/v1/leads', { token: NOBODYS }, fetch), 503, 'unavailable')
    expect((await send('/health', { token: NOBODYS }, fetch)).status).toBe(200)
    expect((await send('/v1/nowhere', { token: NOBODYS }, fetch)).status).toBe(404)
  })

  it('goes on while KV cannot be reached', async () => {
    const { key } = await newKey(await founder())
    expect((await send('/v1/leads', { token: key }, worker({ KV: failingKv }))).status).toBe(200)
  })

  it('does not remember for long that the database was away', async () => {
    const { key } = await newKey(await founder())
    let isAway = true
    const DB = databaseWith((send, statements) => (isAway ? Promise.reject(new Error(LOST)) : send(statements)))
    const fetch = worker({ DB })
    await refusalOf(send('/v1/leads', { token: key }, fetch), 503, 'unavailable')
    isAway = false
    expect((await send('/v1/leads', { token: key }, fetch)).status).toBe(200)
  })
})

it('every scope is a permission of an ADMIN that needs no person', () => {
  expect(SCOPES).toContain('leads:write')
  for (const scope of SCOPES) expect(scope).not.toMatch(/^(account|api-keys):|^leads:claim$/)
})
