// Customers: what is stored about a person, as figures and as a file; and erasing it for good.

import { getCustomer } from '../../customers/customers.service'
import { invalidError } from '../../errors'
import { PersonalData } from '../../personal-data/personal-data.schemas'
import { erasePerson, readPersonalData } from '../../personal-data/personal-data.service'
import { at, page } from '../page'
import { Field, Form } from '../parts/forms'
import { Section } from '../parts/lists'
import { customerPath } from '../parts/records'
import { count } from '../parts/times'

export const personalDataFilePage = page({
  path: '/customers/:id/personal-data/file',
  needs: 'personal-data:read',
  load: ({ ctx, id }) => ({ held: readPersonalData(ctx, id) }),
  view: ({ c, id }, { held }) => {
    c.header('Content-Disposition', `attachment; filename="personal-data-${id}.json"`)
    c.header('Cache-Control', 'no-store')
    return c.body(JSON.stringify(PersonalData.parse(held), null, 2), 200, {
      'Content-Type': 'application/json; charset=utf-8',
    })
  },
})

export const personalDataPage = page({
  path: '/customers/:id/personal-data',
  needs: 'personal-data:read',
  load: ({ ctx, id }) => ({ customer: getCustomer(ctx, id), held: readPersonalData(ctx, id) }),
  view: (desk, { customer, held }) => {
    const { privacy } = desk.words
    const kinds = Object.entries(PersonalData.parse(held).data).filter(([, rows]) => rows.length > 0)
    return {
      title: privacy.title(customer.name),
      up: { href: customerPath(customer.id), label: customer.name },
      tools: (
        <a class="button" href={customerPath(customer.id, 'personal-data/file')} download>
          {privacy.download}
        </a>
      ),
      content: (
        <>
          <Section id="held" title={privacy.held} class="card">
            <dl class="facts">
              {kinds.map(([kind, rows]) => (
                <>
                  <dt>{privacy.kinds[kind] ?? kind}</dt>
                  <dd>{count(rows.length, desk)}</dd>
                </>
              ))}
            </dl>
          </Section>
          {desk.can('personal-data:erase') && (
            <Section id="erase" title={privacy.erase} class="card">
              <p>{privacy.eraseHint}</p>
              <Form desk={desk} action={customerPath(customer.id, 'personal-data/erase')} class="stack">
                <Field
                  desk={desk}
                  name="confirmation"
                  label={privacy.confirm(customer.name)}
                  required
                  autocomplete="off"
                />
                <button type="submit" class="danger">
                  {privacy.eraseNow}
                </button>
              </Form>
            </Section>
          )}
        </>
      ),
    }
  },
  actions: {
    // There is no undo, so the name is typed.
    erase: {
      needs: 'personal-data:erase',
      async run({ ctx, id, form, words }) {
        const { name } = await getCustomer(ctx, id)
        if (form.get('confirmation').trim() !== name.trim())
          throw invalidError('body.confirmation', words.privacy.notTheName, 'confirmation')
        await erasePerson(ctx, id)
        return { to: at('customers'), say: words.privacy.erased }
      },
    },
  },
})
