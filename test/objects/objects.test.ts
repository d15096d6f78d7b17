// Workspaces in objects of their own, with STORAGE=objects: what the API gives, and what each object holds.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { databaseOf } from '../../src/objects/place'
import { bodyOf, refusalOf } from '../support/answers'
import { api, worker } from '../support/api'
import { PASSWORD, unique } from '../support/factories'

const settings = { ...env, STORAGE: 'objects' }
const fetch = worker({ STORAGE: 'objects' })
const call = (token?: string) => api(token, fetch)
const rowsIn = async (workspaceId: string, query: string, ...values: unknown[]) =>
  (
    await databaseOf(settings, workspaceId)
      .prepare(query)
      .bind(...values)
      .all()
  ).results
const objectOf = (workspaceId: string) => env.WORKSPACES.get(env.WORKSPACES.idFromName(workspaceId))

async function founder(fields: { email?: string; workspaceName?: string } = {}) {
  const json = { email: `${unique('ada')}@example.com`, password: PASSWORD, name: 'Ada', ...fields }
  const { user, workspace, accessToken, refreshToken } = await bodyOf(call().v1.auth.register.$post({ json }), 201)
  return { ...user, slug: workspace.slug, token: accessToken, refreshToken }
}

describe('a workspace', () => {
  it('is in its object, and D1 has nothing of it but its names', async () => {
    const admin = await founder()
    expect(await rowsIn(admin.workspaceId, 'SELECT id FROM users')).toEqual([{ id: admin.id }])
    const inD1 = env.DB.withSession('first-primary')
    expect((await inD1.prepare('SELECT id FROM users').all()).results).toEqual([])
    const named = await inD1
      .prepare('SELECT kind, name FROM directory WHERE workspace_id = ?')
      .bind(admin.workspaceId)
      .all()
    expect(named.results).toEqual([
      { kind: 'email', name: admin.email },
      { kind: 'slug', name: admin.slug },
    ])
  })

  it('is found by sign-in, refresh, key and public form', async () => {
    const admin = await founder()
    await bodyOf(call().v1.auth.login.$post({ json: { email: admin.email, password: PASSWORD } }), 200)
    await bodyOf(call().v1.auth.refresh.$post({ json: { refreshToken: admin.refreshToken } }), 200)
    const sent = { workspace: admin.slug, name: 'Vera', email: 'vera@example.org' }
    const { id } = await bodyOf(call().v1.enquiries.$post({ json: sent }), 201)
    const json = { name: 'Robot', scopes: ['leads:read' as const] }
    const { key } = await bodyOf(call(admin.token).v1['api-keys'].$post({ json }), 201)
    expect(await bodyOf(call(key).v1.leads[':id'].$get({ param: { id }, query: {} }), 200)).toMatchObject({
      name: 'Vera',
    })
  })

  it('is not made by an id that somebody made up', async () => {
    await refusalOf(
      call().v1.auth['verify-email'].$post({ json: { token: 'abcdefabcdef.secret' } }),
      400,
      'invalid_token',
    )
    const tables = await runInDurableObject(objectOf('abcdefabcdef'), (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT GLOB '_cf_*'").toArray(),
    )
    expect(tables).toEqual([])
  })

  it('leaves no database behind where it was refused', async () => {
    const { email } = await founder()
    const known = new Set((await allWorkspaces()).map(({ id }) => id))
    const json = { email, password: PASSWORD, name: 'Eve' }
    await refusalOf(call().v1.auth.register.$post({ json }), 409, 'email_taken')
    expect((await allWorkspaces()).filter(({ id }) => !known.has(id))).toEqual([])
  })

  it('has a claim with one winner', async () => {
    const admin = await founder()
    const { id } = await bodyOf(
      call().v1.enquiries.$post({ json: { workspace: admin.slug, name: 'Vera', email: 'vera@example.org' } }),
      201,
    )
    const claims = Array.from({ length: 20 }, () => call(admin.token).v1.leads[':id'].claim.$post({ param: { id } }))
    const statuses = (await Promise.all(claims)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(await rowsIn(admin.workspaceId, "SELECT id FROM events WHERE verb = 'lead.claimed'")).toHaveLength(1)
  })
})

async function allWorkspaces() {
  const { results } = await env.DB.withSession('first-primary')
    .prepare('SELECT DISTINCT workspace_id AS id FROM directory')
    .all<{ id: string }>()
  return results
}

describe('an object', () => {
  let admins: Awaited<ReturnType<typeof founder>>[]

  beforeAll(async () => {
    admins = await Promise.all([founder(), founder()])
    for (const { token } of admins) {
      await bodyOf(call(token).v1.leads.$post({ json: { title: 'Course' } }), 201)
      await bodyOf(call(token).v1.customers.$post({ json: { name: 'Carla' } }), 201)
      await bodyOf(
        call(token).v1.workspace.invitations.$post({ json: { email: 'new@example.com', role: 'SALES' } }),
        201,
      )
    }
  })

  it('has no row of another workspace in any table', async () => {
    for (const { workspaceId } of admins) {
      const columns = await rowsIn(
        workspaceId,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND instr(sql, '`workspace_id`') > 0",
      )
      expect(columns.length).toBeGreaterThan(20)
      for (const { name: table } of columns) {
        const others = await rowsIn(workspaceId, `SELECT 1 FROM "${table}" WHERE workspace_id <> ?`, workspaceId)
        expect([table, others]).toEqual([table, []])
      }
      expect(await rowsIn(workspaceId, 'SELECT id FROM workspaces')).toEqual([{ id: workspaceId }])
    }
  })

  it('gives nothing of another workspace, whatever is asked', async () => {
    const [one, other] = admins
    if (!one || !other) return expect.fail('there are two')
    const [lead] = await rowsIn(other.workspaceId, 'SELECT id FROM leads')
    await refusalOf(
      call(one.token).v1.leads[':id'].$get({ param: { id: String(lead?.id) }, query: {} }),
      404,
      'not_found',
    )
    const everything = JSON.stringify(await rowsIn(one.workspaceId, 'SELECT * FROM events'))
    expect(everything).not.toContain(other.workspaceId)
  })

  it('refuses as D1 does: by the same words, and with nothing done of the batch', async () => {
    const [{ workspaceId } = { workspaceId: '' }] = admins
    const database = databaseOf(settings, workspaceId)
    const both = [
      database.prepare("INSERT INTO sweeps (name, start) VALUES ('a', '')"),
      database.prepare("INSERT INTO sweeps (name, start) VALUES ('a', '')"),
    ]
    await expect(database.batch(both)).rejects.toThrow(
      'D1_ERROR: UNIQUE constraint failed: sweeps.name: SQLITE_CONSTRAINT',
    )
    expect(await rowsIn(workspaceId, 'SELECT * FROM sweeps')).toEqual([])
    expect(() => database.prepare('SELECT ?').bind(undefined)).toThrow('D1_TYPE_ERROR')
  })
})

describe('the alarm', () => {
  const alarmOf = (workspaceId: string) =>
    runInDurableObject(objectOf(workspaceId), (_, { storage }) => storage.getAlarm())

  it('waits for the night where nothing is due, and for what is due where something is', async () => {
    const admin = await founder()
    await expect.poll(() => alarmOf(admin.workspaceId)).not.toBeNull()
    expect(new Date((await alarmOf(admin.workspaceId)) ?? 0).getUTCHours()).toBe(1)
    await databaseOf(settings, admin.workspaceId)
      .prepare('UPDATE workspaces SET unread_leads_after = 0, unread_customers_after = 0')
      .run()
    await expect.poll(async () => ((await alarmOf(admin.workspaceId)) ?? 0) - Date.now()).toBeLessThan(61_000)
    expect(await runDurableObjectAlarm(objectOf(admin.workspaceId))).toBe(true)
    expect(await rowsIn(admin.workspaceId, 'SELECT unread_leads_after AS n FROM workspaces')).toEqual([{ n: null }])
    expect(new Date((await alarmOf(admin.workspaceId)) ?? 0).getUTCHours()).toBe(1)
  })

  it('is silent once all that expires has expired', async () => {
    const admin = await founder()
    await runInDurableObject(objectOf(admin.workspaceId), async (_, { storage }) => {
      storage.kv.put('changed on', Date.now() - 50 * 86_400_000)
      storage.kv.put('purged in the night of', Date.now() - 1)
      await storage.setAlarm(Date.now() + 100_000)
    })
    expect(await runDurableObjectAlarm(objectOf(admin.workspaceId))).toBe(true)
    expect(await alarmOf(admin.workspaceId)).toBeNull()
  })
})
