// Tickets: what can be done with one, each a verb of the API, with its way back where there is one.
import { z } from 'zod'
import { PRIORITIES, TICKET_STATUSES } from '../../db/schema/tickets'
import { commentOnTicket } from '../../tickets/tickets.comments'
import { NewComment, TicketAssignment } from '../../tickets/tickets.schemas'
import { assignTicket, restoreTicket, trashTicket, updateTicket } from '../../tickets/tickets.service'
import { parsed } from '../desk.form'
import { type Action, at } from '../page'
import { ticketPath } from '../parts/records'

const StatusForm = z.object({ status: z.enum(TICKET_STATUSES) })
const PriorityForm = z.object({ priority: z.enum(PRIORITIES) })

export const ticketActions: Record<string, Action> = {
  comment: {
    needs: 'tickets:write',
    async run({ ctx, id, form, words }) {
      await commentOnTicket(ctx, id, parsed(NewComment, { body: form.get('body') }).body)
      return { to: ticketPath(id), say: words.tickets.commented }
    },
  },
  status: {
    needs: 'tickets:write',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const { status } = parsed(StatusForm, { status: form.get('status') })
      const ticket = await updateTicket(ctx, id, { status })
      return { say: words.tickets.moved(ticket.number, words.status[status] ?? status) }
    },
  },
  priority: {
    needs: 'tickets:handle',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const { priority } = parsed(PriorityForm, { priority: form.get('priority') })
      const ticket = await updateTicket(ctx, id, { priority })
      const undo = form.get('was')
        ? { action: `${ticketPath(id)}/priority`, fields: { priority: form.get('was') } }
        : undefined
      return { say: words.tickets.prioritised(ticket.number, words.priority[priority] ?? priority), undo }
    },
  },
  assign: {
    needs: 'tickets:assign',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const { assigneeId } = parsed(TicketAssignment, { assigneeId: form.get('assigneeId') || null })
      const ticket = await assignTicket(ctx, id, assigneeId)
      const undo = { action: `${ticketPath(id)}/assign`, fields: { assigneeId: form.get('was') } }
      return { say: words.tickets.assigned(ticket.number), undo }
    },
  },
  trash: {
    needs: 'tickets:handle',
    isQuick: true,
    isAsked: true,
    async run({ ctx, id, words }) {
      await trashTicket(ctx, id)
      const undo = { action: `${ticketPath(id)}/restore`, fields: { back: ticketPath(id) } }
      return { to: at('tickets'), say: words.record.trashed, undo }
    },
  },
  restore: {
    needs: 'tickets:handle',
    isQuick: true,
    isAsked: true,
    async run({ ctx, id, words }) {
      await restoreTicket(ctx, id)
      return { say: words.record.restored }
    },
  },
}
