// Customers: relating two, as manager and report, partners, parent and child, or in any words.
import { listCustomers } from '../../customers/customers.list'
import type { CustomerRow } from '../../customers/customers.record'
import { getCustomer } from '../../customers/customers.service'
import { page } from '../page'
import { Form, Hidden, Options } from '../parts/forms'
import { OtherSearch } from '../parts/other-search'
import { customerPath } from '../parts/records'

const KINDS = ['manager', 'report', 'partner', 'parent', 'child', 'colleague', 'friend'] as const

export const relatePage = page({
  path: '/customers/:id/relate',
  needs: 'customers:write',
  load: ({ ctx, id, query }) => {
    const q = (query.get('find') ?? '').trim().slice(0, 100)
    return {
      customer: getCustomer(ctx, id),
      found: q ? listCustomers(ctx, { q, limit: 10 }) : Promise.resolve({ rows: [] }),
    }
  },
  view: (desk, { customer, found }) => {
    const { customer: words, kinds } = desk.words
    return {
      title: words.relateTitle(customer.name),
      up: { href: customerPath(customer.id), label: customer.name },
      content: (
        <OtherSearch
          desk={desk}
          path={customerPath(customer.id, 'relate')}
          found={found.rows.filter(({ id }) => id !== customer.id)}
        >
          {(other: CustomerRow) => (
            <Form desk={desk} action={customerPath(customer.id, 'relate')} class="inline">
              <Hidden name="otherId" value={other.id} />
              <select name="kind" aria-label={words.kindOf(other.name)}>
                <Options options={KINDS.map((value) => ({ value, label: kinds[value] ?? value }))} chosen="partner" />
              </select>
              <button type="submit">{words.relate}</button>
            </Form>
          )}
        </OtherSearch>
      ),
    }
  },
})
