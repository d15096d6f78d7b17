// Converting a lead: it becomes a customer once, a new one or one that is there, and nobody learns of a rival's.
import { describe, expect, it } from 'vitest'
import { bodyOf, refusalOf, tally } from '../support/answers'
import { api } from '../support/api'
import { count, rows } from '../support/database'
import { founder, type Person, team, unique } from '../support/factories'
import { happenings, lead, ownLead } from '../support/leads'

const convert = (by: Person, id: string, json: { customerId?: string } = {}) =>
  api(by.token).v1.leads[':id'].convert.$post({ param: { id }, json })
const get = (by: Person, id: string) => bodyOf(api(by.token).v1.leads[':id'].$get({ param: { id }, query: {} }), 200)
const address = () => `${unique('alice')}@example.com`
/** A customer, made of a lead of one's own. */
const customerOf = async (by: Person, fields: Parameters<typeof ownLead>[1] = {}) =>
  (await bodyOf(convert(by, (await ownLead(by, fields)).id), 200)).customer

describe('converting a lead', () => {
  it('makes a customer of it, of the same owner, and closes it', async () => {
    const { sales } = await team()
    const email = address()
    const made = await ownLead(sales, { name: 'Alice', email, phone: '+44 1', title: 'Course' })
    const { lead: after, customer } = await bodyOf(convert(sales, made.id), 200)
    expect(customer).toMatchObject({ name: 'Alice', email, phone: '+44 1', ownerId: sales.id })
    expect(after).toMatchObject({ id: made.id, status: 'CLOSED', customerId: customer.id })
    expect(after.convertedAt).toBe(customer.createdAt)
    expect(await get(sales, made.id)).toEqual(after)
    expect(await happenings(made.id)).toEqual(['lead.created', 'lead.converted'])
    expect(await happenings(customer.id)).toEqual(['customer.created'])
    const [event] = await rows<{ changes: string }>(
      `SELECT changes FROM events WHERE verb = 'lead.converted' AND subject_id = ?`,
      made.id,
    )
    expect(JSON.parse(event?.changes ?? '')).toEqual({ customerId: [null, customer.id], status: ['NEW', 'CLOSED'] })
  })

  it('names the customer after the lead where the lead names nobody', async () => {
    const { sales } = await team()
    expect(await customerOf(sales, { title: 'A lead without a name' })).toMatchObject({
      name: 'A lead without a name',
      email: null,
    })
  })

  it('links the customer who has the e-mail, and makes none', async () => {
    const { sales, manager } = await team()
    const email = address()
    const customer = await customerOf(sales, { email, name: 'Alice' })
    for (const by of [sales, manager]) {
      const { id } = await ownLead(by, { email: email.toUpperCase(), name: 'Somebody else' })
      expect((await bodyOf(convert(by, id), 200)).customer).toEqual(customer)
    }
    expect(await count('customers', 'workspace_id = ?', sales.workspaceId)).toBe(1)
    expect(await happenings(customer.id)).toEqual(['customer.created'])
  })

  it('makes a customer for each lead without an e-mail', async () => {
    const { sales } = await team()
    const [one, other] = [await customerOf(sales), await customerOf(sales)]
    expect(one.id).not.toBe(other.id)
  })

  it('passes over customers of other workspaces, and those in the trash', async () => {
    const { sales } = await team()
    const stranger = await founder()
    const email = address()
    const foreign = await customerOf(stranger, { email })
    const old = await customerOf(sales, { email })
    await rows('UPDATE customers SET deleted_at = updated_at WHERE id = ?', old.id)
    const fresh = await customerOf(sales, { email })
    expect(new Set([foreign.id, old.id, fresh.id]).size).toBe(3)
  })

  it('links the customer that is named, whatever the e-mail says', async () => {
    const { sales } = await team()
    const email = address()
    const [named] = [await customerOf(sales), await customerOf(sales, { email })]
    const { id } = await ownLead(sales, { email })
    const { lead: after, customer } = await bodyOf(convert(sales, id, { customerId: named.id }), 200)
    expect([after.customerId, customer.id]).toEqual([named.id, named.id])
    expect(await happenings(id)).toEqual(['lead.created', 'lead.converted'])
  })

  it('does not find a customer out of reach, and leaves the lead as it was', async () => {
    const { sales, rival } = await team()
    const theirs = await customerOf(rival)
    const foreign = await customerOf(await founder())
    const { id } = await ownLead(sales)
    for (const customerId of [theirs.id, foreign.id, crypto.randomUUID()]) {
      await refusalOf(convert(sales, id, { customerId }), 404, 'not_found')
    }
    expect(await get(sales, id)).toMatchObject({ status: 'NEW', customerId: null })
    expect(await happenings(id)).toEqual(['lead.created'])
  })

  it('tells SALES that the e-mail is taken by a rival’s customer, not whose; a MANAGER links it', async () => {
    const { sales, rival, manager } = await team()
    const email = address()
    const theirs = await customerOf(rival, { email, name: 'Secret name' })
    const { id } = await ownLead(sales, { email })
    const problem = await refusalOf(convert(sales, id), 409, 'customer_exists')
    expect(problem).not.toHaveProperty('existingId')
    for (const secret of [theirs.id, rival.id, 'Secret']) expect(JSON.stringify(problem)).not.toContain(secret)
    expect(await happenings(id)).toEqual(['lead.created'])
    expect((await bodyOf(convert(manager, id), 200)).customer).toMatchObject({ id: theirs.id, ownerId: rival.id })
  })

  it('happens once, however many ask at once', async () => {
    const { sales, manager } = await team()
    const { id } = await ownLead(sales, { email: address() })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => convert(i % 2 ? sales : manager, id)))
    expect(tally(answers)).toEqual({ 200: 1, 409: 19 })
    const { customerId } = await get(sales, id)
    const problem = await refusalOf(convert(sales, id), 409, 'already_converted')
    expect(problem.existingId).toBe(customerId)
    expect(await count('customers', 'workspace_id = ?', sales.workspaceId)).toBe(1)
    expect(await happenings(id)).toEqual(['lead.created', 'lead.converted'])
  })

  it('makes one customer of 20 leads with one e-mail, converted at once', { tags: ['long'] }, async () => {
    const { sales } = await team()
    const email = address()
    const leads = await Promise.all(Array.from({ length: 20 }, () => ownLead(sales, { email })))
    const converted = await Promise.all(leads.map(async ({ id }) => bodyOf(convert(sales, id), 200)))
    expect(new Set(converted.map(({ customer }) => customer.id)).size).toBe(1)
    expect(await count('customers', 'workspace_id = ?', sales.workspaceId)).toBe(1)
  })

  it('is not for who may not change the lead', async () => {
    const { admin, sales, rival, customer } = await team()
    const stranger = await founder()
    const [pooled, theirs, gone] = [await lead(admin), await ownLead(rival), await ownLead(sales)]
    await api(sales.token).v1.leads[':id'].$delete({ param: gone, header: {} })
    await refusalOf(convert(sales, pooled.id), 403, 'not_yours')
    for (const { id } of [theirs, gone]) await refusalOf(convert(sales, id), 404, 'not_found')
    await refusalOf(convert(stranger, pooled.id), 404, 'not_found')
    await refusalOf(convert(customer, pooled.id), 403, 'forbidden')
    expect(await count('customers', 'workspace_id = ?', sales.workspaceId)).toBe(0)
  })
})
