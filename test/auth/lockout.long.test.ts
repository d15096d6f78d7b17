// Guessing: ten looks at a password in 15 minutes, by whatever name and from wherever, exact under concurrency.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bodyOf } from '../support/answers'
import { api, problemOf } from '../support/api'
import { bcryptSpies } from '../support/bcrypt'
import { founder, freshAddress, PASSWORD, type Person, signIn, unique } from '../support/factories'

const MINUTE = 60_000
const START = Date.now()

/** Sets the clock, which stands still in these tests, to so many milliseconds after their start. */
const at = (ms: number) => vi.setSystemTime(START + ms)

/** One sign-in after the other, each from a network of its own; gives their statuses. */
async function inTurn(times: number, login: Parameters<typeof signIn>[0], address?: string) {
  const statuses: number[] = []
  for (let i = 0; i < times; i += 1) statuses.push((await signIn(login, { address })).status)
  return statuses
}

const wrong = ({ email }: Person) => ({ email, password: 'not the password' })
const right = ({ email }: Person) => ({ email, password: PASSWORD })
const nobody = () => ({ email: `${unique('nobody')}@example.com`, password: PASSWORD })
const statusesOf = (answers: { status: number }[], status: number) => answers.filter((each) => each.status === status)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  at(0)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('an account', () => {
  it('has its password looked at ten times when 30 wrong ones come at once from everywhere', async () => {
    const admin = await founder()
    const { compare } = await bcryptSpies()
    const answers = await Promise.all(Array.from({ length: 30 }, () => signIn(wrong(admin))))
    expect(compare).toHaveBeenCalledTimes(10)
    expect(statusesOf(answers, 401)).toHaveLength(10)
    const refused = statusesOf(answers, 429)
    expect(refused).toHaveLength(20)
    for (const answer of answers.filter(({ status }) => status === 429)) {
      expect((await problemOf(answer)).code).toBe('locked_out')
      expect(answer.headers.get('Retry-After')).toBe('900')
    }
  })

  it('lets 20 right sign-ins in at once, from one address: an attempt that is being checked is no failure', async () => {
    const [address, people] = [freshAddress(), await Promise.all(Array.from({ length: 20 }, founder))]
    const answers = await Promise.all(people.map((person) => signIn(right(person), { address })))
    expect(statusesOf(answers, 200)).toHaveLength(20)
    const admin = await founder()
    const again = await Promise.all(Array.from({ length: 20 }, () => signIn(right(admin))))
    expect(statusesOf(again, 200)).toHaveLength(20)
  })

  it('with a device of its own is not locked out by strangers, and that device is looked at ten times as well', async () => {
    const [admin, other] = [await founder(), await founder()]
    const { refreshToken } = admin
    await inTurn(10, wrong(admin))
    expect((await signIn(right(admin))).status).toBe(429)
    expect((await signIn({ ...right(admin), refreshToken: other.refreshToken })).status).toBe(429)
    expect((await signIn({ ...right(admin), refreshToken: `${refreshToken}x` })).status).toBe(429)
    expect((await signIn({ ...right(admin), refreshToken })).status).toBe(200)
    const guesses = await inTurn(11, { ...wrong(admin), refreshToken })
    expect(guesses).toEqual([...Array(10).fill(401), 429])
    expect((await signIn({ ...right(admin), refreshToken })).status).toBe(429)
  })

  it('knows a device that signed out, or whose session ran out, and none whose session was ended elsewhere', async () => {
    const admin = await founder()
    const tokens = async () => bodyOf(signIn(right(admin)), 200)
    const [signedOut, ended, idle] = [await tokens(), await tokens(), await tokens()]
    const { sessions } = api(admin.token).v1.auth
    await api(signedOut.accessToken).v1.auth.logout.$post({})
    await sessions[':id'].$delete({ param: { id: ended.refreshToken.split('.')[1] ?? '' } })
    at(8 * 24 * 60 * MINUTE)
    const { refreshToken } = idle
    expect((await api().v1.auth.refresh.$post({ json: { refreshToken } })).status).toBe(401)
    await inTurn(10, wrong(admin))
    const statusBy = async (device: { refreshToken: string }) =>
      (await signIn({ ...right(admin), refreshToken: device.refreshToken })).status
    expect([await statusBy(signedOut), await statusBy(ended)]).toEqual([200, 429])
    await inTurn(10, wrong(admin))
    expect(await statusBy(idle)).toBe(200)
  })

  it('once locked is locked to the right password as well, with the very same answer', async () => {
    const admin = await founder()
    await inTurn(10, wrong(admin))
    const { compare } = await bcryptSpies()
    at(5 * MINUTE)
    const seen = await Promise.all(
      [wrong(admin), right(admin)].map(async (login) => {
        const response = await signIn(login)
        const { requestId, ...problem } = await problemOf(response)
        return { ...problem, retryAfter: response.headers.get('Retry-After') }
      }),
    )
    expect(seen[0]).toMatchObject({
      status: 429,
      code: 'locked_out',
      retryAfter: '600',
      detail: 'Try again in 10 minutes.',
    })
    expect(seen[1]).toEqual(seen[0])
    expect(compare).not.toHaveBeenCalled()
  })

  it('opens again 15 minutes after the tenth failure, and tries in between do not put that off', async () => {
    const admin = await founder()
    await inTurn(5, wrong(admin))
    at(10 * MINUTE)
    expect(await inTurn(5, wrong(admin))).toEqual(Array(5).fill(401))
    at(24 * MINUTE)
    expect(await inTurn(3, wrong(admin))).toEqual(Array(3).fill(429))
    at(25 * MINUTE - 1)
    expect((await signIn(right(admin))).status).toBe(429)
    at(25 * MINUTE)
    expect(await inTurn(10, wrong(admin))).toEqual(Array(10).fill(401))
    expect((await signIn(right(admin))).status).toBe(429)
  })

  it('is clean again after a success', async () => {
    const admin = await founder()
    for (let round = 0; round < 3; round += 1) {
      expect(await inTurn(9, wrong(admin))).toEqual(Array(9).fill(401))
      expect((await signIn(right(admin))).status).toBe(200)
    }
  })

  it('is clean again when the 15 minutes of its failures are over', async () => {
    const admin = await founder()
    await inTurn(9, wrong(admin))
    at(15 * MINUTE)
    expect(await inTurn(9, wrong(admin))).toEqual(Array(9).fill(401))
    expect((await signIn(right(admin))).status).toBe(200)
  })

  it('counts its failures by e-mail in any case and by username together', async () => {
    const admin = await founder()
    const username = unique('ada')
    const patch = { param: { id: admin.id }, query: {}, header: {}, json: { username } }
    expect((await api(admin.token).v1.users[':id'].$patch(patch)).status).toBe(200)
    const password = 'not the password'
    expect(await inTurn(4, { email: admin.email, password })).toEqual(Array(4).fill(401))
    expect(await inTurn(3, { email: ` ${admin.email.toUpperCase()}`, password })).toEqual(Array(3).fill(401))
    expect(await inTurn(4, { username: username.toUpperCase(), password })).toEqual([401, 401, 401, 429])
    for (const name of [{ email: admin.email }, { username }]) {
      expect((await signIn({ ...name, password: PASSWORD })).status).toBe(429)
    }
    at(15 * MINUTE)
    await inTurn(9, { email: admin.email, password })
    expect((await signIn({ username, password: PASSWORD })).status).toBe(200)
    expect((await signIn({ email: admin.email, password })).status).toBe(401)
  })

  it('does not lock anybody else', async () => {
    const [admin, other] = await Promise.all([founder(), founder()])
    await inTurn(11, wrong(admin))
    expect((await signIn(right(other))).status).toBe(200)
  })

  it('that does not exist locks in the same way, for all that can be seen', async () => {
    const admin = await founder()
    const username = unique('nobody')
    const seen = await Promise.all(
      [wrong(admin), nobody(), { username, password: PASSWORD }].map(async (login) => {
        const answers = []
        for (let i = 0; i < 12; i += 1) {
          const response = await signIn(login)
          const { requestId, ...problem } = await problemOf(response)
          answers.push({ ...problem, retryAfter: response.headers.get('Retry-After') })
        }
        return answers
      }),
    )
    expect(seen[0]?.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 429])
    for (const answers of seen) expect(answers).toEqual(seen[0])
  })
})

describe('an address', () => {
  it('is locked after ten failures on ten accounts, and only that address', async () => {
    const admin = await founder()
    const address = freshAddress()
    for (let i = 0; i < 10; i += 1) expect(await inTurn(1, nobody(), address)).toEqual([401])
    const locked = await signIn(right(admin), { address })
    expect(await problemOf(locked)).toMatchObject({ status: 429, code: 'locked_out' })
    expect(locked.headers.get('Retry-After')).toBe('900')
    expect((await signIn(right(admin))).status).toBe(200)
    at(15 * MINUTE)
    expect((await signIn(right(admin), { address })).status).toBe(200)
  })

  it('gets ten looks when 30 accounts are tried from it at once', async () => {
    const address = freshAddress()
    const { compare } = await bcryptSpies()
    const answers = await Promise.all(Array.from({ length: 30 }, () => signIn(nobody(), { address })))
    expect(compare).toHaveBeenCalledTimes(10)
    expect(statusesOf(answers, 429)).toHaveLength(20)
  })

  it('once locked does not lock the accounts that are tried from it', async () => {
    const admin = await founder()
    const address = freshAddress()
    await inTurn(10, nobody(), address)
    for (let i = 0; i < 10; i += 1) await inTurn(10, nobody(), address)
    expect(await inTurn(15, wrong(admin), address)).toEqual(Array(15).fill(429))
    expect((await signIn(right(admin))).status).toBe(200)
  })

  it('may be shared by any number who sign in rightly', async () => {
    const admin = await founder()
    expect(await inTurn(25, right(admin), freshAddress())).toEqual(Array(25).fill(200))
  })

  it('is not made clean by somebody’s own success, which takes back that one try alone', async () => {
    const admin = await founder()
    const address = freshAddress()
    for (let i = 0; i < 9; i += 1) await inTurn(1, nobody(), address)
    expect(await inTurn(2, right(admin), address)).toEqual([200, 200])
    expect(await inTurn(1, nobody(), address)).toEqual([401])
    expect(await inTurn(1, right(admin), address)).toEqual([429])
  })

  it('is of IPv6 the whole network of a site, and no more', async () => {
    for (let i = 0; i < 10; i += 1) await inTurn(1, nobody(), `2001:db8:aa:bb::${i + 1}`)
    expect(await inTurn(1, nobody(), '2001:db8:aa:bb:1:2:3:4')).toEqual([429])
    expect(await inTurn(1, nobody(), '2001:db8:aa:bc::1')).toEqual([429])
    expect(await inTurn(1, nobody(), '2001:db8:ab:bb::1')).toEqual([401])
  })
})

describe('changing the password', () => {
  it('gives ten guesses of the present one as well, 30 at once or not', async () => {
    const admin = await founder()
    const { compare } = await bcryptSpies()
    const json = { currentPassword: 'not the password', newPassword: 'a longer staple than before' }
    const guess = () =>
      api(admin.token).v1.auth['change-password'].$post({ json }, { headers: { 'CF-Connecting-IP': freshAddress() } })
    const answers = await Promise.all(Array.from({ length: 30 }, guess))
    expect(compare).toHaveBeenCalledTimes(10)
    expect(statusesOf(answers, 400)).toHaveLength(10)
    expect(statusesOf(answers, 429)).toHaveLength(20)
    expect((await signIn(right(admin))).status).toBe(200)
  })
})
