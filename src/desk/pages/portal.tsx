// The customer's own view: their details, what was said with them, their tickets, and asking for help.
import { Amendment } from '../../customers/customers.schemas'
import { amendCustomer, getCustomer } from '../../customers/customers.service'
import { AppError } from '../../errors'
import { paged } from '../../http/pagination'
import { TimelinePage } from '../../interactions/interactions.schemas'
import { customerTimeline } from '../../interactions/timeline.service'
import { listTickets } from '../../tickets/tickets.list'
import { NewTicket } from '../../tickets/tickets.schemas'
import { openTicket } from '../../tickets/tickets.service'
import { filledOf, parsed, patchOf } from '../desk.form'
import { pageOf } from '../desk.question'
import { at, page } from '../page'
import { Field, Form } from '../parts/forms'
import { Section } from '../parts/lists'
import { ticketPath } from '../parts/records'
import { TicketLine } from '../parts/tickets'
import { Timeline } from '../parts/timeline'

const PATH = at('portal')
const LISTED = 20

// A login may be there before the team has tied it to a record.
function noRecord(error: unknown): undefined {
  if (!(error instanceof AppError) || error.code !== 'not_found') throw error
}

export const portalPage = page({
  path: '/portal',
  needs: 'self:write',
  isForPortal: true,
  nav: { word: 'portal', icon: 'person' },
  load: ({ ctx }) => ({ own: getCustomer(ctx).catch(noRecord), tickets: listTickets(ctx, { limit: LISTED }) }),
  more: async (desk, { own }) => ({
    said: own
      ? TimelinePage.parse(await paged(desk.c, pageOf(desk), (query) => customerTimeline(desk.ctx, own.id, query)))
      : undefined,
  }),
  view: (desk, { own, tickets, said }) => {
    const { portal, labels, form, record } = desk.words
    if (!own || !said) return { title: portal.nav, content: <p>{portal.none}</p> }
    const names = new Map([[own.id, { name: own.name, kind: 'customer' as const }]])
    return {
      title: portal.title(own.name),
      content: (
        <div class="record">
          <div>
            <Section id="log" title={portal.new} class="card">
              <Form desk={desk} action={`${PATH}/ask`} class="stack" stays>
                <Field desk={desk} name="title" label={portal.subject} maxlength={200} required />
                <Field desk={desk} name="description" label={portal.more} rows={3} maxlength={10_000} />
                <div class="tools">
                  <button type="submit" class="strong">
                    {portal.open}
                  </button>
                </div>
              </Form>
            </Section>
            <Section id="tickets" title={portal.tickets} class="card">
              {tickets.rows.length === 0 && <p class="note">{portal.noTickets}</p>}
              <ul class="lines">
                {tickets.rows.map((ticket) => (
                  <TicketLine desk={desk} ticket={ticket} names={names} />
                ))}
              </ul>
            </Section>
            <Section id="timeline" title={portal.said} class="card">
              {said.data.length === 0 && <p class="note">{portal.nothingSaid}</p>}
              <Timeline desk={desk} items={said.data} names={names} writes={false} />
              {said.nextCursor && (
                <a class="button" href={`${PATH}?cursor=${encodeURIComponent(said.nextCursor)}`}>
                  {record.older}
                </a>
              )}
            </Section>
          </div>
          <aside>
            <Section id="details" title={portal.details} class="card">
              <Form desk={desk} action={`${PATH}/save`} class="stack" stays>
                <Field desk={desk} name="name" label={labels.name} value={own.name} maxlength={200} required />
                <Field desk={desk} name="phone" label={labels.phone} value={own.phone} type="tel" maxlength={50} />
                <Field desk={desk} name="company" label={labels.company} value={own.company} maxlength={200} />
                <div class="tools">
                  <button type="submit">{form.save}</button>
                </div>
              </Form>
            </Section>
          </aside>
        </div>
      ),
    }
  },
  actions: {
    ask: {
      needs: 'tickets:write',
      async run({ ctx, form, words }) {
        const ticket = await openTicket(ctx, parsed(NewTicket, filledOf(form, ['title', 'description'])))
        return { to: ticketPath(ticket.id), say: words.portal.opened(ticket.number) }
      },
    },
    save: {
      needs: 'self:write',
      async run({ ctx, form, words }) {
        await amendCustomer(ctx, parsed(Amendment, patchOf(form, ['name', 'phone', 'company'])))
        return { to: PATH, say: words.record.saved }
      },
    },
  },
})
