// Leads: what can be done with one, each a verb of the API, with its way back where there is one.

import { z } from 'zod'
import { LEAD_STATUSES } from '../../db/schema/leads'
import { instantOrDay } from '../../field-schemas'
import { createInteraction } from '../../interactions/interactions.service'
import { assignLead, claimLead, releaseLead } from '../../leads/leads.claim'
import { convertLead } from '../../leads/leads.convert'
import { Assignment } from '../../leads/leads.schemas'
import { restoreLead, trashLead, updateLead } from '../../leads/leads.service'
import { parsed, whenOf } from '../desk.form'
import { type Action, at } from '../page'
import { talkIn } from '../parts/log'
import { customerPath, leadName, leadPath } from '../parts/records'
import { relative } from '../parts/times'

const StatusForm = z.object({ status: z.enum(LEAD_STATUSES) })

export const leadActions: Record<string, Action> = {
  claim: {
    needs: 'leads:claim',
    isQuick: true,
    async run({ ctx, id, words }) {
      const lead = await claimLead(ctx, id)
      return {
        say: words.lead.claimed(leadName(lead), lead.phone),
        undo: { action: leadPath(id, 'release'), fields: {} },
      }
    },
  },
  release: {
    needs: 'leads:write',
    isQuick: true,
    async run({ ctx, id, words }) {
      const lead = await releaseLead(ctx, id)
      return { say: words.lead.released(leadName(lead)), undo: { action: leadPath(id, 'claim'), fields: {} } }
    },
  },
  status: {
    needs: 'leads:write',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const { status } = parsed(StatusForm, { status: form.get('status') })
      const lead = await updateLead(ctx, id, { status })
      const was = StatusForm.safeParse({ status: form.get('was') })
      const undo = was.success
        ? { action: leadPath(id, 'status'), fields: { status: was.data.status, was: status } }
        : undefined
      return { say: words.lead.moved(leadName(lead), words.status[status] ?? status), undo }
    },
  },
  assign: {
    needs: 'leads:assign',
    isQuick: true,
    async run({ ctx, id, form, words }) {
      const [ownerId, was] = [form.get('ownerId'), form.get('was')]
      const lead =
        ownerId === '' ? await releaseLead(ctx, id) : await assignLead(ctx, id, parsed(Assignment, { ownerId }).ownerId)
      return {
        say: words.lead.assigned(leadName(lead)),
        undo: { action: leadPath(id, 'assign'), fields: { ownerId: was, was: ownerId } },
      }
    },
  },
  log: {
    needs: 'interactions:write',
    async run(desk) {
      const { ctx, id, form, words } = desk
      const talk = talkIn(desk)
      const logged = await createInteraction(ctx, { ...talk, leadId: id })
      if (form.has('settles')) await updateLead(ctx, id, { followUpAt: null })
      return {
        to: leadPath(id),
        say: words.log.done(talk.type),
        undo: { action: at('follow-ups', logged.id, 'delete'), fields: {} },
      }
    },
  },
  'follow-up/done': {
    needs: 'leads:write',
    isQuick: true,
    async run(desk) {
      const { ctx, id, form, words } = desk
      const next = whenOf(form, desk.at, desk.timeZone) ?? null
      const lead = await updateLead(ctx, id, { followUpAt: next })
      const was = form.get('was')
      const undo = was ? { action: leadPath(id, 'follow-up/set'), fields: { at: was } } : undefined
      return { say: next ? words.due.completedNext(relative(next, desk)) : words.due.completed(leadName(lead)), undo }
    },
  },
  'follow-up/set': {
    needs: 'leads:write',
    isQuick: true,
    async run(desk) {
      const { ctx, id, form, words } = desk
      const given = form.get('at')
        ? parsed(z.object({ at: instantOrDay() }), { at: form.get('at') }).at
        : whenOf(form, desk.at, desk.timeZone)
      await updateLead(ctx, id, { followUpAt: given ?? null })
      return { say: given ? words.lead.planned(relative(given, desk)) : words.lead.unplanned }
    },
  },
  convert: {
    needs: 'leads:write',
    isQuick: true,
    async run({ ctx, id, words }) {
      const { customer } = await convertLead(ctx, id, {})
      return { to: customerPath(customer.id), say: words.lead.converted(customer.name) }
    },
  },
  trash: {
    needs: 'leads:write',
    isQuick: true,
    isAsked: true,
    async run({ ctx, id, words }) {
      await trashLead(ctx, id)
      return { say: words.record.trashed, undo: { action: leadPath(id, 'restore'), fields: { back: leadPath(id) } } }
    },
  },
  restore: {
    needs: 'leads:write',
    isQuick: true,
    isAsked: true,
    async run({ ctx, id, words }) {
      await restoreLead(ctx, id)
      return { say: words.record.restored }
    },
  },
}
