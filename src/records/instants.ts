// Days in the input of a record: each becomes the instant at which it begins where the user is.
import type { Ctx } from '../context'
import { instantOrDayStart } from '../reminders/reminders.clock'

type Instants = { followUpAt?: string | null; occurredAt?: string }

/** The fields with instants in place of days. */
export function withInstants<F extends Instants>({ actor }: Ctx, fields: F): F {
  const { followUpAt, occurredAt } = fields
  return {
    ...fields,
    ...(followUpAt && { followUpAt: instantOrDayStart(actor.timeZone, followUpAt) }),
    ...(occurredAt && { occurredAt: instantOrDayStart(actor.timeZone, occurredAt) }),
  }
}
