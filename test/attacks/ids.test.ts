// Attacks by id: another workspace's and a colleague's records, named in the body or the query of every operation.
// Ids in a path are tried in visibility.test.ts.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/access/policy'
import { everythingStored } from '../support/database'
import { founder, member } from '../support/factories'
import { newKey } from '../support/keys'
import { operations } from '../support/operations'
import { aim, type Belongings, belongings, everythingOf, isFailure, occurrences, slotsOf } from '../support/targets'

const aimed = operations
  .map((operation) => ({ operation, name: operation.name, slots: slotsOf(operation).filter(isTarget) }))
  .filter(({ slots }) => slots.length > 0)

function isTarget({ at, name, takesId }: ReturnType<typeof slotsOf>[number]) {
  return at !== 'path' && (takesId || ['owner', 'assignee', 'author', 'subject'].includes(name))
}

let foreign: Belongings
let colleague: Belongings
const attackers = new Map<Role | 'KEY', Belongings & { token: string }>()

beforeAll(async () => {
  const [admin, stranger] = [await founder(), await founder()]
  foreign = await belongings(stranger)
  colleague = await belongings(await member(admin, 'SALES'), admin)
  const sales = await member(admin, 'SALES')
  const customer = await member(admin, 'CUSTOMER')
  for (const person of [admin, sales]) {
    attackers.set(person.role, { ...(await belongings(person, admin)), token: person.token })
  }
  attackers.set('CUSTOMER', { ...(await belongings(customer, admin)), token: customer.token })
  attackers.set('KEY', { ...(await belongings(admin)), token: (await newKey(admin)).key })
})

it('the places that take an id are looked at, body and query', () => {
  const places = aimed.flatMap(({ name, slots }) => slots.map((slot) => `${name} ${slot.at} ${slot.name}`))
  for (const place of [
    'POST /v1/interactions body customerId',
    'POST /v1/customers/{id}/merge body fromId',
    'POST /v1/customers/bulk-delete body ids',
    'POST /v1/tags/bulk body customerIds',
    'DELETE /v1/users/{id} query reassignTo',
    'GET /v1/tickets query customer',
  ]) {
    expect(places).toContain(place)
  }
})

/** Aims every id of the victim at every place, and sees that nothing is told and nothing comes to be tied to it. */
async function expectNoWay(role: Role | 'KEY', victim: Belongings) {
  const attacker = attackers.get(role) ?? expect.fail(`no ${role}`)
  const before = await everythingStored()
  for (const { operation, name, slots } of aimed) {
    for (const slot of slots) {
      for (const [kind, id] of Object.entries(victim.ids)) {
        const what = `${name}, ${slot.at} ${slot.name}: ${kind} as ${role}`
        const response = await aim(operation, attacker, slot, id, attacker.token)
        expect(isFailure(response), what).toBe(false)
        expect(await response.text(), what).not.toContain(victim.marker)
      }
    }
  }
  const after = await everythingStored()
  for (const [kind, id] of Object.entries(victim.ids)) {
    expect(occurrences(after, id), `${kind} as ${role}`).toBe(occurrences(before, id))
  }
}

describe('IDOR', () => {
  it.each(['ADMIN', 'SALES', 'CUSTOMER', 'KEY'] as const)(
    'by another workspace’s ids, in any body or query of %s, tells nothing and ties nothing to them',
    async (role) => {
      const before = await everythingOf(foreign.person.workspaceId)
      await expectNoWay(role, foreign)
      expect(await everythingOf(foreign.person.workspaceId)).toBe(before)
    },
  )

  it.each(['SALES', 'CUSTOMER'] as const)(
    'by a colleague’s ids, in any body or query of %s, tells nothing and ties nothing to them',
    (role) => expectNoWay(role, colleague),
  )
})
