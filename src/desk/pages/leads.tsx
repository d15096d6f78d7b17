// Leads: the list, whose filters stand in the address.
import { LEAD_STATUSES } from '../../db/schema/leads'
import { paged } from '../../http/pagination'
import { listLeads } from '../../leads/leads.list'
import type { LeadRow } from '../../leads/leads.record'
import { LeadQuery } from '../../leads/leads.schemas'
import { listViews } from '../../views/views.service'
import type { Desk } from '../desk'
import { membersOf, namesOf } from '../desk.names'
import { questionOf } from '../desk.question'
import { at, page } from '../page'
import { Exports } from '../parts/exports'
import { Act } from '../parts/forms'
import { Icon } from '../parts/icons'
import { Chips, fresh, Nothing, Pages, Picker } from '../parts/lists'
import { LeadLine } from '../parts/records'
import { SavedViews, viewActions, viewedList } from '../parts/saved'
import { Views } from '../parts/views'

const PATH = at('leads')
const SHOWN = '25'

export const leadsPage = page({
  path: '/leads',
  needs: 'leads:read',
  nav: { word: 'leads', icon: 'leads' },
  load: (desk) => ({
    list: viewedList(desk, 'lead', questionOf(desk, LeadQuery, { limit: SHOWN, total: 'true' }), (asked) =>
      paged(desk.c, asked, (query) => listLeads(desk.ctx, query)),
    ),
    views: listViews(desk.ctx, { entity: 'lead' }),
    members: desk.can('leads:assign') ? membersOf(desk.ctx) : Promise.resolve([]),
  }),
  more: async ({ ctx }, { list }) => ({
    names: await namesOf(
      ctx,
      list.data.map(({ ownerId }: LeadRow) => ownerId),
    ),
  }),
  view: (desk, { list, views, members, names }) => {
    const { words } = desk
    return {
      title: words.nav.leads,
      isWide: true,
      isLive: true,
      tools: (
        <>
          <Views desk={desk} />
          <Exports desk={desk} path="leads" formats={['csv', 'json']} />
          <Act desk={desk} action={at('claim-next')} label={words.lead.claimNext} />
          <a class="button strong" href={at('leads/new')}>
            <Icon name="plus" />
            {words.lead.new}
          </a>
        </>
      ),
      content: (
        <div class="list">
          <SavedViews desk={desk} path={PATH} entity="lead" views={views.data} />
          <div class="filters">
            <Chips desk={desk} path={PATH} name="status" label={words.lead.status} choices={statusChoices(desk)} />
            <Picker
              desk={desk}
              path={PATH}
              search={words.lead.search}
              selects={[
                { name: 'owner', label: words.record.owner, choices: ownerChoices(desk, members) },
                { name: 'sort', label: words.list.order, choices: sortChoices(desk) },
              ]}
            />
          </div>
          <div {...fresh(desk, 'leads', words.nav.leads)}>
            {list.data.length === 0 ? (
              <Nothing
                desk={desk}
                path={PATH}
                none={words.lead.none}
                add={{ href: at('leads/new'), label: words.lead.new }}
              />
            ) : (
              <ul class="lines">
                {list.data.map((lead) => (
                  <LeadLine desk={desk} lead={lead} names={names} />
                ))}
              </ul>
            )}
            <Pages desk={desk} path={PATH} shown={list.data.length} {...list} of={words.lead.count} />
          </div>
        </div>
      ),
    }
  },
  actions: viewActions(PATH, 'lead'),
})

export const statusChoices = ({ words }: Desk) => [
  { value: '', label: words.list.any },
  ...LEAD_STATUSES.map((status) => ({ value: status, label: words.status[status] ?? status })),
]

export function ownerChoices({ words }: Desk, members: readonly { id: string; name: string }[]) {
  const { list } = words
  return [
    { value: '', label: list.anyOwner },
    { value: 'me', label: list.mine },
    { value: 'none', label: list.nobodys },
    ...members.map(({ id, name }) => ({ value: id, label: name })),
  ]
}

function sortChoices({ words: { list } }: Desk) {
  return [
    { value: '', label: list.newest },
    { value: 'createdAt', label: list.oldest },
    { value: '-updatedAt', label: list.changed },
    { value: 'followUpAt', label: list.due },
  ]
}
