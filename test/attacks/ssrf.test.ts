// Attacks by URLs, in every place of every operation that takes text: the Worker fetches none of them. Where an ADMIN gives
// an address to a webhook, test/webhooks/hostile.test.ts says which ones are fetched.
import { beforeAll, expect, it, vi } from 'vitest'
import { founder } from '../support/factories'
import { aimed } from '../support/injection'
import { aim, type Belongings, belongings } from '../support/targets'

const ATTACKS = ['http://169.254.169.254/latest/meta-data', 'https://evil.example/x.png']

let mine: Belongings

beforeAll(async () => {
  mine = await belongings(await founder())
})

it('no URL that is sent is fetched', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch')
  for (const { operation, slots } of aimed) {
    const isWebhook = operation.path.startsWith('/v1/webhooks')
    for (const slot of slots.filter(({ name }) => !(isWebhook && name === 'url'))) {
      for (const url of ATTACKS) {
        await (await aim(operation, mine, slot, url)).text()
      }
    }
  }
  const hosts = fetched.mock.calls.map(([input]) => new URL(input instanceof Request ? input.url : input).host)
  const attacked = ATTACKS.map((url) => new URL(url).host)
  expect(hosts.filter((host) => attacked.includes(host))).toEqual([])
  fetched.mockRestore()
})
