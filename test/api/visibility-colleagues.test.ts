// Who sees what: a colleague's records, tried through every operation that the API has.
import { beforeAll, describe, it } from 'vitest'
import {
  addressedByColleagues,
  ELSEWISE,
  expectOutOfReach,
  expectUnseen,
  makeScene,
  type Scene,
} from '../support/visibility'

let scene: Scene
beforeAll(async () => {
  scene = await makeScene()
})

describe.each(['SALES', 'CUSTOMER'] as const)('a colleague’s records, to %s,', (role) => {
  it('are in no list, search, count or filter', () =>
    expectUnseen(scene.viewerOf(role), scene.own, role === 'SALES' ? toldToSales(scene) : {}))

  it.each(addressedByColleagues)('are out of the reach of $name', (operation) =>
    expectOutOfReach(scene.viewerOf(role), scene.own, operation, ELSEWISE),
  )
})

const toldToSales = ({ own }: Scene) => ({
  '/v1/users': [own.person.id],
  '/v1/fields': [own.marker, own.ids.field ?? ''],
  '/v1/stages': [own.marker, own.ids.stage ?? ''],
})
