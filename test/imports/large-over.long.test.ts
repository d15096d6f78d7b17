// Large imports are stopped and taken back: what is written stays or goes as said, over several invocations.
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { databaseWith, LOST } from '../support/bindings'
import { count } from '../support/database'
import { founder, type Person } from '../support/factories'
import { customersOf, imported, importing, reportOf } from '../support/imports'
import { cron, customersIn, dying, file, freed } from '../support/imports-large'
import { happenings } from '../support/leads'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

describe('cancelling', () => {
  it('keeps what is written and writes no more; only a running import can be cancelled', async () => {
    const admin = await founder()
    const { id } = await (await importing(admin, file(300), { fetch: dying(1) })).json<{ id: string }>()
    const cancel = () => api(admin.token).v1.imports[':id'].cancel.$post({ param: { id } })
    const { created } = await reportOf(admin, id, dying(0))
    expect((await cancel()).status).toBe(200)
    await freed(id)
    await cron()
    const report = await reportOf(admin, id)
    expect(report).toMatchObject({ status: 'CANCELLED', created })
    expect(await customersIn(admin)).toBe(created)
    await refusalOf(cancel(), 409, 'import_over')
    expect(await happenings(id)).toEqual(['import.cancelled'])
    expect(await count('import_chunks', "import_id = ? AND rows <> '[]'", id)).toBe(0)
  })
})

describe('reverting', () => {
  const revert = (admin: Person, id: string, fetch?: typeof globalThis.fetch) =>
    api(admin.token, fetch).v1.imports[':id'].revert.$post({ param: { id } })

  it('puts into the trash what the import made and nobody has touched, and says how many it kept', async () => {
    const admin = await founder()
    await imported(admin, 'name,email\nBefore,before@x.de\n')
    const names = ['Free', 'Changed', 'Tagged', 'Called', 'Ticketed', 'Related', 'Friend', 'Twice']
    const also = ['Before B,before@x.de', 'Twice B,twice@x.de']
    const { id } = await imported(
      admin,
      `name,email\n${names.map((n) => `${n},${n}@x.de`).join('\n')}\n${also.join('\n')}\n`,
    )
    const ids = Object.fromEntries((await customersOf(admin)).map((each) => [each.name, each.id]))
    const of = (name: string) => ids[name] ?? ''
    const { v1 } = api(admin.token)
    await v1.customers[':id'].$patch({ param: { id: of('Changed') }, header: {}, json: { company: 'New' } })
    await v1.customers[':id'].tags[':name'].$put({ param: { id: of('Tagged'), name: 'VIP' } })
    await v1.interactions.$post({ json: { customerId: of('Called'), type: 'CALL', body: 'Hi' } })
    await v1.tickets.$post({ json: { customerId: of('Ticketed'), title: 'Help' } })
    const between = `/v1/customers/${of('Related')}/relationships/${of('Friend')}`
    await send(between, { method: 'PUT', token: admin.token, json: { kind: 'friend' } })
    const report = await (await revert(admin, id)).json()
    expect(report).toMatchObject({ status: 'REVERTED', reverted: 2 })
    const left = (await customersOf(admin)).map(({ name }) => name)
    expect(left).toEqual(['Before B', 'Called', 'Changed', 'Friend', 'Related', 'Tagged', 'Ticketed'])
    expect(report).toMatchObject({ kept: 6 })
    expect(await happenings(of('Free'))).toEqual(['customer.created', 'customer.trashed'])
    expect(await happenings(id)).toEqual(['import.finished', 'import.reverted'])
    await refusalOf(revert(admin, id), 409, 'import_over')
  })

  it('of many chunks goes on by itself, and after a failure', async () => {
    const admin = await founder()
    const { id } = await imported(admin, file(500), { fetch: worker({ IMPORT_STATEMENTS: '1000' }) })
    await vi.waitUntil(async () => (await reportOf(admin, id)).status === 'DONE')
    let batches = 0
    const DB = databaseWith((send, statements) => {
      batches += 1
      return batches > 3 ? Promise.reject(new Error(LOST)) : send(statements)
    })
    await revert(admin, id, worker({ DB }))
    expect(
      (
        await reportOf(
          admin,
          id,
          worker({ DB: databaseWith((send, s) => (s.length > 2 ? Promise.reject(new Error(LOST)) : send(s))) }),
        )
      ).status,
    ).toBe('REVERTING')
    await refusalOf(revert(admin, id), 409, 'import_running')
    await freed(id)
    // Mail, jobs and merges have a part of the 50 statements of a run: the next run does the rest.
    await cron()
    await cron()
    expect(await reportOf(admin, id)).toMatchObject({ status: 'REVERTED', reverted: 500, kept: 0 })
    expect(await customersIn(admin)).toBe(0)
  })

  it('takes nothing back that was only tried', async () => {
    const admin = await founder()
    const { id } = await imported(admin, 'name\nAnn\n', { query: { dryRun: 'true' } })
    await refusalOf(revert(admin, id), 409, 'import_over')
    expect(await customersIn(admin)).toBe(0)
  })

  it('is refused once nobody knows any more what the import made', async () => {
    const admin = await founder()
    const { id } = await imported(admin, 'name\nAnn\n')
    await env.DB.prepare('DELETE FROM import_chunks WHERE import_id = ?').bind(id).run()
    const problem = await refusalOf(revert(admin, id), 409, 'import_over')
    expect(problem.detail).toContain('30 days')
    expect(await customersIn(admin)).toBe(1)
  })
})
