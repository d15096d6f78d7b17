// Who sees what: trying for another's records through every operation changes nothing.
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ROLES } from '../../src/db/schema/users'
import { send } from '../support/api'
import { everythingStored, rows } from '../support/database'
import {
  addressed,
  addressedByColleagues,
  ELSEWISE,
  expectOutOfReach,
  makeScene,
  type Scene,
} from '../support/visibility'

let scene: Scene
beforeAll(async () => {
  scene = await makeScene()
})

describe('all of these tries', () => {
  it('leave everything as it was', async () => {
    await noteFirstUse(scene.viewerOf('KEY'))
    const before = await everythingStored()
    for (const operation of addressed) {
      for (const role of [...ROLES, 'KEY'] as const) {
        await expectOutOfReach(scene.viewerOf(role), scene.foreign, operation, {})
      }
      if (!addressedByColleagues.includes(operation)) continue
      for (const role of ['SALES', 'CUSTOMER'] as const)
        await expectOutOfReach(scene.viewerOf(role), scene.own, operation, ELSEWISE)
    }
    expect(await everythingStored()).toBe(before)
  })
})

/** The first use of an API key is noted on the key itself, after the answer; the next one only a minute later. */
async function noteFirstUse({ token }: { token: string }) {
  const unused = await unusedKeys()
  await send('/v1/workspace', { token })
  await vi.waitFor(async () => expect(await unusedKeys()).toBe(unused - 1))
}

const unusedKeys = async () => (await rows('SELECT 1 FROM api_keys WHERE last_used_at IS NULL')).length
