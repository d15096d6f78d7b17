// Whose tickets: each operation as the owner, a rival, the team's leads, the customer, another customer and a stranger.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { customer, founder, member, type Person, team } from '../support/factories'
import {
  assigning,
  commenting,
  opening,
  page,
  patching,
  putInto,
  reading,
  readingComments,
  restoring,
  ticket,
  told,
  trashing,
} from '../support/tickets'

/** A team with a ticket of a customer of SALES who has a portal login, and people to whom it must stay unknown. */
async function desk() {
  const people = await team()
  const [stranger, other] = [await founder(), await member(people.admin, 'CUSTOMER')]
  const customerId = await customer(people.sales, { userId: people.customer.id })
  await customer(people.rival, { userId: other.id })
  const { id } = await ticket(people.sales, { customerId })
  return { ...people, portal: people.customer, stranger, other, customerId, id }
}

type Operation = (by: Person, id: string) => Promise<Pick<Response, 'status' | 'headers' | 'text'>>
const OPERATIONS: Record<string, Operation> = {
  read: reading,
  'set the title of': (by, id) => patching(by, id, { title: 'New' }),
  close: (by, id) => patching(by, id, { status: 'CLOSED' }),
  comment: (by, id) => commenting(by, id, 'Hello'),
  'read the comments on': (by, id) => readingComments(by, id),
  assign: (by, id) => assigning(by, id, by.id),
  trash: trashing,
  restore: restoring,
}
const DONE = [200, 201, 204]
const FORBIDDEN: Record<string, string[]> = {
  CUSTOMER: ['set the title of', 'assign', 'trash', 'restore'],
  SALES: ['assign'],
}

describe('a ticket', () => {
  it.each(Object.entries(OPERATIONS))(
    'to %s: those who see it, as far as their role goes; a 404 for all others',
    async (name, operation) => {
      const { admin, manager, sales, rival, portal, stranger, other, customerId, id } = await desk()
      for (const by of [rival, other, stranger]) {
        if (FORBIDDEN[by.role]?.includes(name)) await refusalOf(operation(by, id), 403, 'forbidden')
        else await refusalOf(operation(by, id), 404, 'not_found')
      }
      expect((await told(id)).map(({ verb }) => verb)).toEqual(['ticket.created'])
      for (const by of [admin, manager, sales, portal]) {
        const own = await ticket(sales, { customerId })
        if (FORBIDDEN[by.role]?.includes(name)) await refusalOf(operation(by, own.id), 403, 'forbidden')
        else expect(DONE, by.role).toContain((await operation(by, own.id)).status)
      }
    },
  )

  it('is in the lists of those who see it, counted for them alone', async () => {
    const { admin, manager, sales, rival, portal, stranger, other, id } = await desk()
    for (const query of [{}, { status: 'OPEN' as const }, { assignee: 'none' }]) {
      for (const by of [admin, manager, sales, portal]) {
        const { data, total } = await page(by, { ...query, total: 'true' })
        expect([data.map((each) => each.id), total], by.role).toEqual([[id], 1])
      }
      for (const by of [rival, stranger, other])
        expect(await page(by, { ...query, total: 'true' })).toMatchObject({ data: [], total: 0 })
    }
  })

  it('is seen by whom it is assigned to, who works on it but does not reach the customer by it', async () => {
    const { manager, sales, rival, customerId, id } = await desk()
    await assigning(manager, id, rival.id)
    expect((await reading(rival, id)).status).toBe(200)
    for (const query of [{}, { status: 'OPEN' as const }, { assignee: 'me' }]) {
      expect((await page(rival, query)).data.map((each) => each.id)).toEqual([id])
    }
    expect((await patching(rival, id, { status: 'RESOLVED' })).status).toBe(200)
    expect((await commenting(rival, id, 'Done')).status).toBe(201)
    expect((await readingComments(rival, id)).status).toBe(200)
    await refusalOf(opening(rival, { customerId }), 404, 'not_found')
    for (const by of [rival, sales]) {
      expect((await page(by)).data.map((each) => each.id)).toEqual([id])
      expect((await page(by, { status: 'RESOLVED' })).data.map((each) => each.id)).toEqual([id])
    }
    await assigning(manager, id, sales.id)
    await refusalOf(reading(rival, id), 404, 'not_found')
    for (const query of [{}, { status: 'RESOLVED' as const }, { assignee: 'me' }]) {
      expect(await page(rival, { ...query, total: 'true' })).toMatchObject({ data: [], total: 0 })
      expect(await page(sales, { ...query, total: 'true' })).toMatchObject({ data: [{ id }], total: 1 })
    }
  })
})

describe('a customer', () => {
  it('opens tickets for the own record alone, named or not', async () => {
    const { sales, rival, portal, customerId } = await desk()
    expect(await bodyOf(opening(portal, {}), 201)).toMatchObject({
      customerId,
      openedBy: portal.id,
      priority: 'NORMAL',
    })
    expect(await bodyOf(opening(portal, { customerId }), 201)).toMatchObject({ customerId })
    for (const other of [await customer(sales), await customer(rival), crypto.randomUUID()]) {
      await refusalOf(opening(portal, { customerId: other }), 404, 'not_found')
    }
    expect((await page(sales)).data).toHaveLength(3)
  })

  it('without a record has no tickets and opens none', async () => {
    const { customer: portal, sales } = await team()
    await ticket(sales)
    await refusalOf(opening(portal, {}), 404, 'not_found')
    for (const query of [{}, { status: 'OPEN' as const }]) expect((await page(portal, query)).data).toEqual([])
  })

  it('sets no priority and no text, and is told which it is', async () => {
    const { portal, id } = await desk()
    const opened = await refusalOf(opening(portal, { priority: 'URGENT' }), 403, 'forbidden')
    expect(opened.detail).toContain('priority')
    const patched = await refusalOf(patching(portal, id, { status: 'CLOSED', priority: 'LOW' }), 403, 'forbidden')
    expect(patched.detail).toContain('priority')
    expect((await refusalOf(patching(portal, id, { description: 'x' }), 403, 'forbidden')).detail).toContain(
      'description',
    )
    expect((await told(id)).map(({ verb }) => verb)).toEqual(['ticket.created'])
  })

  it('closes and reopens, and moves a ticket in no other way', async () => {
    const { portal, id } = await desk()
    for (const [from, to, isDone] of [
      ['OPEN', 'IN_PROGRESS', false],
      ['OPEN', 'RESOLVED', false],
      ['IN_PROGRESS', 'OPEN', false],
      ['IN_PROGRESS', 'RESOLVED', false],
      ['OPEN', 'CLOSED', true],
      ['IN_PROGRESS', 'CLOSED', true],
      ['RESOLVED', 'CLOSED', true],
      ['RESOLVED', 'IN_PROGRESS', true],
      ['CLOSED', 'IN_PROGRESS', true],
    ] as const) {
      await putInto(id, from)
      const answer = patching(portal, id, { status: to })
      if (isDone) expect((await bodyOf(answer, 200)).status).toBe(to)
      else expect((await refusalOf(answer, 403, 'forbidden')).detail).toContain(to)
    }
    await putInto(id, 'CLOSED')
    for (const to of ['OPEN', 'RESOLVED'] as const)
      await refusalOf(patching(portal, id, { status: to }), 403, 'forbidden')
  })

  it('reads every comment on the own tickets, and none on others', async () => {
    const { sales, rival, portal, id } = await desk()
    const theirs = await ticket(rival)
    await commenting(rival, theirs.id, 'Not for you')
    await commenting(sales, id, 'For you')
    expect((await bodyOf(readingComments(portal, id), 200)).data.map(({ body }) => body)).toEqual(['For you'])
    await refusalOf(readingComments(portal, theirs.id), 404, 'not_found')
  })
})
