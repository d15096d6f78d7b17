// A row that the database refuses, whatever the reason, costs itself alone: its chunk is divided until it is found.
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { send, worker } from '../support/api'
import { count, rows } from '../support/database'
import { founder, type Person } from '../support/factories'
import { customersOf, figures, importing, reportOf } from '../support/imports'

beforeAll(async () => {
  await env.DB.prepare(
    `CREATE TRIGGER refuses BEFORE INSERT ON customers WHEN new.name LIKE 'Refused%' BEGIN SELECT RAISE(ABORT, 'no room'); END`,
  ).run()
})
afterAll(async () => {
  await env.DB.prepare('DROP TRIGGER refuses').run()
})

async function ended(by: Person, text: string, statements: number) {
  const fetch = worker({ IMPORT_STATEMENTS: String(statements) })
  const { id } = await (await importing(by, text, { fetch })).json<{ id: string }>()
  for (let i = 0; i < 200; i += 1) {
    const report = await reportOf(by, id, fetch)
    if (report.status !== 'RUNNING') return report
  }
  throw new Error('It does not end')
}

const names = (length: number, isRefused: (i: number) => boolean) =>
  Array.from({ length }, (_, i) => `${isRefused(i) ? 'Refused' : 'Good'} ${i}`)

it('of a small file: the others come in, and the report has the row', async () => {
  const admin = await founder()
  const lines = names(9, (i) => i === 6).map((name, i) => `${name},p${i}@x.de\n`)
  const report = await ended(admin, `name,email\n${lines.join('')}`, 60)
  expect(figures(report)).toEqual({ received: 9, created: 8, updated: 0, unchanged: 0, superseded: 0, failed: 1 })
  expect(report.errors).toEqual([
    {
      ...{ line: 8, field: null, code: 'not_written', value: null },
      message: 'The database refused this row: it could not be written',
    },
  ])
  expect((await customersOf(admin)).map(({ name }) => name)).toEqual([0, 1, 2, 3, 4, 5, 7, 8].map((i) => `Good ${i}`))
  const errors = await send(`/v1/imports/${report.id}/errors.csv`, { token: admin.token })
  expect(await errors.text()).toContain('Refused 6,p6@x.de')
})

it('of a file of several chunks, within the statements of an invocation, and the import can be reverted', async () => {
  const admin = await founder()
  const long = 'n'.repeat(4_000)
  const lines = names(300, (i) => [5, 250].includes(i)).map((name, i) => `${name},p${i}@x.de,${long}\n`)
  const report = await ended(admin, `name,email,note\n${lines.join('')}`, 60)
  expect(report.status).toBe('DONE')
  expect(report.errors.map(({ line, code }) => [line, code])).toEqual([
    [7, 'not_written'],
    [252, 'not_written'],
  ])
  expect(figures(report)).toMatchObject({ received: 300, created: 298, failed: 2 })
  expect(await count('customers', 'workspace_id = ?', admin.workspaceId)).toBe(298)
  expect(await rows('SELECT 1 FROM import_originals WHERE import_id = ?', report.id)).toEqual([])
  const fetch = worker({ IMPORT_STATEMENTS: '1000' })
  await send(`/v1/imports/${report.id}/revert`, { method: 'POST', token: admin.token }, fetch)
  expect(await reportOf(admin, report.id)).toMatchObject({ status: 'REVERTED', reverted: 298 })
})

it('ends the import, if more than fifty rows are refused: the fault is not theirs', async () => {
  const admin = await founder()
  const lines = names(60, () => true).map((name, i) => `${name},p${i}@x.de\n`)
  const report = await ended(admin, `name,email\n${lines.join('')}`, 1_000)
  expect(report).toMatchObject({ status: 'FAILED', created: 0 })
  expect(report.errors.every(({ code }) => code === 'not_written')).toBe(true)
})
