// Members in lists.
import type { FC } from 'hono/jsx'
import type { UserRow } from '../../users/users.service'
import type { Desk } from '../desk'
import { at } from '../page'
import { Avatar } from './layout'

export const memberPath = (id: string, ...rest: string[]) => at('team', id, ...rest)

/** A member of a list; who may change members follows the name. */
export const MemberLine: FC<{ desk: Desk; member: Partial<UserRow> }> = ({ desk, member }) => {
  const { settings, record } = desk.words
  const { id = '', name = '', email, role, status } = member
  const isMe = id === desk.ctx.actor.id
  return (
    <li class="line member">
      <Avatar name={name} />
      <span class="who">
        {desk.can('users:admin') ? (
          <a class="name" dir="auto" href={memberPath(id)}>
            {name}
          </a>
        ) : (
          <span class="name" dir="auto">
            {name}
          </span>
        )}
        {isMe && <span class="note"> · {record.you}</span>}
      </span>
      <span class="about">{email}</span>
      {role && <span class="note">{settings.roles[role]}</span>}
      {status && <span class={`pill ${status === 'ACTIVE' ? 'good' : ''}`}>{settings.states[status]}</span>}
    </li>
  )
}
