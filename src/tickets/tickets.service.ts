// Tickets: opening, reading, changing, trashing. Lists, comments and transitions have files beside this one.
import { and, eq, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { type Actor, missingPermission, reach } from '../access/policy'
import { isPortal, isTeamMember, ticketsInReach, visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, tickets, workspaces } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { changeRecord, restoreRecord } from '../records/change'
import type { FieldName } from '../records/fields'
import type { TICKET_FIELDS } from './tickets.fields'
import { ticketMail } from './tickets.mail'
import { TICKET, type TicketRow, ticketColumns } from './tickets.record'
import { canBecome, resolvedAt, transitionError } from './tickets.status'

type Fields = Pick<TicketRow, FieldName<typeof TICKET_FIELDS, 'input'>>
type NewTicket = Partial<Fields> &
  Pick<TicketRow, FieldName<typeof TICKET_FIELDS, 'required'>> & {
    customerId?: string
    interactionId?: string | null
  }

/**
 * Opens a ticket under the next number: for the customer named, else for the one of the interaction that it came from;
 * a portal login's is about the own record. Numbering is part of the INSERT, and D1
 * runs one writer at a time: no two tickets get one number, and none is left out.
 */
export async function openTicket(ctx: Ctx, input: NewTicket): Promise<TicketRow> {
  const { db, actor, now } = ctx
  const { customerId, interactionId = null, ...fields } = input
  if (fields.priority !== undefined) requireHandling(actor, ['priority'])
  const isSaid = customerId !== undefined || interactionId !== null || isPortal(actor)
  if (!isSaid) throw invalidError('body.customerId', 'Say whose ticket it is', 'missing')
  const id = ctx.newId()
  const itsCustomer = sql`(SELECT about.customer_id FROM interactions AS about WHERE about.id = ${interactionId})`
  const named = customerId ?? (isPortal(actor) ? undefined : itsCustomer)
  const whose = and(
    visible(actor, 'tickets:write', customers),
    named === undefined ? undefined : eq(customers.id, named),
  )
  const isTheirs = sql`(${interactionId} IS NULL OR EXISTS (SELECT 1 FROM interactions AS about
    WHERE about.id = ${interactionId} AND about.customer_id = customers.id))`
  const number = sql`(SELECT 1 + max(home.purged_ticket_number,
    coalesce((SELECT max(numbered.number) FROM ${tickets} AS numbered WHERE numbered.workspace_id = home.id), 0))
    FROM ${workspaces} AS home WHERE home.id = ${actor.workspaceId})`
  const row = {
    ...fields,
    id,
    workspaceId: actor.workspaceId,
    number,
    customerId: sql`${customers.id}`,
    interactionId,
    ownerId: sql`${customers.ownerId}`,
    openedBy: authorOf(actor),
    createdAt: now,
    updatedAt: now,
  }
  const tail = sql`FROM ${customers} WHERE ${whose} AND ${isTheirs} ORDER BY ${customers.seq} LIMIT 1`
  const changes = { title: [null, input.title], status: [null, 'OPEN'] } satisfies Record<string, [unknown, unknown]>
  const { opened, customer } = await runBatch(db, {
    opened: one(insertFrom(db, tickets, row, tail).returning(ticketColumns)),
    event: eventInsert(ctx, { verb: 'ticket.created', subject: 'ticket', id, changes, when: ifChanged }),
    customer: one(db.select({ id: customers.id }).from(customers).where(whose).limit(1)),
    mail: ticketMail(ctx, id, { template: 'ticketOpened' }),
  })
  if (opened) return opened
  if (!customer) throw new AppError('not_found', { detail: 'No customer in your reach to open a ticket for.' })
  throw invalidError('body.interactionId', 'Not an interaction of this customer', 'unknown_interaction')
}

export async function getTicket({ db, actor }: Ctx, id: string): Promise<TicketRow> {
  const [ticket] = await db
    .select(ticketColumns)
    .from(tickets)
    .where(and(eq(tickets.id, id), ticketsInReach(actor, 'tickets:read')))
  if (!ticket) throw new AppError('not_found')
  return ticket
}

/** Changes a ticket. Throws `invalid_transition`, `stale`, and `forbidden` for what only the team sets. */
export function updateTicket(
  ctx: Ctx,
  id: string,
  patch: Partial<Fields & Pick<TicketRow, 'status'>>,
  ifVersion?: number,
): Promise<TicketRow> {
  const { status, ...fields } = patch
  requireHandling(ctx.actor, Object.keys(fields))
  return changeRecord(ctx, TICKET, id, {
    verb: 'updated',
    permission: 'tickets:write',
    set: patch,
    ifVersion,
    followedBy: ticketMail(ctx, id, { template: 'ticketUpdated' }),
    ...(status && {
      derived: { resolvedAt: resolvedAt(status, ctx.now) },
      require: {
        transition: {
          holds: canBecome(ctx.actor, status),
          orElse: (present: TicketRow) => transitionError(ctx.actor, present.status, status),
        },
      },
    }),
  })
}

/** Gives a ticket to an active member of the team, or to nobody. Throws `invalid_owner`. */
export function assignTicket(ctx: Ctx, id: string, assigneeId: string | null, ifVersion?: number): Promise<TicketRow> {
  const isAssignable = assigneeId === null ? sql`true` : isTeamMember(assigneeId, ctx.actor.workspaceId)
  return changeRecord(ctx, TICKET, id, {
    verb: 'assigned',
    permission: 'tickets:assign',
    set: { assigneeId },
    require: { assignee: { holds: isAssignable, orElse: invalidAssigneeError } },
    ifVersion,
    followedBy: ticketMail(ctx, id, { template: 'ticketUpdated' }, ['assignee']),
  })
}

/** Puts a ticket into the trash; its number stays its own. */
export async function trashTicket(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const set = { deletedAt: ctx.now }
  await changeRecord(ctx, TICKET, id, { verb: 'trashed', permission: 'tickets:handle', set, ifVersion })
}

/** Takes a ticket out of the trash; one that is not there is given back as it is. A trashed customer's stay there. */
export function restoreTicket(ctx: Ctx, id: string): Promise<TicketRow> {
  const isPossible = sql`EXISTS (SELECT 1 FROM customers AS parent
    WHERE parent.id = ${tickets}.customer_id AND parent.deleted_at IS NULL)`
  return restoreRecord(ctx, TICKET, id, { permission: 'tickets:handle', isPossible })
}

// What a customer may do with a ticket ends before its fields.
function requireHandling(actor: Actor, fields: string[]): void {
  if (fields.length === 0 || reach(actor, 'tickets:handle')) return
  const detail = `Setting the ${fields.join(', ')} of a ticket takes more: ${missingPermission(actor, 'tickets:handle')}`
  throw new AppError('forbidden', { detail })
}

function invalidAssigneeError(): AppError {
  const message = 'must be an active member of the team'
  return new AppError('invalid_owner', { errors: [{ path: 'body.assigneeId', message, code: 'not_of_team' }] })
}
