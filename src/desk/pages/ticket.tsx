// A ticket, for the team and for its customer: what is wrong, the comments, status, priority and who handles it.
import type { FC } from 'hono/jsx'
import { isPortal } from '../../access/visible'
import { PRIORITIES } from '../../db/schema/tickets'
import { paged } from '../../http/pagination'
import { type CommentRow, listComments } from '../../tickets/tickets.comments'
import type { TicketRow } from '../../tickets/tickets.record'
import { getTicket } from '../../tickets/tickets.service'
import { statusesAfter } from '../../tickets/tickets.status'
import type { Desk } from '../desk'
import { membersOf, type Names, namesOf } from '../desk.names'
import { pageOf } from '../desk.question'
import { at, page } from '../page'
import { Act, Changer, Field, Form, Hidden } from '../parts/forms'
import { Icon } from '../parts/icons'
import { Section } from '../parts/lists'
import { customerPath, Status, ticketPath } from '../parts/records'
import { Time } from '../parts/times'
import { ticketActions } from './ticket-actions'

export const ticketPage = page({
  path: '/tickets/:id',
  needs: 'tickets:read',
  isForPortal: true,
  load: (desk) => ({
    ticket: getTicket(desk.ctx, desk.id),
    comments: paged(desk.c, pageOf(desk), (query) => listComments(desk.ctx, desk.id, query)),
    members: desk.can('tickets:assign') ? membersOf(desk.ctx) : Promise.resolve([]),
  }),
  more: async ({ ctx }, { ticket, comments }) => ({
    names: await namesOf(ctx, [
      ticket.customerId,
      ticket.assigneeId,
      ...comments.data.map(({ createdBy }: CommentRow) => createdBy),
    ]),
  }),
  view: (desk, { ticket, comments, members, names }) => {
    const { words } = desk
    const { tickets } = words
    return {
      title: tickets.title(ticket.number, ticket.title),
      up: isPortal(desk.ctx.actor)
        ? { href: at('portal'), label: words.portal.nav }
        : { href: at('tickets'), label: words.nav.tickets },
      tools: <Tools desk={desk} ticket={ticket} members={members} />,
      content: (
        <div class="record">
          <div>
            <Section id="message" title={tickets.description} class="card">
              {ticket.description ? (
                <p class="words">{ticket.description}</p>
              ) : (
                <p class="note">{tickets.noDescription}</p>
              )}
            </Section>
            <Section id="comments" title={tickets.comments} class="card">
              <Form desk={desk} action={`${ticketPath(ticket.id)}/comment`} class="log" stays>
                <Field desk={desk} name="body" label={tickets.comment} rows={3} maxlength={10_000} required />
                <div class="end">
                  <span class="note">{tickets.commentHint}</span>
                  <button type="submit" class="strong">
                    {tickets.send}
                  </button>
                </div>
              </Form>
              <Comments desk={desk} comments={comments.data} names={names} />
              {comments.nextCursor && (
                <a class="button" href={`${ticketPath(ticket.id)}?cursor=${encodeURIComponent(comments.nextCursor)}`}>
                  {words.record.older}
                </a>
              )}
            </Section>
          </div>
          <aside>
            <Section id="details" title={words.record.details} class="card">
              <dl class="facts">
                <dt>{tickets.status}</dt>
                <dd>
                  <Status desk={desk} of={ticket.status} />
                </dd>
                {!isPortal(desk.ctx.actor) && (
                  <>
                    <dt>{tickets.customer}</dt>
                    <dd>
                      <a href={customerPath(ticket.customerId)}>
                        {names.get(ticket.customerId)?.name ?? tickets.customer}
                      </a>
                    </dd>
                    <dt>{tickets.priority}</dt>
                    <dd>{words.priority[ticket.priority]}</dd>
                    <dt>{tickets.assignee}</dt>
                    <dd>{names.get(ticket.assigneeId ?? '')?.name ?? tickets.unassigned}</dd>
                  </>
                )}
                <dt>{tickets.opened}</dt>
                <dd>
                  <Time desk={desk} at={ticket.createdAt} />
                </dd>
              </dl>
            </Section>
          </aside>
        </div>
      ),
    }
  },
  actions: ticketActions,
})

type ToolsProps = { desk: Desk; ticket: TicketRow; members: readonly { id: string; name: string }[] }

const Tools: FC<ToolsProps> = ({ desk, ticket, members }) => {
  const { words } = desk
  const { tickets } = words
  const nexts = statusesAfter(desk.ctx.actor, ticket.status)
  const base = ticketPath(ticket.id)
  if (isPortal(desk.ctx.actor)) {
    const [next] = nexts
    return next ? (
      <Act
        desk={desk}
        action={`${base}/status`}
        fields={{ status: next }}
        label={next === 'CLOSED' ? words.portal.close : words.portal.reopen}
      />
    ) : null
  }
  return (
    <>
      <Changer
        desk={desk}
        action={`${base}/status`}
        name="status"
        label={tickets.status}
        value={ticket.status}
        options={[ticket.status, ...nexts].map((value) => ({ value, label: words.status[value] ?? value }))}
      />
      <Changer
        desk={desk}
        action={`${base}/priority`}
        name="priority"
        label={tickets.priority}
        value={ticket.priority}
        options={PRIORITIES.map((value) => ({ value, label: words.priority[value] ?? value }))}
        fields={{ was: ticket.priority }}
      />
      {members.length > 0 && (
        <Changer
          desk={desk}
          action={`${base}/assign`}
          name="assigneeId"
          label={tickets.assignee}
          value={ticket.assigneeId ?? ''}
          options={[
            { value: '', label: tickets.unassigned },
            ...members.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          fields={{ was: ticket.assigneeId ?? '' }}
        />
      )}
      <details class="menu">
        <summary class="button">
          <Icon name="more" label={words.frame.more} />
        </summary>
        <div>
          <Form desk={desk} action={`${base}/trash`} stays>
            <Hidden name="back" value={at('tickets')} />
            <button type="submit" class="danger">
              {words.record.trash}
            </button>
          </Form>
        </div>
      </details>
    </>
  )
}

const Comments: FC<{ desk: Desk; comments: readonly CommentRow[]; names: Names }> = ({ desk, comments, names }) => (
  <div class="timeline">
    <ol>
      {comments.map(({ body, createdAt, createdBy }) => (
        <li>
          <Icon name="enquiry" />
          <div>
            <p class="deed">
              <strong>
                {createdBy === desk.ctx.actor.id
                  ? desk.words.record.you
                  : (names.get(createdBy ?? '')?.name ?? desk.words.record.aColleague)}
              </strong>
            </p>
            <p class="body">{body}</p>
          </div>
          <Time desk={desk} at={createdAt} class="note" />
        </li>
      ))}
    </ol>
    {comments.length === 0 && <p class="note">{desk.words.tickets.noComments}</p>}
  </div>
)
