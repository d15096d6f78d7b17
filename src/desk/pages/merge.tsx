// Customers: likely duplicates, choosing another customer, and merging two after seeing what it makes of them.
import type { FC } from 'hono/jsx'
import { listDuplicates } from '../../customers/customers.duplicates'
import { listCustomers } from '../../customers/customers.list'
import type { CustomerRow } from '../../customers/customers.record'
import { DuplicateQuery, MergeInput } from '../../customers/customers.schemas'
import { getCustomer } from '../../customers/customers.service'
import { AppError } from '../../errors'
import { uuid } from '../../field-schemas'
import { paged } from '../../http/pagination'
import { loadBackground } from '../../late'
import { HOST } from '../../late/background.host.mjs'
import type { Desk } from '../desk'
import { parsed } from '../desk.form'
import { questionOf } from '../desk.question'
import { at, page } from '../page'
import { textOf } from '../parts/customers'
import { Form, Hidden } from '../parts/forms'
import { Empty, Pages, Section } from '../parts/lists'
import { OtherSearch } from '../parts/other-search'
import { customerPath } from '../parts/records'

export const duplicatesPage = page({
  path: '/customers/duplicates',
  needs: 'customers:write',
  load: (desk) => ({
    list: paged(desk.c, questionOf(desk, DuplicateQuery, { limit: '20' }), (query) => listDuplicates(desk.ctx, query)),
  }),
  view: (desk, { list }) => {
    const { customer: words, nav } = desk.words
    return {
      title: words.duplicates,
      up: { href: at('customers'), label: nav.customers },
      content: (
        <>
          {list.data.length === 0 && <Empty text={words.noDuplicates} />}
          {list.data.map(({ reason, customers: [first, ...others] }, i) =>
            first ? (
              <Section
                id={`group-${i}`}
                title={first.name}
                note={reason === 'phone' ? words.samePhone : words.sameName}
                class="card"
              >
                <ul class="side-list">
                  {others.map((other) => (
                    <li>
                      <span>
                        <a href={customerPath(other.id)}>{other.name}</a>{' '}
                        <span class="note">
                          {[other.company, other.email, other.phone].filter(Boolean).join(' · ')}
                        </span>
                      </span>
                      <a class="button" href={`${customerPath(first.id, 'merge')}?with=${other.id}`}>
                        {words.compare}
                      </a>
                    </li>
                  ))}
                </ul>
              </Section>
            ) : null,
          )}
          <Pages desk={desk} path={at('customers/duplicates')} shown={list.data.length} {...list} of={words.groups} />
        </>
      ),
    }
  },
})

async function previewOf(desk: Desk, fromId: string) {
  const { previewMerge } = await loadBackground(HOST)
  return previewMerge(desk.ctx, desk.id, { fromId, prefer: preferOf(desk) })
}

export const mergePage = page({
  path: '/customers/:id/merge',
  needs: 'customers:write',
  load: (desk) => {
    const { ctx, id } = desk
    const fromId = otherOf(desk)
    return {
      customer: getCustomer(ctx, id),
      other: fromId ? getCustomer(ctx, fromId) : Promise.resolve(undefined),
      preview: fromId ? previewOf(desk, fromId) : Promise.resolve(undefined),
      found: desk.query.get('find')
        ? listCustomers(ctx, { q: (desk.query.get('find') ?? '').slice(0, 100), limit: 10 })
        : Promise.resolve({ rows: [] }),
    }
  },
  view: (desk, { customer, other, preview, found }) => {
    const { customer: words, form } = desk.words
    const base = customerPath(customer.id, 'merge')
    return {
      title: words.mergeTitle(customer.name),
      up: { href: customerPath(customer.id), label: customer.name },
      content:
        preview && other ? (
          <>
            <p class="note">{words.mergeHint(other.name, customer.name)}</p>
            <Compared desk={desk} before={customer} after={preview.customer} other={other} />
            <p class="note">{words.moved(Object.values(preview.moved).reduce((sum, n) => sum + n, 0))}</p>
            <div class="tools">
              <Form desk={desk} action={`${base}/do`}>
                <Hidden name="fromId" value={other.id} />
                <Hidden name="prefer" value={preferOf(desk)} />
                <button type="submit" class="strong">
                  {words.mergeNow}
                </button>
              </Form>
              <a
                class="button"
                href={`${base}?with=${other.id}&prefer=${preferOf(desk) === 'this' ? 'other' : 'this'}`}
              >
                {words.preferOther(preferOf(desk) === 'this' ? other.name : customer.name)}
              </a>
              <a class="button quiet" href={customerPath(customer.id)}>
                {form.cancel}
              </a>
            </div>
          </>
        ) : (
          <OtherSearch desk={desk} path={base} found={found.rows.filter(({ id }) => id !== customer.id)}>
            {(found: CustomerRow) => (
              <a class="button" href={`${base}?with=${found.id}`}>
                {words.compare}
              </a>
            )}
          </OtherSearch>
        ),
    }
  },
  actions: {
    do: {
      needs: 'customers:write',
      isQuick: true,
      async run(desk) {
        const { ctx, id, form, words } = desk
        const merge = parsed(MergeInput, { fromId: form.get('fromId'), prefer: form.get('prefer') })
        if (merge.fromId === id) throw new AppError('invalid')
        const { mergeCustomers } = await loadBackground(HOST)
        const { customer } = await mergeCustomers(ctx, id, merge)
        const undo = { action: customerPath(merge.fromId, 'restore'), fields: { back: customerPath(id) } }
        return { to: customerPath(id), say: words.customer.merged(customer.name), undo }
      },
    },
  },
})

const otherOf = ({ query, id }: Desk): string | undefined => {
  const other = uuid().safeParse(query.get('with'))
  return other.success && other.data !== id ? other.data : undefined
}
const preferOf = ({ query }: Desk) => (query.get('prefer') === 'other' ? 'other' : 'this')

const Compared: FC<{ desk: Desk; before: CustomerRow; other: CustomerRow; after: CustomerRow }> = ({
  desk,
  before,
  other,
  after,
}) => {
  const { labels, customer: words } = desk.words
  const rows: [label: string, ...values: unknown[]][] = [
    [labels.name, before.name, other.name, after.name],
    [labels.company, before.company, other.company, after.company],
    [labels.jobTitle, before.jobTitle, other.jobTitle, after.jobTitle],
    [labels.email, before.email, other.email, after.email],
    [labels.phone, before.phone, other.phone, after.phone],
    ...[...new Set([...Object.keys(before.customFields ?? {}), ...Object.keys(other.customFields ?? {})])].map(
      (name): [string, ...unknown[]] => [
        name,
        before.customFields?.[name],
        other.customFields?.[name],
        after.customFields?.[name],
      ],
    ),
  ]
  return (
    <div class="scroll card">
      <table class="merge">
        <thead>
          <tr>
            <th scope="col">{words.field}</th>
            <th scope="col">{words.thisOne}</th>
            <th scope="col">{words.otherOne}</th>
            <th scope="col">{words.result}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, ...values]) => (
            <tr>
              <th scope="row">{label}</th>
              {values.map((value) => (
                <td>{textOf(value) || '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
