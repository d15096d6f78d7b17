// Search over everything at once: customers, leads, tickets, and what was said.
import type { FC } from 'hono/jsx'
import type { InteractionRow } from '../../interactions/interactions.record'
import { searchEverything } from '../../search/search.service'
import type { Desk } from '../desk'
import { type Names, namesOf } from '../desk.names'
import { at, page } from '../page'
import { CustomerLine } from '../parts/customers'
import { Empty, Section } from '../parts/lists'
import { customerPath, LeadLine, leadPath } from '../parts/records'
import { TicketLine } from '../parts/tickets'
import { Time } from '../parts/times'

const FOUND = 12
const nothing: ReturnType<typeof searchEverything> = Promise.resolve({
  customers: undefined,
  leads: undefined,
  tickets: undefined,
  interactions: undefined,
})

export const searchPage = page({
  path: '/search',
  needs: 'customers:read',
  load: (desk) => {
    const q = questionIn(desk)
    return { found: q ? searchEverything(desk.ctx, { q, limit: FOUND }) : nothing }
  },
  more: async ({ ctx }, { found: { customers, leads, tickets, interactions } }) => ({
    names: await namesOf(ctx, [
      ...[...(customers?.data ?? []), ...(leads?.data ?? [])].map(({ ownerId }) => ownerId),
      ...(tickets?.data ?? []).map(({ customerId }) => customerId),
      ...(interactions?.data ?? []).flatMap(({ customerId, leadId }) => [customerId ?? leadId]),
    ]),
  }),
  view: (desk, { found, names }) => {
    const { words } = desk
    const q = questionIn(desk)
    const groups = [
      {
        id: 'customers',
        title: words.nav.customers,
        hasMore: found.customers?.hasMore,
        lines: found.customers?.data.map((row) => <CustomerLine desk={desk} customer={row} names={names} />),
      },
      {
        id: 'leads',
        title: words.nav.leads,
        hasMore: found.leads?.hasMore,
        lines: found.leads?.data.map((row) => <LeadLine desk={desk} lead={row} names={names} />),
      },
      {
        id: 'tickets',
        title: words.nav.tickets,
        hasMore: found.tickets?.hasMore,
        lines: found.tickets?.data.map((row) => <TicketLine desk={desk} ticket={row} names={names} />),
      },
      {
        id: 'said',
        title: words.search.said,
        lines: found.interactions?.data.map((row) => <SaidLine desk={desk} said={row} names={names} />),
      },
    ].filter(({ lines = [] }) => lines.length > 0)
    return {
      title: q ? words.search.title(q) : words.search.empty,
      isWide: true,
      content: (
        <div class="list">
          {groups.length === 0 && <Empty text={q ? words.search.nothing(q) : words.search.hint} />}
          {groups.map(({ id, title, hasMore, lines }) => (
            <Section
              id={id}
              title={title}
              more={hasMore ? { href: `${at(id)}?q=${encodeURIComponent(q)}`, label: words.list.all } : undefined}
            >
              <ul class="lines">{lines}</ul>
            </Section>
          ))}
        </div>
      ),
    }
  },
})

const SaidLine: FC<{ desk: Desk; said: InteractionRow; names: Names }> = ({ desk, said, names }) => {
  const { id, customerId, leadId, type, body, occurredAt } = said
  const { log, due, record } = desk.words
  const kind = type === 'FOLLOW_UP' ? due.followUp : log.kinds[type]
  return (
    <li class="line said-line">
      <a class="name" dir="auto" href={customerId ? customerPath(customerId) : leadPath(leadId ?? id)}>
        {names.get(customerId ?? leadId ?? '')?.name ?? record.somebody}
      </a>
      <span class="about">
        {kind}: {body}
      </span>
      <Time desk={desk} at={occurredAt} class="note" />
    </li>
  )
}

// A NUL would end the text in SQL.
function questionIn({ query }: Desk): string {
  const given = (query.get('q') ?? '').slice(0, 800).replaceAll('\u0000', ' ')
  return given.toWellFormed().trim().slice(0, 100).toWellFormed()
}
