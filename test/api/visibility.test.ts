// Who sees what: another workspace's records, tried through every operation that the API has.
import { beforeAll, describe, expect, it } from 'vitest'
import { ROLES } from '../../src/db/schema/users'
import { call, operations } from '../support/operations'
import {
  addressed,
  configured,
  expectOutOfReach,
  expectUnseen,
  KINDS,
  lures,
  makeScene,
  type Scene,
} from '../support/visibility'

let scene: Scene
beforeAll(async () => {
  scene = await makeScene()
})

describe('the kinds of records', () => {
  it('are all that the API addresses by id', () => {
    const kinds = Object.values(KINDS)
    const forgotten = addressed.filter(({ path }) => !kinds.some(({ at }) => path.startsWith(at)))
    expect(forgotten.map(({ name }) => name)).toEqual([])
  })

  it('are seen by whoever may see them, through the very queries that must hide them from others', async () => {
    for (const operation of operations.filter(({ name }) => ['GET /v1/leads', 'GET /v1/events'].includes(name))) {
      for (const viewer of [scene.foreign.person, scene.viewerOf('ADMIN')]) {
        const owned = viewer === scene.foreign.person ? scene.foreign : scene.own
        const bodies = await Promise.all(
          lures(operation, owned).map(async (query) => (await call(operation, { token: viewer.token, query })).text()),
        )
        const seen = (secret: string) => bodies.filter((body) => body.includes(secret)).length
        expect(seen(owned.ids.lead ?? '')).toBeGreaterThan(1)
        expect(seen(owned.ids['lead in the trash'] ?? '')).toBeGreaterThan(0)
      }
    }
    const read = configured.filter(({ method }) => method === 'GET')
    for (const [kind, { at }] of Object.entries(KINDS)) {
      for (const operation of read.filter(({ path }) => path === at && !kind.includes('trash'))) {
        expect(
          (await call(operation, { token: scene.foreign.person.token, ids: { id: scene.foreign.ids[kind] ?? '' } }))
            .status,
        ).toBe(200)
      }
    }
  })
})

describe.each([...ROLES, 'KEY'] as const)('another workspace’s records, to %s,', (role) => {
  it('are in no list, search, count or filter', () => expectUnseen(scene.viewerOf(role), scene.foreign))

  it.each(addressed)('are out of the reach of $name', (operation) =>
    expectOutOfReach(scene.viewerOf(role), scene.foreign, operation, {}),
  )
})
