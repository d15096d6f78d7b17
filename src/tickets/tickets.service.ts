// Tickets: opening, reading, changing, assigning, trashing, restoring. Lists, comments and statuses have files of their own.
import { and, eq, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { type Actor, missingPermission, reach } from '../access/policy'
import { isPortal, isTeamMember, ticketsInReach, visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, interactions, tickets, workspaces } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { ownWords } from '../records/authorship'
import { changeRecord, restoreRecord } from '../records/change'
import {
  customFieldsTooBigError,
  doCustomFieldsFit,
  newCustomFields,
  patchedCustomFields,
} from '../records/custom-fields'
import { derivedValues, type FieldName } from '../records/fields'
import { includedColumns } from '../records/included'
import { firstStage, isStage, stageAfter, stageError, statusOfStage } from '../stages/stages'
import { TICKET_FIELDS } from './tickets.fields'
import { ticketMail } from './tickets.mail'
import { redactTicket, TICKET, TICKET_INCLUDES, type TicketRow, ticketColumns } from './tickets.record'
import { canBecome, canBecomeStatus, resolvedAt, resolvedAtOf, transitionError } from './tickets.status'

type Fields = Pick<TicketRow, FieldName<typeof TICKET_FIELDS, 'input'>>
type NewTicket = Partial<Fields> &
  Pick<TicketRow, FieldName<typeof TICKET_FIELDS, 'required'>> & {
    customerId?: string
    interactionId?: string | null
  }

/**
 * Opens a ticket with the next number. Its customer is `customerId`, else that of the interaction, else the portal login's
 * own. The INSERT counts the number and D1 runs one writer at a time: numbers are unique and without gaps.
 */
export async function openTicket(ctx: Ctx, input: NewTicket): Promise<TicketRow> {
  const { db, actor, now } = ctx
  const { customerId, interactionId = null, customFields, ...fields } = input
  requireHandling(
    actor,
    Object.keys(input).filter((field) => field === 'priority' || field === 'customFields'),
  )
  const hasCustomer = customerId !== undefined || interactionId !== null || isPortal(actor)
  if (!hasCustomer) throw invalidError('body.customerId', 'is needed, or an interactionId', 'missing')
  const id = ctx.newId()
  const origin = sql`FROM ${interactions} WHERE ${eq(interactions.id, interactionId ?? '')}`
  const customerOfOrigin = isPortal(actor) ? undefined : sql`(SELECT ${interactions.customerId} ${origin})`
  const expectedId = customerId ?? customerOfOrigin
  const where = and(
    visible(actor, 'tickets:write', customers),
    expectedId === undefined ? undefined : eq(customers.id, expectedId),
  )
  const isOfCustomer =
    interactionId === null
      ? sql`true`
      : sql`EXISTS (SELECT 1 ${origin} AND ${interactions.customerId} = ${customers.id})`
  const highest = sql`(SELECT max(${tickets.number}) FROM ${tickets} WHERE ${tickets.workspaceId} = ${workspaces.id})`
  const number = sql`(SELECT 1 + max(${workspaces.purgedTicketNumber}, coalesce(${highest}, 0))
    FROM ${workspaces} WHERE ${workspaces.id} = ${actor.workspaceId})`
  const row = {
    ...fields,
    ...newCustomFields(customFields),
    ...derivedValues(TICKET_FIELDS, fields, actor.country),
    id,
    workspaceId: actor.workspaceId,
    number,
    stageId: firstStage('ticket', actor.workspaceId, 'OPEN'),
    customerId: sql`${customers.id}`,
    interactionId,
    ownerId: sql`${customers.ownerId}`,
    openedBy: authorOf(actor),
    createdAt: now,
    updatedAt: now,
  }
  const tail = sql`FROM ${customers} WHERE ${where} AND ${isOfCustomer} ORDER BY ${customers.seq} LIMIT 1`
  const changes = { title: [null, input.title], status: [null, 'OPEN'] } satisfies Record<string, [unknown, unknown]>
  const { opened, customer } = await runBatch(db, {
    opened: one(insertFrom(db, tickets, row, tail).returning(ticketColumns)),
    event: eventInsert(ctx, { verb: 'ticket.created', subject: 'ticket', id, changes, when: ifChanged }),
    customer: one(db.select({ id: customers.id }).from(customers).where(where).limit(1)),
    mail: ticketMail(ctx, id, { template: 'ticketOpened' }),
  })
  if (opened) return redactTicket(actor, opened)
  if (!customer) throw new AppError('not_found', { detail: 'You can open tickets only for customers in your reach.' })
  throw invalidError('body.interactionId', 'must be an interaction of this customer', 'unknown_interaction')
}

/** A ticket in reach. Throws `not_found`. */
export async function getTicket(ctx: Ctx, id: string, include?: readonly string[]): Promise<TicketRow> {
  const [found] = await ctx.db
    .select({ row: ticketColumns, included: includedColumns(ctx, TICKET_INCLUDES, include) })
    .from(tickets)
    .where(and(eq(tickets.id, id), ticketsInReach(ctx.actor, 'tickets:read')))
  if (!found) throw new AppError('not_found')
  return { ...redactTicket(ctx.actor, found.row), ...found.included }
}

/**
 * Changes a ticket; custom fields are merged key by key. Throws `invalid_transition`, `stale`, `invalid`, and `forbidden` for
 * fields that only the team sets and for a description by another person.
 */
export async function updateTicket(
  ctx: Ctx,
  id: string,
  given: Partial<Fields & Pick<TicketRow, 'status'>> & { stageId?: string },
  ifVersion?: number,
): Promise<TicketRow> {
  const { stageId, ...patch } = given
  const { status, ...fields } = patch
  requireHandling(ctx.actor, Object.keys({ ...fields, ...(stageId && { stageId }) }))
  const { workspaceId } = ctx.actor
  const staged = stageId && statusOfStage('ticket', workspaceId, stageId)
  const { foldedFields, ...custom } = patchedCustomFields(tickets, patch.customFields)
  const changed = await changeRecord(ctx, TICKET, id, {
    verb: 'updated',
    permission: 'tickets:write',
    set: { ...patch, ...custom, ...(staged && { stageId, status: staged }) },
    ifVersion,
    followedBy: ticketMail(ctx, id, { template: 'ticketUpdated' }),
    derived: {
      foldedFields,
      ...derivedValues(TICKET_FIELDS, fields, ctx.actor.country),
      ...(status && {
        resolvedAt: resolvedAt(status, ctx.now),
        ...(!stageId && { stageId: stageAfter('ticket', 'tickets', tickets, status) }),
      }),
      ...(staged && !status && { resolvedAt: resolvedAtOf(staged, ctx.now) }),
    },
    require: {
      customFields: {
        holds: doCustomFieldsFit(tickets, patch.customFields),
        orElse: () => customFieldsTooBigError(),
      },
      opener: ownWords(ctx, tickets.openedBy, tickets.description, patch.description),
      ...(stageId && {
        stage: { holds: isStage('ticket', workspaceId, stageId, status), orElse: () => stageError('ticket', status) },
      }),
      ...(staged &&
        !status && {
          transition: {
            holds: canBecomeStatus(ctx.actor, staged),
            orElse: (present: TicketRow) =>
              new AppError('invalid_transition', {
                detail: `A ticket that is ${present.status} cannot come to this stage.`,
              }),
          },
        }),
      ...(status && {
        transition: {
          holds: canBecome(ctx.actor, status),
          orElse: (present: TicketRow) => transitionError(ctx.actor, present.status, status),
        },
      }),
    },
  })
  return redactTicket(ctx.actor, changed)
}

/** Assigns a ticket to an active member of the team, or with null to none. Throws `invalid_owner`. */
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

/** Puts a ticket into the trash. No other ticket gets its number. */
export async function trashTicket(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const set = { deletedAt: ctx.now }
  await changeRecord(ctx, TICKET, id, { verb: 'trashed', permission: 'tickets:handle', set, ifVersion })
}

/** Takes a ticket out of the trash. Returns one that is not there as it is. Throws `not_found` if its customer is trashed. */
export function restoreTicket(ctx: Ctx, id: string): Promise<TicketRow> {
  const isPossible = sql`EXISTS (SELECT 1 FROM ${customers}
    WHERE ${customers.id} = ${tickets.customerId} AND ${customers.deletedAt} IS NULL)`
  return restoreRecord(ctx, TICKET, id, { permission: 'tickets:handle', isPossible })
}

// Throws `forbidden` if these fields are set without `tickets:handle`, so by a CUSTOMER.
function requireHandling(actor: Actor, fields: string[]): void {
  if (fields.length === 0 || reach(actor, 'tickets:handle')) return
  const detail = `You may not set the ${fields.join(', ')} of a ticket: ${missingPermission(actor, 'tickets:handle')}`
  throw new AppError('forbidden', { detail })
}

function invalidAssigneeError(): AppError {
  const message = 'must be an active member of the team'
  return new AppError('invalid_owner', { errors: [{ path: 'body.assigneeId', message, code: 'not_of_team' }] })
}
