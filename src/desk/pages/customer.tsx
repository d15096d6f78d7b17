// A customer: the log, the timeline, and at the side details, tags, relationships, tickets and the leads they were.

import { getCustomer } from '../../customers/customers.service'
import { listRelationships } from '../../customers/relationships.service'
import { paged } from '../../http/pagination'
import { listInteractions } from '../../interactions/interactions.list'
import { TimelinePage } from '../../interactions/interactions.schemas'
import { customerTimeline } from '../../interactions/timeline.service'
import { listLeads } from '../../leads/leads.list'
import { TAGGED } from '../../tags/tagged'
import { listTagsOf } from '../../tags/tagging.service'
import { listTickets } from '../../tickets/tickets.list'
import { namesOf } from '../desk.names'
import { pageOf } from '../desk.question'
import { at, page } from '../page'
import { CustomerSide, CustomerTools } from '../parts/customer-side'
import { FollowUpBanner } from '../parts/follow-up'
import { Section } from '../parts/lists'
import { LogForm } from '../parts/log'
import { customerPath } from '../parts/records'
import { mentionedIn, Timeline } from '../parts/timeline'
import { customerActions } from './customer-actions'

const BESIDE = 20

export const customerPage = page({
  path: '/customers/:id',
  needs: 'customers:read',
  load: (desk) => {
    const { ctx, id } = desk
    return {
      customer: getCustomer(ctx, id),
      timeline: paged(desk.c, pageOf(desk), (query) => customerTimeline(ctx, id, query)),
      open: listInteractions(ctx, { customer: id, done: false, limit: 3 }),
      tags: listTagsOf(ctx, TAGGED.customers, id, { limit: 50 }),
      relationships: listRelationships(ctx, id, { limit: BESIDE }),
      tickets: listTickets(ctx, { customer: id, limit: BESIDE }),
      leads: listLeads(ctx, { customer: id, limit: BESIDE }),
    }
  },
  more: async ({ ctx }, { customer, timeline }) => {
    const items = TimelinePage.parse(timeline)
    return { items, names: await namesOf(ctx, [customer.ownerId, ...mentionedIn(items.data)]) }
  },
  view: (desk, data) => {
    const { words } = desk
    const { customer, open, items, names } = data
    const isWritten = desk.can('customers:write')
    const [due] = open.rows.filter(({ followUpAt }) => followUpAt !== null)
    return {
      title: customer.name,
      up: { href: at('customers'), label: words.nav.customers },
      tools: isWritten && <CustomerTools desk={desk} customer={customer} />,
      content: (
        <div class="record">
          <div>
            {due?.followUpAt && (
              <FollowUpBanner
                desk={desk}
                at={due.followUpAt}
                action={at('follow-ups', due.id, 'done')}
                about={customer.name}
                id={due.id}
                text={due.body}
              />
            )}
            {isWritten && (
              <Section id="log" title={words.log.title} class="card">
                <LogForm
                  desk={desk}
                  action={customerPath(customer.id, 'log')}
                  settles={due ? words.log.settles : undefined}
                  settlesId={due?.id}
                />
              </Section>
            )}
            <Section id="timeline" title={words.record.timeline} class="card">
              <Timeline desk={desk} items={items.data} names={names} writes={isWritten} />
              {items.nextCursor && (
                <a class="button" href={`${customerPath(customer.id)}?cursor=${encodeURIComponent(items.nextCursor)}`}>
                  {words.record.older}
                </a>
              )}
            </Section>
          </div>
          <CustomerSide desk={desk} {...data} />
        </div>
      ),
    }
  },
  actions: customerActions,
})
