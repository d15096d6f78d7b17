// The team's work with customers: interactions, timelines, follow-ups, tickets.
import { change, counting, ending, fiftyLeads, get, logging, lookedThrough, one, post } from './budgets.ts'

import type { Endpoint, Group, More } from './types.ts'

const sales: More = { as: 'sales' }
const none: More = { gives: 0 }
const said = (query: string, more?: More) => ({ ...get(`/v1/interactions${query}`, 'manager'), ...more })
const asked = (query: string, more?: More) => ({ ...get(`/v1/tickets${query}`, 'manager'), ...more })
const timeline = (of: string, more?: More) => ({ ...get(`/v1/${of}`, 'manager'), ...more })
const changing = (name: string, request: string, more?: More): Endpoint => ({
  name,
  as: 'manager',
  request,
  budget: logging,
  ...more,
})
const PAST = '2000-01-01T00:00:00Z'
const midway = '?createdAfter={from}&createdBefore={to}'

export const work: Group[] = [
  [
    'Interactions, listed',
    [
      { name: 'page 1', ...said('') },
      { name: 'page 1: own', ...said('', sales) },
      { name: 'page 1: said with a portal login', ...said('', { as: 'portal' }) },
      { name: 'type', ...said('?type=CALL') },
      { name: 'type', ...said('?type=CALL', sales) },
      { name: 'author={id}', ...said('?author={member}') },
      { name: 'author=me', ...said('?author=me', sales) },
      { name: 'customer', ...said('?customer={busy}') },
      { name: 'customer', ...said('?customer={busy}', sales) },
      { name: 'lead', ...said('?lead={busyLead}') },
      { name: 'due=overdue', ...said('?due=overdue', { budget: ending }) },
      { name: 'due=overdue', ...said('?due=overdue', { ...sales, budget: ending }) },
      { name: 'due=today', ...said('?due=today', { ...none, budget: ending }) },
      { name: 'due=today', ...said('?due=today', { ...sales, ...none }) },
      { name: 'due=upcoming', ...said('?due=upcoming', { budget: ending }) },
      { name: 'due=upcoming', ...said('?due=upcoming', { ...sales, ...none }) },
      { name: 'due=overdue, customer', ...said('?due=overdue&customer={busy}', { ...none, budget: ending }) },
      { name: 'done=false', ...said('?done=false') },
      { name: 'followUpBefore none', ...said(`?followUpBefore=${PAST}`, none) },
      { name: 'page 10,000 (or the last full one)', ...said('?cursor={deep:said}', { budget: ending }) },
      { name: 'the same: own', ...said('?cursor={deep:saidToSales}', { ...sales, budget: ending }) },
      { name: 'the same, type', ...said('?type=CALL&cursor={deep:calls}', { budget: ending }) },
      { name: 'the same, done=false', ...said('?done=false&cursor={deep:openFollowUps}', { budget: ending }) },
    ],
  ],
  [
    'Interactions, within bounds of their own (docs/performance.md)',
    [
      { name: 'done=true', ...said('?done=true', { ...none, budget: lookedThrough }) },
      { name: 'type, author={id}', ...said('?type=TASK&author={member}', { ...none, budget: lookedThrough }) },
      {
        name: 'type, author={id}',
        ...said('?type=CALL&author={member}', { ...sales, ...none, budget: lookedThrough }),
      },
      {
        name: 'customer, author={id}',
        ...said('?customer={busy}&author={member}', { ...none, budget: lookedThrough }),
      },
      { name: 'due=overdue, author={id}', ...said('?due=overdue&author={member}', { ...none, budget: lookedThrough }) },
    ],
  ],
  [
    'Timelines',
    [
      { name: 'of a customer', ...timeline('customers/{kept}/timeline') },
      { name: 'of the busiest customer', ...timeline('customers/{busy}/timeline') },
      { name: 'of the busiest customer', ...timeline('customers/{busy}/timeline', sales) },
      { name: 'of the busiest customer', ...timeline('customers/{busy}/timeline', { as: 'portal' }) },
      { name: 'the last full page', ...timeline('customers/{busy}/timeline?cursor={deep:timeline}') },
      { name: 'of a customer who was 50 leads', ...timeline('customers/{manyLeads}/timeline', { budget: fiftyLeads }) },
      { name: 'of a lead', ...timeline('leads/{owned}/timeline') },
      { name: 'of the busiest lead', ...timeline('leads/{busyLead}/timeline') },
      { name: 'of the busiest lead', ...timeline('leads/{busyLead}/timeline', sales) },
      { name: 'the last full page', ...timeline('leads/{busyLead}/timeline?cursor={deep:leadTimeline}') },
    ],
  ],
  [
    'One interaction',
    [
      { name: 'get', ...get('/v1/interactions/{interaction}', 'manager', one) },
      {
        name: 'log, of a customer',
        ...post('/v1/interactions', {
          body: { customerId: '{customer}', type: 'CALL', body: 'Wants an offer.' },
          budget: logging,
        }),
      },
      {
        name: 'log, with a follow-up',
        ...post('/v1/interactions', {
          body: { customerId: '{customer}', type: 'CALL', body: 'Wants an offer.', followUpAt: '{now}' },
          budget: logging,
        }),
      },
      {
        name: 'log, of the busiest customer',
        ...post('/v1/interactions', {
          ...sales,
          body: { customerId: '{busy}', type: 'TASK', body: 'Write an offer.', followUpAt: '{now}' },
          budget: logging,
        }),
      },
      {
        name: 'log, of a lead',
        ...post('/v1/interactions', {
          body: { leadId: '{owned}', type: 'CALL', body: 'Wants an offer.' },
          budget: logging,
        }),
      },
      changing('patch, follow-up', 'PATCH /v1/interactions/{interaction}', { body: { followUpAt: '{now}' } }),
      changing('done', 'POST /v1/interactions/{followUp}/done'),
      changing('delete', 'DELETE /v1/interactions/{interaction}', { status: 204 }),
      changing('delete, of the busiest customer', 'DELETE /v1/interactions/{ofBusiest}', { ...sales, status: 204 }),
    ],
  ],
  [
    'Tickets',
    [
      { name: 'page 1', ...asked('') },
      { name: 'page 1: own, and assigned', ...asked('', sales) },
      { name: 'page 1: of a portal login', ...asked('', { as: 'portal' }) },
      { name: 'status', ...asked('?status=OPEN') },
      { name: 'status', ...asked('?status=OPEN', { ...sales, ...none }) },
      { name: 'status and priority', ...asked('?status=CLOSED&priority=URGENT') },
      { name: 'assignee={id}', ...asked('?assignee={member}') },
      { name: 'assignee=me', ...asked('?assignee=me', sales) },
      { name: 'assignee=none', ...asked('?assignee=none') },
      { name: 'customer', ...asked('?customer={busy}') },
      { name: 'customer', ...asked('?customer={busy}', { as: 'portal' }) },
      { name: 'customer without tickets', ...asked('?customer={key}', none) },
      { name: 'created in a month, midway', ...asked(midway, none) },
      { name: 'created in the future', ...asked('?createdAfter=2100-01-01T00:00:00Z', none) },
      { name: 'page 10,000 (or the last full one)', ...asked('?cursor={deep:tickets}') },
      { name: 'the same, status', ...asked('?status=CLOSED&cursor={deep:closed}') },
      { name: 'total=true', ...asked('?total=true', { budget: counting }) },
      { name: 'get', ...get('/v1/tickets/{ticket}', 'manager', one) },
      { name: 'comments', ...get('/v1/tickets/{busyTicket}/comments', 'manager') },
      {
        name: 'open',
        ...post('/v1/tickets', { body: { customerId: '{customer}', title: 'Cannot sign in' }, budget: change }),
      },
      changing('patch, status', 'PATCH /v1/tickets/{openTicket}', { body: { status: 'RESOLVED' } }),
      changing('assign', 'POST /v1/tickets/{ticket}/assign', { body: { assigneeId: '{member}' } }),
      changing('comment', 'POST /v1/tickets/{ticket}/comments', { body: { body: 'It works again.' }, status: 201 }),
      changing('trash', 'DELETE /v1/tickets/{ticket}', { status: 204 }),
    ],
  ],
]
