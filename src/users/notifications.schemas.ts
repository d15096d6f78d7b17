// The mails that a user wants, and when to be reminded, as shown and as changed.
import { z } from '@hono/zod-openapi'
import { DIGESTS } from '../db/schema/users'

const toggle = z.boolean()
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as 21:00')
const shape = {
  leadAssigned: toggle.openapi({ description: 'Somebody gave you a lead.' }),
  leadClaimed: toggle.openapi({ description: 'You claimed a lead: its contact by mail.' }),
  enquiryReceived: toggle.openapi({ description: 'An enquiry arrived; for MANAGER and ADMIN.' }),
  ticketUpdated: toggle.openapi({ description: 'A ticket of yours was opened, changed or commented on by somebody.' }),
  followUpDue: toggle.openapi({
    description: 'A follow-up of yours is due, or a customer of yours to be kept in touch with.',
  }),
  meetingLogged: toggle.openapi({ description: 'A meeting with you was noted; for customers.' }),
  quietHours: z
    .strictObject({ from: time, to: time })
    .refine(({ from, to }) => from !== to, { error: 'from and to are the same: send null for no quiet hours' })
    .nullable()
    .openapi({
      description:
        'When not to be reminded, in your time zone; what falls due then comes when they end. Null for never.',
    }),
  digest: z.enum(DIGESTS).openapi({
    description:
      '`single`: a mail when something is due (one for all, where more than five are at once). `daily`: one mail a day, ' +
      'of what is due that day.',
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

export const Notifications = z.object(shape).openapi('Notifications', { example })

export const NotificationsPatch = z
  .strictObject(shape)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('NotificationsPatch', { example: { leadClaimed: false, digest: 'daily', digestHour: 8 } })
