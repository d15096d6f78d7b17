// Customers: the list, whose filters stand in the address.
import { listCustomers } from '../../customers/customers.list'
import type { CustomerRow } from '../../customers/customers.record'
import { CustomerFilters } from '../../customers/customers.schemas'
import { paged } from '../../http/pagination'
import { listTags } from '../../tags/tags.service'
import { listViews } from '../../views/views.service'
import type { Desk } from '../desk'
import { membersOf, namesOf } from '../desk.names'
import { questionOf } from '../desk.question'
import { at, page } from '../page'
import { CustomerLine } from '../parts/customers'
import { Exports } from '../parts/exports'
import { Icon } from '../parts/icons'
import { Nothing, Pages, Picker } from '../parts/lists'
import { SavedViews, viewActions, viewedList } from '../parts/saved'
import { ownerChoices } from './leads'

const PATH = at('customers')
const SHOWN = '25'
/** How many tags the filter offers. */
const TAGS = 50

export const customersPage = page({
  path: '/customers',
  needs: 'customers:read',
  nav: { word: 'customers', icon: 'customers' },
  load: (desk) => ({
    list: viewedList(desk, 'customer', questionOf(desk, CustomerFilters, { limit: SHOWN, total: 'true' }), (asked) =>
      paged(desk.c, asked, (query) => listCustomers(desk.ctx, query)),
    ),
    views: listViews(desk.ctx, { entity: 'customer' }),
    tags: listTags(desk.ctx, { limit: TAGS }),
    members: desk.can('leads:assign') ? membersOf(desk.ctx) : Promise.resolve([]),
  }),
  more: async ({ ctx }, { list }) => ({
    names: await namesOf(
      ctx,
      list.data.map(({ ownerId }: CustomerRow) => ownerId),
    ),
  }),
  view: (desk, { list, views, tags, members, names }) => {
    const { words } = desk
    return {
      title: words.nav.customers,
      isWide: true,
      tools: desk.can('customers:write') && (
        <>
          <Exports desk={desk} path="customers" formats={['csv', 'json', 'vcf']} />
          <a class="button" href={at('customers/duplicates')}>
            {words.customer.duplicates}
          </a>
          <a class="button strong" href={at('customers/new')}>
            <Icon name="plus" />
            {words.customer.new}
          </a>
        </>
      ),
      content: (
        <div class="list">
          <SavedViews desk={desk} path={PATH} entity="customer" views={views.data} />
          <div class="filters">
            <Picker
              desk={desk}
              path={PATH}
              search={words.customer.search}
              selects={[
                {
                  name: 'tag',
                  label: words.customer.tag,
                  choices: [
                    { value: '', label: words.customer.anyTag },
                    ...tags.rows.map(({ name, count }) => ({ value: name, label: `${name} (${count})` })),
                  ],
                },
                { name: 'owner', label: words.record.owner, choices: ownerChoices(desk, members) },
                { name: 'sort', label: words.list.order, choices: sortChoices(desk) },
              ]}
            />
          </div>
          {list.data.length === 0 ? (
            <Nothing
              desk={desk}
              path={PATH}
              none={words.customer.none}
              add={{ href: at('customers/new'), label: words.customer.new }}
            />
          ) : (
            <ul class="lines">
              {list.data.map((customer) => (
                <CustomerLine desk={desk} customer={customer} names={names} />
              ))}
            </ul>
          )}
          <Pages desk={desk} path={PATH} shown={list.data.length} {...list} of={words.customer.count} />
        </div>
      ),
    }
  },
  actions: viewActions(PATH, 'customer'),
})

function sortChoices({ words: { list } }: Desk) {
  return [
    { value: '', label: list.newest },
    { value: 'name', label: list.byName },
    { value: '-lastInteractionAt', label: list.lastTalk },
    { value: 'lastInteractionAt', label: list.longSilent },
    { value: 'nextFollowUpAt', label: list.due },
    { value: 'nextTouchAt', label: list.keepInTouch },
  ]
}
