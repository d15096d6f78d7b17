// Idempotency-Key: a POST sent again is answered again, not done again, whoever asks at once and whatever went wrong.
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { send, worker } from '../support/api'
import { databaseWith, LOST } from '../support/bindings'
import { count, everythingStored, rows } from '../support/database'
import { founder, freshAddress, PASSWORD, type Person, team, unique } from '../support/factories'
import { happenings, lead } from '../support/leads'

type Sent = { by?: Person; key: string; path?: string; json?: unknown; from?: string; fetch?: typeof fetch }

function post({ by, key, path = '/v1/leads', json = { title: 'Once' }, from, fetch }: Sent) {
  const headers = { 'Idempotency-Key': key, ...(from === undefined ? {} : { 'CF-Connecting-IP': from }) }
  return send(path, { method: 'POST', token: by?.token, json, headers }, fetch)
}

const isReplay = (response: Response) => response.headers.get('Idempotency-Replayed') === 'true'
const leadsOf = ({ workspaceId }: Person) => count('leads', 'workspace_id = ?', workspaceId)
const newKey = () => crypto.randomUUID()

afterEach(() => void vi.restoreAllMocks())

describe('the same request again', () => {
  it('gets the first answer: status, body, Location and ETag, marked as a replay', async () => {
    const [by, key] = [await founder(), newKey()]
    const [first, second] = [await post({ by, key }), await post({ by, key })]
    expect([isReplay(first), isReplay(second)]).toEqual([false, true])
    for (const name of ['Content-Type', 'Location', 'ETag', 'Cache-Control']) {
      expect([name, second.headers.get(name)]).toEqual([name, first.headers.get(name)])
    }
    expect(second.headers.get('X-Request-Id')).not.toBe(first.headers.get('X-Request-Id'))
    expect(await bodyOf(second, 201)).toEqual(await bodyOf(first, 201))
    expect(await leadsOf(by)).toBe(1)
  })

  it('gets the answer without a body too, and the conflict', async () => {
    const { admin: by, sales, rival } = await team()
    const empty = { by, key: newKey(), path: '/v1/leads/claim-next' }
    const [first, second] = [await post(empty), await post(empty)]
    expect([first.status, second.status, isReplay(second), await second.text()]).toEqual([204, 204, true, ''])
    // A claim lost stays lost under its key, even after the lead came back to the pool.
    const { id } = await lead(by)
    const claim = { key: newKey(), path: `/v1/leads/${id}/claim` }
    await post({ ...claim, by: rival })
    await refusalOf(post({ ...claim, by: sales }), 409, 'already_claimed')
    await post({ by, key: newKey(), path: `/v1/leads/${id}/release` })
    await refusalOf(post({ ...claim, by: sales }), 409, 'already_claimed')
    expect(await happenings(id)).toEqual(['lead.created', 'lead.claimed', 'lead.released'])
  })

  it('is another request with another body, path or query: refused', async () => {
    const [by, key] = [await founder(), newKey()]
    await post({ by, key })
    for (const other of [{ json: { title: 'Twice' } }, { path: '/v1/leads/claim-next' }, { path: '/v1/leads?x=1' }]) {
      await refusalOf(post({ by, key, ...other }), 422, 'idempotency_mismatch')
    }
    await refusalOf(post({ by, key, path: '/v1/leads?x=1&x=2' }), 422, 'idempotency_mismatch')
    expect(await leadsOf(by)).toBe(1)
  })

  it('is another’s with another user', async () => {
    const [one, other, key] = [await founder(), await founder(), newKey()]
    const ids = [await bodyOf(post({ by: one, key }), 201), await bodyOf(post({ by: other, key }), 201)]
    expect(ids[0]?.id).not.toBe(ids[1]?.id)
    expect([await leadsOf(one), await leadsOf(other)]).toEqual([1, 1])
  })

  it('counts for POST alone', async () => {
    const [by, key] = [await founder(), newKey()]
    const { id } = await lead(by)
    for (const title of ['One', 'Two']) {
      const init = { method: 'PATCH', token: by.token, json: { title }, headers: { 'Idempotency-Key': key } }
      expect(await bodyOf(send(`/v1/leads/${id}`, init), 200)).toMatchObject({ title })
    }
    expect(await bodyOf(post({ by, key }), 201)).toMatchObject({ title: 'Once' })
  })

  it('is done once of 20 at once', async () => {
    const [by, key] = [await founder(), newKey()]
    const answers = await Promise.all(Array.from({ length: 20 }, () => post({ by, key })))
    const { 201: made = 0, 409: waiting = 0 } = tally(answers)
    expect(made + waiting).toBe(20)
    expect(answers.filter((answer) => answer.status === 201 && !isReplay(answer))).toHaveLength(1)
    expect(await leadsOf(by)).toBe(1)
    expect(isReplay(await post({ by, key }))).toBe(true)
  })

  it('in any order of users, keys and bodies makes one lead for each key that a user has used', async () => {
    const [one, other] = [await founder(), await founder()]
    const step = fc.tuple(fc.constantFrom(one, other), fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y'))
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.array(step, { minLength: 4, maxLength: 20 }), async (run, steps) => {
        const known = new Map<string, { title: string; id: unknown }>()
        const before = (await leadsOf(one)) + (await leadsOf(other))
        for (const [by, name, title] of steps) {
          const response = await post({ by, key: `${run}-${name}`, json: { title } })
          const first = known.get(by.id + name)
          if (first && first.title !== title) await refusalOf(response, 422, 'idempotency_mismatch')
          else {
            const { id } = await bodyOf(response, 201)
            expect([isReplay(response), id]).toEqual([first !== undefined, first?.id ?? id])
            known.set(by.id + name, { title, id })
          }
        }
        expect((await leadsOf(one)) + (await leadsOf(other)) - before).toBe(known.size)
      }),
      { numRuns: 15 },
    )
  })
})

describe('what is kept', () => {
  it('is no refusal: what was wrong can be mended and sent again under its key', async () => {
    const { admin: by, sales } = await team()
    const before = await count('idempotency_keys')
    const forbidden = { by: sales, key: newKey(), path: '/v1/workspace/invitations', json: {} }
    const key = newKey()
    for (const _ of ['first', 'second']) {
      await refusalOf(post({ by, key, json: { title: '' } }), 400, 'invalid')
      await refusalOf(post(forbidden), 403, 'forbidden')
      await refusalOf(post({ key: newKey(), from: freshAddress() }), 401, 'unauthenticated')
      await refusalOf(post({ by, key: newKey(), path: '/v1/nothing' }), 404, 'not_found')
    }
    expect(await count('idempotency_keys')).toBe(before)
    expect(isReplay(await post({ by, key, json: { title: 'Mended' } }))).toBe(false)
    expect(await leadsOf(by)).toBe(1)
  })

  it('is no answer beyond 16 KB of a stranger’s: again, it is not done, and says so', async () => {
    const admin = await founder()
    const json = {
      workspace: admin.slug,
      name: 'Alice',
      email: `${unique('a')}@example.com`,
      message: '本'.repeat(5_000),
    }
    const request = { key: newKey(), path: '/v1/enquiries', json, from: freshAddress() }
    await bodyOf(post(request), 201)
    await refusalOf(post(request), 409, 'answer_not_kept')
    expect(await leadsOf(admin)).toBe(1)
    const [largest] = await rows<{ n: number }>('SELECT max(length(answer)) AS n FROM idempotency_keys')
    expect(largest?.n).toBeLessThanOrEqual(16_384)
  })

  it('is bounded by the address: so many keys of strangers a day, and no more', async () => {
    const { slug } = await founder()
    const from = '192.0.2.77'
    const day = new Date().toISOString().slice(0, 10)
    await env.DB.prepare('INSERT INTO daily_counts (day, subject, count) VALUES (?, ?, 499)')
      .bind(day, `keys from ${from}`)
      .run()
    const enquiry = () => ({ workspace: slug, name: 'Alice', email: `${unique('alice')}@example.com` })
    const last = { key: newKey(), path: '/v1/enquiries', json: enquiry(), from }
    await bodyOf(post(last), 201)
    const refused = await post({ ...last, key: newKey(), json: enquiry() })
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    await refusalOf(refused, 429, 'rate_limited')
    expect(isReplay(await post(last))).toBe(true)
    expect((await send('/v1/enquiries', { method: 'POST', json: enquiry() })).status).toBe(201)
  })
})

it.each(['', ' ', 'a b', 'x'.repeat(256), 'tab\tbed'])('a key cannot be %o', async (key) => {
  const by = await founder()
  await refusalOf(post({ by, key }), 400, 'invalid_idempotency_key')
  expect(await leadsOf(by)).toBe(0)
})

describe('signing up and in', () => {
  it('again under one key gives the same tokens, of which the database holds none', async () => {
    const [email, from] = [`${unique('ada')}@example.com`, freshAddress()]
    const account = { email, password: PASSWORD, name: 'Ada' }
    for (const [path, json] of [
      ['/v1/auth/register', account],
      ['/v1/auth/login', { email, password: PASSWORD }],
    ] as const) {
      const request = { key: newKey(), path, json, from }
      const [first, second] = [await post(request), await post(request)]
      expect([isReplay(first), isReplay(second), second.status]).toEqual([false, true, first.status])
      const text = await first.text()
      expect(await second.text()).toBe(text)
      const { accessToken, refreshToken } = JSON.parse(text)
      const stored = await everythingStored()
      expect(stored).toContain(email)
      for (const secret of [accessToken, refreshToken, request.key, PASSWORD]) expect(stored).not.toContain(secret)
    }
    expect(await count('users', 'email = ?', email)).toBe(1)
  })

  it('20 times at once makes one account', async () => {
    const [email, key, from] = [`${unique('ada')}@example.com`, newKey(), freshAddress()]
    const request = { key, path: '/v1/auth/register', json: { email, password: PASSWORD, name: 'Ada' }, from }
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(request)))
    const { 201: made = 0, 409: waiting = 0 } = tally(answers)
    expect([made + waiting, made > 0]).toEqual([20, true])
    expect(await count('users', 'email = ?', email)).toBe(1)
    await bodyOf(post(request), 201)
  })
})

describe('time', () => {
  const NOON = Date.parse('2026-12-01T12:00:00Z')
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOON }))
  afterEach(() => void vi.useRealTimers())

  it('makes a key new after 24 hours, not before', async () => {
    const admin = await founder()
    const json = { workspace: admin.slug, name: 'Alice', email: `${unique('alice')}@example.com` }
    const request = { key: newKey(), path: '/v1/enquiries', json, from: freshAddress() }
    await bodyOf(post(request), 201)
    for (const [hours, isAgain] of [
      [23.99, true],
      [24.01, false],
    ] as const) {
      vi.setSystemTime(NOON + hours * 3_600_000)
      expect(isReplay(await post(request))).toBe(isAgain)
    }
    expect(await leadsOf(admin)).toBe(2)
  })

  it('frees a key whose request died, after a minute; the dead one’s late answer is not kept', async () => {
    const [by, key] = [await founder(), newKey()]
    const held = Promise.withResolvers<void>()
    let batches = 0
    const DB = databaseWith(async (send, statements) => {
      batches += 1
      if (batches === 2) await held.promise
      return send(statements)
    })
    const hanging = post({ by, key, fetch: worker({ DB }) })
    await vi.waitUntil(() => batches === 2)
    const waiting = await post({ by, key })
    expect(waiting.headers.get('Retry-After')).toBe('1')
    await refusalOf(waiting, 409, 'idempotency_in_flight')
    await refusalOf(post({ by, key, json: { title: 'Other' } }), 422, 'idempotency_mismatch')
    vi.setSystemTime(NOON + 61_000)
    const second = await bodyOf(post({ by, key }), 201)
    held.resolve()
    const late = await bodyOf(hanging, 201)
    expect(late.id).not.toBe(second.id)
    expect(await bodyOf(post({ by, key }), 201)).toEqual(second)
  })

  it('lets a request be tried again that was refused only for now', async () => {
    const admin = await founder()
    const fetch = worker({ ENQUIRY_DAILY_MAX_PER_EMAIL: '1' })
    const json = { workspace: admin.slug, name: 'Alice', email: `${unique('alice')}@example.com` }
    const request = { path: '/v1/enquiries', json, from: freshAddress(), fetch }
    await bodyOf(post({ ...request, key: newKey() }), 201)
    const key = newKey()
    await refusalOf(post({ ...request, key }), 429, 'enquiry_limit')
    vi.setSystemTime(NOON + 13 * 3_600_000)
    const tried = await post({ ...request, key })
    expect([tried.status, isReplay(tried)]).toEqual([201, false])
  })
})

describe('when the database fails', () => {
  const failingAt = (n: number) => {
    let batches = 0
    return worker({
      DB: databaseWith((send, statements) => {
        batches += 1
        return batches === n ? Promise.reject(new Error(LOST)) : send(statements)
      }),
    })
  }

  it('under the request, the same key works afterwards', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const [by, key] = [await founder(), newKey()]
    for (const batch of [1, 2]) {
      await refusalOf(post({ by, key, fetch: failingAt(batch) }), 503, 'unavailable')
      expect(await leadsOf(by)).toBe(0)
    }
    const [tried, again] = [await post({ by, key }), await post({ by, key })]
    expect([tried.status, isReplay(tried), isReplay(again)]).toEqual([201, false, true])
  })

  it('only in keeping the answer, the answer is given all the same', async () => {
    const logs = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')].map((log) => log.mockImplementation(() => {}))
    const [by, key] = [await founder(), newKey()]
    await bodyOf(post({ by, key, fetch: failingAt(3) }), 201)
    const said = JSON.stringify(logs.flatMap((log) => log.mock.calls))
    expect(said).toContain('idempotency_answer_lost')
    for (const word of ['update', 'idempotency_keys', 'params', key]) expect(said).not.toContain(word)
    await refusalOf(post({ by, key }), 409, 'idempotency_in_flight')
    expect(await leadsOf(by)).toBe(1)
  })
})
