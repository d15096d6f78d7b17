import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { POLICY } from '../../src/access/policy'
import { bodyOf } from '../support/answers'
import { api, problemOf } from '../support/api'
import { everythingStored, rows } from '../support/database'
import { founder, member, type Person } from '../support/factories'
import { permissionOf } from '../support/operations'
import { asking, each, recordsFor, signOut, tried } from '../support/standing'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('with the token of a MANAGER who is one no more', () => {
  const theirs = asking.filter((operation) => {
    const permission = permissionOf(operation)
    return permission && !permission.startsWith('account:') && POLICY.MANAGER[permission]
  })

  // Nothing is changed by any of them, so that one workspace serves them all.
  let manager: Person
  let records: Record<string, string>
  beforeAll(async () => {
    const admin = await founder()
    manager = await member(admin, 'MANAGER')
    records = await recordsFor(admin)
    const demotion = { param: { id: manager.id }, query: {}, header: {}, json: { role: 'SALES' as const } }
    await bodyOf(api(admin.token).v1.users[':id'].$patch(demotion), 200)
  })

  it.each(each(theirs))('%s is a 403, and nothing is changed or shown', async (_, operation) => {
    const before = await everythingStored()
    expect(await problemOf(await tried(operation, manager, records))).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await everythingStored()).toBe(before)
  })

  it('the own account is theirs as before', async () => {
    const one = await member(await founder(), 'MANAGER')
    await rows(`UPDATE users SET role = 'SALES' WHERE id = ? RETURNING id`, one.id)
    expect((await api(one.token).v1.calendar.$post({})).status).toBe(201)
    await signOut(one)
  })
})
