// Tickets: opening, reading, changing, trashing. Lists, comments and transitions have files beside this one.

import { and, eq, getTableColumns, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { type Actor, lacking, type Permission, reach } from '../access/policy'
import { isPortal, isTeamMember, ticketParts, ticketsInReach, visible } from '../access/visible'
import { customers, tickets, workspaces } from '../db/schema'
import { ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { isRestorable } from '../db/trash'
import { AppError } from '../errors'
import { difference, differs, record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { demandVersion } from '../http/etag'
import { mailTicket } from './tickets.mail'
import { mayBecome, refusal, resolvedAt } from './tickets.status'

export const ticketColumns = getTableColumns(tickets)
export type TicketRow = typeof tickets.$inferSelect
type Fields = Pick<TicketRow, 'title' | 'description' | 'priority'>
type NewTicket = Partial<Fields> & {
  title: string
  customerId?: string | undefined
  interactionId?: string | null | undefined
}

/**
 * Opens a ticket under the next number: for the customer named, else for the one of the interaction that it came from;
 * a portal login's is about the own record. Numbering is part of the INSERT, and D1
 * runs one writer at a time: no two tickets get one number, and none is left out.
 */
export async function openTicket(ctx: Ctx, input: NewTicket): Promise<TicketRow> {
  const { db, actor, now } = ctx
  const { customerId, interactionId = null, ...fields } = input
  if (fields.priority !== undefined) demandHandling(actor, ['priority'])
  const isSaid = customerId !== undefined || interactionId !== null || isPortal(actor)
  if (!isSaid) throw invalid('customerId', 'Say whose ticket it is', 'missing')
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
  const [[opened], , [customer]] = await db.batch([
    insertFrom(db, tickets, row, tail).returning(ticketColumns),
    record(ctx, { verb: 'ticket.created', subject: 'ticket', id, changes, when: ifChanged }),
    db.select({ id: customers.id }).from(customers).where(whose).limit(1),
    ...mailTicket(ctx, id, { template: 'ticketOpened' }),
  ])
  if (opened) return opened
  if (!customer) throw new AppError('not_found', { detail: 'No customer in your reach to open a ticket for.' })
  throw invalid('interactionId', 'Not an interaction of this customer', 'unknown_interaction')
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
  demandHandling(ctx.actor, Object.keys(fields))
  return changeTicket(ctx, id, {
    verb: 'ticket.updated',
    permission: 'tickets:write',
    set: patch,
    ifVersion,
    mail: mailTicket(ctx, id, { template: 'ticketUpdated' }),
    ...(status && {
      follows: { resolvedAt: resolvedAt(status, ctx.now) },
      demand: {
        that: mayBecome(ctx.actor, status),
        orElse: (present: TicketRow) => refusal(ctx.actor, present.status, status),
      },
    }),
  })
}

/** Gives a ticket to an active member of the team, or to nobody. Throws `invalid_owner`. */
export function assignTicket(ctx: Ctx, id: string, assigneeId: string | null, ifVersion?: number): Promise<TicketRow> {
  const stands = assigneeId === null ? sql`true` : isTeamMember(assigneeId, ctx.actor.workspaceId)
  return changeTicket(ctx, id, {
    verb: 'ticket.assigned',
    permission: 'tickets:assign',
    set: { assigneeId },
    demand: { that: stands, orElse: unfit },
    ifVersion,
    mail: mailTicket(ctx, id, { template: 'ticketUpdated' }, ['assignee']),
  })
}

/** Puts a ticket into the trash; its number stays its own. */
export async function trashTicket(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const set = { deletedAt: ctx.now }
  await changeTicket(ctx, id, { verb: 'ticket.trashed', permission: 'tickets:handle', set, ifVersion })
}

/** Takes a ticket out of the trash; one that is not there is given back as it is. A trashed customer's stay there. */
export async function restoreTicket(ctx: Ctx, id: string): Promise<TicketRow> {
  const { db, actor, now } = ctx
  const hasCustomer = sql`EXISTS (SELECT 1 FROM customers AS whose
    WHERE whose.id = ${tickets}.customer_id AND whose.deleted_at IS NULL)`
  const where = and(eq(tickets.id, id), or(...ticketParts(actor, 'tickets:handle')), hasCustomer)
  const [[restored], , [present]] = await db.batch([
    db
      .update(tickets)
      .set({ deletedAt: null, updatedAt: now, version: sql`${tickets.version} + 1` })
      .where(and(where, isNotNull(tickets.deletedAt), isRestorable(tickets.deletedAt, now)))
      .returning(ticketColumns),
    record(ctx, { verb: 'ticket.restored', subject: 'ticket', id, when: ifChanged }),
    db
      .select(ticketColumns)
      .from(tickets)
      .where(and(where, isNull(tickets.deletedAt))),
  ])
  const ticket = restored ?? present
  if (!ticket) throw new AppError('not_found')
  return ticket
}

type Change = {
  verb: `ticket.${string}`
  permission: Permission
  set: Partial<TicketRow>
  /** What else changes with it, computed by SQL; not told in the event. */
  follows?: { resolvedAt: SQL }
  /** A further condition, and the refusal of a ticket that is in reach but does not fulfil it. */
  demand?: { that: SQL; orElse: (present: TicketRow) => AppError }
  ifVersion?: number | undefined
  /** What is to be mailed if it happens. */
  mail?: ReturnType<typeof mailTicket>
}

/**
 * Changes a ticket in one batch: the event while the row is as it was, the change, the row as the caller sees it. What
 * changes nothing leaves it as it is, and mails nobody.
 */
async function changeTicket(
  ctx: Ctx,
  id: string,
  { verb, permission, set, follows, demand, ifVersion, mail = [] }: Change,
): Promise<TicketRow> {
  const { db, actor, now } = ctx
  const isDemanded = ifVersion === undefined ? undefined : eq(tickets.version, ifVersion)
  const stands = demand?.that ?? sql`true`
  const mine = and(eq(tickets.id, id), ticketsInReach(actor, permission))
  const where = and(mine, isDemanded, stands, differs(tickets, set)) ?? sql`false`
  const [, [changed], [present]] = await db.batch([
    record(ctx, { verb, subject: 'ticket', id, changes: difference(tickets, set), from: sql`${tickets}`, when: where }),
    db
      .update(tickets)
      .set({ ...set, ...follows, updatedAt: now, version: sql`${tickets.version} + 1` })
      .where(where)
      .returning(ticketColumns),
    db
      .select({
        ...ticketColumns,
        isMine: sql<number>`${mine}`.as('is_mine'),
        stands: sql<number>`${stands}`.as('stands'),
      })
      .from(tickets)
      .where(and(eq(tickets.id, id), ticketsInReach(actor, 'tickets:read'), ifUnchanged)),
    ...mail,
  ])
  if (changed) return changed
  if (!present) throw new AppError('not_found')
  demandVersion(present, ifVersion)
  if (demand && !present.stands) throw demand.orElse(present)
  if (!present.isMine) throw new AppError('not_found')
  return present
}

// What a customer may do with a ticket ends before its fields.
function demandHandling(actor: Actor, fields: string[]): void {
  if (fields.length === 0 || reach(actor, 'tickets:handle')) return
  const detail = `Setting the ${fields.join(', ')} of a ticket takes more: ${lacking(actor, 'tickets:handle')}`
  throw new AppError('forbidden', { detail })
}

function unfit(): AppError {
  const message = 'must be an active member of the team'
  return new AppError('invalid_owner', { errors: [{ path: 'body.assigneeId', message, code: 'not_of_team' }] })
}

function invalid(field: string, message: string, code: string): AppError {
  return new AppError('invalid', { errors: [{ path: `body.${field}`, message, code }] })
}
