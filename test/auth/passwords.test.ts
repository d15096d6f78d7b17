// Passwords: what may be one, and changing one's own.
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { api, problemOf, send } from '../support/api'
import { count } from '../support/database'
import { founder, freshAddress, PASSWORD, type Person, signIn, unique } from '../support/factories'

const register = (password: unknown) => {
  const json = { email: `${unique('pw')}@example.com`, password, name: 'P' }
  return send('/v1/auth/register', { method: 'POST', json })
}

const refresh = (refreshToken: string) => api().v1.auth.refresh.$post({ json: { refreshToken } })

async function signedIn({ email }: Person, password = PASSWORD) {
  const response = await signIn({ email, password })
  if (response.status !== 200) throw new Error(`signing in answered ${response.status}`)
  return response.json()
}

describe('a password', () => {
  it.each([
    ['of 7 characters', 'seven77', 'must have at least 8 characters'],
    ['of 4 emoji, which are 8 code units', '🐎🔋📎🐎', 'must have at least 8 characters'],
    ['of 73 bytes', 'a'.repeat(73), 'must be at most 72 bytes long'],
    ['of 37 letters that take two bytes each', 'é'.repeat(37), 'must be at most 72 bytes long'],
    ['with a NUL', 'correct\u0000horse', 'must not hold a NUL character'],
  ])('%s is refused, with the reason', async (_what, password, message) => {
    const problem = await problemOf(await register(password))
    expect(problem).toMatchObject({ status: 400, code: 'invalid', errors: [{ path: 'body.password', message }] })
  })

  it.each([
    ['of 8 characters', 'eight888'],
    ['of 72 bytes', 'a'.repeat(72)],
    ['with spaces at its ends', ' spaced out '],
  ])('%s is taken as typed', async (_what, password) => {
    const response = await register(password)
    expect(response.status).toBe(201)
    const { user } = await response.json<{ user: { email: string } }>()
    expect((await signIn({ email: user.email, password })).status).toBe(200)
    expect((await signIn({ email: user.email, password: password.trim().slice(0, -1) })).status).toBe(401)
  })

  it('is not one that merely begins with it, where bcrypt would read no further', async () => {
    const password = 'b'.repeat(72)
    const { user } = await (await register(password)).json<{ user: { email: string } }>()
    const address = freshAddress()
    expect((await signIn({ email: user.email, password: `${password}c` }, { address })).status).toBe(401)
    expect((await signIn({ email: user.email, password }, { address })).status).toBe(200)
  })

  it('is not one that repeats it after a NUL, which bcrypt could not tell apart', async () => {
    const { email } = await founder()
    expect((await signIn({ email, password: `${PASSWORD}\u0000${PASSWORD}` })).status).toBe(401)
  })
})

describe('changing the password', () => {
  const NEW = 'a longer staple than before'
  const change = (token: string, currentPassword: string, newPassword: string) =>
    api(token).v1.auth['change-password'].$post({ json: { currentPassword, newPassword } })

  it('ends every other session and not this one, and the old password', async () => {
    const person = await founder()
    const [phone, tablet] = [await signedIn(person), await signedIn(person)]
    expect((await change(phone.accessToken, PASSWORD, NEW)).status).toBe(204)
    for (const { refreshToken } of [person, tablet]) expect((await refresh(refreshToken)).status).toBe(401)
    expect((await refresh(phone.refreshToken)).status).toBe(200)
    expect((await signIn({ email: person.email, password: PASSWORD })).status).toBe(401)
    await signedIn(person, NEW)
    expect(await count('events', "verb = 'user.password_changed' AND subject_id = ?", person.id)).toBe(1)
  })

  it('takes the present one, and names the field that was wrong', async () => {
    const person = await founder()
    const problem = await problemOf(await change(person.token, 'not my password', NEW))
    expect(problem).toMatchObject({ status: 400, code: 'invalid' })
    expect(problem.errors).toMatchObject([{ path: 'body.currentPassword', code: 'wrong_password' }])
    for (const weak of ['short', 'a'.repeat(73)]) {
      const refusal = await problemOf(await change(person.token, PASSWORD, weak))
      expect(refusal).toMatchObject({ status: 400, errors: [{ path: 'body.newPassword' }] })
    }
    expect((await refresh(person.refreshToken)).status).toBe(200)
    await signedIn(person)
  })

  it('is not possible where there is none, and says how to come by one', async () => {
    const person = await founder()
    await env.DB.prepare('UPDATE users SET password_hash = NULL WHERE id = ?').bind(person.id).run()
    const problem = await problemOf(await change(person.token, PASSWORD, NEW))
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'body.currentPassword', code: 'no_password' }] })
    expect(problem.errors?.[0]?.message).toContain('forgot-password')
  })

  it('is done by one of two who do it at once, and the account has that one’s', async () => {
    const person = await founder()
    const answers = await Promise.all([NEW, `${NEW}!`].map((password) => change(person.token, PASSWORD, password)))
    const works = await Promise.all(
      [NEW, `${NEW}!`].map(async (password) => (await signIn({ email: person.email, password })).status === 200),
    )
    expect(works.filter(Boolean)).toHaveLength(1)
    expect(await count('events', "verb = 'user.password_changed' AND subject_id = ?", person.id)).toBe(1)
    expect(works).toEqual(answers.map(({ status }) => status === 204))
  })
})
