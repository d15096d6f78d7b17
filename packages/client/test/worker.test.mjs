// The client against a real Worker: what the types promise is what it answers.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startWorker } from '../../../scripts/worker.ts'
import { CrmError, createClient, memoryStorage } from '../dist/index.js'

let worker
before(async () => {
  worker = await startWorker()
})
after(() => worker?.dispose())

const newcomer = async (storage = memoryStorage()) => {
  const crm = createClient({ url: worker.url, storage })
  const person = {
    name: 'Ada Lovelace',
    email: `${crypto.randomUUID()}@example.com`,
    password: 'correct horse battery',
  }
  const { user } = await crm.register(person)
  return { crm, user, person, storage }
}

describe('a Worker', () => {
  it('is used through a session that survives the end of its access token', async () => {
    const { crm, storage } = await newcomer()
    const { expiresAt, ...tokens } = storage.read()
    storage.write({ ...tokens, expiresAt: 0 })
    const { data } = await crm.GET('/v1/auth/me')
    assert.equal(data.user.name, 'Ada Lovelace')
    assert.notEqual(storage.read().refreshToken, tokens.refreshToken)
    assert.ok(storage.read().expiresAt > expiresAt - 60_000)
  })

  it('gives its pages as one sequence', async () => {
    const { crm } = await newcomer()
    for (let n = 0; n < 7; n++) await crm.POST('/v1/leads', { body: { title: `Lead ${n}` } })
    const titles = []
    for await (const { title } of crm.pages('/v1/leads', { query: { limit: 3, sort: 'createdAt' } })) titles.push(title)
    assert.deepEqual(
      titles,
      Array.from({ length: 7 }, (_, n) => `Lead ${n}`),
    )
  })

  it('keeps the change of a colleague: the second of two writers hears of it', async () => {
    const { crm, storage } = await newcomer()
    const other = createClient({ url: worker.url, storage })
    const { data: lead } = await crm.POST('/v1/leads', { body: { title: 'A lead' } })
    const path = { params: { path: { id: lead.id } } }
    for (const each of [crm, other]) await each.GET('/v1/leads/{id}', path)
    const first = await crm.PATCH('/v1/leads/{id}', { ...path, body: { title: 'First' } })
    const second = await other.PATCH('/v1/leads/{id}', { ...path, body: { title: 'Second' } })
    assert.deepEqual([first.data.title, second.error.code], ['First', 'stale'])
    await other.GET('/v1/leads/{id}', path)
    const third = await other.PATCH('/v1/leads/{id}', { ...path, body: { title: 'Second' } })
    assert.equal(third.data.title, 'Second')
  })

  it('claims a lead once, and names who has it', async () => {
    const { crm, user } = await newcomer()
    const { data: lead } = await crm.POST('/v1/leads', { body: { title: 'A lead' } })
    const path = { params: { path: { id: lead.id } } }
    const { data } = await crm.POST('/v1/leads/{id}/claim', path)
    assert.equal(data.ownerId, user.id)
    const { error, response } = await crm.POST('/v1/leads/{id}/claim', path)
    assert.equal(response.status, 409)
    assert.match(error.code, /^already_/)
  })

  it('takes a file', async () => {
    const { crm } = await newcomer()
    const file = 'name,email\r\nAlice,alice@example.com\r\nBob,bob@example.com\r\n'
    const report = await crm.upload(file, { type: 'text/csv', query: { entity: 'customers' } })
    assert.deepEqual([report.status, report.created], ['DONE', 2])
    await assert.rejects(
      crm.upload('nothing\r\n', { type: 'text/csv', query: { entity: 'customers' } }),
      (error) => error instanceof CrmError && error.problem.code.length > 0,
    )
  })

  it('ends a session for good', async () => {
    const { crm, storage } = await newcomer()
    const { refreshToken } = storage.read()
    await crm.signOut()
    assert.equal(storage.read(), undefined)
    const { error } = await crm.POST('/v1/auth/refresh', { body: { refreshToken } })
    assert.equal(error.code, 'invalid_refresh_token')
  })
})
