// Choosing another customer: a search, and what it found, each with what can be done with it.
import type { Child, FC } from 'hono/jsx'
import type { CustomerRow } from '../../customers/customers.record'
import type { Desk } from '../desk'
import { Icon } from './icons'
import { customerPath } from './records'

type Props = { desk: Desk; path: string; found: readonly CustomerRow[]; children: (found: CustomerRow) => Child }

export const OtherSearch: FC<Props> = ({ desk, path, found, children }) => {
  const { customer: words, list } = desk.words
  const asked = desk.query.get('find') ?? ''
  return (
    <div class="card stack">
      <form class="inline" action={path} method="get">
        <span class="find">
          <Icon name="search" />
          <input
            type="search"
            name="find"
            value={asked}
            aria-label={words.findOther}
            placeholder={words.findOther}
            maxlength={100}
          />
        </span>
        <button type="submit">{list.find}</button>
      </form>
      {asked !== '' && found.length === 0 && <p class="note">{list.nothingFound}</p>}
      <ul class="side-list">
        {found.map((one) => (
          <li>
            <span>
              <a href={customerPath(one.id)}>{one.name}</a>{' '}
              <span class="note">{[one.company, one.email, one.phone].filter(Boolean).join(' · ')}</span>
            </span>
            {children(one)}
          </li>
        ))}
      </ul>
    </div>
  )
}
