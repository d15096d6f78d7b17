// Tickets: the list of the team, whose filters stand in the address.
import { PRIORITIES, TICKET_STATUSES } from '../../db/schema/tickets'
import { paged } from '../../http/pagination'
import { listTickets } from '../../tickets/tickets.list'
import type { TicketRow } from '../../tickets/tickets.record'
import { TicketQuery } from '../../tickets/tickets.schemas'
import { listViews } from '../../views/views.service'
import type { Desk } from '../desk'
import { membersOf, namesOf } from '../desk.names'
import { questionOf } from '../desk.question'
import { at, page } from '../page'
import { Exports } from '../parts/exports'
import { Chips, Nothing, Pages, Picker } from '../parts/lists'
import { SavedViews, viewActions, viewedList } from '../parts/saved'
import { TicketLine } from '../parts/tickets'

const PATH = at('tickets')
const SHOWN = '25'

export const ticketsPage = page({
  path: '/tickets',
  needs: 'tickets:handle',
  nav: { word: 'tickets', icon: 'tickets' },
  load: (desk) => ({
    list: viewedList(desk, 'ticket', questionOf(desk, TicketQuery, { limit: SHOWN, total: 'true' }), (asked) =>
      paged(desk.c, asked, (query) => listTickets(desk.ctx, query)),
    ),
    views: listViews(desk.ctx, { entity: 'ticket' }),
    members: desk.can('tickets:assign') ? membersOf(desk.ctx) : Promise.resolve([]),
  }),
  more: async ({ ctx }, { list }) => ({
    names: await namesOf(
      ctx,
      list.data.map(({ customerId }: TicketRow) => customerId),
    ),
  }),
  view: (desk, { list, views, members, names }) => {
    const { words } = desk
    const { tickets } = words
    return {
      title: words.nav.tickets,
      isWide: true,
      tools: <Exports desk={desk} path="tickets" formats={['csv', 'json']} />,
      content: (
        <div class="list">
          <SavedViews desk={desk} path={PATH} entity="ticket" views={views.data} />
          <div class="filters">
            <Chips desk={desk} path={PATH} name="status" label={tickets.status} choices={statusChoices(desk)} />
            <Picker
              desk={desk}
              path={PATH}
              search={tickets.search}
              selects={[
                { name: 'assignee', label: tickets.assignee, choices: assigneeChoices(desk, members) },
                { name: 'priority', label: tickets.priority, choices: priorityChoices(desk) },
              ]}
            />
          </div>
          {list.data.length === 0 ? (
            <Nothing desk={desk} path={PATH} none={tickets.none} />
          ) : (
            <ul class="lines">
              {list.data.map((ticket) => (
                <TicketLine desk={desk} ticket={ticket} names={names} />
              ))}
            </ul>
          )}
          <Pages desk={desk} path={PATH} shown={list.data.length} {...list} of={tickets.count} />
        </div>
      ),
    }
  },
  actions: viewActions(PATH, 'ticket'),
})

const statusChoices = ({ words }: Desk) => [
  { value: '', label: words.list.any },
  ...TICKET_STATUSES.map((status) => ({ value: status, label: words.status[status] ?? status })),
]

const priorityChoices = ({ words }: Desk) => [
  { value: '', label: words.tickets.anyPriority },
  ...PRIORITIES.map((priority) => ({ value: priority, label: words.priority[priority] ?? priority })),
]

function assigneeChoices({ words: { tickets, list } }: Desk, members: readonly { id: string; name: string }[]) {
  return [
    { value: '', label: tickets.anyAssignee },
    { value: 'me', label: list.mine },
    { value: 'none', label: tickets.unassigned },
    ...members.map(({ id, name }) => ({ value: id, label: name })),
  ]
}
