// Who may call which request of a dialect, and that a dialect is off unless on.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type PERMISSIONS, POLICY } from '../../src/access/policy'
import { DIALECTS } from '../../src/config'
import { ROLES } from '../../src/db/schema/users'
import { dialects } from '../../src/dialects/dialects'
import { call, expectListed, guarded, makePeople, readmeOf, refusalOf, requests, tokenFor } from '../support/dialects'
import { statesOf } from '../support/replay'

beforeAll(makePeople)
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

it('there are five, with what their READMEs list, and nothing documented is left out', () => {
  expect(dialects.map(({ name }) => name).sort()).toEqual([...DIALECTS].sort())
  const states = dialects.flatMap(({ name }) => [...statesOf(readmeOf(name)).values()].map(({ state }) => state))
  expect(states.filter((state) => !state.startsWith('works'))).toEqual([])
  const listed = dialects.map(({ name }) => statesOf(readmeOf(name)).size)
  expect(listed.every((size) => size >= 6)).toBe(true)
  expect(listed.reduce((sum, size) => sum + size)).toBeGreaterThanOrEqual(90)
  expect(requests.length).toBeGreaterThan(80)
})

describe('without a token', () => {
  it.each(guarded)('%s is a 401 in its own words', async (_, request) => {
    for (const token of [undefined, 'not.a.token']) await refusalOf(await call(request, token), 401)
  })
})

describe.each(ROLES)('as %s', (role) => {
  it('is let through wherever the policy says so, and refused elsewhere', async () => {
    for (const [name, request] of guarded) {
      const permission: keyof typeof PERMISSIONS = request.permission
      // Signed in for this request alone, for some of them sign out.
      const token = await tokenFor(request, role)
      const response = await call(request, token)
      if (POLICY[role][permission] === undefined) await refusalOf(response, 403)
      // A customer is denied, in `manager`, every record but the own one.
      else if (role !== 'CUSTOMER') expect([401, 403], `${name} ${response.status}`).not.toContain(response.status)
      expect(response.status, name).toBeLessThan(500)
    }
  })
})

it('every status that was answered stands in the README of its dialect', expectListed)
