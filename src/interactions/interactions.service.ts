// Interactions: logging, reading, changing, completing, deleting. Lists and timelines have files of their own beside.
import { and, eq, isNull, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { reach } from '../access/policy'
import { visible, visibleInteractions } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, interactions, leads } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { hasRoomForMail, mailLimitError, outsiders } from '../mail/mail.audience'
import { changeRecord, deleteRecord } from '../records/change'
import type { FieldName } from '../records/fields'
import type { INTERACTION_FIELDS } from './interactions.fields'
import { mailMeeting } from './interactions.mail'
import { INTERACTION, type InteractionRow, interactionColumns, notYoursError } from './interactions.record'

type Fields = Partial<Pick<InteractionRow, FieldName<typeof INTERACTION_FIELDS, 'input'>>>
type NewInteraction = Fields &
  Pick<InteractionRow, FieldName<typeof INTERACTION_FIELDS, 'required'>> & {
    customerId?: string
    leadId?: string
    /** Whether to mail a meeting to the customer; `within limits` logs it without where the day has no room for the mail. */
    notifyCustomer?: boolean | 'within limits'
  }

/**
 * Logs an interaction of a customer, or of a lead, and then of the customer it was converted into. Throws `not_found`,
 * `not_yours` for a lead of the pool, or `mail_limit` where the customer is to be mailed and the day has no room for it.
 */
export async function createInteraction(ctx: Ctx, input: NewInteraction): Promise<InteractionRow> {
  const { db, actor, now } = ctx
  const { customerId, leadId, notifyCustomer = false, ...fields } = input
  const id = ctx.newId()
  const row = {
    occurredAt: now,
    ...fields,
    id,
    workspaceId: actor.workspaceId,
    createdBy: authorOf(actor),
    createdAt: now,
    updatedAt: now,
  }
  const parent = customerId === undefined ? ofLead(ctx, leadId ?? '') : ofCustomer(ctx, customerId)
  const isMailDue = notifyCustomer === true && row.type === 'MEETING'
  const where = { to: parent.email, workspaceId: actor.workspaceId }
  const hasRoom = isMailDue ? hasRoomForMail(ctx, outsiders(ctx), where) : sql`true`
  const { occurredAt, followUpAt } = fields
  const named = Object.entries({ type: row.type, customerId, leadId, occurredAt, followUpAt: followUpAt ?? undefined })
  const changes = named.flatMap(([field, value]) => (value === undefined ? [] : [[field, [null, value]]]))
  const { created, state } = await runBatch(db, {
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
    state: one(
      db
        .select({ leadId: leads.id, ownerId: leads.ownerId, hasRoom: sql<number>`${hasRoom}`.as('has_room') })
        .from(sql`(SELECT 1)`)
        .leftJoin(
          leads,
          and(
            eq(leads.id, leadId ?? ''),
            reach(actor, 'leads:read') ? visible(actor, 'leads:read', leads) : sql`false`,
          ),
        ),
    ),
    mail: notifyCustomer ? mailMeeting(ctx, id) : [],
  })
  if (created) return created
  if (state && !state.hasRoom) throw mailLimitError(ctx)
  if (state?.leadId && state.ownerId !== actor.id && reach(actor, 'interactions:write') === 'own') {
    throw notYoursError()
  }
  throw new AppError('not_found')
}

function ofCustomer({ actor }: Ctx, id: string) {
  const where = and(eq(customers.id, id), visible(actor, 'interactions:write', customers))
  const values = { customerId: id, ownerId: sql`${customers.ownerId}` }
  const email = sql`(SELECT ${customers.email} FROM ${customers} WHERE ${where})`
  return { values, email, tail: sql`FROM ${customers} WHERE ${where}` }
}

// A converted lead is its customer's: who may not write there may not write here.
function ofLead({ actor }: Ctx, id: string) {
  const itsCustomer = sql`FROM ${customers} WHERE customers.id = leads.customer_id`
  const reached = sql`EXISTS (SELECT 1 ${itsCustomer} AND ${visible(actor, 'interactions:write', customers)})`
  const where = and(
    eq(leads.id, id),
    visible(actor, 'interactions:write', leads),
    sql`(${leads.customerId} IS NULL OR ${reached})`,
  )
  const ownerId = sql`CASE WHEN leads.customer_id IS NULL THEN leads.owner_id
    ELSE (SELECT customers.owner_id ${itsCustomer}) END`
  return {
    values: { leadId: id, customerId: sql`${leads.customerId}`, ownerId },
    email: sql`(SELECT customers.email FROM customers JOIN leads ON leads.customer_id = customers.id WHERE leads.id = ${id})`,
    tail: sql`FROM ${leads} WHERE ${where}`,
  }
}

export async function getInteraction({ db, actor }: Ctx, id: string): Promise<InteractionRow> {
  const [interaction] = await db
    .select()
    .from(interactions)
    .where(and(eq(interactions.id, id), visibleInteractions(actor, 'interactions:read')))
  if (!interaction) throw new AppError('not_found')
  return interaction
}

/** Changes an interaction, if the patch does; a follow-up that is set anew opens a completed one again. */
export function updateInteraction(ctx: Ctx, id: string, patch: Fields, ifVersion?: number): Promise<InteractionRow> {
  const set = patch.followUpAt ? { ...patch, doneAt: null } : patch
  return changeRecord(ctx, INTERACTION, id, { verb: 'updated', permission: 'interactions:write', set, ifVersion })
}

/** Marks an interaction as done; one that is done already is given back as it is. */
export function completeInteraction(ctx: Ctx, id: string, ifVersion?: number): Promise<InteractionRow> {
  return changeRecord(ctx, INTERACTION, id, {
    verb: 'done',
    permission: 'interactions:write',
    set: { doneAt: ctx.now },
    changesAnything: isNull(interactions.doneAt),
    ifVersion,
  })
}

/** Deletes an interaction for good; the event keeps what it was, but for its text. */
export function deleteInteraction(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const kept = ['type', 'customerId', 'leadId', 'occurredAt', 'followUpAt']
  return deleteRecord(ctx, INTERACTION, id, { verb: 'deleted', permission: 'interactions:write', kept, ifVersion })
}
