// The doors of the desk: what the links of mails open, without a frontend and without a script.
import { describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, ORIGIN, worker } from '../support/api'
import { browser, markIn, textOf } from '../support/desk'
import { founder, PASSWORD, type Person, unique } from '../support/factories'
import { mailing, mailsTo } from '../support/mailbox'

const fetch = worker(mailing({ PUBLIC_URL: undefined, SIGNUP: 'open' }))

/** The link to the desk in the last mail to an address, as a path. */
async function linkTo(address: string): Promise<string> {
  const mail = (await mailsTo(address)).at(-1)
  const [, path = ''] = new RegExp(`${ORIGIN}(/dashboard/\\S+)`).exec(mail?.text ?? '') ?? []
  return path
}

const tokenIn = (path: string) => new URL(path, ORIGIN).searchParams.get('token') ?? ''

async function registered() {
  const email = `${unique('ada')}@example.com`
  const it = browser(fetch)
  const fields = { name: 'Ada', workspaceName: unique('Engines'), email, password: PASSWORD }
  const page = await it.post('/dashboard/register/enter', fields)
  return { it, email, page }
}

describe('a link in a mail opens a page', () => {
  it('that verifies the address by a press, and by no visit alone', async () => {
    const { it, email, page } = await registered()
    expect(textOf(page)).toContain('Welcome, Ada.')
    const link = await linkTo(email)
    expect(link).toMatch(/^\/dashboard\/verify-email\?token=/)
    const asked = await it.go(link)
    expect(textOf(asked)).toContain('Verify your e-mail address')
    const fields = { token: tokenIn(link), mark: markIn(asked) }
    expect(textOf(await it.post('/dashboard/verify-email/confirm', fields))).toContain(
      'Your e-mail address is verified.',
    )
    expect(textOf(await it.post('/dashboard/verify-email/confirm', fields))).toContain('This link is used, too old')
  })

  it('that takes a new password, with which one signs in', async () => {
    const { email } = await registered()
    const it = browser(fetch)
    expect(textOf(await it.post('/dashboard/forgot-password/send', { email }))).toContain('a link is on its way')
    const link = await linkTo(email)
    const token = tokenIn(link)
    expect(textOf(await it.go(link))).toContain('Choose a new password')
    const short = await it.post('/dashboard/reset-password/choose', { token, newPassword: 'short' })
    expect([short.status, textOf(short).includes('at least 8 characters')]).toEqual([400, true])
    expect(short.html).toContain(`value="${token}"`)
    const newPassword = 'a longer staple than before'
    expect(textOf(await it.post('/dashboard/reset-password/choose', { token, newPassword }))).toContain(
      'Sign in with it.',
    )
    expect((await it.signIn({ email }, newPassword)).path).toBe('/dashboard')
  })

  it('that joins the team of an invitation', async () => {
    const admin = await founder()
    const email = `${unique('grace')}@example.com`
    await api(admin.token, fetch).v1.workspace.invitations.$post({ json: { email, role: 'SALES' } })
    const link = await linkTo(email)
    const it = browser(fetch)
    expect(textOf(await it.go(link))).toContain('Join the team')
    const fields = { invitationToken: tokenIn(link), name: 'Grace', email, password: PASSWORD }
    expect(textOf(await it.post('/dashboard/register/enter', fields))).toContain('Welcome, Grace.')
  })

  it('that puts a new address into its place', async () => {
    const { it, email } = await registered()
    const signedIn = await api(undefined, fetch).v1.auth.login.$post({ json: { email, password: PASSWORD } })
    const { accessToken } = (await signedIn.json()) as { accessToken: string }
    const newEmail = `${unique('ada')}@example.org`
    await api(accessToken, fetch).v1.auth['change-email'].$post({ json: { newEmail } })
    const link = await linkTo(newEmail)
    const asked = await it.go(link)
    const page = await it.post('/dashboard/change-email/confirm', { token: tokenIn(link), mark: markIn(asked) })
    expect(textOf(page)).toContain('Your account has the new address.')
    expect((await browser(fetch).signIn({ email: newEmail })).path).toBe('/dashboard')
  })

  it('of the record that a mail is about', async () => {
    const { it, email } = await registered()
    await it.post('/dashboard/leads/new/add', { mark: markIn(await it.go('/dashboard')), title: 'Course', ownerId: '' })
    const lead = await it.go('/dashboard/leads')
    const [, id = ''] = /href="\/dashboard\/leads\/([\w-]{36})"/.exec(lead.html) ?? []
    await it.post(`/dashboard/leads/${id}/claim`, { mark: markIn(lead) })
    expect(await linkTo(email)).toBe(`/dashboard/leads/${id}`)
    expect(textOf(await it.go(`/dashboard/leads/${id}`))).toContain('Course')
  })
})

it('who was asked to sign in comes to where they wanted to go, and to no other site', async () => {
  const admin = await founder()
  const it = browser()
  const asked = await it.go('/dashboard/leads?status=NEW')
  expect(asked.html).toContain('name="next" value="/dashboard/leads?status=NEW"')
  const fields = { email: admin.email, password: PASSWORD }
  expect((await it.post('/dashboard/sign-in/enter', { ...fields, next: '/dashboard/leads?status=NEW' })).path).toBe(
    '/dashboard/leads?status=NEW',
  )
  for (const next of [
    'https://evil.example/',
    '//evil.example',
    '/dashboard//evil.example',
    '/v1/leads',
    '/dashboard\\@evil',
  ]) {
    expect((await browser().post('/dashboard/sign-in/enter', { ...fields, next })).path).toBe('/dashboard')
  }
})

it('a registration that is refused keeps what was typed, but no password', async () => {
  const admin = await founder()
  const page = await browser(fetch).post('/dashboard/register/enter', {
    ...{ name: 'Eve <b>', workspaceName: 'Eve & Co', email: admin.email, password: PASSWORD },
  })
  expect(page.status).toBe(409)
  expect(textOf(page)).toContain('There is an account with this e-mail address.')
  for (const kept of ['value="Eve &lt;b&gt;"', 'value="Eve &amp; Co"', `value="${admin.email}"`])
    expect(page.html).toContain(kept)
  expect(page.html).not.toContain(PASSWORD)
})

describe('the public form', () => {
  const fields = { name: 'Vera Visitor', email: 'vera@example.net', message: 'Do you mend looms?', website: '' }
  const elsewhere = { Origin: 'https://shop.example' }
  const titles = async ({ token }: Person) =>
    (await bodyOf(api(token).v1.leads.$get({ query: { owner: 'none' } }), 200)).data.map(({ name, message }) => [
      name,
      message,
    ])

  it('is sent from any website, without a script, and thanks in the language of its visitor', async () => {
    const admin = await founder()
    const path = `/dashboard/enquire/${admin.slug}`
    expect(textOf(await browser().go(path))).toContain('Write to ')
    const page = await browser().post(`${path}/send`, fields, { ...elsewhere, 'Accept-Language': 'de' })
    expect([page.status, page.path]).toEqual([200, `${path}?sent=1`])
    expect(await titles(admin)).toEqual([['Vera Visitor', 'Do you mend looms?']])
    // A robot fills in what people do not see, and hears the same.
    const robot = await browser().post(`${path}/send`, { ...fields, website: 'https://x.example' }, elsewhere)
    expect(robot.status).toBe(200)
    expect(await titles(admin)).toHaveLength(1)
  })

  it('shows what was typed where something is wrong, and is nowhere without a workspace', async () => {
    const admin = await founder()
    const page = await browser().post(`/dashboard/enquire/${admin.slug}/send`, { ...fields, email: 'vera@' }, elsewhere)
    expect(page.status).toBe(400)
    expect(page.html).toContain('value="Vera Visitor"')
    expect(page.html).toContain('Do you mend looms?')
    expect(textOf(page)).toContain('This is no e-mail address.')
    expect((await browser().go('/dashboard/enquire/nobody-here')).status).toBe(404)
    expect((await browser().post('/dashboard/enquire/nobody-here/send', fields, elsewhere)).status).toBe(404)
  })

  it('knows nobody: neither the session of the browser nor the frame of the desk', async () => {
    const admin = await founder()
    const it = browser()
    await it.signIn(admin)
    const page = await it.go(`/dashboard/enquire/${admin.slug}`)
    expect(page.html).not.toContain('name="mark" value="ey')
    expect(textOf(page)).not.toContain('Ada Admin')
    expect((await it.post(`/dashboard/enquire/${admin.slug}/send`, fields, elsewhere)).status).toBe(200)
    expect((await it.post('/dashboard/claim-next', {}, elsewhere)).status).toBe(403)
  })
})
