// The desk's team and settings: inviting, changing and removing members, the own account, the workspace, keys and the trash.
import { beforeAll, describe, expect, it } from 'vitest'
import { ORIGIN, send, worker } from '../support/api'
import { browser, markIn, textOf } from '../support/desk'
import { founder, member, PASSWORD, type Person, unique } from '../support/factories'

let admin: Person
let sales: Person
let at: ReturnType<typeof browser>
let mark: string

beforeAll(async () => {
  admin = await founder()
  sales = await member(admin, 'SALES')
  at = browser()
  mark = markIn(await at.signIn(admin))
})

const secretIn = ({ html }: { html: string }) => /id="secret"[^>]*value="([^"]+)"/.exec(html)?.[1] ?? ''

describe('the team', () => {
  it('lists its members with role and state, and hides what only an admin does from others', async () => {
    const seen = textOf(await at.go('/dashboard/team'))
    expect(seen).toContain('2 members')
    expect(seen).toContain('Invite a colleague')
    const other = browser()
    await other.signIn(sales)
    expect(textOf(await other.go('/dashboard/team'))).not.toContain('Invite a colleague')
  })

  it('invites by a link where no mail is set up, with which the colleague joins', async () => {
    const email = `${unique('grace')}@example.com`
    const page = await at.post('/dashboard/team/invite', { mark, email, role: 'SALES' })
    const link = secretIn(page)
    expect(page.status).toBe(201)
    expect(textOf(await at.go('/dashboard/team'))).toContain(email)
    const token = new URL(link, ORIGIN).searchParams.get('token') ?? ''
    const joined = await browser().post('/dashboard/register/enter', {
      invitationToken: token,
      name: 'Grace',
      email,
      password: PASSWORD,
    })
    expect(textOf(joined)).toContain('Welcome, Grace.')
    expect(textOf(await at.go('/dashboard/team'))).toContain('3 members')
  })

  it('says what is wrong with an invitation beside the field, and keeps what was typed', async () => {
    const page = await at.post('/dashboard/team/invite', { mark, email: 'not an address', role: 'MANAGER' })
    expect(page.status).toBe(400)
    expect(page.html).toContain('value="not an address"')
    expect(textOf(page)).toContain('This is no e-mail address.')
  })

  it('withdraws an invitation', async () => {
    const email = `${unique('eve')}@example.com`
    await at.post('/dashboard/team/invite', { mark, email, role: 'SALES' })
    const { html } = await at.go('/dashboard/team')
    const [, id = ''] = new RegExp(`${email}[\\s\\S]*?name="id" value="([^"]+)"`).exec(html) ?? []
    expect(textOf(await at.post('/dashboard/team/withdraw', { mark, id }))).toContain('The invitation is withdrawn.')
    expect(textOf(await at.go('/dashboard/team'))).not.toContain(email)
  })

  it('changes a role, and removes a member whose session ends', async () => {
    const leaver = await member(admin, 'SALES')
    const path = `/dashboard/team/${leaver.id}`
    const page = await at.go(path)
    const [, version = ''] = /name="version" value="(\d+)"/.exec(page.html) ?? []
    const fields = { mark, version, name: 'Les', timeZone: 'Europe/Berlin', status: 'ACTIVE', reassignTo: '' }
    expect(textOf(await at.post(`${path}/save`, { ...fields, role: 'MANAGER' }))).toContain('Les is changed.')
    const stale = await at.post(`${path}/save`, { ...fields, role: 'SALES' })
    expect([stale.status, textOf(stale).includes('Somebody else was faster')]).toEqual([412, true])
    const gone = await at.post(`${path}/remove`, { mark, name: 'Les', reassignTo: sales.id })
    expect(textOf(gone)).toContain('Les is no longer in the team.')
    expect((await send('/v1/auth/me', { token: leaver.token })).status).toBe(401)
  })
})

describe('the own account', () => {
  it('changes name, time zone and language, and the pages speak it at once', async () => {
    const one = browser()
    const mine = markIn(await one.signIn(sales))
    const fields = { mark: mine, name: 'Sál', username: '', timeZone: 'Asia/Tokyo', language: 'de' }
    const page = await one.post('/dashboard/settings/save', fields)
    expect(textOf(page)).toContain('Gespeichert.')
    expect(page.html).toMatch(/value="Asia\/Tokyo" selected/)
    expect(page.html).toContain('value="Sál"')
    // The profile holds in every browser, and also where another language is asked for.
    const elsewhere = browser()
    await elsewhere.signIn(sales)
    const there = await elsewhere.go('/dashboard', { headers: { 'Accept-Language': 'en' } })
    expect(there.html).toContain('<html lang="de">')
    await one.post('/dashboard/settings/save', { ...fields, language: '' })
    expect((await one.go('/dashboard', { headers: { 'Accept-Language': 'en' } })).html).toContain('<html lang="en">')
    expect((await one.go('/dashboard', { headers: { 'Accept-Language': 'de' } })).html).toContain('<html lang="de">')
  })

  it('changes the password only with the present one', async () => {
    const one = await member(admin, 'SALES')
    const it = browser()
    const mine = markIn(await it.signIn(one))
    const change = (currentPassword: string) =>
      it.post('/dashboard/settings/password', { mark: mine, currentPassword, newPassword: 'another staple entirely' })
    expect((await change('wrong')).status).toBe(400)
    expect(textOf(await change(PASSWORD))).toContain('Your password is changed.')
  })

  it('ends another session of the same person', async () => {
    const one = await member(admin, 'SALES')
    const [here, there] = [browser(), browser()]
    const mine = markIn(await here.signIn(one))
    await there.signIn(one)
    const { html } = await here.go('/dashboard/settings')
    const ids = [...html.matchAll(/name="id" value="([^"]+)"/g)].map(([, id = '']) => id)
    expect(ids.length).toBeGreaterThan(0)
    for (const id of ids) await here.post('/dashboard/settings/end-session', { mark: mine, id })
    expect((await here.go('/dashboard/settings')).path).toBe('/dashboard/settings')
  })

  it('makes a calendar link that is shown once and works, and ends it', async () => {
    const page = await at.post('/dashboard/settings/calendar', { mark })
    const link = secretIn(page)
    expect((await send(link.replace(ORIGIN, ''))).status).toBe(200)
    expect(secretIn(await at.go('/dashboard/settings'))).toBe('')
    expect(textOf(await at.post('/dashboard/settings/close-calendar', { mark }))).toContain('no longer works')
    expect((await send(link.replace(ORIGIN, ''))).status).toBe(404)
  })

  it('chooses mails and quiet hours, and says which field is wrong', async () => {
    const fields = { mark, followUpDue: 'on', digest: 'daily', digestHour: '7', from: '21:00', to: '07:00' }
    const page = await at.post('/dashboard/settings/notifications/save', fields)
    expect(textOf(page)).toContain('Saved.')
    expect(page.html).toMatch(/name="followUpDue" value="on" checked/)
    expect(page.html).not.toMatch(/name="leadAssigned" value="on" checked/)
    const wrong = await at.post('/dashboard/settings/notifications/save', { ...fields, to: '' })
    expect(wrong.status).toBe(400)
  })
})

describe('the workspace', () => {
  it('is changed, and its form works as printed', async () => {
    const page = await at.go('/dashboard/settings/workspace')
    const [, version = ''] = /name="version" value="(\d+)"/.exec(page.html) ?? []
    const slug = unique('engines')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
    const fields = { mark, version, name: 'Engines', slug, timeZone: 'UTC', defaultCountry: 'DE' }
    const saved = await at.post('/dashboard/settings/workspace/save', fields)
    expect(textOf(saved)).toContain('Saved.')
    expect(textOf(saved)).toContain(`workspace: &#39;${slug}&#39;`)
    const json = { workspace: slug, name: 'Ann', email: 'ann@example.com', message: 'Hello', website: '' }
    expect((await send('/v1/enquiries', { method: 'POST', json })).status).toBe(201)
    expect(textOf(await at.post('/dashboard/settings/workspace/try-form', { mark }))).toContain('in the pool')
  })
})

describe('API keys', () => {
  it('are made with scopes, shown once, and revoked', async () => {
    const page = await at.post('/dashboard/settings/keys/make', { mark, name: 'Website', scopes: 'leads:read' })
    const key = secretIn(page)
    expect((await send('/v1/leads', { token: key })).status).toBe(200)
    const { html } = await at.go('/dashboard/settings/keys')
    expect(html).not.toContain(key)
    const [, id = ''] = /name="id" value="([^"]+)"/.exec(html) ?? []
    const revoked = await at.post('/dashboard/settings/keys/revoke', { mark, id, name: 'Website' })
    expect(textOf(revoked)).toContain('The key Website no longer works.')
  })

  it('need a scope, and the form keeps the name', async () => {
    const page = await at.post('/dashboard/settings/keys/make', { mark, name: 'Nothing' })
    expect([page.status, page.html.includes('value="Nothing"')]).toEqual([400, true])
  })
})

describe('the trash', () => {
  it('shows what lies in it and gives it back', async () => {
    const made = await send('/v1/leads', { method: 'POST', token: admin.token, json: { title: 'Lost and found' } })
    const { id } = await made.json<{ id: string }>()
    await send(`/v1/leads/${id}`, { method: 'DELETE', token: admin.token })
    expect(textOf(await at.go('/dashboard/settings/trash'))).toContain('Lost and found')
    const back = '/dashboard/settings/trash'
    expect(textOf(await at.post(`/dashboard/leads/${id}/restore`, { mark, back }))).toContain('It is back.')
    expect(textOf(await at.go(back))).not.toContain('Lost and found')
  })
})

it('the audit trail says who did what, newest first', async () => {
  expect(textOf(await at.go('/dashboard/settings/audit'))).toContain('changed the workspace')
})

it('a portal login sees its own account alone', async () => {
  const customer = await member(admin, 'CUSTOMER')
  const one = browser(worker())
  await one.signIn(customer)
  const page = await one.go('/dashboard/settings')
  expect(textOf(page)).toContain('Notifications')
  expect(textOf(page)).not.toContain('API keys')
})

describe('webhooks', () => {
  it('are made with a secret that is shown once, paused, resumed and deleted', async () => {
    const page = await at.post('/dashboard/settings/webhooks/make', {
      mark,
      url: 'https://hooks.example.com/crm',
      types: 'lead.*, ticket.created',
    })
    expect(secretIn(page)).toMatch(/^whsec_/)
    const list = await at.go('/dashboard/settings/webhooks')
    expect(list.html).not.toContain('whsec_')
    expect(textOf(list)).toContain('lead.* ticket.created')
    const [, path = ''] = /href="(\/dashboard\/settings\/webhooks\/[0-9a-f-]{36})"/.exec(list.html) ?? []
    expect(textOf(await at.post(`${path}/pause`, { mark, back: path }))).toContain('It is paused')
    expect(textOf(await at.post(`${path}/resume`, { mark, back: path }))).toContain('It goes on')
    expect(textOf(await at.go(path))).toContain('Everything has arrived at the first try.')
    expect(textOf(await at.post(`${path}/delete`, { mark }))).toContain('The webhook is deleted.')
  })

  it('go to no address of this network, and the form keeps what was typed', async () => {
    const fields = { mark, url: 'https://127.0.0.1/crm', types: 'lead.*' }
    const page = await at.post('/dashboard/settings/webhooks/make', fields)
    expect([page.status, page.html.includes('value="https://127.0.0.1/crm"')]).toEqual([400, true])
  })
})
