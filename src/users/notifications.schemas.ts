// Schemas of a user's notification settings.
import { z } from '@hono/zod-openapi'
import { DIGESTS } from '../db/schema/users'

const toggle = z.boolean()
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as 21:00')
const shape = {
  leadAssigned: toggle.openapi({ description: 'A lead was assigned to you.' }),
  leadClaimed: toggle.openapi({ description: 'You claimed a lead: a mail with its contact.' }),
  enquiryReceived: toggle.openapi({ description: 'An enquiry arrived. For MANAGER and ADMIN.' }),
  ticketUpdated: toggle.openapi({ description: 'Another user opened, changed or commented on a ticket of yours.' }),
  followUpDue: toggle.openapi({
    description: 'A follow-up of yours is due, or it is time to contact a customer of yours again.',
  }),
  meetingLogged: toggle.openapi({ description: 'A meeting with you was logged. For customers.' }),
  quietHours: z
    .strictObject({ from: time, to: time })
    .refine(({ from, to }) => from !== to, { error: 'from and to are the same: send null for no quiet hours' })
    .nullable()
    .openapi({
      description:
        'The time without reminders, in your time zone. Reminders due in it come when it ends. Null for none.',
    }),
  digest: z.enum(DIGESTS).openapi({
    description:
      '`single`: a mail for each due item, or one for all if more than five are due at once. `daily`: one mail a day ' +
      'with everything due that day.',
  }),
  digestHour: z
    .number()
    .int()
    .min(0)
    .max(23)
    .openapi({ description: 'The hour of the daily mail, in your time zone.' }),
}
const example = {
  leadAssigned: true,
  leadClaimed: false,
  enquiryReceived: true,
  ticketUpdated: true,
  followUpDue: true,
  meetingLogged: true,
  quietHours: { from: '21:00', to: '07:00' },
  digest: 'single' as const,
  digestHour: 8,
}

/** The notification settings of a user. */
export const Notifications = z.object(shape).openapi('Notifications', { example })

/** Input of changing them: at least one field. */
export const NotificationsPatch = z
  .strictObject(shape)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('NotificationsPatch', { example: { leadClaimed: false, digest: 'daily', digestHour: 8 } })
