// Leads: making, reading, changing, trashing. Claiming and converting have files of their own beside this one.
import { and, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { type Permission, reach } from '../access/policy'
import { demandPermission, isTeamMember, reachable, visible } from '../access/visible'
import { e164Of } from '../customers/phone'
import { fold } from '../db/fold'
import { leads } from '../db/schema'
import { ifChanged, ifUnchanged, insertFrom } from '../db/sql'
import { isRestorable } from '../db/trash'
import { AppError } from '../errors'
import { difference, differs, record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { demandVersion } from '../http/etag'
import type { FieldName } from '../records/fields'
import type { LEAD_FIELDS } from './leads.fields'
import { mailAssignment } from './leads.mail'

const {
  searchText,
  searchSource,
  searchScope,
  sortName,
  phoneE164,
  importKey,
  remindedFor,
  heldUntil,
  remindAt,
  ...columns
} = getTableColumns(leads)
/** What is read of a lead: every column but those that only indexes, imports and reminders read. */
export const leadColumns = columns
type Unread = 'searchText' | 'searchSource' | 'searchScope' | 'sortName' | 'phoneE164' | 'importKey'
type Reminded = 'remindedFor' | 'heldUntil' | 'remindAt'
export type LeadRow = Omit<typeof leads.$inferSelect, Unread | Reminded>

type Insert = typeof leads.$inferInsert
export type LeadFields = Partial<Pick<Insert, FieldName<typeof LEAD_FIELDS, 'input'>>>

/** Makes a lead; its owner must be an active member, and who only reaches the own leads gives them to nobody else. */
export async function createLead(
  ctx: Ctx,
  input: LeadFields & { title: string; ownerId?: string | null },
): Promise<LeadRow> {
  const { db, actor, now } = ctx
  const mayAssign = reach(actor, 'leads:assign') === 'all'
  const { ownerId = mayAssign ? null : authorOf(actor), ...fields } = input
  if (ownerId !== null && ownerId !== actor.id) {
    demandPermission(actor, 'leads:assign', 'Only a MANAGER gives a lead to somebody else.')
  }
  const id = ctx.newId()
  const times = { claimedAt: ownerId === null ? null : now, createdAt: now, updatedAt: now }
  const ownerStands = ownerId === null ? sql`true` : isTeamMember(ownerId, actor.workspaceId)
  const row = { ...fields, ...derived(fields, actor.country), ...times, id, workspaceId: actor.workspaceId, ownerId }
  const [[created]] = await db.batch([
    insertFrom(db, leads, row, sql`WHERE ${ownerStands}`).returning(leadColumns),
    record(ctx, { verb: 'lead.created', subject: 'lead', id, changes: { ownerId: [null, ownerId] }, when: ifChanged }),
    ...mailAssignment(ctx, id, ownerId),
  ])
  if (!created) throw new AppError('invalid_owner')
  return created
}

/** What the customer that a lead may become is sorted and found by, for the fields that are there. */
export function derived({ name, phone }: LeadFields, country: string | null) {
  return {
    ...(name === undefined ? {} : { sortName: name === null ? null : fold(name) }),
    ...(phone === undefined ? {} : { phoneE164: phone === null ? null : e164Of(phone, country) }),
  }
}

/** A lead that the actor may see; with `leads:write`, one that the actor may change, so none of the pool for SALES. */
export async function getLead(
  { db, actor }: Ctx,
  id: string,
  permission: 'leads:read' | 'leads:write' = 'leads:read',
): Promise<LeadRow> {
  const [lead] = await db
    .select(leadColumns)
    .from(leads)
    .where(and(eq(leads.id, id), visible(actor, permission, leads)))
  if (!lead) throw new AppError('not_found')
  return lead
}

export function updateLead(ctx: Ctx, id: string, patch: LeadFields, ifVersion?: number): Promise<LeadRow> {
  const also = derived(patch, ctx.actor.country)
  const isNews = differs(leads, { ...patch, ...also })
  return changeLead(ctx, id, { verb: 'lead.updated', permission: 'leads:write', set: patch, also, isNews, ifVersion })
}

/** Puts a lead into the trash, from where it can be restored for 30 days. */
export async function trashLead(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  await changeLead(ctx, id, { verb: 'lead.trashed', permission: 'leads:write', set: { deletedAt: ctx.now }, ifVersion })
}

/** Takes a lead out of the trash; one that is not there is given back as it is. Throws `not_found` after 30 days. */
export async function restoreLead(ctx: Ctx, id: string): Promise<LeadRow> {
  const { db, actor, now } = ctx
  const where = and(eq(leads.id, id), reachable(actor, 'leads:write', leads))
  const [[restored], , [present]] = await db.batch([
    db
      .update(leads)
      .set({ deletedAt: null, updatedAt: now, version: sql`${leads.version} + 1` })
      .where(and(where, isNotNull(leads.deletedAt), isRestorable(leads.deletedAt, now)))
      .returning(leadColumns),
    record(ctx, { verb: 'lead.restored', subject: 'lead', id, when: ifChanged }),
    db
      .select(leadColumns)
      .from(leads)
      .where(and(where, isNull(leads.deletedAt))),
  ])
  const lead = restored ?? present
  if (!lead) throw new AppError('not_found')
  return lead
}

type Change = {
  verb: `lead.${string}`
  permission: Permission
  set: Partial<LeadRow>
  /** Whether the new owner can be one; else it is an `invalid_owner`. */
  ownerStands?: SQL
  /** Whether the lead becomes another by it, where `set` does not say so; if not, it is given back as it is. */
  isNews?: SQL
  /** Columns that follow from these, and are no event. */
  also?: Partial<{ [K in keyof Insert]: Insert[K] | SQL }>
  ifVersion?: number | undefined
  /** What is to be mailed if it happens. */
  mail?: ReturnType<typeof mailAssignment>
}

/**
 * Changes a lead in one batch: the event while the row is as it was, the change, the row as the caller sees it.
 * Throws `not_found`, `stale`, `invalid_owner`, or `not_yours` where the caller sees a lead of the pool but may not
 * change it. What changes nothing leaves the lead, its version and the trail as they are.
 */
export async function changeLead(
  ctx: Ctx,
  id: string,
  { verb, permission, set, also, ownerStands = sql`true`, isNews = differs(leads, set), ifVersion, mail = [] }: Change,
): Promise<LeadRow> {
  const { db, actor, now } = ctx
  const isDemanded = ifVersion === undefined ? undefined : eq(leads.version, ifVersion)
  const where = and(eq(leads.id, id), visible(actor, permission, leads), isDemanded, ownerStands, isNews) ?? sql`false`
  const [, [changed], [present]] = await db.batch([
    record(ctx, { verb, subject: 'lead', id, changes: difference(leads, set), from: sql`${leads}`, when: where }),
    db
      .update(leads)
      .set({ ...set, ...also, updatedAt: now, version: sql`${leads.version} + 1` })
      .where(where)
      .returning(leadColumns),
    db
      .select({ ...leadColumns, ownerStands: sql<number>`${ownerStands}`.as('owner_stands') })
      .from(leads)
      .where(and(eq(leads.id, id), visible(actor, 'leads:read', leads), ifUnchanged)),
    ...mail,
  ])
  if (changed) return changed
  if (!present) throw new AppError('not_found')
  const isInReach = reach(actor, permission) === 'all' || present.ownerId === actor.id
  if (!isInReach) throw new AppError('not_yours', { detail: 'Claim this lead before you change it.' })
  demandVersion(present, ifVersion)
  if (!present.ownerStands) throw new AppError('invalid_owner')
  return present
}
