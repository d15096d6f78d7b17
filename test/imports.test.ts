// Imports: a file of customers comes in, and every row says what became of it.
import { describe, expect, it } from 'vitest'
import { founder, member } from './factories'
import { customersOf, figures, imported } from './importing'

const CSV = `Full Name,E-mail,Phone Number,Organisation,Tags,Owner,Plan
Alice Student,Alice@Example.com,+44 20 7946 0958,Acme,VIP;"a;b",%,gold
Bob Buyer,bob@example.com,,,,,
"Carla, ""CC""",,,Solo,,,7
`

describe('a file of customers', () => {
  it('makes them, once', async () => {
    const admin = await founder()
    const sales = await member(admin, 'SALES')
    const file = CSV.replace('%', sales.email)
    const report = await imported(admin, file)
    expect(report).toMatchObject({ status: 'DONE', errors: [], warnings: [] })
    expect(figures(report)).toEqual({ received: 3, created: 3, updated: 0, unchanged: 0, superseded: 0, failed: 0 })
    const made = await customersOf(admin)
    expect(made).toMatchObject([
      { name: 'Alice Student', email: 'alice@example.com', phone_e164: '+442079460958', company: 'Acme', owner: sales.email, fields: { Plan: 'gold' }, tags: ['VIP', 'a;b'] },
      { name: 'Bob Buyer', email: 'bob@example.com', fields: null, tags: [] },
      { name: 'Carla, "CC"', company: 'Solo', fields: { Plan: '7' } },
    ])
    const again = await imported(admin, file)
    expect(figures(again)).toEqual({ received: 3, created: 0, updated: 0, unchanged: 3, superseded: 0, failed: 0 })
    expect(await customersOf(admin)).toEqual(made)
  })
})
