// Days in the input of a record: each becomes the instant at which it begins where the user is.
import type { Ctx } from '../context'
import { instantOf } from '../reminders/reminders.clock'

type Instants = { followUpAt?: string | null; occurredAt?: string }

/** The fields with instants in place of days. */
export function withInstants<F extends Instants>({ actor }: Ctx, fields: F): F {
  const { followUpAt, occurredAt } = fields
  return {
    ...fields,
    ...(followUpAt && { followUpAt: instantOf(actor.timeZone, followUpAt) }),
    ...(occurredAt && { occurredAt: instantOf(actor.timeZone, occurredAt) }),
  }
}
