// Search over everything at once: customers, leads and tickets.
import { listCustomers } from '../../customers/customers.list'
import { listLeads } from '../../leads/leads.list'
import type { Desk } from '../desk'
import { namesOf } from '../desk.names'
import { at, page } from '../page'
import { CustomerLine } from '../parts/customers'
import { Empty, Section } from '../parts/lists'
import { LeadLine } from '../parts/records'

const FOUND = 12
const nothing = Promise.resolve({ rows: [], next: undefined })

export const searchPage = page({
  path: '/search',
  needs: 'customers:read',
  load: (desk) => {
    const q = questionIn(desk)
    return {
      customers: q ? listCustomers(desk.ctx, { q, limit: FOUND }) : nothing,
      leads: q && desk.can('leads:read') ? listLeads(desk.ctx, { q, limit: FOUND }) : nothing,
    }
  },
  more: async ({ ctx }, { customers, leads }) => ({
    names: await namesOf(
      ctx,
      [...customers.rows, ...leads.rows].map(({ ownerId }) => ownerId),
    ),
  }),
  view: (desk, { customers, leads, names }) => {
    const { words } = desk
    const q = questionIn(desk)
    const more = (path: string) => ({ href: `${at(path)}?q=${encodeURIComponent(q)}`, label: words.list.all })
    return {
      title: q ? words.search.title(q) : words.search.empty,
      isWide: true,
      content: (
        <div class="list">
          {q && customers.rows.length === 0 && leads.rows.length === 0 && <Empty text={words.search.nothing(q)} />}
          {customers.rows.length > 0 && (
            <Section id="customers" title={words.nav.customers} more={customers.next ? more('customers') : undefined}>
              <ul class="lines">
                {customers.rows.map((customer) => (
                  <CustomerLine desk={desk} customer={customer} names={names} />
                ))}
              </ul>
            </Section>
          )}
          {leads.rows.length > 0 && (
            <Section id="leads" title={words.nav.leads} more={leads.next ? more('leads') : undefined}>
              <ul class="lines">
                {leads.rows.map((lead) => (
                  <LeadLine desk={desk} lead={lead} names={names} />
                ))}
              </ul>
            </Section>
          )}
        </div>
      ),
    }
  },
})

// A NUL would end the text in SQL.
function questionIn({ query }: Desk): string {
  const given = (query.get('q') ?? '').slice(0, 800).replaceAll('\u0000', ' ')
  return given.toWellFormed().trim().slice(0, 100).toWellFormed()
}
