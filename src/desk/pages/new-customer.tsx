// Customers: adding a new one.

import { NewCustomer } from '../../customers/customers.schemas'
import { createCustomer } from '../../customers/customers.service'
import { parsed } from '../desk.form'
import { membersOf } from '../desk.names'
import { at, page } from '../page'
import { CustomerInputs, customerInput } from '../parts/customers'
import { Existing } from '../parts/existing'
import { Form } from '../parts/forms'
import { customerPath } from '../parts/records'

export const newCustomerPage = page({
  path: '/customers/new',
  needs: 'customers:write',
  load: (desk) => ({ members: desk.can('leads:assign') ? membersOf(desk.ctx) : Promise.resolve([]) }),
  view: (desk, { members }) => {
    const { words } = desk
    return {
      title: words.customer.new,
      up: { href: at('customers'), label: words.nav.customers },
      content: (
        <>
          <Existing desk={desk} />
          <Form desk={desk} action={at('customers/new/add')} class="stack card" stays>
            <CustomerInputs desk={desk} members={members} />
            <div class="tools">
              <button type="submit" class="strong">
                {words.form.save}
              </button>
              <a class="button quiet" href={at('customers')}>
                {words.form.cancel}
              </a>
            </div>
          </Form>
        </>
      ),
    }
  },
  actions: {
    add: {
      needs: 'customers:write',
      async run(desk) {
        const customer = await createCustomer(desk.ctx, parsed(NewCustomer, customerInput(desk)))
        const undo = { action: customerPath(customer.id, 'trash'), fields: { back: at('customers') } }
        return { to: customerPath(customer.id), say: desk.words.customer.added(customer.name), undo }
      },
    },
  },
})
