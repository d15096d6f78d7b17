import { beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, refusalOf } from '../support/answers'
import { api } from '../support/api'
import { happenings, made, page, put, tag } from '../support/customers'
import { type Person, team, unique } from '../support/factories'
import { held, mergeInto, restore } from '../support/merges'

const patch = ({ token }: Person, id: string, json: Record<string, unknown>) =>
  bodyOf(api(token).v1.customers[':id'].$patch({ param: { id }, header: {}, json }), 200)
const trash = ({ token }: Person, id: string) => api(token).v1.customers[':id'].$delete({ param: { id }, header: {} })
const email = () => `${unique('u')}@example.com`

let people: Awaited<ReturnType<typeof team>>
let manager: Person
beforeAll(async () => {
  people = await team()
  manager = people.manager
})

describe('restoring a customer that was merged away', () => {
  it('leaves what was changed since the merge as it now is', async () => {
    const [kept, lost, third] = [
      await made(manager, { name: 'Kept', company: 'Old', ownerId: people.sales.id }),
      await made(manager, { name: 'Lost', email: email(), phone: '+44 20 7946 0958', ownerId: people.sales.id }),
      await made(manager, { name: 'Third' }),
    ]
    const now = new Date().toISOString()
    const stamps = {
      workspaceId: manager.workspaceId,
      ownerId: people.sales.id,
      createdAt: now,
      updatedAt: now,
      occurredAt: now,
    }
    const [mine, moved] = [crypto.randomUUID(), crypto.randomUUID()]
    const note = { ...stamps, type: 'CALL', body: 'Said' }
    await put(
      'interactions',
      [mine, moved].map((id) => ({ ...note, id, customerId: lost.id })),
    )
    await tag(manager.workspaceId, [[lost.id, ['moved', 'cold']]])
    await bodyOf(mergeInto(manager, kept.id, lost.id), 200)

    await patch(manager, kept.id, { company: 'New', phone: '+49 30 901820', ownerId: people.rival.id })
    const fresh = crypto.randomUUID()
    await put('interactions', [{ ...note, id: fresh, customerId: kept.id, ownerId: people.rival.id }])
    const move = { param: { id: moved }, header: {}, json: { body: 'Said again' } }
    await bodyOf(api(manager.token).v1.interactions[':id'].$patch(move), 200)
    await bodyOf(mergeInto(manager, third.id, kept.id), 200)
    await bodyOf(restore(manager, kept.id), 200)

    await bodyOf(restore(manager, lost.id), 200)
    const after = await held([kept.id, lost.id, third.id])
    expect(after.customers.find(({ id }) => id === kept.id)).toMatchObject({
      ...{ email: null, company: 'New', phone: '+49 30 901820', owner_id: people.rival.id },
    })
    expect(after.customers.find(({ id }) => id === lost.id)).toMatchObject({
      email: lost.email,
      owner_id: people.sales.id,
    })
    const whose = Object.fromEntries(after.interactions.map((row) => [String(row.id), row.customer_id]))
    expect(whose).toEqual({ [mine]: lost.id, [moved]: lost.id, [fresh]: kept.id })
    expect(after.tags.map((row) => row.customer_id)).toEqual([lost.id, lost.id])
    expect((await page(manager, { tag: 'moved' })).data.map(({ id }) => id)).toEqual([lost.id])
  })

  it('is refused, and changes nothing, where somebody else has the e-mail that one of them would get back', async () => {
    const [first, second] = [email(), email()]
    for (const prefer of ['this', 'other'] as const) {
      const ids = [(await made(manager, { email: first })).id, (await made(manager, { email: second })).id]
      const [kept = '', lost = ''] = ids
      await bodyOf(mergeInto(manager, kept, lost, prefer), 200)
      const taken = prefer === 'this' ? second : first
      await patch(manager, kept, { emails: [{ email: prefer === 'this' ? first : second }] })
      const third = await made(manager, { email: taken })
      const before = await held([...ids, third.id])
      await refusalOf(restore(manager, lost), 409, 'customer_exists')
      expect(await held([...ids, third.id])).toEqual(before)
      expect(await happenings(lost)).toEqual(['customer.created'])
      await trash(manager, third.id)
      await bodyOf(restore(manager, lost), 200)
      const emails = (await held(ids)).customers.map((row) => row.email)
      expect(emails.sort()).toEqual([first, second].sort())
      for (const id of ids) await trash(manager, id)
    }
  })

  it('whose e-mail the survivor has lost to a third is refused too', async () => {
    const address = email()
    const [kept, lost] = [await made(manager), await made(manager, { email: address })]
    await bodyOf(mergeInto(manager, kept.id, lost.id), 200)
    await patch(manager, kept.id, { email: null })
    const third = await made(manager, { email: address })
    await refusalOf(restore(manager, lost.id), 409, 'customer_exists')
    await patch(manager, third.id, { email: email() })
    expect(await bodyOf(restore(manager, lost.id), 200)).toMatchObject({ email: address })
  })

  it('is not for SALES where it would change a rival’s customer', async () => {
    const { sales, rival } = people
    const [kept, lost] = [await made(manager, { ownerId: rival.id }), await made(manager, { ownerId: sales.id })]
    await bodyOf(mergeInto(manager, kept.id, lost.id), 200)
    const before = await held([kept.id, lost.id])
    await refusalOf(restore(sales, lost.id), 403, 'forbidden')
    expect(await held([kept.id, lost.id])).toEqual(before)
    await patch(manager, kept.id, { ownerId: null })
    await refusalOf(restore(sales, lost.id), 403, 'forbidden')
    await patch(manager, kept.id, { ownerId: sales.id })
    await bodyOf(restore(sales, lost.id), 200)
    await trash(sales, lost.id)
    await patch(manager, kept.id, { ownerId: rival.id })
    await bodyOf(restore(sales, lost.id), 200)
  })

  it('works while the survivor is in the trash', async () => {
    const address = email()
    const [kept, lost] = [await made(manager), await made(manager, { email: address })]
    const ids = [kept.id, lost.id]
    const before = await held(ids)
    await bodyOf(mergeInto(manager, kept.id, lost.id), 200)
    await trash(manager, kept.id)
    expect(await bodyOf(restore(manager, lost.id), 200)).toMatchObject({ email: address })
    await bodyOf(restore(manager, kept.id), 200)
    expect(await held(ids)).toEqual(before)
  })
})
