// The switch between the list and the board of leads.
import type { FC } from 'hono/jsx'
import type { Desk } from '../desk'
import { at } from '../page'
import { Icon } from './icons'

export const Views: FC<{ desk: Desk; isBoard?: boolean }> = ({ desk, isBoard = false }) => {
  const { lead } = desk.words
  const owner = desk.query.get('owner')
  const query = owner ? `?owner=${encodeURIComponent(owner)}` : ''
  return (
    <nav class="switch" aria-label={lead.views}>
      <a href={at('leads') + query} aria-current={isBoard ? undefined : 'page'}>
        <Icon name="list" />
        {lead.list}
      </a>
      <a href={at('leads/board') + query} aria-current={isBoard ? 'page' : undefined}>
        <Icon name="board" />
        {lead.board}
      </a>
    </nav>
  )
}
