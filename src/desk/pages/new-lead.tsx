// Leads: noting a new one.

import { NewLead } from '../../leads/leads.schemas'
import { createLead } from '../../leads/leads.service'
import { filledOf, parsed, whenOf } from '../desk.form'
import { membersOf } from '../desk.names'
import { at, page } from '../page'
import { Field, Form, Select, When } from '../parts/forms'
import { leadName, leadPath } from '../parts/records'

const FIELDS = ['title', 'name', 'email', 'phone', 'interest', 'source', 'message', 'ownerId'] as const

export const newLeadPage = page({
  path: '/leads/new',
  needs: 'leads:write',
  load: (desk) => ({ members: desk.can('leads:assign') ? membersOf(desk.ctx) : Promise.resolve([]) }),
  view: (desk, { members }) => {
    const { words } = desk
    const { labels } = words
    return {
      title: words.lead.new,
      up: { href: at('leads'), label: words.nav.leads },
      content: (
        <Form desk={desk} action={at('leads/new/add')} class="stack card" stays>
          <div class="pair">
            <Field desk={desk} name="name" label={labels.name} maxlength={200} autocomplete="off" autofocus />
            <Field desk={desk} name="title" label={labels.title} maxlength={200} required hint={words.lead.titleHint} />
            <Field desk={desk} name="email" label={labels.email} type="email" autocomplete="off" />
            <Field desk={desk} name="phone" label={labels.phone} type="tel" maxlength={50} autocomplete="off" />
            <Field desk={desk} name="interest" label={labels.interest} maxlength={200} />
            <Field
              desk={desk}
              name="source"
              label={labels.source}
              maxlength={100}
              placeholder={words.lead.sourceHint}
            />
          </div>
          <Field desk={desk} name="message" label={labels.message} rows={3} maxlength={5000} />
          <div class="pair">
            {members.length > 0 && (
              <Select
                desk={desk}
                name="ownerId"
                label={words.record.owner}
                value={desk.ctx.actor.id}
                options={[
                  { value: '', label: words.lead.toPool },
                  ...members.map(({ id, name }) => ({ value: id, label: name })),
                ]}
              />
            )}
            <When desk={desk} label={words.lead.followUp} id="follow-up" />
          </div>
          <div class="tools">
            <button type="submit" class="strong">
              {words.form.save}
            </button>
            <a class="button quiet" href={at('leads')}>
              {words.form.cancel}
            </a>
          </div>
        </Form>
      ),
    }
  },
  actions: {
    add: {
      needs: 'leads:write',
      async run({ ctx, form, words, timeZone, at: now }) {
        const filled = filledOf(form, FIELDS)
        const followUpAt = whenOf(form, now, timeZone)
        const lead = await createLead(ctx, parsed(NewLead, { ...filled, ...(followUpAt && { followUpAt }) }))
        const undo = { action: leadPath(lead.id, 'trash'), fields: { back: at('leads') } }
        return { to: leadPath(lead.id), say: words.lead.added(leadName(lead)), undo }
      },
    },
  },
})
