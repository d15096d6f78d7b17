// Two verifiers that are not ours accept 10,000 deliveries, and refuse each with one byte changed.
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { expect, it } from 'vitest'
import { newWebhookSecret, signedHeaders } from '../../src/webhooks/webhooks.secret'

const COUNT = 10_000
const ALPHABET = ['a', 'ß', '😀', '"', '\\', '\n', '\u0000', '0', ' ', '中', '{', '}']
/** The same numbers in every run (mulberry32). */
function dice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

/** The headers as each of the two packages names them. */
const named = (headers: Record<string, string>, name: string) => ({
  [`${name}-id`]: headers['webhook-id'] ?? '',
  [`${name}-timestamp`]: headers['webhook-timestamp'] ?? '',
  [`${name}-signature`]: headers['webhook-signature'] ?? '',
})
const accepts = (verify: () => unknown): boolean => {
  try {
    verify()
    return true
  } catch {
    return false
  }
}

it('standardwebhooks and svix accept 10,000 deliveries, each by the secrets that sign, and none that was changed', async () => {
  const roll = dice(16)
  const [secret, old] = [newWebhookSecret(), newWebhookSecret()]
  const verifiers = [secret, old].map((each) => [new StandardWebhook(each), new SvixWebhook(each)] as const)
  const wrong: string[] = []
  for (let n = 0; n < COUNT; n += 1) {
    const isOverlap = n % 4 === 0
    const text = Array.from({ length: roll(60) }, () => ALPHABET[roll(ALPHABET.length)]).join('')
    const body = JSON.stringify({ id: n, text, data: { n: roll(1_000_000) } })
    const id = roll(2 ** 31).toString(16)
    const headers = await signedHeaders(isOverlap ? [secret, old] : [secret], id, body, Date.now())
    const at = roll(body.length)
    const changed = body.slice(0, at) + (body[at] === 'x' ? 'y' : 'x') + body.slice(at + 1)
    const [standard, svix] = verifiers[isOverlap && n % 8 === 0 ? 1 : 0] ?? expect.fail()
    const answers = [
      accepts(() => standard.verify(body, named(headers, 'webhook'))),
      accepts(() => svix.verify(body, named(headers, 'svix'))),
      !accepts(() => standard.verify(changed, named(headers, 'webhook'))),
      !accepts(() => svix.verify(changed, named(headers, 'svix'))),
    ]
    if (n % 100 === 1) answers.push(!accepts(() => verifiers[1]?.[0].verify(body, named(headers, 'webhook'))))
    if (answers.includes(false)) wrong.push(`${n}: ${answers}`)
  }
  expect(wrong).toEqual([])
}, 300_000)
