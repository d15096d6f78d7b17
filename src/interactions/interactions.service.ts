// Interactions: logging, reading, changing, completing, deleting. Lists and timelines have files of their own beside.

import { and, eq, getTableColumns, isNotNull, not, type SQL, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { reach } from '../access/policy'
import { visible, visibleInteractions } from '../access/visible'
import { customers, interactions, leads } from '../db/schema'
import { ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { difference, differs, record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { demandVersion } from '../http/etag'
import { hasRoomForMail, mailLimitError, outsiders } from '../mail/mail.audience'
import { mailMeeting } from './interactions.mail'

const { remindedFor, heldUntil, remindTo, remindAt, ...columns } = getTableColumns(interactions)
/** What is read of an interaction: every column but those that only reminders read. */
export const interactionColumns = columns
export type InteractionRow = Omit<
  typeof interactions.$inferSelect,
  'remindedFor' | 'heldUntil' | 'remindTo' | 'remindAt'
>
type Fields = Partial<Pick<InteractionRow, 'type' | 'body' | 'occurredAt' | 'followUpAt'>>
type NewInteraction = Fields &
  Pick<InteractionRow, 'type' | 'body'> & {
    customerId?: string | undefined
    leadId?: string | undefined
    /** Whether to mail a meeting to the customer; `within limits` logs it without where the day has no room for the mail. */
    notifyCustomer?: boolean | 'within limits' | undefined
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
  const [[created], , [state]] = await db.batch([
    insertFrom(db, interactions, { ...row, ...parent.values }, sql`${parent.tail} AND ${hasRoom}`).returning(
      interactionColumns,
    ),
    record(ctx, {
      verb: 'interaction.created',
      subject: 'interaction',
      id,
      changes: Object.fromEntries(changes),
      when: ifChanged,
    }),
    db
      .select({ leadId: leads.id, ownerId: leads.ownerId, hasRoom: sql<number>`${hasRoom}`.as('has_room') })
      .from(sql`(SELECT 1)`)
      .leftJoin(
        leads,
        and(eq(leads.id, leadId ?? ''), reach(actor, 'leads:read') ? visible(actor, 'leads:read', leads) : sql`false`),
      ),
    ...(notifyCustomer ? mailMeeting(ctx, id) : []),
  ])
  if (created) return created
  if (state && !state.hasRoom) throw mailLimitError(ctx)
  if (state?.leadId && state.ownerId !== actor.id && reach(actor, 'interactions:write') === 'own') throw notYours()
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
  return changeInteraction(ctx, id, { verb: 'interaction.updated', set, ifVersion })
}

/** Marks an interaction as done; one that is done already is given back as it is. */
export function completeInteraction(ctx: Ctx, id: string, ifVersion?: number): Promise<InteractionRow> {
  const unless = isNotNull(interactions.doneAt)
  return changeInteraction(ctx, id, { verb: 'interaction.done', set: { doneAt: ctx.now }, unless, ifVersion })
}

/** Deletes an interaction for good; the event keeps what it was, but for its text. */
export async function deleteInteraction(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const { db } = ctx
  const where = writable(ctx, id, ifVersion)
  const lost = { type: null, customerId: null, leadId: null, occurredAt: null, followUpAt: null }
  const [, [deleted], [present]] = await db.batch([
    record(ctx, {
      verb: 'interaction.deleted',
      subject: 'interaction',
      id,
      changes: difference(interactions, lost),
      from: sql`${interactions}`,
      when: where,
    }),
    db.delete(interactions).where(where).returning({ id: interactions.id }),
    unchanged(ctx, id),
  ])
  if (!deleted) inReach(ctx, present, ifVersion)
}

type Change = {
  verb: `interaction.${string}`
  set: Partial<InteractionRow>
  /** Where this holds already, the row is given back as it is. */
  unless?: SQL
  ifVersion?: number | undefined
}

// The event while the row is as it was, the change, the row as the caller sees it where nothing changed.
async function changeInteraction(ctx: Ctx, id: string, { verb, set, unless, ifVersion }: Change) {
  const { db, now } = ctx
  const where = and(writable(ctx, id, ifVersion), unless && not(unless), differs(interactions, set)) ?? sql`false`
  const [, [changed], [present]] = await db.batch([
    record(ctx, {
      verb,
      subject: 'interaction',
      id,
      changes: withoutText(difference(interactions, set)),
      from: sql`${interactions}`,
      when: where,
    }),
    db
      .update(interactions)
      .set({ ...set, updatedAt: now, version: sql`${interactions.version} + 1` })
      .where(where)
      .returning(),
    unchanged(ctx, id),
  ])
  return changed ?? inReach(ctx, present, ifVersion)
}

// The audit trail outlives the person: it says that a text changed, not what it was.
function withoutText(changes: SQL): SQL {
  return sql`json_replace(${changes}, '$.body', json('[null,null]'))`
}

function writable({ actor }: Ctx, id: string, ifVersion: number | undefined): SQL {
  const isDemanded = ifVersion === undefined ? undefined : eq(interactions.version, ifVersion)
  return and(eq(interactions.id, id), visibleInteractions(actor, 'interactions:write'), isDemanded) ?? sql`false`
}

function unchanged({ db, actor }: Ctx, id: string) {
  return db
    .select()
    .from(interactions)
    .where(and(ifUnchanged, eq(interactions.id, id), visibleInteractions(actor, 'interactions:read')))
}

/** The row that was not changed, if that was not for want of reach or of the right version. */
function inReach({ actor }: Ctx, present: InteractionRow | undefined, ifVersion: number | undefined): InteractionRow {
  if (!present) throw new AppError('not_found')
  const isPooled = present.ownerId === null && present.customerId === null
  if (isPooled && reach(actor, 'interactions:write') === 'own') throw notYours()
  demandVersion(present, ifVersion)
  return present
}

function notYours(): AppError {
  return new AppError('not_yours', { detail: 'Claim this lead before you write in its timeline.' })
}
