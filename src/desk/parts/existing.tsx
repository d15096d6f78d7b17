// The record that stands in the way of a new one, with a link to it.
import type { FC } from 'hono/jsx'
import type { Desk } from '../desk'
import { customerPath } from './records'

export const Existing: FC<{ desk: Desk }> = ({ desk }) => {
  const id = desk.failure?.extras.existingId
  if (!id) return null
  return (
    <p class="banner">
      <a class="button" href={customerPath(id)}>
        {desk.words.customer.openExisting}
      </a>
      {desk.words.customer.existingHint}
    </p>
  )
}

/** The same for a plan that has no room: where it can be changed. */
export const Upgrade: FC<{ desk: Desk }> = ({ desk }) => {
  const url = desk.failure?.extras.upgradeUrl
  return url ? (
    <p class="banner">
      <a class="button" href={url}>
        {desk.words.customer.upgrade}
      </a>
    </p>
  ) : null
}
