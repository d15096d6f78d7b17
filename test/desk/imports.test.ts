// Imports at the desk: checked first, a column put right, run, its errors read, and taken back.
import { beforeEach, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, ORIGIN } from '../support/api'
import { browser, markIn, textOf } from '../support/desk'
import { team } from '../support/factories'

let people: Awaited<ReturnType<typeof team>>
let desk: ReturnType<typeof browser>
let mark: string
beforeEach(async () => {
  people = await team()
  desk = browser()
  mark = markIn(await desk.signIn(people.manager))
})

function send(path: string, fields: Record<string, string>, text?: string) {
  const body = new FormData()
  for (const [name, value] of Object.entries({ mark, ...fields })) body.set(name, value)
  if (text !== undefined) body.set('file', new File([text], 'people.csv', { type: 'text/csv' }))
  return desk.go(path, { method: 'POST', headers: { Origin: ORIGIN }, body })
}

const total = async () =>
  (await bodyOf(api(people.manager.token).v1.customers.$get({ query: { total: 'true', limit: '1' } }), 200)).total

it('200 rows are checked, one column is put right, they are imported, and taken back', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => `Person ${i},person${i}@example.com,Firm ${i % 7}`)
  const file = ['Name,E-mail,Wo', ...rows].join('\r\n')
  const checked = await send('/dashboard/import/check', { entity: 'customers', mode: 'upsert' }, file)
  expect(textOf(checked)).toMatch(/Rows 200 Without an error 200/)
  expect(textOf(checked)).toContain('Firm 0 · Firm 1 · Firm 2')
  expect(await total()).toBe(0)
  expect(checked.html).toMatch(/name="column\.2" value="Wo"/)
  const columns = { 'column.0': 'Name', 'field.0': 'name', 'column.1': 'E-mail', 'field.1': 'email' }
  const right = { entity: 'customers', mode: 'upsert', ...columns, 'column.2': 'Wo', 'field.2': 'company' }
  const tried = await send('/dashboard/import/try', right, file)
  expect(textOf(tried)).toMatch(/nothing was written.*Rows 200 New 200/)
  expect(await total()).toBe(0)
  const done = await send('/dashboard/import/run', right, file)
  expect(textOf(done)).toMatch(/New 200/)
  expect(await total()).toBe(200)
  expect(textOf(await desk.go('/dashboard/customers?q=Firm 3'))).toContain('Firm 3')
  const back = await desk.post(`${done.path}/revert`, { mark })
  expect(textOf(back)).toContain('What was new is in the trash')
  expect(await total()).toBe(0)
})

it('rows with errors are listed, and downloaded to be mended', async () => {
  const done = await send(
    '/dashboard/import/run',
    { entity: 'customers' },
    'Name,E-mail\nAda,ada@example.com\nEve,no address\n',
  )
  expect(textOf(done)).toMatch(/With an error 1.*Line 3/)
  const errors = await desk.go(`${done.path}/errors`)
  expect(errors.html).toContain('no address')
  expect(errors.headers.get('Content-Disposition')).toContain('attachment')
})

it('without a file, with nothing in it, or for who may not import, nothing happens', async () => {
  const none = await send('/dashboard/import/run', { entity: 'customers' })
  expect([none.status, textOf(none).includes('Choose a file.')]).toEqual([400, true])
  const strange = await desk.post('/dashboard/import/run', { mark, entity: 'nonsense' })
  expect(strange.status).toBe(400)
  const seller = browser()
  await seller.signIn(people.sales)
  expect((await seller.go('/dashboard/import')).status).toBe(403)
})

it('a file of tags stays one when its columns are put right, and its report leads to no list of customers', async () => {
  const file = 'Name\nVIP\nNewsletter\n'
  const checked = await send('/dashboard/import/check', { entity: 'tags', mode: 'upsert' }, file)
  expect(checked.html).toContain('name="entity" value="tags"')
  const right = { entity: 'tags', mode: 'upsert', 'column.0': 'Name', 'field.0': 'name' }
  const done = await send('/dashboard/import/run', right, file)
  expect(textOf(done)).toMatch(/New 2/)
  expect(textOf(done)).not.toContain('Show the')
  expect(textOf(await desk.go('/dashboard/import'))).toContain('Tags · ')
  expect(await total()).toBe(0)
})
