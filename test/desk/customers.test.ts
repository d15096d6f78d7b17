// Customers at the desk: adding, changing, tagging, relating, merging and erasing.
import { beforeEach, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { made } from '../support/customers'
import { browser, markIn, textOf } from '../support/desk'
import { team } from '../support/factories'

let people: Awaited<ReturnType<typeof team>>
let desk: ReturnType<typeof browser>
let mark: string
beforeEach(async () => {
  people = await team()
  desk = browser()
  mark = markIn(await desk.signIn(people.admin))
})

const read = (id: string) => bodyOf(api(people.admin.token).v1.customers[':id'].$get({ param: { id }, query: {} }), 200)
async function add(fields: Record<string, string>) {
  const page = await desk.post('/dashboard/customers/new/add', { mark, ...fields })
  return { page, id: page.path.split('/').at(-1) ?? '' }
}

it('a customer is added with several addresses, numbers and own fields', async () => {
  const { page, id } = await add({
    ...{
      name: 'Alice',
      company: 'Acme',
      'email.0': 'alice@example.com',
      'emailLabel.0': 'work',
      'email.1': 'al@example.org',
    },
    ...{ 'phone.0': '020 7946 0958', 'fieldName.0': 'plan', 'fieldValue.0': 'gold', keepInTouchDays: '30' },
  })
  expect(textOf(page)).toContain('Alice is added.')
  expect(await read(id)).toMatchObject({
    emails: [
      { email: 'alice@example.com', label: 'work' },
      { email: 'al@example.org', label: null },
    ],
    phone: '020 7946 0958',
    customFields: { plan: 'gold' },
    keepInTouchDays: 30,
  })
})

it('one that is there already is linked, and what was typed is kept', async () => {
  const { id } = await add({ name: 'Alice', 'email.0': 'alice@example.com' })
  const { page } = await add({ name: 'Alice Again', 'email.0': 'alice@example.com' })
  expect(page.status).toBe(409)
  expect(page.html).toContain(`href="/dashboard/customers/${id}"`)
  expect(page.html).toContain('value="Alice Again"')
})

it('a change of own fields leaves those that are no texts as they are, and removes the empty ones', async () => {
  const { id } = await add({ name: 'Alice' })
  const customFields = { plan: 'gold', size: 12, sites: ['a', 'b'] }
  await bodyOf(
    api(people.admin.token).v1.customers[':id'].$patch({ param: { id }, header: {}, json: { customFields } }),
    200,
  )
  const form = await desk.go(`/dashboard/customers/${id}/edit`)
  const sent = [...form.html.matchAll(/<input[^>]*>/g)].flatMap(([input]) => {
    const [, name] = / name="([^"]+)"/.exec(input) ?? []
    const [, value = ''] = / value="([^"]*)"/.exec(input) ?? []
    return name && name !== 'q' ? [[name, value.replaceAll('&quot;', '"')] as const] : []
  })
  const fields: Record<string, string> = { ...Object.fromEntries(sent), ownerId: '', company: 'Acme' }
  const plan =
    Object.entries(fields).find(([name, value]) => name.startsWith('fieldName') && value === 'plan')?.[0] ?? ''
  fields[plan.replace('Name', 'Value')] = ''
  await desk.post(`/dashboard/customers/${id}/edit/save`, fields)
  expect(await read(id)).toMatchObject({ company: 'Acme', customFields: { size: 12, sites: ['a', 'b'] } })
  expect((await read(id)).customFields).not.toHaveProperty('plan')
})

it('a tag is put on and off again, and leads to those who have it', async () => {
  const { id } = await add({ name: 'Alice' })
  const tagged = await desk.post(`/dashboard/customers/${id}/tag`, { mark, name: 'VIP & more' })
  expect(textOf(tagged)).toContain('Tagged “VIP & more”.'.replace('&', '&amp;'))
  expect(textOf(await desk.go(`/dashboard/customers?tag=${encodeURIComponent('VIP & more')}`))).toContain('Alice')
  await desk.post(`/dashboard/customers/${id}/untag`, { mark, name: 'VIP & more' })
  expect(textOf(await desk.go(`/dashboard/customers/${id}`))).toContain('No tags yet.')
})

it('two customers are merged after a look at the result, and Undo brings both back', async () => {
  const [one, two] = [
    await add({ name: 'Alice', company: 'Acme' }),
    await add({ name: 'Alice Student', 'phone.0': '020 7946 0958' }),
  ]
  const preview = textOf(await desk.go(`/dashboard/customers/${one.id}/merge?with=${two.id}`))
  expect(preview).toMatch(/Phone – 020 7946 0958 020 7946 0958/)
  expect((await read(one.id)).phone).toBeNull()
  const merged = await desk.post(`/dashboard/customers/${one.id}/merge/do`, { mark, fromId: two.id, prefer: 'this' })
  expect(textOf(merged)).toContain('Merged into Alice.')
  expect((await read(one.id)).phone).toBe('020 7946 0958')
  await desk.post(`/dashboard/customers/${two.id}/restore`, { mark })
  expect((await read(one.id)).phone).toBeNull()
  expect((await read(two.id)).name).toBe('Alice Student')
})

it('a person is erased by an ADMIN who types the name, and by nothing less', async () => {
  const { id } = await add({ name: 'Alice', 'email.0': 'alice@example.com' })
  const wrong = await desk.post(`/dashboard/customers/${id}/personal-data/erase`, { mark, confirmation: 'Bob' })
  expect(wrong.status).toBe(400)
  expect((await read(id)).email).toBe('alice@example.com')
  const erased = await desk.post(`/dashboard/customers/${id}/personal-data/erase`, { mark, confirmation: 'Alice' })
  expect(textOf(erased)).toContain('The person is erased.')
  expect((await read(id)).email).toBeNull()
})

it('customers are related, opened a ticket for, and put into the trash and back', async () => {
  const [one, two] = [await add({ name: 'Alice' }), await add({ name: 'Maya Manager' })]
  const related = await desk.post(`/dashboard/customers/${one.id}/relate`, { mark, otherId: two.id, kind: 'manager' })
  expect(textOf(related)).toContain('Maya Manager')
  expect(textOf(await desk.go(`/dashboard/customers/${two.id}`))).toContain('Reports to them')
  expect(textOf(await desk.post(`/dashboard/customers/${one.id}/ticket`, { mark, title: 'No sound' }))).toContain(
    'Ticket #1 is open.',
  )
  const trashed = await desk.post(`/dashboard/customers/${one.id}/trash`, { mark, back: '/dashboard/customers' })
  expect(textOf(trashed)).toContain('It is in the trash, for 30 days.')
  expect((await desk.go(`/dashboard/customers/${one.id}`)).status).toBe(404)
  expect(textOf(await desk.post(`/dashboard/customers/${one.id}/restore`, { mark }))).toContain('It is back.')
})

it('a search is sorted by name where that is asked', async () => {
  for (const name of ['Zoë Sorted', 'Ann Sorted']) await made(people.admin, { name })
  const seen = textOf(await desk.go('/dashboard/customers?q=sorted&sort=name'))
  const [ann, zoe] = [seen.indexOf('Ann Sorted'), seen.indexOf('Zoë Sorted')]
  expect([ann > 0, zoe > ann]).toEqual([true, true])
})
