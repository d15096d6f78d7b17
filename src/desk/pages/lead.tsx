// A lead: its message, the log, the timeline, and at the side what is known of it.
import type { FC } from 'hono/jsx'
import { LEAD_STATUSES } from '../../db/schema/leads'
import { paged } from '../../http/pagination'
import { TimelinePage } from '../../interactions/interactions.schemas'
import { leadTimeline } from '../../interactions/timeline.service'
import type { LeadRow } from '../../leads/leads.record'
import { getLead } from '../../leads/leads.service'
import type { Desk } from '../desk'
import { membersOf, namesOf } from '../desk.names'
import { pageOf } from '../desk.question'
import { at, page } from '../page'
import { FollowUpBanner } from '../parts/follow-up'
import { Act, Changer, Form, Hidden, When } from '../parts/forms'
import { Icon } from '../parts/icons'
import { Section } from '../parts/lists'
import { LogForm } from '../parts/log'
import { customerPath, leadName, leadPath, leadSubject, Mail, Owner, Phone, Status } from '../parts/records'
import { mentionedIn, Timeline } from '../parts/timeline'
import { Time } from '../parts/times'
import { leadActions } from './lead-actions'

export const leadPage = page({
  path: '/leads/:id',
  needs: 'leads:read',
  load: (desk) => ({
    lead: getLead(desk.ctx, desk.id),
    timeline: paged(desk.c, pageOf(desk), (query) => leadTimeline(desk.ctx, desk.id, query)),
    members: desk.can('leads:assign') ? membersOf(desk.ctx) : Promise.resolve([]),
  }),
  more: async ({ ctx }, { lead, timeline }) => {
    const items = TimelinePage.parse(timeline)
    return { items, names: await namesOf(ctx, [lead.ownerId, lead.customerId, ...mentionedIn(items.data)]) }
  },
  view: (desk, { lead, members, items, names }) => {
    const { words } = desk
    const name = leadName(lead)
    const isMine = lead.ownerId === desk.ctx.actor.id || desk.can('leads:assign')
    const isOpen = lead.status !== 'CLOSED'
    return {
      title: name,
      up: { href: at('leads'), label: words.nav.leads },
      tools: <Tools desk={desk} lead={lead} isMine={isMine} members={members} />,
      content: (
        <div class="record">
          <div>
            {lead.followUpAt && isOpen && isMine && (
              <FollowUpBanner
                desk={desk}
                at={lead.followUpAt}
                action={leadPath(lead.id, 'follow-up/done')}
                about={name}
                id={lead.id}
              />
            )}
            {lead.message && (
              <Section id="message" title={words.labels.message} class="card">
                <p class="words">{lead.message}</p>
              </Section>
            )}
            {isMine && (
              <Section id="log" title={words.log.title} class="card">
                <LogForm
                  desk={desk}
                  action={leadPath(lead.id, 'log')}
                  settles={lead.followUpAt && isOpen ? words.log.settles : undefined}
                />
              </Section>
            )}
            <Section id="timeline" title={words.record.timeline} class="card">
              <Timeline desk={desk} items={items.data} names={names} writes={isMine} />
              {items.nextCursor && (
                <a class="button" href={`${leadPath(lead.id)}?cursor=${encodeURIComponent(items.nextCursor)}`}>
                  {words.record.older}
                </a>
              )}
            </Section>
          </div>
          <aside>
            {!lead.followUpAt && isOpen && isMine && <PlanCard desk={desk} id={lead.id} />}
            <Section
              id="details"
              title={words.record.details}
              class="card"
              more={isMine ? { href: leadPath(lead.id, 'edit'), label: words.record.edit } : undefined}
            >
              <dl class="facts">
                {leadSubject(lead) && (
                  <>
                    <dt>{words.labels.interest}</dt>
                    <dd>{leadSubject(lead)}</dd>
                  </>
                )}
                {lead.phone && (
                  <>
                    <dt>{words.labels.phone}</dt>
                    <dd>
                      <Phone desk={desk} number={lead.phone} about={name} />
                    </dd>
                  </>
                )}
                {lead.email && (
                  <>
                    <dt>{words.labels.email}</dt>
                    <dd>
                      <Mail desk={desk} address={lead.email} about={name} />
                    </dd>
                  </>
                )}
                <dt>{words.record.owner}</dt>
                <dd>
                  <Owner desk={desk} id={lead.ownerId} names={names} />
                </dd>
                {lead.source && (
                  <>
                    <dt>{words.labels.source}</dt>
                    <dd>{lead.source}</dd>
                  </>
                )}
                {lead.description && (
                  <>
                    <dt>{words.labels.description}</dt>
                    <dd class="body">{lead.description}</dd>
                  </>
                )}
                <dt>{words.record.since}</dt>
                <dd>
                  <Time desk={desk} at={lead.createdAt} />
                </dd>
                {lead.customerId && (
                  <>
                    <dt>{words.record.customer}</dt>
                    <dd>
                      <a href={customerPath(lead.customerId)}>
                        {names.get(lead.customerId)?.name ?? words.record.customer}
                      </a>
                    </dd>
                  </>
                )}
              </dl>
            </Section>
          </aside>
        </div>
      ),
    }
  },
  actions: leadActions,
})

const PlanCard: FC<{ desk: Desk; id: string }> = ({ desk, id }) => (
  <Section id="plan" title={desk.words.lead.followUp} class="card">
    <p class="note">{desk.words.plan.none}</p>
    <Form desk={desk} action={leadPath(id, 'follow-up/set')} class="log">
      <When desk={desk} label={desk.words.plan.set} chosen="tomorrow" id="plan-when" />
      <div class="tools">
        <button type="submit">{desk.words.plan.save}</button>
      </div>
    </Form>
  </Section>
)

type ToolsProps = { desk: Desk; lead: LeadRow; isMine: boolean; members: readonly { id: string; name: string }[] }

const Tools: FC<ToolsProps> = ({ desk, lead, isMine, members }) => {
  const { words } = desk
  const name = leadName(lead)
  const isOpen = lead.status !== 'CLOSED'
  if (!isMine) {
    return (
      <>
        <Status desk={desk} of={lead.status} />
        {isOpen && lead.ownerId === null && (
          <Act desk={desk} action={leadPath(lead.id, 'claim')} label={words.lead.claim} about={name} class="strong" />
        )}
      </>
    )
  }
  return (
    <>
      <Changer
        desk={desk}
        action={leadPath(lead.id, 'status')}
        name="status"
        label={words.lead.status}
        value={lead.status}
        options={LEAD_STATUSES.map((value) => ({ value, label: words.status[value] ?? value }))}
        fields={{ was: lead.status }}
      />
      {members.length > 0 && (
        <Changer
          desk={desk}
          action={leadPath(lead.id, 'assign')}
          name="ownerId"
          label={words.record.owner}
          value={lead.ownerId ?? ''}
          options={[
            { value: '', label: words.record.nobody },
            ...members.map(({ id, name: label }) => ({ value: id, label })),
          ]}
          fields={{ was: lead.ownerId ?? '' }}
        />
      )}
      {lead.ownerId === null && isOpen && (
        <Act desk={desk} action={leadPath(lead.id, 'claim')} label={words.lead.claim} about={name} />
      )}
      {!lead.convertedAt && (
        <Form desk={desk} action={leadPath(lead.id, 'convert')} class="act">
          <button type="submit" class="strong">
            {words.lead.convert}
          </button>
        </Form>
      )}
      <details class="menu">
        <summary class="button">
          <Icon name="more" label={words.frame.more} />
        </summary>
        <div>
          <a href={leadPath(lead.id, 'edit')}>{words.record.edit}</a>
          {lead.ownerId !== null && isOpen && (
            <Act desk={desk} action={leadPath(lead.id, 'release')} label={words.lead.release} />
          )}
          <Form desk={desk} action={leadPath(lead.id, 'trash')} stays>
            <Hidden name="back" value={at('leads')} />
            <button type="submit" class="danger">
              {words.record.trash}
            </button>
          </Form>
        </div>
      </details>
    </>
  )
}
