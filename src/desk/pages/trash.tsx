// Settings: the trash, with the way out of it.
import type { FC } from 'hono/jsx'
import { listCustomers } from '../../customers/customers.list'
import { listLeads } from '../../leads/leads.list'
import type { Desk } from '../desk'
import { page } from '../page'
import { Act } from '../parts/forms'
import { Empty, Section } from '../parts/lists'
import { customerPath, leadName, leadPath } from '../parts/records'
import { Settings } from '../parts/settings'
import { Time } from '../parts/times'

/** How many of each kind the page shows, newest first. */
const SHOWN = 50

export const trashPage = page({
  path: '/settings/trash',
  needs: 'leads:write',
  load: ({ ctx }) => ({
    leads: listLeads(ctx, { trashed: true, limit: SHOWN }),
    customers: listCustomers(ctx, { trashed: true, limit: SHOWN }),
  }),
  view: (desk, { leads, customers }) => {
    const { nav, settings } = desk.words
    const kinds = [
      { title: nav.leads, path: leadPath, rows: leads.rows.map((lead) => ({ ...lead, name: leadName(lead) })) },
      { title: nav.customers, path: customerPath, rows: customers.rows },
    ]
    return {
      title: nav.settings,
      content: (
        <Settings desk={desk} part="trash">
          <p class="note">{settings.trash.hint}</p>
          {kinds.every(({ rows }) => rows.length === 0) && <Empty text={settings.trash.empty} />}
          {kinds.map((kind) => (
            <Trashed desk={desk} {...kind} />
          ))}
        </Settings>
      ),
    }
  },
})

type Trash = {
  title: string
  path: (id: string, ...rest: string[]) => string
  rows: { id: string; name: string; deletedAt: string | null }[]
}

const Trashed: FC<{ desk: Desk } & Trash> = ({ desk, title, path, rows }) => {
  const { trash } = desk.words.settings
  if (rows.length === 0) return null
  return (
    <Section id={title} title={title} class="card">
      <ul class="side-list">
        {rows.map(({ id, name, deletedAt }) => (
          <li>
            <span>
              {name}{' '}
              {deletedAt && (
                <span class="note">
                  {trash.since} <Time desk={desk} at={deletedAt} />
                </span>
              )}
            </span>
            <Act desk={desk} action={path(id, 'restore')} label={trash.restore} about={name} />
          </li>
        ))}
      </ul>
    </Section>
  )
}
