// Undoing merges in any order: what comes back is what there was.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf } from '../support/answers'
import { api } from '../support/api'
import { counters, happenings } from '../support/customers'
import { type Person, team } from '../support/factories'
import { held, mergeInto, restore, scenes, stage } from '../support/merges'

const trash = ({ token }: Person, id: string) => api(token).v1.customers[':id'].$delete({ param: { id }, header: {} })

let people: Awaited<ReturnType<typeof team>>
let manager: Person
beforeAll(async () => {
  people = await team()
  manager = people.manager
})

describe('restoring a customer that was merged away', () => {
  it('gives back to both exactly what they were and had, any number of times', async () => {
    await fc.assert(
      fc.asyncProperty(scenes(people), fc.constantFrom('this', 'other'), async (scene, prefer) => {
        const ids = await stage(manager, scene)
        const [id, fromId] = ids
        const before = await held(ids)
        for (const _ of [1, 2]) {
          await bodyOf(mergeInto(manager, id, fromId, prefer), 200)
          await bodyOf(restore(manager, fromId), 200)
          expect(await held(ids)).toEqual(before)
        }
        expect(await happenings(fromId)).toEqual(['customer.restored', 'customer.restored'])
      }),
      { numRuns: 25 },
    )
  })

  it('undoes a chain of merges from its end', async () => {
    await fc.assert(
      fc.asyncProperty(scenes(people), fc.constantFrom('this', 'other'), async (scene, prefer) => {
        const ids = await stage(manager, scene)
        const [a, b, c] = ids
        const before = await held(ids)
        await bodyOf(mergeInto(manager, a, b, prefer), 200)
        const between = await held(ids)
        await bodyOf(mergeInto(manager, c, a, prefer), 200)
        await bodyOf(restore(manager, a), 200)
        expect(await held(ids)).toEqual(between)
        await bodyOf(restore(manager, b), 200)
        expect(await held(ids)).toEqual(before)
      }),
      { numRuns: 20 },
    )
  })

  it('in any order with any other merges loses no row, breaks no counter and never fails', async () => {
    const step = fc.record({
      what: fc.constantFrom('merge', 'restore', 'trash'),
      on: fc.nat({ max: 3 }),
      other: fc.nat({ max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(scenes(people), fc.array(step, { minLength: 3, maxLength: 10 }), async (scene, steps) => {
        const ids = await stage(manager, scene)
        const before = await held(ids)
        for (const { what, on, other } of steps) {
          const [id = '', otherId = ''] = [ids[on], ids[other]]
          const answer =
            what === 'merge'
              ? mergeInto(manager, id, otherId)
              : what === 'restore'
                ? restore(manager, id)
                : trash(manager, id)
          const isSelf = what === 'merge' && id === otherId
          expect(isSelf ? [400] : [200, 204, 404, 409]).toContain((await answer).status)
        }
        const after = await held(ids)
        for (const table of ['interactions', 'tickets', 'leads', 'customers'] as const) {
          expect(after[table].map(({ id }) => id).sort()).toEqual(before[table].map(({ id }) => id).sort())
        }
        const owners = new Map(after.customers.map((row) => [row.id, row.owner_id]))
        const living = new Set(after.customers.filter((row) => row.is_trashed === 0).map((row) => row.id))
        const open = new Set(before.tickets.filter((row) => row.deleted_at === null).map((row) => row.id))
        for (const { id, customer_id, deleted_at } of after.tickets) {
          expect(deleted_at === null).toBe(open.has(id) && living.has(customer_id))
        }
        for (const row of [...after.interactions, ...after.tickets])
          expect(row.owner_id).toBe(owners.get(row.customer_id))
      }),
      { numRuns: 30 },
    )
    const { kept, counted } = await counters(manager.workspaceId)
    expect(kept).toEqual(counted)
  })
})
