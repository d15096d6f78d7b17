// Stopping mail: a person outside the team stops it by one click, and answers reach the person who wrote.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { rows } from '../support/database'
import { founder, member, unique } from '../support/factories'
import { mailing, mailsTo, type Received } from '../support/mailbox'

const fetch = worker(mailing())

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const headerOf = ({ raw }: Received, name: string) => {
  const [head = ''] = raw.split('\r\n\r\n', 1)
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head.replace(/\r\n[ \t]+/g, ' '))?.[1]
}
const stopIn = (mail: Received) => new URL(headerOf(mail, 'List-Unsubscribe')?.replace(/[<> ]/g, '') ?? 'none:')

async function meeting(by: { token: string }, email: string) {
  const { id } = await bodyOf(api(by.token).v1.customers.$post({ json: { name: 'Alice', email } }), 201)
  const json = { type: 'MEETING', customerId: id, body: 'We met.', notifyCustomer: true }
  return async () => {
    const made = await send('/v1/interactions', { method: 'POST', token: by.token, json }, fetch)
    expect(made.status).toBe(201)
    return mailsTo(email)
  }
}
const oneClick = (url: URL) =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  })

describe('a mail to a customer', () => {
  it('can be stopped by one click, without an account; then none of this workspace goes there any more', async () => {
    const [admin, other] = [await founder(), await founder()]
    const email = `${unique('alice')}@example.com`
    const log = await meeting(admin, email)
    const [mail = expect.fail('no mail')] = await log()
    expect(headerOf(mail, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click')
    const url = stopIn(mail)
    expect(url.searchParams.get('token')?.split('.')[0]).toBe(admin.workspaceId)
    expect(url.href).not.toContain(email.split('@')[0])
    expect(mail.text).toContain(`Stop this mail: ${url}`)
    // Programs that follow links stop nothing.
    const page = await fetch(url)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<form method="post">')])
    expect(await log()).toHaveLength(2)
    const done = await oneClick(url)
    expect([done.status, done.headers.get('Location')]).toEqual([200, null])
    expect((await oneClick(url)).status).toBe(200)
    expect(await log()).toHaveLength(2)
    const ticket = { customerId: '', title: 'A question' }
    const [customer] = await rows<{ id: string }>('SELECT id FROM customers WHERE email = ?', email)
    await send(
      '/v1/tickets',
      { method: 'POST', token: admin.token, json: { ...ticket, customerId: customer?.id } },
      fetch,
    )
    expect(await mailsTo(email)).toHaveLength(2)
    expect(await (await meeting(other, email))()).toHaveLength(3)
  })

  it('takes no link that was changed, or is of another workspace', async () => {
    const [admin, other] = [await founder(), await founder()]
    const [mail = expect.fail('no mail')] = await (await meeting(admin, `${unique('alice')}@example.com`))()
    const token = stopIn(mail).searchParams.get('token') ?? ''
    for (const bad of ['x', `${token}x`, token.replace(admin.workspaceId, other.workspaceId), token.slice(37)]) {
      const path = `/v1/unsubscribe?token=${bad}`
      await refusalOf(send(path, { method: 'POST' }, fetch), 400, 'invalid_token')
      await refusalOf(send(path, {}, fetch), 400, 'invalid_token')
    }
    expect(
      await rows('SELECT address FROM mail_stops WHERE workspace_id IN (?, ?)', admin.workspaceId, other.workspaceId),
    ).toEqual([])
  })

  it('is answered to the person who wrote it, if that address is verified', async () => {
    const admin = await founder()
    const email = `${unique('alice')}@example.com`
    const [mail = expect.fail('no mail')] = await (await meeting(admin, email))()
    expect(headerOf(mail, 'Reply-To')).toBe(admin.email)
    await rows('UPDATE users SET email_verified_at = NULL WHERE id = ? RETURNING id', admin.id)
    const [second = expect.fail('no mail')] = await (await meeting(admin, `${unique('bob')}@example.com`))()
    expect(headerOf(second, 'Reply-To')).toBeUndefined()
  })
})

it('the thanks for an enquiry can be stopped, and the team answers an enquiry to its sender', async () => {
  const admin = await founder()
  const email = `${unique('carol')}@example.com`
  const enquire = () =>
    send('/v1/enquiries', { method: 'POST', json: { workspace: admin.slug, name: 'Carol', email } }, fetch)
  await enquire()
  const [thanks = expect.fail('no thanks')] = await mailsTo(email)
  const [alert = expect.fail('no alert')] = await mailsTo(admin.email)
  expect(headerOf(alert, 'Reply-To')).toBe(email)
  expect(headerOf(alert, 'List-Unsubscribe')).toBeUndefined()
  expect((await oneClick(stopIn(thanks))).status).toBe(200)
  await enquire()
  expect([(await mailsTo(email)).length, (await mailsTo(admin.email)).length]).toEqual([1, 2])
})

it('what concerns a member’s own account still goes to an address that stopped the mail of customers', async () => {
  const admin = await founder()
  const { email } = await member(admin, 'SALES')
  const [mail = expect.fail('no mail')] = await (await meeting(admin, email))()
  await oneClick(stopIn(mail))
  await send('/v1/auth/forgot-password', { method: 'POST', json: { email } }, fetch)
  expect((await mailsTo(email)).at(-1)?.subject).toContain('Choose a new password')
})
