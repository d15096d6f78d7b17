// Leads at the desk: noting, logging, following up, moving, converting, and taking back.
import { beforeEach, describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, send } from '../support/api'
import { browser, markIn, type Seen, textOf } from '../support/desk'
import { enquiry, type Person, team } from '../support/factories'

let people: Awaited<ReturnType<typeof team>>
let it_: ReturnType<typeof browser>
let mark: string
beforeEach(async () => {
  people = await team()
  it_ = browser()
  mark = markIn(await it_.signIn(people.sales))
})

const leadOf = (by: Person, id: string) => bodyOf(api(by.token).v1.leads[':id'].$get({ param: { id }, query: {} }), 200)
const note = async (fields: Record<string, string> = {}) => {
  const page = await it_.post('/dashboard/leads/new/add', { mark, title: 'Course', name: 'Alice', ...fields })
  return { page, id: page.path.split('/').at(-1) ?? '' }
}

/** Sends the form that takes back what the page says was done. */
async function undo(page: Seen) {
  const [, form = ''] = /class="said".*?<form action="([^"]+)"/s.exec(page.html) ?? []
  const said = /class="said".*?<\/form>/s.exec(page.html)?.[0] ?? ''
  const fields = [...said.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value],
  )
  return it_.post(form, Object.fromEntries(fields))
}

describe('a lead', () => {
  it('is noted with a follow-up on a local day, and put away again by one press', async () => {
    const { page, id } = await note({ when: 'date', day: '2027-03-01', time: '10:30' })
    expect(textOf(page)).toContain('Alice is noted.')
    expect(await leadOf(people.sales, id)).toMatchObject({
      followUpAt: '2027-03-01T10:30:00.000Z',
      ownerId: people.sales.id,
    })
    expect(textOf(await undo(page))).toContain('It is in the trash')
  })

  it('that cannot be noted keeps what was typed, and marks the field', async () => {
    const page = await it_.post('/dashboard/leads/new/add', {
      mark,
      title: '',
      name: 'Ali "A" <b>',
      email: 'no address',
      message: 'Hello',
    })
    expect(page.status).toBe(400)
    expect(page.html).toContain('value="Ali &quot;A&quot; &lt;b&gt;"')
    expect(page.html).toMatch(/<input[^>]*id="email"[^>]*aria-invalid="true"/)
    expect(textOf(page)).toContain('This is no e-mail address.')
  })

  it('gets its status by a press, and the one before by Undo', async () => {
    const { id } = await note()
    const moved = await it_.post(`/dashboard/leads/${id}/status`, { mark, status: 'QUALIFIED', was: 'NEW' })
    expect(textOf(moved)).toContain('Alice: Qualified.')
    expect((await leadOf(people.sales, id)).status).toBe('QUALIFIED')
    await undo(moved)
    expect((await leadOf(people.sales, id)).status).toBe('NEW')
  })

  it('has what was said in its timeline, with what comes next, and settles what was due', async () => {
    const { id } = await note({ when: 'tomorrow' })
    const body = 'Wants an offer\n<script>alert(1)</script>'
    const page = await it_.post(`/dashboard/leads/${id}/log`, { mark, type: 'CALL', body, when: '7', settles: 'yes' })
    expect(textOf(page)).toContain('The call is in the timeline.')
    expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect((await leadOf(people.sales, id)).followUpAt).toBeNull()
    const { data } = await bodyOf(api(people.sales.token).v1.interactions.$get({ query: { lead: id } }), 200)
    expect(data).toMatchObject([{ type: 'CALL', body, doneAt: null }])
    expect(Date.parse(data[0]?.followUpAt ?? '') - Date.now()).toBeGreaterThan(6 * 86_400_000)
  })

  it('that is logged without a text shows the form again', async () => {
    const { id } = await note()
    const page = await it_.post(`/dashboard/leads/${id}/log`, { mark, type: 'NOTE', body: '  ' })
    expect(page.status).toBe(400)
    expect(textOf(page)).toContain('This is needed.')
    expect(page.html).toMatch(/value="NOTE" checked/)
  })

  it('is claimed, given back by Undo, and converted', async () => {
    const id = await enquiry(people.admin.slug, { name: 'Pauline Pool', phone: '+44 7700 900238' })
    const claimed = await it_.post('/dashboard/claim-next', { mark })
    expect(textOf(claimed)).toContain('Pauline Pool is yours. Call +44 7700 900238.')
    expect(claimed.path).toBe(`/dashboard/leads/${id}`)
    await undo(claimed)
    expect((await leadOf(people.admin, id)).ownerId).toBeNull()
    await it_.post(`/dashboard/leads/${id}/claim`, { mark })
    const customer = await it_.post(`/dashboard/leads/${id}/convert`, { mark })
    expect(textOf(customer)).toContain('Pauline Pool is a customer now.')
    expect(customer.path).toMatch(/^\/dashboard\/customers\//)
    expect(textOf(customer)).toContain('Leads they were')
  })

  it('is not overwritten by who was slower: both versions stand side by side', async () => {
    const { id } = await note()
    const form = await it_.go(`/dashboard/leads/${id}/edit`)
    const version = /name="version" value="(\d+)"/.exec(form.html)?.[1] ?? ''
    await bodyOf(
      api(people.manager.token).v1.leads[':id'].$patch({ param: { id }, header: {}, json: { phone: '111' } }),
      200,
    )
    const page = await it_.post(`/dashboard/leads/${id}/edit/save`, {
      mark,
      version,
      title: 'Course',
      name: 'Alice',
      phone: '222',
    })
    expect(page.status).toBe(412)
    expect(textOf(page)).toMatch(/Saved by somebody else.*111.*222/)
    expect((await leadOf(people.sales, id)).phone).toBe('111')
    const next = /name="version" value="(\d+)"/.exec(page.html)?.[1] ?? ''
    await it_.post(`/dashboard/leads/${id}/edit/save`, { mark, version: next, phone: '222' })
    expect((await leadOf(people.sales, id)).phone).toBe('222')
  })
})

it('a follow-up is done with the next one in the same step, with the text of the first', async () => {
  const { id } = await note()
  await it_.post(`/dashboard/leads/${id}/log`, { mark, type: 'CALL', body: 'Call back', when: 'tomorrow' })
  const open = () => bodyOf(api(people.sales.token).v1.interactions.$get({ query: { lead: id, done: 'false' } }), 200)
  const [first] = (await open()).data
  const done = await it_.post(`/dashboard/follow-ups/${first?.id}/done`, {
    mark,
    when: '14',
    back: `/dashboard/leads/${id}`,
  })
  expect(textOf(done)).toMatch(/Done\. Next: in 2 weeks\./)
  const { data } = await open()
  expect(data).toMatchObject([{ type: 'FOLLOW_UP', body: 'Call back', leadId: id, createdBy: people.sales.id }])
  // Once more plans nothing.
  await it_.post(`/dashboard/follow-ups/${first?.id}/done`, { mark, when: '14' })
  expect((await open()).data).toHaveLength(1)
})

it('the list counts in words, keeps its filters in the address, and says so where nothing fits', async () => {
  await note()
  expect(textOf(await it_.go('/dashboard/leads?owner=me'))).toContain('1 lead')
  expect(textOf(await it_.go('/dashboard/leads?owner=me'))).not.toContain('1 leads')
  const none = await it_.go('/dashboard/leads?status=CLOSED&q=zzz&sort=nonsense')
  expect(textOf(none)).toContain('Nothing fits these filters.')
  expect(none.html).toContain('href="/dashboard/leads?status=NEW&amp;q=zzz&amp;sort=nonsense"')
})

it('a filter that does not fit is left out, and the others stay', async () => {
  await note()
  const custom = Array.from({ length: 11 }, (_, n) => `customFields.f${n}=1`).join('&')
  const fitting = [
    'customFields.plan=gold&customFields.=x',
    'status=CLOSED&sort=x&unknown=1',
    `status=CLOSED&${custom}`,
  ]
  for (const query of fitting) {
    expect(textOf(await it_.go(`/dashboard/leads?${query}`))).toContain('Nothing fits these filters.')
  }
  expect(textOf(await it_.go(`/dashboard/leads?owner=me&${custom}`))).toContain('1 lead')
})

it.each([
  ['', 'text/csv', '\ufeffid,'],
  ['format=nonsense', 'text/csv', '\ufeffid,'],
  ['format=csv&format=json', 'application/json', '['],
  ['format=json&bom=true&owner=nobody&sort=name', 'application/json', '['],
  ['columns=nonsense&after=x&limit=0', 'text/csv', '\ufeffid,'],
])('an export by ?%s is %s', async (query, type, start) => {
  await it_.signIn(people.admin)
  const cookie = [...it_.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await send(`/dashboard/leads/export?${query}`, { headers: { Cookie: cookie } })
  expect([response.status, response.headers.get('Content-Type')]).toEqual([200, expect.stringContaining(type)])
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await response.arrayBuffer())
  expect(text.slice(0, start.length)).toBe(start)
})

it('a page costs two round trips at most', async () => {
  const { id } = await note()
  for (const path of [
    '',
    '/leads',
    '/leads/board',
    '/leads/new',
    `/leads/${id}`,
    `/leads/${id}/edit`,
    '/customers',
    '/search?q=ali',
  ]) {
    const { headers } = await it_.go(`/dashboard${path}`)
    expect(headers.get('Server-Timing'), path).toMatch(/round trips [12],/)
  }
})
