// Tickets at the desk, from both sides: the team's list and page, and the customer's own view.
import { beforeEach, describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { browser, markIn, textOf } from '../support/desk'
import { customer, team } from '../support/factories'

let people: Awaited<ReturnType<typeof team>>
let own: string
beforeEach(async () => {
  people = await team()
  own = await customer(people.sales, { name: 'Clara Client', userId: people.customer.id })
})

async function seat(person: { email: string }) {
  const it_ = browser()
  return { it: it_, mark: markIn(await it_.signIn(person)) }
}

describe('a customer who signs in', () => {
  it('sees their own page, asks for help, and reads the answer of the team', async () => {
    const client = await seat(people.customer)
    const home = await client.it.go('/dashboard')
    expect(home.path).toBe('/dashboard/portal')
    expect(textOf(home)).toContain('Hello, Clara Client')
    expect(textOf(home)).not.toMatch(/Leads|Customers|Search everything/)
    const asked = await client.it.post('/dashboard/portal/ask', {
      mark: client.mark,
      title: 'No sound',
      description: 'In lesson 3',
    })
    expect(textOf(asked)).toContain('We have it as #1')
    const seller = await seat(people.sales)
    const list = await seller.it.go('/dashboard/tickets?status=OPEN')
    expect(textOf(list)).toContain('1 ticket')
    const path = asked.path
    const answer = await seller.it.post(`${path}/comment`, { mark: seller.mark, body: 'Try it <b>now</b>.' })
    expect(answer.html).toContain('Try it &lt;b&gt;now&lt;/b&gt;.')
    expect(textOf(await client.it.go(path))).toContain('SALES member')
    const closed = await client.it.post(`${path}/status`, { mark: client.mark, status: 'CLOSED' })
    expect(textOf(closed)).toContain('Ticket #1: Closed.')
    expect(textOf(closed)).toContain('It is not solved: reopen it')
    expect(textOf(await client.it.post(`${path}/status`, { mark: client.mark, status: 'OPEN' }))).toContain(
      'You are not allowed',
    )
  })

  it('changes their own details, and sees nothing of others', async () => {
    const other = await customer(people.sales, { name: 'Otto Other' })
    const client = await seat(people.customer)
    await client.it.post('/dashboard/portal/save', {
      mark: client.mark,
      name: 'Clara C.',
      phone: '020 7946 0958',
      company: '',
    })
    const row = await bodyOf(api(people.admin.token).v1.customers[':id'].$get({ param: { id: own }, query: {} }), 200)
    expect(row).toMatchObject({ name: 'Clara C.', phone: '020 7946 0958', company: null })
    for (const path of [
      `/customers/${other}`,
      `/customers/${own}`,
      '/customers',
      '/search?q=otto',
      '/leads',
      '/tickets',
    ]) {
      expect((await client.it.go(`/dashboard${path}`)).status, path).toBe(403)
    }
  })
})

it('a ticket gets priority, somebody and its next statuses alone, each with its way back', async () => {
  const { it: desk, mark } = await seat(people.manager)
  const opened = await desk.post(`/dashboard/customers/${own}/ticket`, { mark, title: 'Refund' })
  const [, path = ''] = /href="(\/dashboard\/tickets\/[\w-]{36})"/.exec(opened.html) ?? []
  expect(textOf(await desk.post(`${path}/priority`, { mark, priority: 'URGENT', was: 'NORMAL' }))).toContain(
    'priority Urgent.',
  )
  expect(textOf(await desk.post(`${path}/assign`, { mark, assigneeId: people.rival.id, was: '' }))).toContain(
    'somebody else now',
  )
  await desk.post(`${path}/status`, { mark, status: 'RESOLVED' })
  const page = await desk.go(path)
  const options = [...page.html.matchAll(/<option value="(OPEN|IN_PROGRESS|RESOLVED|CLOSED)"/g)].map(
    ([, value]) => value,
  )
  expect(options).toEqual(['RESOLVED', 'IN_PROGRESS', 'CLOSED'])
  expect(textOf(await (await seat(people.rival)).it.go('/dashboard'))).not.toContain('Refund')
  const trashed = await desk.post(`${path}/trash`, { mark })
  expect(textOf(trashed)).toContain('It is in the trash')
  expect(textOf(await desk.post(`${path}/restore`, { mark }))).toContain('It is back.')
})

it('a list is a file by the filters of its address', async () => {
  const { it: desk } = await seat(people.sales)
  await api(people.sales.token).v1.leads.$post({ json: { title: 'Mine', name: 'Ada' } })
  const csv = await desk.go('/dashboard/leads/export?status=NEW&sort=createdAt')
  expect(csv.headers.get('Content-Disposition')).toContain('attachment')
  expect(csv.html).toMatch(/^\ufeff?title|Mine/)
  expect((await desk.go('/dashboard/leads/export?status=CLOSED')).html).not.toContain('Mine')
  expect((await desk.go('/dashboard/customers/export?format=vcf')).html).toContain('BEGIN:VCARD')
  expect(JSON.parse((await desk.go('/dashboard/tickets/export?format=json')).html)).toEqual([])
})
