// Leads: changing what is known of one. Who was slower sees both versions side by side.

import { LeadPatch } from '../../leads/leads.schemas'
import { getLead, updateLead } from '../../leads/leads.service'
import { parsed, patchOf } from '../desk.form'
import { page } from '../page'
import { Conflict } from '../parts/conflict'
import { Field, Form, Hidden } from '../parts/forms'
import { leadName, leadPath } from '../parts/records'

const FIELDS = ['name', 'title', 'email', 'phone', 'interest', 'source', 'description', 'message'] as const

export const editLeadPage = page({
  path: '/leads/:id/edit',
  needs: 'leads:write',
  load: (desk) => ({ lead: getLead(desk.ctx, desk.id) }),
  view: (desk, { lead }) => {
    const { labels, form, record } = desk.words
    const field = (name: (typeof FIELDS)[number]) => ({ desk, name, label: labels[name], value: lead[name] })
    return {
      title: record.editing(leadName(lead)),
      up: { href: leadPath(lead.id), label: leadName(lead) },
      content: (
        <>
          <Conflict desk={desk} fields={FIELDS.map((name) => ({ name, label: labels[name], now: lead[name] }))} />
          <Form desk={desk} action={leadPath(lead.id, 'edit/save')} class="stack card" stays>
            <Hidden name="version" value={String(lead.version)} />
            <div class="pair">
              <Field {...field('name')} maxlength={200} autocomplete="off" />
              <Field {...field('title')} maxlength={200} required />
              <Field {...field('email')} type="email" autocomplete="off" />
              <Field {...field('phone')} type="tel" maxlength={50} autocomplete="off" />
              <Field {...field('interest')} maxlength={200} />
              <Field {...field('source')} maxlength={100} />
            </div>
            <Field {...field('description')} rows={4} maxlength={10_000} />
            <Field {...field('message')} rows={3} maxlength={5_000} />
            <div class="tools">
              <button type="submit" class="strong">
                {form.save}
              </button>
              <a class="button quiet" href={leadPath(lead.id)}>
                {form.cancel}
              </a>
            </div>
          </Form>
        </>
      ),
    }
  },
  actions: {
    save: {
      needs: 'leads:write',
      async run({ ctx, id, form, words }) {
        const lead = await updateLead(ctx, id, parsed(LeadPatch, patchOf(form, FIELDS)), Number(form.get('version')))
        return { to: leadPath(lead.id), say: words.record.saved }
      },
    },
  },
})
