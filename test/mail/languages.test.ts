// The language of a mail: that of its reader's profile, else of the request that caused it, else of the workspace.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LANGUAGES, type Language } from '../../src/languages'
import { MAIL_WORDS } from '../../src/mail/mail.words'
import { send, worker } from '../support/api'
import { founder, member, type Person, unique } from '../support/factories'
import { mailing, mailsTo, mailTo } from '../support/mailbox'

const fetch = worker(mailing())
const browsing = (tag: string) => ({ 'Accept-Language': tag })

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))

const speaks = (by: Person, language: Language | null) =>
  send('/v1/users/me', { method: 'PATCH', token: by.token, json: { language } }, fetch)
const workspaceSpeaks = ({ token }: Person, language: Language) =>
  send('/v1/workspace', { method: 'PATCH', token, json: { language } }, fetch)
const forgot = ({ email }: Person, headers: Record<string, string> = {}) =>
  send('/v1/auth/forgot-password', { method: 'POST', json: { email }, headers }, fetch)
const last = async (to: string) => (await mailsTo(to)).at(-1)

describe('a mail', () => {
  it('is written in the language of the reader’s profile, whatever the browser of the request asks for', async () => {
    const admin = await founder()
    expect(await (await speaks(admin, 'de')).json()).toMatchObject({ language: 'de' })
    await forgot(admin, browsing('en-GB,en;q=0.9'))
    const mail = await mailTo(admin.email)
    expect(mail.subject).toMatch(/^Neues Passwort wählen/)
    expect(mail.html).toContain('<html lang="de">')
  })

  it('to a reader without a choice speaks as the browser that asked for it, by what it wants most', async () => {
    const admin = await founder()
    await forgot(admin, browsing('en;q=0.4, de-AT, fr;q=0.8'))
    expect((await last(admin.email))?.subject).toMatch(/^Neues Passwort/)
    await forgot(admin, browsing('fr, de;q=0, *;q=0.5'))
    expect((await last(admin.email))?.subject).toMatch(/^Choose a new password/)
  })

  it('to a reader without a choice about what another did speaks as the workspace', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    const give = (title: string) =>
      send(
        '/v1/leads',
        { method: 'POST', token: admin.token, json: { title, ownerId: sales.id }, headers: browsing('de') },
        fetch,
      )
    await give('First')
    expect((await last(sales.email))?.subject).toContain('A lead for you: First')
    await workspaceSpeaks(admin, 'de')
    await give('Second')
    expect((await last(sales.email))?.subject).toContain('Ein Lead für dich: Second')
    await speaks(sales, 'en')
    await give('Third')
    expect((await last(sales.email))?.subject).toContain('A lead for you: Third')
  })

  it('to a stranger speaks as the person who wrote the enquiry, or who invites', async () => {
    const admin = await founder()
    const [visitor, guest] = [`${unique('visitor')}@example.com`, `${unique('guest')}@example.com`]
    const json = { workspace: admin.slug, name: 'Vera', email: visitor }
    await send('/v1/enquiries', { method: 'POST', json, headers: browsing('de-CH') }, fetch)
    expect((await mailTo(visitor)).subject).toContain('Ihre Anfrage ist angekommen')
    expect((await last(admin.email))?.subject).toContain('New enquiry')
    await speaks(admin, 'de')
    const session = await send(
      '/v1/auth/refresh',
      { method: 'POST', json: { refreshToken: admin.refreshToken } },
      fetch,
    )
    const { accessToken: token } = await session.json<{ accessToken: string }>()
    await send('/v1/workspace/invitations', { method: 'POST', token, json: { email: guest } }, fetch)
    const mail = await mailTo(guest)
    expect(mail.subject).toContain('lädt dich')
    expect(mail.text).toContain('als Vertrieb.')
  })

  it('says times by the clock of its reader, and of the workspace where there is none', async () => {
    const admin = await founder()
    await send('/v1/workspace', { method: 'PATCH', token: admin.token, json: { timeZone: 'Asia/Tokyo' } }, fetch)
    const visitor = `${unique('visitor')}@example.com`
    await send('/v1/enquiries', { method: 'POST', json: { workspace: admin.slug, name: 'V', email: visitor } }, fetch)
    expect((await mailTo(visitor)).text).toContain('GMT+9')
    expect((await last(admin.email))?.text).toContain('UTC')
  })
})

describe('a new workspace', () => {
  it('has the language of the browser in which it was founded, and English without one', async () => {
    const found = async (headers: Record<string, string>) => {
      const json = {
        email: `${unique('x')}@example.com`,
        password: 'correct horse battery',
        name: 'X',
        workspaceName: 'X',
      }
      const made = await send('/v1/auth/register', { method: 'POST', json, headers }, fetch)
      return made.json()
    }
    expect(await found(browsing('de'))).toMatchObject({ workspace: { language: 'de' }, user: { language: null } })
    expect(await found({})).toMatchObject({ workspace: { language: 'en' }, user: { language: null } })
  })
})

describe('the language of a profile', () => {
  it('is one that there are words for, or none', async () => {
    const admin = await founder()
    for (const json of [{ language: 'fr' }, { language: '' }, { language: 'DE' }]) {
      const refused = await send('/v1/users/me', { method: 'PATCH', token: admin.token, json })
      expect([refused.status, JSON.stringify(await refused.json())]).toEqual([
        400,
        expect.stringContaining('body.language'),
      ])
    }
    expect(await (await speaks(admin, null)).json()).toMatchObject({ language: null })
  })
})

describe('the words of mails', () => {
  const keysOf = (words: object, path = ''): string[] =>
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === 'object' ? keysOf(value, `${path}${key}.`) : [`${path}${key}: ${typeof value}`],
    )

  it.each(LANGUAGES)('in %s are the same as in English, and none is empty', (language) => {
    expect(keysOf(MAIL_WORDS[language]).toSorted()).toEqual(keysOf(MAIL_WORDS.en).toSorted())
    expect(JSON.stringify(MAIL_WORDS[language])).not.toContain('""')
  })
})
