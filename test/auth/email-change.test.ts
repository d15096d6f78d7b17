// Changing the own e-mail address: proven by a mail to the new one, told to the old one, undone by nobody but the owner.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api, send, worker } from '../support/api'
import { rows } from '../support/database'
import { founder, member, PASSWORD, type Person, signIn, unique, unproven } from '../support/factories'
import { mailing, mailsTo, tokenIn } from '../support/mailbox'

const fetch = worker(mailing())
const fresh = () => `${unique('new')}@example.com`
const ask = (person: Pick<Person, 'token'>, newEmail: string) =>
  send('/v1/auth/change-email', { method: 'POST', token: person.token, json: { newEmail } }, fetch)
const confirm = (token: string) => send('/v1/auth/confirm-email', { method: 'POST', json: { token } }, fetch)
const lastTo = async (email: string) => (await mailsTo(email)).at(-1) ?? expect.fail(`no mail to ${email}`)
const emailOf = async ({ id }: Person) => (await rows('SELECT email FROM users WHERE id = ?', id))[0]?.email

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a member’s e-mail address', () => {
  it('changes once the new one has proven itself; the old one is told before and after', async () => {
    const person = await member(await founder(), 'SALES')
    const newEmail = fresh()
    expect((await ask(person, newEmail.toUpperCase())).status).toBe(202)
    expect(await emailOf(person)).toBe(person.email)
    const asked = await lastTo(person.email)
    expect(asked.subject).toContain('Another e-mail address for your account')
    expect(asked.text).toContain(newEmail)
    expect((await lastTo(newEmail)).text).not.toContain('SALES member')
    expect((await confirm(tokenIn(await lastTo(newEmail)))).status).toBe(204)
    expect((await lastTo(person.email)).subject).toContain('was changed')
    const { user } = await (await send('/v1/auth/me', { token: person.token })).json<{ user: object }>()
    expect(user).toMatchObject({ id: person.id, email: newEmail, emailVerified: true })
    expect((await signIn({ email: newEmail, password: PASSWORD })).status).toBe(200)
    expect((await signIn({ email: person.email, password: PASSWORD })).status).toBe(401)
    const verbs = await rows('SELECT verb FROM events WHERE subject_id = ? ORDER BY seq', person.id)
    expect(verbs.at(-1)).toEqual({ verb: 'user.email_changed' })
  })

  it('takes a link once, for an hour, of an account that is active', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const person = await founder()
    const [first, second] = [fresh(), fresh()]
    await ask(person, first)
    await ask(person, second)
    const token = tokenIn(await lastTo(second))
    expect((await confirm(token)).status).toBe(204)
    await refusalOf(confirm(token), 400, 'invalid_token')
    await refusalOf(confirm(tokenIn(await lastTo(first))), 400, 'invalid_token')
    const late = fresh()
    await ask(person, late)
    vi.setSystemTime(Date.now() + 3_600_001)
    await refusalOf(confirm(tokenIn(await lastTo(late))), 400, 'invalid_token')
    expect(await emailOf(person)).toBe(second)
  })

  it.each(['a password change', 'a password reset'])(
    'does not change after %s: somebody else may have begun it',
    async (how) => {
      const person = await founder()
      const newEmail = fresh()
      await ask(person, newEmail)
      const json = { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }
      if (how === 'a password change') await api(person.token).v1.auth['change-password'].$post({ json })
      else {
        await send('/v1/auth/forgot-password', { method: 'POST', json: { email: person.email } }, fetch)
        const token = tokenIn(await lastTo(person.email))
        await send('/v1/auth/reset-password', { method: 'POST', json: { token, newPassword: json.newPassword } }, fetch)
      }
      await refusalOf(confirm(tokenIn(await lastTo(newEmail))), 400, 'invalid_token')
      expect(await emailOf(person)).toBe(person.email)
    },
  )

  it('cannot be one that another account has proven, which is not revealed, and takes one that none has', async () => {
    const [person, holder] = [await founder(), await founder()]
    expect((await ask(person, holder.email)).status).toBe(202)
    expect(await mailsTo(holder.email)).toEqual([])
    const squatter = await unproven(await founder())
    await ask(person, squatter.email)
    const mail = (await mailsTo(squatter.email)).find(({ subject }) => subject.includes('Confirm'))
    expect((await confirm(tokenIn(mail ?? expect.fail('no mail')))).status).toBe(204)
    expect([await emailOf(person), await emailOf(squatter)]).toEqual([
      squatter.email,
      `${squatter.id}@unproven.invalid`,
    ])
  })

  it('is proven by a token of its own kind alone', async () => {
    const person = await founder()
    await send('/v1/auth/forgot-password', { method: 'POST', json: { email: person.email } }, fetch)
    await refusalOf(confirm(tokenIn(await lastTo(person.email))), 400, 'invalid_token')
    const newEmail = fresh()
    await ask(person, newEmail)
    const token = tokenIn(await lastTo(newEmail))
    for (const path of ['/v1/auth/verify-email', '/v1/auth/reset-password']) {
      const json = path.includes('reset') ? { token, newPassword: PASSWORD } : { token }
      await refusalOf(send(path, { method: 'POST', json }, fetch), 400, 'invalid_token')
    }
    expect((await confirm(token)).status).toBe(204)
  })

  it('takes a recent sign-in to change', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const person = await founder()
    vi.setSystemTime(Date.now() + 16 * 60_000)
    const { refreshToken } = person
    const { accessToken } = await bodyOf(api().v1.auth.refresh.$post({ json: { refreshToken } }), 200)
    await refusalOf(ask({ token: accessToken }, fresh()), 403, 'reauthentication_required')
  })
})

describe('an invitation to an address that an account has without proof', () => {
  const invite = async (email: string) => {
    const admin = await founder()
    const response = await send(
      '/v1/workspace/invitations',
      { method: 'POST', token: admin.token, json: { email, role: 'SALES' } },
      fetch,
    )
    expect(response.status).toBe(201)
    return { admin, token: (await response.json<{ token: string }>()).token }
  }
  const join = (email: string, invitationToken: string) =>
    send(
      '/v1/auth/register',
      { method: 'POST', json: { email, password: PASSWORD, name: 'O', invitationToken } },
      fetch,
    )

  it('goes out, and its mailed link takes the address from that account', async () => {
    const squatter = await unproven(await founder())
    const { admin, token } = await invite(squatter.email)
    // The inviter saw this token: it proves nothing.
    await refusalOf(join(squatter.email, token), 409, 'email_taken')
    const joined = await join(squatter.email, tokenIn(await lastTo(squatter.email)))
    expect(joined.status).toBe(201)
    const { user } = await joined.json<{ user: object }>()
    expect(user).toMatchObject({ email: squatter.email, emailVerified: true, workspaceId: admin.workspaceId })
    expect(await emailOf(squatter)).toBe(`${squatter.id}@unproven.invalid`)
    expect((await send('/v1/auth/me', { token: squatter.token })).status).toBe(200)
  })

  it('forges no proof of mail', async () => {
    const squatter = await unproven(await founder())
    const { token } = await invite(squatter.email)
    const other = await invite(fresh())
    for (const proof of ['x', '', other.token.split('.')[1]]) {
      await refusalOf(join(squatter.email, `${token}.${proof}`), 409, 'email_taken')
    }
    expect(await emailOf(squatter)).toBe(squatter.email)
  })
})
