// Dashboard: the smaller pages: sign-in, search results, and errors.
import type { FC } from 'hono/jsx'
import type { CustomerRow } from '../customers/customers.record'
import type { Page } from '../db/page'
import type { LeadRow } from '../leads/leads.record'
import { count, distance, status } from './dashboard.words'
import { Card, SignOut } from './layout'

/** The sign-in form. `email` is the previous input. */
export const SignIn: FC<{ email?: string }> = ({ email }) => (
  <div class="narrow">
    <p class="brand">Edge CRM</p>
    <h1>Sign in</h1>
    <form class="stack" action="/dashboard/sign-in" method="post">
      <label for="email">E-mail</label>
      <input id="email" name="email" type="email" autocomplete="username" required value={email ?? ''} />
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required />
      <button type="submit" class="strong">
        Sign in
      </button>
    </form>
  </div>
)

type Found = { q: string; customers: Page<CustomerRow>; leads: Page<LeadRow>; at: string }

/** Customers and leads that a search found, the newest of each. */
export const Results: FC<Found> = ({ q, customers, leads, at }) => (
  <>
    <h1>{q === '' ? 'Search' : `“${q}”`}</h1>
    <div class="grid">
      <Card id="customers" title="Customers" note={foundNote(customers)}>
        <ul class="rows">
          {customers.rows.map(({ name, company, email, phone }) => (
            <li>
              <div>
                <strong>{name}</strong>
                <span class="note">{[company, email, phone].filter(Boolean).join(' · ')}</span>
              </div>
            </li>
          ))}
        </ul>
      </Card>
      <Card id="leads" title="Leads" note={foundNote(leads)}>
        <ul class="rows">
          {leads.rows.map((lead) => (
            <li>
              <div>
                <strong>{lead.name ?? lead.title}</strong>
                <span class="note">
                  {[lead.email, lead.phone, distance(lead.createdAt, at)].filter(Boolean).join(' · ')}
                </span>
              </div>
              <span class="badge">{status(lead.status)}</span>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  </>
)

// There may be more: the page is full, or the word is too short for the search index, so that only the newest were searched.
function foundNote({ rows, next }: Page<unknown>): string {
  if (!next) return `${count(rows.length)} found`
  return rows.length === 0
    ? 'None of the newest; type more of the word.'
    : `The newest ${rows.length}; type more to narrow it down.`
}

type Failure = { title: string; detail?: string; mark?: string }

/** An error, with a link back and, for a user, a sign-out button. */
export const Trouble: FC<Failure> = ({ title, detail, mark }) => (
  <div class="narrow">
    <h1>{title}</h1>
    {detail && <p>{detail}</p>}
    <p>
      <a href="/dashboard">Back to the dashboard</a>
    </p>
    {mark && <SignOut mark={mark} />}
  </div>
)
