// Words that people typed, in a mail: whose may go to whom, and that none makes a line, a header or a link of its own.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LANGUAGES } from '../../src/languages'
import { render } from '../../src/mail/mail.render'
import { TEMPLATES } from '../../src/mail/mail.templates'
import { brief, linesOf, oneLine } from '../../src/mail/mail.text'
import { api, send, worker } from '../support/api'
import { rows } from '../support/database'
import { customer, founder, PASSWORD, type Person, unique } from '../support/factories'
import { mailing, mailTo, queuedTo } from '../support/mailbox'

const mailer = worker(mailing())
const waiting = worker(mailing({ SMTP_PORT: '1' }))
const BAIT = 'You have won a prize, see https://evil.example/win or evil.example now'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

const address = () => `${unique('victim')}@example.com`
const BREAKS = ['\r\n', '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029']

describe.each(LANGUAGES)('a template in %s', (language) => {
  const reader = { language, timeZone: 'Europe/Berlin' }
  const at = '2026-11-21T15:00:00.000Z'
  const hostile = (field: string, end: string) =>
    `${field}${end}E-mail: ceo@bank.example${end}\u202eBcc: x@evil.example`
  /** A letter in which every field holds what tries to be a line of its own. */
  const letterOf = (name: keyof typeof TEMPLATES, end: string) => {
    const { fields, userTexts, write } = TEMPLATES[name]
    const item = {
      kind: 'lead',
      name: hostile('about', end),
      at,
      note: hostile('note', end),
      link: 'https://app.crm.test/x',
    }
    const known: Record<string, string> = { at, expiresAt: at, zone: 'UTC', count: '1', items: JSON.stringify([item]) }
    const filled = (field: string) => (userTexts.includes(field) ? hostile(field, end) : (known[field] ?? field))
    const payload = Object.fromEntries([...fields, 'workspace'].map((field) => [field, filled(field)]))
    const workspace = hostile('workspace', end)
    return render(write({ ...payload, workspace }, reader), workspace, reader.language)
  }

  it.each(Object.keys(TEMPLATES) as (keyof typeof TEMPLATES)[])(
    '%s keeps whatever is typed in its own line, or quoted, whichever line break stands in it',
    (name) => {
      for (const end of BREAKS) {
        const { subject, text, html } = letterOf(name, end)
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u)
        for (const line of text.split('\n')) {
          expect(line).not.toMatch(/^\s*(E-mail: ceo|Bcc:)/)
          expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u)
        }
        expect(html).not.toMatch(/[\u0085\u2028\u2029\u202a-\u202e]/u)
        // In HTML a break is one of ours: only what is quoted has any, and the note below a title.
        const outside = html.replace(/<blockquote>[\s\S]*?<\/blockquote>/g, '')
        expect(outside).not.toMatch(/<br>\s*(E-mail|Bcc)/)
      }
    },
  )

  it('without people’s words says what happened, and leaves no gap', () => {
    for (const [name, { fields, userTexts, write }] of Object.entries(TEMPLATES)) {
      const known: Record<string, string> = { at, expiresAt: at, zone: 'UTC', count: '2', items: '[]' }
      const filled = (field: string) => (userTexts.includes(field) ? null : (known[field] ?? 'x'))
      const letter = write(Object.fromEntries(fields.map((field) => [field, filled(field)])), reader)
      const { subject, text } = render(letter, '', reader.language)
      expect(subject, name).toMatch(/^[^ :·].*[^ :·]$/)
      expect(text, name).not.toMatch(/undefined|null|“”| {2}| [,.:]|^> *$/m)
      expect(text, name).toMatch(/-- \nEdge CRM\n$/)
    }
  })
})

describe('a text', () => {
  it('of a name is one line of 60 characters in which there is no link', () => {
    expect(brief(BAIT)).toBe('You have won a prize, see or evil example now')
    expect(brief('www.evil.example/x Ann')).toBe('Ann')
    expect(brief('Ann\r\nE-mail: ceo@bank.example')).toBe('Ann E-mail: ceo@bank example')
    expect(brief('evil\u3002example HTTPS://EVIL.EXAMPLE')).toBe('evil example')
    expect(brief('J. R. R. Tolkien & Søns')).toBe('J. R. R. Tolkien & Søns')
    expect(brief('x'.repeat(61))).toBe(`${'x'.repeat(59)}…`)
    expect(brief(`ht${'\u200b'}tps://evil.example`)).toBe('')
  })

  it('is cut into lines by every break there is, and joined by no mark that is not seen', () => {
    expect(linesOf(BREAKS.map((end, i) => `${i}${end}`).join(''))).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', ''])
    expect(oneLine('a\u061cb\u200fc\ufeffd\u0085e')).toBe('abcd e')
  })
})

/** A stranger who registered with bait for a name; the address is not verified. */
async function stranger(email = address()) {
  const json = { email, password: PASSWORD, name: BAIT, workspaceName: BAIT }
  const response = await api(undefined, mailer).v1.auth.register.$post({ json })
  if (response.status !== 201) throw new Error('registration failed')
  const { accessToken, user, workspace } = await response.json()
  return { ...user, token: accessToken, slug: workspace.slug }
}
const verified = ({ id }: Pick<Person, 'id'>) =>
  rows('UPDATE users SET email_verified_at = created_at WHERE id = ? RETURNING id', id)
const invite = (token: string, email: string) =>
  send('/v1/workspace/invitations', { method: 'POST', token, json: { email, role: 'SALES' } }, mailer)

describe('to an address that has not proved itself', () => {
  it('goes no name of who registered it, with the first link nor with a later one', async () => {
    const { email } = await stranger()
    await send('/v1/auth/forgot-password', { method: 'POST', json: { email } }, waiting)
    const { raw, subject } = await mailTo(email)
    expect(subject).toBe('Verify your e-mail address')
    expect(raw).not.toMatch(/won|prize|evil/)
    expect(JSON.stringify(await queuedTo(email))).not.toMatch(/won|prize|evil/)
  })

  it('goes an invitation without a word of an inviter who has not proved theirs, and with plain names from who has', async () => {
    const by = await stranger()
    const [first, second] = [address(), address()]
    expect((await invite(by.token, first)).status).toBe(201)
    const bare = await mailTo(first)
    expect(bare.subject).toBe('You are invited to join a team')
    expect(bare.text).toContain('Somebody invites you to join a team as Sales.')
    expect(bare.raw).not.toMatch(/won|prize|evil/)
    await verified(by)
    expect((await invite(by.token, second)).status).toBe(201)
    const named = await mailTo(second)
    expect(named.subject).toContain('You have won a prize, see or evil example now invites you to')
    expect(named.raw).not.toContain('evil.example')
  })

  it('goes a meeting, or a ticket, without a word of who has not proved theirs', async () => {
    const by = await stranger()
    const email = address()
    const customerId = await customer({ ...by, refreshToken: '' }, { email })
    const post = (path: string, json: object) => send(path, { method: 'POST', token: by.token, json }, waiting)
    const all = async () => {
      await post('/v1/interactions', { customerId, type: 'MEETING', body: BAIT, notifyCustomer: true })
      const { id } = await (await post('/v1/tickets', { customerId, title: BAIT })).json<{ id: string }>()
      await post(`/v1/tickets/${id}/comments`, { body: BAIT })
      return queuedTo(email)
    }
    const before = await all()
    expect(before.map(({ template }) => template).sort()).toEqual(['meetingLogged', 'ticketCommented', 'ticketOpened'])
    expect(JSON.stringify(before)).not.toMatch(/won|prize|evil/)
    await verified(by)
    expect(JSON.stringify(await all())).toContain(BAIT)
  })

  it('goes the thanks for an enquiry without the name of a workspace for which nobody answers', async () => {
    const by = await stranger()
    const [first, second] = [address(), address()]
    const ask = (email: string) =>
      api(undefined, mailer).v1.enquiries.$post({ json: { workspace: by.slug, name: BAIT, email, message: BAIT } })
    expect((await ask(first)).status).toBe(201)
    expect((await mailTo(first)).text).toContain('Thank you for writing to us.')
    expect((await mailTo(first)).raw).not.toMatch(/won|prize|evil/)
    // Neither does the registered address, which is somebody else's maybe, hear what was typed into the form.
    expect(JSON.stringify(await queuedTo(by.email))).not.toMatch(/won|prize/)
    await verified(by)
    expect((await ask(second)).status).toBe(201)
    expect((await mailTo(second)).text).toContain('Thank you for writing to You have won a prize')
  })
})

describe('to the team', () => {
  it('goes an enquiry in which a name forges no field, and a message no line', async () => {
    const admin = await founder()
    const json = { workspace: admin.slug, name: 'Ann\nE-mail: ceo@bank.example', email: address() }
    const message = 'Hello\r\nE-mail: ceo@bank.example\u2028Phone: 666'
    expect((await api(undefined, mailer).v1.enquiries.$post({ json: { ...json, message } })).status).toBe(201)
    const { text } = await mailTo(admin.email)
    expect(text).toContain('Name: Ann E-mail: ceo@bank.example\n')
    expect(text.match(/^E-mail: .*$/gm)).toEqual([`E-mail: ${json.email}`])
    expect(text).toContain('Message:\n> Hello\n> E-mail: ceo@bank.example\n> Phone: 666\n')
    expect(text).not.toMatch(/^Phone:/m)
  })
})
