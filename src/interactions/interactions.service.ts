// Interactions: logging, reading, changing, completing, deleting. Lists and timelines have files of their own.
import { and, eq, isNull, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { authorOf } from '../access/person'
import { reach } from '../access/policy'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, interactions, leads } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { hasRoomForMail, mailLimitError, outsiders } from '../mail/mail.audience'
import { ownWords } from '../records/authorship'
import { changeRecord, deleteRecord, type Requirement } from '../records/change'
import { derivedValues, type FieldName } from '../records/fields'
import { includedColumns } from '../records/included'
import { withInstants } from '../records/instants'
import { INTERACTION_FIELDS } from './interactions.fields'
import { meetingDeletedMail, meetingMail, meetingMovedMail } from './interactions.mail'
import {
  INTERACTION,
  INTERACTION_INCLUDES,
  type InteractionRow,
  interactionColumns,
  kindOf,
  type Narrowing,
  notYoursError,
} from './interactions.record'

type Fields = Partial<Pick<InteractionRow, FieldName<typeof INTERACTION_FIELDS, 'input'>>>
type NewInteraction = Fields &
  Pick<InteractionRow, FieldName<typeof INTERACTION_FIELDS, 'required'>> & {
    customerId?: string
    leadId?: string
    /** Whether to mail a meeting to the customer. `within limits` logs it without the mail if the limit is reached. */
    notifyCustomer?: boolean | 'within limits'
  }

/**
 * Logs an interaction of a customer or a lead; of a converted lead, also of its customer. Throws `not_found`, `not_yours`
 * for a lead of the pool, and `mail_limit` if `notifyCustomer` is true and the daily limit is reached.
 */
export async function createInteraction(ctx: Ctx, input: NewInteraction): Promise<InteractionRow> {
  const { db, actor, now } = ctx
  const { customerId, leadId, notifyCustomer = false, ...fields } = withInstants(ctx, input)
  const id = ctx.newId()
  const row = {
    occurredAt: now,
    ...fields,
    ...derivedValues(INTERACTION_FIELDS, fields, actor.country),
    id,
    workspaceId: actor.workspaceId,
    createdBy: authorOf(actor),
    createdAt: now,
    updatedAt: now,
  }
  const parent = customerId === undefined ? parentLead(ctx, leadId ?? '') : parentCustomer(ctx, customerId)
  const isMailDue = notifyCustomer === true && row.type === 'MEETING'
  const mail = { to: parent.email, workspaceId: actor.workspaceId }
  const hasRoom = isMailDue ? hasRoomForMail(ctx, outsiders(ctx), mail) : sql`true`
  const { occurredAt, followUpAt } = fields
  const logged = Object.entries({ type: row.type, customerId, leadId, occurredAt, followUpAt: followUpAt ?? undefined })
  const changes = logged.flatMap(([field, value]) => (value === undefined ? [] : [[field, [null, value]]]))
  const { created, lead } = await runBatch(db, {
    created: one(
      insertFrom(db, interactions, { ...row, ...parent.values }, sql`${parent.tail} AND ${hasRoom}`).returning(
        interactionColumns,
      ),
    ),
    event: eventInsert(ctx, {
      verb: 'interaction.created',
      subject: 'interaction',
      id,
      changes: Object.fromEntries(changes),
      when: ifChanged,
    }),
    lead: one(
      db
        .select({ id: leads.id, ownerId: leads.ownerId, hasRoom: sql<number>`${hasRoom}`.as('has_room') })
        .from(sql`(SELECT 1)`)
        .leftJoin(
          leads,
          and(
            eq(leads.id, leadId ?? ''),
            reach(actor, 'leads:read') ? visible(actor, 'leads:read', leads) : sql`false`,
          ),
        ),
    ),
    mail: notifyCustomer ? meetingMail(ctx, id) : [],
  })
  if (created) return created
  if (lead && !lead.hasRoom) throw mailLimitError(ctx)
  if (lead?.id && lead.ownerId !== actor.id && reach(actor, 'interactions:write') === 'own') {
    throw notYoursError()
  }
  throw new AppError('not_found')
}

function parentCustomer({ actor }: Ctx, id: string) {
  const where = and(eq(customers.id, id), visible(actor, 'interactions:write', customers))
  const values = { customerId: id, ownerId: sql`${customers.ownerId}` }
  const email = sql`(SELECT ${customers.email} FROM ${customers} WHERE ${where})`
  return { values, email, tail: sql`FROM ${customers} WHERE ${where}` }
}

// The timeline of a converted lead belongs to its customer: the actor must reach the customer as well. A lead that is only
// linked to a customer out of the actor's reach has a timeline of its own until it is converted.
function parentLead({ actor }: Ctx, id: string) {
  const fromCustomer = sql`FROM ${customers} WHERE ${customers.id} = ${leads.customerId}`
  const isCustomerInReach = sql`EXISTS (SELECT 1 ${fromCustomer} AND ${visible(actor, 'interactions:write', customers)})`
  const where = and(
    eq(leads.id, id),
    visible(actor, 'interactions:write', leads),
    sql`(${leads.convertedAt} IS NULL OR ${leads.customerId} IS NULL OR ${isCustomerInReach})`,
  )
  const ownerId = sql`CASE WHEN ${isCustomerInReach} THEN (SELECT ${customers.ownerId} ${fromCustomer})
    ELSE ${leads.ownerId} END`
  return {
    values: { leadId: id, customerId: sql`iif(${isCustomerInReach}, ${leads.customerId}, NULL)`, ownerId },
    email: sql`(SELECT ${customers.email} FROM ${customers} JOIN ${leads} ON ${leads.customerId} = ${customers.id}
      WHERE ${leads.id} = ${id})`,
    tail: sql`FROM ${leads} WHERE ${where}`,
  }
}

/** Whether the customer of a meeting is told of the change, within the limits of mail. */
type Notifying = { notifyCustomer?: boolean }
type Reading = Narrowing & { permission?: 'interactions:read' | 'interactions:write' }

/** An interaction in reach of a permission. Throws `not_found`. */
export async function getInteraction(
  ctx: Ctx,
  id: string,
  { permission = 'interactions:read', isNote, include }: Reading & { include?: readonly string[] } = {},
): Promise<InteractionRow> {
  const [found] = await ctx.db
    .select({ row: interactionColumns, included: includedColumns(ctx, INTERACTION_INCLUDES, include) })
    .from(interactions)
    .where(and(eq(interactions.id, id), kindOf({ isNote }).isInReach(ctx.actor, permission)))
  if (!found) throw new AppError('not_found')
  return { ...found.row, ...found.included }
}

/**
 * Changes an interaction. A new follow-up opens an interaction that was done. Throws `forbidden` for a comment on a
 * ticket by another person.
 */
export function updateInteraction(
  ctx: Ctx,
  id: string,
  fields: Fields,
  ifVersion?: number,
  { notifyCustomer = false, ...narrowing }: Narrowing & Notifying = {},
): Promise<InteractionRow> {
  const patch = withInstants(ctx, fields)
  return changeRecord(ctx, kindOf(narrowing), id, {
    verb: 'updated',
    permission: 'interactions:write',
    set: patch.followUpAt ? { ...patch, doneAt: null } : patch,
    derived: derivedValues(INTERACTION_FIELDS, patch, ctx.actor.country),
    ifVersion,
    require: { author: ownComment(ctx, patch.body) },
    followedBy: notifyCustomer ? meetingMovedMail(ctx, id) : [],
  })
}

// Notes belong to the team of the record. A comment on a ticket is said to another side, in its author's name.
function ownComment(ctx: Ctx, body: string | undefined): Requirement<InteractionRow> {
  const { holds, ...rest } = ownWords<InteractionRow>(ctx, interactions.createdBy, interactions.body, body)
  return { holds: sql`(${interactions.ticketId} IS NULL OR ${holds})`, ...rest }
}

/** What comes after an interaction that is done: a follow-up of the same record; without a text, with that of the interaction. */
type NextStep = { followUpAt: string; body?: string }

/**
 * Marks an interaction as done and, in the same step, plans what is next. Returns one that is done already as it is, and
 * plans nothing then.
 */
export function completeInteraction(
  ctx: Ctx,
  id: string,
  { ifVersion, next }: { ifVersion?: number; next?: NextStep } = {},
): Promise<InteractionRow> {
  return changeRecord(ctx, INTERACTION, id, {
    verb: 'done',
    permission: 'interactions:write',
    set: { doneAt: ctx.now },
    changesAnything: isNull(interactions.doneAt),
    ifVersion,
    followedBy: next ? nextStatements(ctx, id, withInstants(ctx, next)) : [],
  })
}

const finished = alias(interactions, 'finished')

// They follow the change in its batch, and do nothing where it did not happen.
function nextStatements(ctx: Ctx, id: string, { followUpAt, body }: NextStep) {
  const { db, actor, now } = ctx
  const nextId = ctx.newId()
  const row = {
    id: nextId,
    workspaceId: actor.workspaceId,
    type: 'FOLLOW_UP' as const,
    body: body ?? sql`${finished.body}`,
    customerId: sql`${finished.customerId}`,
    leadId: sql`${finished.leadId}`,
    ownerId: sql`${finished.ownerId}`,
    occurredAt: now,
    followUpAt,
    createdBy: authorOf(actor),
    createdAt: now,
    updatedAt: now,
  }
  const changes = { type: [null, 'FOLLOW_UP'], followUpAt: [null, followUpAt] } satisfies Record<
    string,
    [unknown, unknown]
  >
  return [
    insertFrom(
      db,
      interactions,
      row,
      sql`FROM ${interactions} AS ${finished} WHERE ${finished.id} = ${id} AND ${ifChanged}`,
    ),
    eventInsert(ctx, { verb: 'interaction.created', subject: 'interaction', id: nextId, changes, when: ifChanged }),
  ]
}

/** Deletes an interaction permanently. The event keeps its fields, except the text, and so says whose words were removed. */
export function deleteInteraction(
  ctx: Ctx,
  id: string,
  ifVersion?: number,
  { notifyCustomer = false, ...narrowing }: Narrowing & Notifying = {},
): Promise<void> {
  const kept = ['type', 'customerId', 'leadId', 'ticketId', 'createdBy', 'occurredAt', 'followUpAt']
  const deletion = { verb: 'deleted', permission: 'interactions:write', kept, ifVersion } as const
  const followedBy = notifyCustomer ? meetingDeletedMail(ctx) : []
  return deleteRecord(ctx, kindOf(narrowing), id, { ...deletion, followedBy })
}
