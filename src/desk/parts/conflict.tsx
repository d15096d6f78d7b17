// A conflict: what was typed beside what somebody else has saved meanwhile, for the fields that differ.
import type { FC } from 'hono/jsx'
import type { Desk } from '../desk'

type Compared = { name: string; label: string; now: string | number | null }

/** Shown where the change was refused as `stale`. Sending the form below once more saves what was typed. */
export const Conflict: FC<{ desk: Desk; fields: readonly Compared[] }> = ({ desk, fields }) => {
  if (desk.failure?.code !== 'stale') return null
  const { conflict } = desk.words
  const differing = fields.filter(
    ({ name, now }) => desk.form.has(name) && desk.form.get(name).trim() !== String(now ?? ''),
  )
  if (differing.length === 0) return null
  return (
    <section class="compare" aria-label={conflict.title}>
      <strong>{conflict.field}</strong>
      <strong>{conflict.theirs}</strong>
      <strong>{conflict.yours}</strong>
      {differing.map(({ name, label, now }) => (
        <>
          <span>{label}</span>
          <span>{now ?? '–'}</span>
          <span class="differs">{desk.form.get(name) || '–'}</span>
        </>
      ))}
    </section>
  )
}
