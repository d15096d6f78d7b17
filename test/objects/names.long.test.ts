// Names that are unique over all objects: reserved before they are taken, settled after, and never lost or taken for ever.
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Query } from '../../src/objects/d1-shape'
import { ObjectStore, sweepDirectory } from '../../src/objects/object-store'
import { databaseOf } from '../../src/objects/place'
import { bodyOf, refusalOf } from '../support/answers'
import { api, worker } from '../support/api'
import { PASSWORD, unique } from '../support/factories'

const settings = { ...env, STORAGE: 'objects' }
const fetch = worker({ STORAGE: 'objects' })
const call = (token?: string) => api(token, fetch)
const d1 = () => env.DB.withSession('first-primary')
const entryOf = (name: string) =>
  d1().prepare('SELECT workspace_id AS id, reserved_until AS until FROM directory WHERE name = ?').bind(name).first()
const objectOf = (workspaceId: string) => env.WORKSPACES.get(env.WORKSPACES.idFromName(workspaceId))
const freshEmail = () => `${unique('ada')}@example.com`
const register = (json: { email: string; workspaceName?: string }) =>
  call().v1.auth.register.$post({ json: { password: PASSWORD, name: 'Ada', ...json } })

async function founder(email = freshEmail()) {
  const { user, workspace, accessToken } = await bodyOf(register({ email }), 201)
  return { ...user, slug: workspace.slug, token: accessToken }
}

describe('a name', () => {
  it('is taken once: an address, a username, a slug', async () => {
    const [one, other] = [await founder(), await founder()]
    await refusalOf(register({ email: one.email }), 409, 'email_taken')
    const rename = (by: typeof one, username: string) =>
      call(by.token).v1.users[':id'].$patch({ param: { id: by.id }, query: {}, header: {}, json: { username } })
    const username = unique('ada').replaceAll('-', '')
    expect((await rename(one, username)).status).toBe(200)
    await refusalOf(rename(other, username), 409, 'username_taken')
    const slugged = call(other.token).v1.workspace.$patch({ header: {}, json: { slug: one.slug } })
    await refusalOf(slugged, 409, 'slug_taken')
  })

  it('goes to exactly one of many who ask at once', async () => {
    const email = freshEmail()
    const all = await Promise.all(Array.from({ length: 6 }, () => register({ email })))
    expect(all.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
    await bodyOf(call().v1.auth.login.$post({ json: { email, password: PASSWORD } }), 200)
  })

  it('of a workspace is made another where it is taken', async () => {
    const workspaceName = unique('Team')
    const first = await bodyOf(register({ email: freshEmail(), workspaceName }), 201)
    const second = await bodyOf(register({ email: freshEmail(), workspaceName }), 201)
    expect(second.workspace.slug).toMatch(new RegExp(`^${first.workspace.slug}-`))
  })

  it('is free again once nobody has it', async () => {
    const one = await founder()
    await databaseOf(settings, one.workspaceId)
      .prepare("UPDATE users SET deleted_at = '2026-01-01T00:00:00.000Z', status = 'INACTIVE'")
      .run()
    await expect.poll(() => entryOf(one.email)).toBeNull()
    const other = await founder(one.email)
    expect(await entryOf(one.email)).toMatchObject({ id: other.workspaceId })
  })

  it('that nobody proved yields to the person who proves it', async () => {
    const squatter = await founder()
    const admin = await founder()
    const statement = "UPDATE users SET email = ?, email_verified_at = '2026-01-01T00:00:00.000Z' WHERE id = ?"
    await databaseOf(settings, admin.workspaceId).prepare(statement).bind(squatter.email, admin.id).run()
    expect(await entryOf(squatter.email)).toMatchObject({ id: admin.workspaceId })
    const left = databaseOf(settings, squatter.workspaceId).prepare('SELECT email FROM users').first('email')
    expect(await left).not.toBe(squatter.email)
    const proven = databaseOf(settings, squatter.workspaceId)
      .prepare("UPDATE users SET email = ?, email_verified_at = '2026-01-01T00:00:00.000Z'")
      .bind(squatter.email)
      .run()
    await expect(proven).rejects.toThrow('UNIQUE constraint failed: users.email')
  })

  it('that a workspace in D1 has is not taken by an object, nor the other way round', async () => {
    const email = freshEmail()
    const inD1 = await bodyOf(
      api(undefined, worker({ STORAGE: 'd1', DB: env.DB })).v1.auth.register.$post({
        json: { email, password: PASSWORD, name: 'Ada' },
      }),
      201,
    )
    await refusalOf(register({ email }), 409, 'email_taken')
    await bodyOf(call().v1.auth.login.$post({ json: { email, password: PASSWORD } }), 200)
    expect((await call(inD1.accessToken).v1.workspace.$get()).status).toBe(200)
    const inObject = await founder()
    const taking = d1().prepare('UPDATE users SET email = ? WHERE email = ?').bind(inObject.email, email).run()
    await expect(taking).rejects.toThrow('UNIQUE constraint failed: users.email')
  })
})

describe('a store that dies', () => {
  const NOW = '2026-01-01T00:00:00.000Z'
  const founding = (id: string, email: string): Query[] => [
    {
      sql: 'INSERT INTO workspaces (id, name, slug, created_at, updated_at) VALUES (?1, ?1, ?1, ?2, ?2)',
      params: [id, NOW],
    },
    {
      sql: `INSERT INTO users (id, workspace_id, email, name, role, created_at, updated_at)
        VALUES (?1, ?1, ?2, 'Ada', 'ADMIN', ?3, ?3)`,
      params: [id, email, NOW],
    },
  ]
  const moving = (email: string): Query[] => [{ sql: 'UPDATE users SET email = ?', params: [email] }]

  // Runs a batch in the object, with a D1 that dies before or after its n-th trip; and settles, as far as it comes.
  async function dying(id: string, queries: Query[], hook: 'before' | 'after', n: number): Promise<void> {
    await runInDurableObject(objectOf(id), async (object, state) => {
      const bindings: Env = Reflect.get(object, 'env')
      let trip = 0
      const step = (now: typeof hook) => {
        if (now === hook && trip >= n) throw new Error('The store has died')
      }
      const withSession = (anchor: string) => {
        const session = bindings.DB.withSession(anchor)
        const batch = async (statements: D1PreparedStatement[]) => {
          trip += 1
          step('before')
          const results = await session.batch(statements)
          step('after')
          return results
        }
        return { prepare: (sql: string) => session.prepare(sql), batch, getBookmark: () => null }
      }
      const DB = new Proxy(bindings.DB, { get: (_, name) => (name === 'withSession' ? withSession : undefined) })
      const store = new ObjectStore(state, { ...bindings, DB }, async () => {})
      await store.runBatch(queries, true).catch(() => {})
      await store.settle().catch(() => {})
    })
  }

  // What the sweep finds when the reservations are over.
  async function later(): Promise<void> {
    await d1()
      .prepare("UPDATE directory SET reserved_until = '2026-01-01T00:00:00.000Z' WHERE reserved_until IS NOT NULL")
      .run()
    await sweepDirectory(env)
  }

  const STEPS = (['before', 'after'] as const).flatMap((hook) => [1, 2, 3, 4].map((n) => ({ hook, n })))

  it.each(STEPS)(
    '$hook trip $n of founding leaves no name without an account, and no account without its name',
    async ({ hook, n }) => {
      const [id, email] = [crypto.randomUUID().slice(-12), freshEmail()]
      await dying(id, founding(id, email), hook, n)
      const account = await databaseOf(settings, id).prepare('SELECT id FROM users WHERE id = ?').bind(id).first()
      if (account) expect(await entryOf(email)).toMatchObject({ id })
      await later()
      expect(await entryOf(email)).toEqual(account ? { id, until: null } : null)
      if (!account) expect((await register({ email })).status).toBe(201)
    },
  )

  it.each(STEPS)(
    '$hook trip $n of a change of address has the account by one address, and the other is free',
    async ({ hook, n }) => {
      const admin = await founder()
      const email = freshEmail()
      await dying(admin.workspaceId, moving(email), hook, n)
      const present = await databaseOf(settings, admin.workspaceId)
        .prepare('SELECT email FROM users')
        .first<string>('email')
      expect(await entryOf(present ?? '')).toMatchObject({ id: admin.workspaceId })
      await later()
      const free = present === email ? admin.email : email
      expect((await register({ email: free })).status).toBe(201)
      expect(await entryOf(present ?? '')).toEqual({ id: admin.workspaceId, until: null })
    },
  )
})
