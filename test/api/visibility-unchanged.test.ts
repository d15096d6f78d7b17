// Who sees what: trying for another's records through every operation changes nothing.
import { beforeAll, describe, expect, it } from 'vitest'
import { ROLES } from '../../src/db/schema/users'
import { everythingStored } from '../support/database'
import { addressed, ELSEWISE, expectOutOfReach, makeScene, type Scene } from '../support/visibility'

let scene: Scene
beforeAll(async () => {
  scene = await makeScene()
})

describe('all of these tries', () => {
  it('leave everything as it was', async () => {
    const before = await everythingStored()
    for (const operation of addressed) {
      for (const role of [...ROLES, 'KEY'] as const) {
        await expectOutOfReach(scene.viewerOf(role), scene.foreign, operation, {})
      }
      for (const role of ['SALES', 'CUSTOMER'] as const)
        await expectOutOfReach(scene.viewerOf(role), scene.own, operation, ELSEWISE)
    }
    expect(await everythingStored()).toBe(before)
  })
})
