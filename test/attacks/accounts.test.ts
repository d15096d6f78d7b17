// Attacks on accounts: finding out who has one, and guessing the way in. Work is counted, never timed.
// Signing in tells nobody who has an account: auth.test.ts and lockout.test.ts; nor does a forgotten password: recovery.test.ts.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api, send, worker } from '../support/api'
import { bcryptSpies } from '../support/bcrypt'
import { founder, freshAddress, PASSWORD, signIn, unique } from '../support/factories'
import { mailing, mailsTo, tokenIn } from '../support/mailbox'

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const nobody = () => `${unique('nobody')}@example.com`
const hashed = async () => {
  const { hash, compare } = await bcryptSpies()
  return () => [hash.mock.calls.length, compare.mock.calls.length]
}

/** All that an answer tells, but for what differs between any two. */
async function told(response: Response) {
  const { requestId, ...body } = await response.json<Record<string, unknown>>()
  const varies = ['x-request-id', 'd1-bookmark', 'server-timing', 'ratelimit', 'date']
  const work = /round trips \d+, statements \d+/.exec(response.headers.get('Server-Timing') ?? '')?.[0]
  return {
    status: response.status,
    body,
    headers: [...response.headers].filter(([name]) => !varies.includes(name)),
    work,
  }
}

describe('account enumeration', () => {
  it.each([
    ['without an invitation', { SIGNUP: 'invite' }, {}],
    ['with a made-up invitation', { SIGNUP: 'open' }, { invitationToken: 'made-up' }],
    ['where nobody may', { SIGNUP: 'closed' }, {}],
  ])('by registering %s: same status, body, hashes and statements', async (_what, settings, extra) => {
    const { email: known } = await founder()
    const fetch = worker(settings)
    const register = (email: string) =>
      send('/v1/auth/register', { method: 'POST', json: { email, password: PASSWORD, name: 'Eve', ...extra } }, fetch)
    const work = await hashed()
    const stranger = await told(await register(nobody()))
    const [hashes = 0] = work()
    expect(await told(await register(known))).toEqual(stranger)
    expect(work()).toEqual([2 * hashes, 0])
    expect([400, 403]).toContain(stranger.status)
  })

  it('by an invitation that is somebody else’s: same status, body, hashes and statements', async () => {
    const admin = await founder()
    const json = { email: nobody(), role: 'SALES' as const }
    const { token } = await bodyOf(api(admin.token).v1.workspace.invitations.$post({ json }), 201)
    const register = (email: string) =>
      send('/v1/auth/register', {
        method: 'POST',
        json: { email, password: PASSWORD, name: 'Eve', invitationToken: token },
      })
    expect(await told(await register(admin.email))).toEqual(await told(await register(nobody())))
  })
})

describe('reset-token brute force', () => {
  const mailer = worker({ ...mailing(), AUTH_RATE_LIMIT_MAX: '20' })
  const reset = (token: string, from: string) =>
    send(
      '/v1/auth/reset-password',
      { method: 'POST', json: { token, newPassword: 'chosen by Eve' }, headers: { 'CF-Connecting-IP': from } },
      mailer,
    )

  it('is stopped after AUTH_RATE_LIMIT_MAX guesses of 256 bits, and spends no genuine token', async () => {
    const { email } = await founder()
    const asked = await send('/v1/auth/forgot-password', { method: 'POST', json: { email } }, mailer)
    expect(asked.status).toBe(202)
    const [mail] = await mailsTo(email)
    const genuine = tokenIn(mail ?? expect.fail('no mail'))
    expect(genuine).toMatch(/^[0-9a-f]{12}\.[\w-]{43}$/)
    const guess = (i: number) => genuine.slice(0, -2) + String(i).padStart(2, '0')
    const from = freshAddress()
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => reset(guess(i), from)))
    const counts = tally(answers)
    expect(counts[400] ?? 0).toBeLessThanOrEqual(20)
    expect(counts[429]).toBeGreaterThanOrEqual(40)
    await bodyOf(signIn({ email, password: PASSWORD }), 200)
    expect((await reset(genuine, freshAddress())).status).toBe(204)
    await refusalOf(signIn({ email, password: PASSWORD }), 401, 'invalid_credentials')
  })
})
