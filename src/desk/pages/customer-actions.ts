// Customers: what can be done with one, each a verb of the API, with its way back where there is one.
import { z } from 'zod'
import { trashCustomer } from '../../customers/customers.service'
import { NewRelationship } from '../../customers/relationships.schemas'
import { relateCustomers, unrelateCustomers } from '../../customers/relationships.service'
import { text, uuid } from '../../field-schemas'
import { completeInteraction, createInteraction } from '../../interactions/interactions.service'
import { loadBackground } from '../../late'
import { HOST } from '../../late/background.host.mjs'
import { TAGGED } from '../../tags/tagged'
import { tagRecord, untagRecord } from '../../tags/tagging.service'
import { NewTicket } from '../../tickets/tickets.schemas'
import { openTicket } from '../../tickets/tickets.service'
import { parsed } from '../desk.form'
import { type Action, at } from '../page'
import { talkIn } from '../parts/log'
import { customerPath } from '../parts/records'

const TagForm = z.object({ name: text(50) })
const OtherForm = z.object({ otherId: uuid() })

export const customerActions: Record<string, Action> = {
  log: {
    needs: 'interactions:write',
    async run(desk) {
      const { ctx, id, form, words } = desk
      const talk = talkIn(desk)
      const logged = await createInteraction(ctx, { ...talk, customerId: id })
      const settles = uuid().safeParse(form.get('settles'))
      if (settles.success) await completeInteraction(ctx, settles.data)
      return {
        to: customerPath(id),
        say: words.log.done(talk.type),
        undo: { action: at('follow-ups', logged.id, 'delete'), fields: {} },
      }
    },
  },
  tag: {
    needs: 'customers:write',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const { name } = parsed(TagForm, { name: form.get('name') })
      await tagRecord(ctx, TAGGED.customers, id, name)
      return { say: words.customer.tagged(name), undo: { action: customerPath(id, 'untag'), fields: { name } } }
    },
  },
  untag: {
    needs: 'customers:write',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const { name } = parsed(TagForm, { name: form.get('name') })
      await untagRecord(ctx, TAGGED.customers, id, name)
      return { say: words.customer.untagged(name), undo: { action: customerPath(id, 'tag'), fields: { name } } }
    },
  },
  relate: {
    needs: 'customers:write',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const { otherId } = parsed(OtherForm, { otherId: form.get('otherId') })
      const { kind } = parsed(NewRelationship, { kind: form.get('kind') })
      const { customer } = await relateCustomers(ctx, id, otherId, kind)
      return {
        to: customerPath(id),
        say: words.customer.related(customer.name),
        undo: { action: customerPath(id, 'unrelate'), fields: { otherId, kind } },
      }
    },
  },
  unrelate: {
    needs: 'customers:write',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const { otherId } = parsed(OtherForm, { otherId: form.get('otherId') })
      await unrelateCustomers(ctx, id, otherId)
      return {
        to: customerPath(id),
        say: words.customer.unrelated,
        undo: { action: customerPath(id, 'relate'), fields: { otherId, kind: form.get('kind') } },
      }
    },
  },
  ticket: {
    needs: 'tickets:write',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const ticket = await openTicket(ctx, parsed(NewTicket, { title: form.get('title'), customerId: id }))
      return { to: customerPath(id), say: words.customer.ticketOpened(ticket.number) }
    },
  },
  trash: {
    needs: 'customers:write',
    isQuick: true,
    isAsked: true,
    async run({ ctx, id, words }) {
      await trashCustomer(ctx, id)
      return {
        say: words.record.trashed,
        undo: { action: customerPath(id, 'restore'), fields: { back: customerPath(id) } },
      }
    },
  },
  restore: {
    needs: 'customers:write',
    isQuick: true,
    isAsked: true,
    async run({ ctx, id, words }) {
      const { restoreCustomer } = await loadBackground(HOST)
      await restoreCustomer(ctx, id)
      return { say: words.record.restored }
    },
  },
}
