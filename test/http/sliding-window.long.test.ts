// The limiter's core against real KV, with a clock of its own; several limiters over one KV stand for several isolates.
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLimiter } from '../../src/http/sliding-window'

const WINDOW = 900
const START = 2_000_000 * WINDOW * 1000
const HUNDRED = { name: 'default', limit: 100, windowSeconds: WINDOW }
const TWENTY = { name: 'default', limit: 20, windowSeconds: WINDOW }

type Options = Parameters<typeof createLimiter>[0] & { kv?: KVNamespace }

function isolate({ kv = env.KV, ...options }: Options = {}) {
  const clock = { now: START }
  const pending: Promise<unknown>[] = []
  const limiter = createLimiter({ now: () => clock.now, wait: async () => {}, ...options })
  const settle = async () => {
    while (pending.length > 0) await Promise.all(pending.splice(0))
  }
  const take = (subject: string, rule = HUNDRED) => limiter.take(kv, subject, rule, (work) => pending.push(work))
  const hit = async (subject: string, rule = HUNDRED) => {
    const verdict = await take(subject, rule)
    await settle()
    return verdict
  }
  const admitted = async (count: number, subject: string, rule = HUNDRED) => {
    let sum = 0
    for (let i = 0; i < count; i++) sum += Number((await hit(subject, rule)).allowed)
    return sum
  }
  return { clock, pending, settle, take, hit, admitted, size: limiter.size }
}

const someone = () => `user:${crypto.randomUUID()}`
const stored = (subject: string) => env.KV.get(`rl:default:${subject}`)
const never = () => new Promise<never>(() => {})
const broken = () => Promise.reject(new Error('KV is not answering'))

/** KV with some of its methods replaced. */
const kvWith = (methods: Partial<Record<'get' | 'put', (...args: unknown[]) => Promise<unknown>>>) =>
  new Proxy(env.KV, {
    get(target, name) {
      if (name === 'get' || name === 'put') return methods[name] ?? target[name].bind(target)
      return Reflect.get(target, name)
    },
  })

afterEach(() => void vi.restoreAllMocks())

describe('in one isolate', () => {
  it('admits exactly the limit of a concurrent rush', async () => {
    const { take, settle } = isolate()
    const subject = someone()
    const verdicts = await Promise.all(Array.from({ length: 400 }, () => take(subject)))
    expect(verdicts.filter((v) => v.allowed)).toHaveLength(100)
    await settle()
    expect((await take(subject)).allowed).toBe(false)
  })

  it('admits exactly the limit one after another and counts down', async () => {
    const { hit } = isolate()
    const subject = someone()
    const verdicts = []
    for (let i = 0; i < 105; i++) verdicts.push(await hit(subject))
    expect(verdicts.map((v) => v.allowed)).toEqual([...Array(100).fill(true), ...Array(5).fill(false)])
    expect(verdicts.map((v) => v.remaining)).toEqual([...Array(100).keys()].reverse().concat(Array(5).fill(0)))
    expect(verdicts[0]).toEqual({
      allowed: true,
      limit: 100,
      remaining: 99,
      resetSeconds: 900,
      retryAfterSeconds: 0,
      degraded: false,
    })
  })

  it('lets half through when half of the next window has passed', async () => {
    const { clock, admitted, hit } = isolate()
    const subject = someone()
    expect(await admitted(120, subject)).toBe(100)
    clock.now += WINDOW * 1500
    expect(await admitted(120, subject)).toBe(50)
    expect((await hit(subject)).resetSeconds).toBe(450)
  })

  it('forgets what is more than a window old', async () => {
    const { clock, admitted } = isolate()
    const subject = someone()
    clock.now += WINDOW * 500
    expect(await admitted(100, subject)).toBe(100)
    clock.now += WINDOW * 1500
    expect(await admitted(120, subject)).toBe(100)
  })

  it('does not count refused requests, so a client that keeps hammering recovers', async () => {
    const { clock, admitted } = isolate()
    const subject = someone()
    expect(await admitted(600, subject)).toBe(100)
    clock.now += WINDOW * 1000
    expect(await admitted(500, subject)).toBe(0)
    clock.now += WINDOW * 500
    expect(await admitted(60, subject)).toBe(50)
  })

  it('says the exact second at which the next request is admitted', async () => {
    const history = fc.array(fc.record({ seconds: fc.double({ min: 0, max: 2, noNaN: true }), hits: fc.nat(9) }), {
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 40 }),
        history,
        async (limit, seconds, steps) => {
          const rule = { name: 'default', limit, windowSeconds: seconds }
          const { clock, hit, admitted } = isolate()
          const subject = someone()
          for (const step of steps) {
            clock.now += Math.floor(step.seconds * seconds * 1000)
            await admitted(step.hits, subject, rule)
          }
          await admitted(limit, subject, rule)
          const refused = await hit(subject, rule)
          expect(refused).toMatchObject({ allowed: false, remaining: 0 })
          clock.now += (refused.retryAfterSeconds - 1) * 1000
          expect((await hit(subject, rule)).allowed).toBe(false)
          clock.now += 1000
          expect((await hit(subject, rule)).allowed).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps policies of the same subject apart', async () => {
    const { admitted } = isolate()
    const subject = someone()
    expect(await admitted(30, subject, TWENTY)).toBe(20)
    expect(await admitted(30, subject, { ...TWENTY, name: 'auth' })).toBe(20)
  })

  it('remembers a bounded number of subjects, the latest used', async () => {
    const { hit, size, take, settle } = isolate({
      maxSubjects: 3,
      kv: kvWith({ get: async () => null, put: async () => {} }),
    })
    const [regular, ...others] = Array.from({ length: 50 }, someone)
    if (!regular) throw new Error('no subject')
    for (const other of others) {
      await hit(regular)
      await hit(other)
      expect(size()).toBeLessThanOrEqual(3)
    }
    expect((await hit(regular)).remaining).toBe(50)
    await Promise.all(others.map((other) => take(other)))
    await settle()
    expect(size()).toBe(3)
  })

  it('still counts a subject that is pushed out of memory while KV is asked about it', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const get = async (key: unknown) => (String(key).includes('crowd') ? never() : null)
    const { take } = isolate({ maxSubjects: 2, patienceMs: 50, kv: kvWith({ get, put: async () => {} }) })
    const subject = someone()
    const rush = Array.from({ length: 30 }, () => take(subject, TWENTY))
    const crowd = ['crowd:1', 'crowd:2'].map((other) => take(other, TWENTY))
    expect((await Promise.all(rush)).filter((v) => v.allowed)).toHaveLength(20)
    expect((await take(subject, TWENTY)).allowed).toBe(false)
    await Promise.all(crowd)
  })
})

describe('over KV', () => {
  it('is remembered by a new isolate', async () => {
    const subject = someone()
    const first = isolate()
    expect(await first.admitted(15, subject, TWENTY)).toBe(15)
    expect(await isolate().admitted(20, subject, TWENTY)).toBe(5)
    expect(await isolate().admitted(20, subject, TWENTY)).toBe(0)
  })

  it('adds up what two isolates admit instead of overwriting it', async () => {
    const subject = someone()
    const [a, b] = [isolate(), isolate()]
    let sum = 0
    for (let i = 0; i < 20; i++) sum += (await a.admitted(1, subject, TWENTY)) + (await b.admitted(1, subject, TWENTY))
    expect(sum).toBeGreaterThanOrEqual(20)
    expect(sum).toBeLessThanOrEqual(21)
    expect(JSON.parse((await stored(subject)) ?? '')).toEqual({ w: 2_000_000, p: 0, c: sum })
  })

  it('learns within half a minute what another isolate has admitted, and counts its own hits once', async () => {
    const subject = someone()
    const [a, b] = [isolate(), isolate()]
    await a.admitted(2, subject)
    expect(await b.admitted(90, subject)).toBe(90)
    a.clock.now += 30_000
    expect((await a.hit(subject)).remaining).toBe(97)
    expect((await a.hit(subject)).remaining).toBe(6)
    expect((await a.hit(subject)).remaining).toBe(5)
    expect(JSON.parse((await stored(subject)) ?? '')).toMatchObject({ c: 95 })
    a.clock.now += 30_000
    expect((await a.hit(subject)).remaining).toBe(4)
    expect((await a.hit(subject)).remaining).toBe(3)
  })

  it('carries hits into the window in which they reach KV', async () => {
    const subject = someone()
    const [a, b] = [isolate(), isolate()]
    a.clock.now += WINDOW * 1000 - 1
    await Promise.all(Array.from({ length: 20 }, () => a.take(subject, TWENTY)))
    a.clock.now += 1
    await a.settle()
    await a.hit(subject, TWENTY)
    expect(JSON.parse((await stored(subject)) ?? '')).toEqual({ w: 2_000_001, p: 20, c: 0 })
    b.clock.now += WINDOW * 1500
    expect(await b.admitted(20, subject, TWENTY)).toBe(10)
  })

  it('keeps the counts of an isolate whose clock is already in the next window', async () => {
    const subject = someone()
    await env.KV.put(`rl:default:${subject}`, JSON.stringify({ w: 2_000_001, p: 12, c: 3 }))
    const { admitted } = isolate()
    expect(await admitted(20, subject, TWENTY)).toBe(8)
    expect(JSON.parse((await stored(subject)) ?? '')).toEqual({ w: 2_000_001, p: 20, c: 3 })
  })

  it('writes a burst in two goes, and a trickle only once a twentieth of the limit has gathered', async () => {
    const put = vi.fn(async () => {})
    const second = Promise.withResolvers<void>()
    const wait = vi.fn(() => second.promise)
    const { hit, take, settle } = isolate({ kv: kvWith({ put }), wait })
    const subject = someone()
    for (let i = 0; i < 4; i++) await hit(subject)
    expect(put).not.toHaveBeenCalled()
    await hit(subject)
    expect(put).toHaveBeenCalledTimes(1)
    await Promise.all(Array.from({ length: 90 }, () => take(subject)))
    expect(wait).toHaveBeenCalledExactlyOnceWith(1_100)
    second.resolve()
    await settle()
    expect(put).toHaveBeenCalledTimes(2)
    expect(put).toHaveBeenLastCalledWith(`rl:default:${subject}`, expect.stringContaining('"c":95'), {
      expirationTtl: 1800,
    })
  })

  it.each([
    '',
    'null',
    '7',
    '{"w":',
    '{"w":"x","p":1,"c":1}',
    '{"w":2000000,"p":0,"c":-5}',
    '{"w":2000009,"p":9,"c":99}',
  ])('takes %o in KV for nothing', async (garbage) => {
    const subject = someone()
    await env.KV.put(`rl:default:${subject}`, garbage)
    const { hit, admitted } = isolate()
    expect(await hit(subject, TWENTY)).toMatchObject({ allowed: true, remaining: 19, degraded: false })
    expect(await admitted(25, subject, TWENTY)).toBe(19)
  })

  it('shares windows shorter than the minute that KV keeps a value at least', async () => {
    const subject = someone()
    const brief = { ...TWENTY, windowSeconds: 5 }
    expect(await isolate().admitted(15, subject, brief)).toBe(15)
    expect(await isolate().hit(subject, brief)).toMatchObject({ remaining: 4, degraded: false })
  })

  it('limits a subject whose name is too long for a KV key', async () => {
    const subject = `ip:${'é'.repeat(400)}`
    expect(await isolate().admitted(15, subject, TWENTY)).toBe(15)
    expect(await isolate().admitted(15, subject, TWENTY)).toBe(5)
    expect((await isolate().hit(`${subject}!`, TWENTY)).remaining).toBe(19)
  })
})

describe('when KV fails', () => {
  it.each([
    ['refuses reads', kvWith({ get: broken })],
    [
      'throws at once',
      kvWith({
        get: () => {
          throw new Error('no binding')
        },
      }),
    ],
    ['refuses writes', kvWith({ put: broken })],
    ['refuses both', kvWith({ get: broken, put: broken })],
  ])('still limits, and says so, where it %s', async (_how, kv) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { clock, hit } = isolate({ kv })
    const subject = someone()
    const verdicts = []
    for (let i = 0; i < 130; i++) verdicts.push(await hit(subject))
    expect(verdicts.filter((v) => v.allowed)).toHaveLength(100)
    expect(verdicts.at(-1)?.degraded).toBe(true)
    expect(warn).toHaveBeenCalledTimes(1)
    expect(JSON.parse(String(warn.mock.calls[0]?.[0]))).toMatchObject({
      event: 'rate_limit_degraded',
      policy: 'default',
    })
    clock.now += 30_000
    for (let i = 0; i < 10; i++) expect((await hit(subject)).allowed).toBe(false)
    expect(warn).toHaveBeenCalledTimes(2)
  })

  it('waits briefly for a read that hangs, once, and goes on alone', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const get = vi.fn(never)
    const { take } = isolate({ kv: kvWith({ get }), patienceMs: 5 })
    const subject = someone()
    const rush = await Promise.all(Array.from({ length: 30 }, () => take(subject, TWENTY)))
    expect(rush.filter((v) => v.allowed)).toHaveLength(20)
    const asked = get.mock.calls.length
    expect(await take(subject, TWENTY)).toMatchObject({ allowed: false, degraded: true })
    expect(get).toHaveBeenCalledTimes(asked)
  })

  it('notices a later read that hangs', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const get = vi.fn().mockResolvedValueOnce(null).mockImplementation(never)
    const { clock, take } = isolate({ kv: kvWith({ get }) })
    const subject = someone()
    expect((await take(subject)).degraded).toBe(false)
    clock.now += 30_000
    await take(subject)
    clock.now += 30_000
    expect((await take(subject)).degraded).toBe(true)
  })

  it('gives up on a write that hangs and sends its hits again', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const put = vi.fn().mockImplementationOnce(never).mockImplementation(env.KV.put.bind(env.KV))
    const { clock, take, hit, settle, pending } = isolate({ kv: kvWith({ put }) })
    const subject = someone()
    await take(subject, TWENTY)
    await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(1))
    pending.length = 0
    expect((await take(subject, TWENTY)).degraded).toBe(false)
    clock.now += 10_001
    expect(await take(subject, TWENTY)).toMatchObject({ remaining: 17, degraded: true })
    await settle()
    expect(await hit(subject, TWENTY)).toMatchObject({ remaining: 16, degraded: false })
    expect(JSON.parse((await stored(subject)) ?? '')).toMatchObject({ c: 4 })
  })

  it('tries a failed write again after five seconds, and forgets it once its hits no longer matter', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const wait = vi.fn(async () => {})
    const { clock, hit } = isolate({ kv: kvWith({ put: broken }), wait })
    const subject = someone()
    for (let i = 0; i < 5; i++) await hit(subject)
    expect(wait).not.toHaveBeenCalled()
    expect((await hit(subject)).degraded).toBe(true)
    expect(wait).toHaveBeenCalledExactlyOnceWith(5_000)
    clock.now += WINDOW * 3000
    expect((await hit(subject)).degraded).toBe(false)
  })

  it('recovers when KV does, with nothing lost or doubled', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    let failing = true
    const flaky = kvWith({
      get: (key) => (failing ? broken() : env.KV.get(String(key))),
      put: (key, value) => (failing ? broken() : env.KV.put(String(key), String(value))),
    })
    const { hit, admitted } = isolate({ kv: flaky })
    const subject = someone()
    await admitted(12, subject, TWENTY)
    failing = false
    expect((await hit(subject, TWENTY)).degraded).toBe(true)
    expect(await hit(subject, TWENTY)).toMatchObject({ remaining: 6, degraded: false })
    expect(JSON.parse((await stored(subject)) ?? '')).toMatchObject({ c: 14 })
  })
})
