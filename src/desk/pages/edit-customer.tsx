// Customers: changing one. Who was slower sees both versions side by side, and can save theirs over it.

import type { CustomerRow } from '../../customers/customers.record'
import { CustomerPatch } from '../../customers/customers.schemas'
import { getCustomer, updateCustomer } from '../../customers/customers.service'
import type { Desk } from '../desk'
import { parsed } from '../desk.form'
import { membersOf } from '../desk.names'
import { page } from '../page'
import { Conflict } from '../parts/conflict'
import { CustomerInputs, customerInput } from '../parts/customers'
import { Existing } from '../parts/existing'
import { Form, Hidden } from '../parts/forms'
import { customerPath } from '../parts/records'

export const editCustomerPage = page({
  path: '/customers/:id/edit',
  needs: 'customers:write',
  load: (desk) => ({
    customer: getCustomer(desk.ctx, desk.id),
    members: desk.can('leads:assign') ? membersOf(desk.ctx) : Promise.resolve([]),
  }),
  view: (desk, { customer, members }) => {
    const { form, record } = desk.words
    return {
      title: record.editing(customer.name),
      up: { href: customerPath(customer.id), label: customer.name },
      content: (
        <>
          <Existing desk={desk} />
          <Conflict desk={desk} fields={comparedOf(desk, customer)} />
          <Form desk={desk} action={customerPath(customer.id, 'edit/save')} class="stack card" stays>
            <Hidden name="version" value={String(customer.version)} />
            <CustomerInputs desk={desk} customer={customer} members={members} />
            <div class="tools">
              <button type="submit" class="strong">
                {form.save}
              </button>
              <a class="button quiet" href={customerPath(customer.id)}>
                {form.cancel}
              </a>
            </div>
          </Form>
        </>
      ),
    }
  },
  actions: {
    save: {
      needs: 'customers:write',
      async run(desk) {
        const { ctx, id, form, words } = desk
        const present = await getCustomer(ctx, id)
        await updateCustomer(ctx, id, parsed(CustomerPatch, customerInput(desk, present)), Number(form.get('version')))
        return { to: customerPath(id), say: words.record.saved }
      },
    },
  },
})

function comparedOf({ words: { labels, record } }: Desk, customer: CustomerRow) {
  return [
    { name: 'name', label: labels.name, now: customer.name },
    { name: 'company', label: labels.company, now: customer.company },
    { name: 'jobTitle', label: labels.jobTitle, now: customer.jobTitle },
    { name: 'keepInTouchDays', label: labels.keepInTouchDays, now: customer.keepInTouchDays },
    { name: 'ownerId', label: record.owner, now: customer.ownerId },
    { name: 'email.0', label: labels.email, now: customer.email },
    { name: 'phone.0', label: labels.phone, now: customer.phone },
  ]
}
