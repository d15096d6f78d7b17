// The mails that a user wants, as shown and as changed.
import { z } from '@hono/zod-openapi'

const wanted = z.boolean()
const shape = {
  leadAssigned: wanted.openapi({ description: 'Somebody gave you a lead.' }),
  leadClaimed: wanted.openapi({ description: 'You claimed a lead: its contact by mail.' }),
  enquiryReceived: wanted.openapi({ description: 'An enquiry arrived; for MANAGER and ADMIN.' }),
  ticketUpdated: wanted.openapi({ description: 'A ticket of yours was opened, changed or commented on by somebody.' }),
  followUpDue: wanted.openapi({ description: 'A follow-up of yours is due.' }),
  meetingLogged: wanted.openapi({ description: 'A meeting with you was noted; for customers.' }),
}
const example = {
  leadAssigned: true,
  leadClaimed: false,
  enquiryReceived: true,
  ticketUpdated: true,
  followUpDue: true,
  meetingLogged: true,
}

export const Notifications = z.object(shape).openapi('Notifications', { example })

export const NotificationsPatch = z
  .strictObject(shape)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, { error: 'Send at least one field' })
  .openapi('NotificationsPatch', { example: { leadClaimed: false } })
