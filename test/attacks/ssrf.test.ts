// Attacks by URLs, in every place of every operation that takes text: the Worker fetches none of them.
import { beforeAll, expect, it, vi } from 'vitest'
import { founder } from '../support/factories'
import { aimed } from '../support/injection'
import { aim, type Belongings, belongings } from '../support/targets'

let mine: Belongings

beforeAll(async () => {
  mine = await belongings(await founder())
})

it('no URL that is sent is fetched', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch')
  for (const { operation, slots } of aimed) {
    for (const slot of slots) {
      for (const url of ['http://169.254.169.254/latest/meta-data', 'https://evil.example/x.png']) {
        await (await aim(operation, mine, slot, url)).text()
      }
    }
  }
  expect(fetched).not.toHaveBeenCalled()
  fetched.mockRestore()
})
