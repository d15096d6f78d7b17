// What each request of a dialect answers to wrong input, by role, as its README lists it.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ROLES } from '../../src/db/schema/users'
import { call, each, expectListed, makePeople, tokenFor } from '../support/dialects'

beforeAll(makePeople)
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const INPUTS = [{ id: '123' }, { body: '{' }, { body: '{"name":{}}' }]

describe.each(ROLES)('to %s', (role) => {
  it('a request with wrong input is answered, and never fails', async () => {
    for (const [name, request] of each) {
      const token = await tokenFor(request, role)
      for (const input of INPUTS) expect((await call(request, token, input)).status, name).toBeLessThan(500)
    }
  })
})

it('every status that was answered stands in the README of its dialect', expectListed)
