// Claiming: an unowned lead becomes somebody's by one conditional UPDATE, so that any number at once has one winner.
import { and, eq, isNull, sql } from 'drizzle-orm'
import { reach } from '../access/policy'
import { isTeamMember, visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { leads, users } from '../db/schema'
import { forceIndex, ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert, hasChanges } from '../events/event-insert'
import { changeRecord, type Requirement } from '../records/change'
import { versionStamp } from '../records/version'
import { mailAssignment, mailClaim } from './leads.mail'
import { LEAD, type LeadRow, leadColumns } from './leads.record'
import { derivedFields, type LeadFields, updateLead } from './leads.service'

/** Claims a lead for the actor. Throws `not_found`, or `already_claimed` with when and by whom. */
export async function claimLead(ctx: Ctx, id: string): Promise<LeadRow> {
  const { db, actor } = ctx
  const here = and(eq(leads.id, id), eq(leads.workspaceId, actor.workspaceId), isNull(leads.deletedAt))
  const { lead } = await runBatch(db, {
    claimed: db
      .update(leads)
      .set(claimedBy(ctx))
      .where(and(here, isNull(leads.ownerId), isTeamMember(actor.id, actor.workspaceId))),
    event: eventInsert(ctx, {
      verb: 'lead.claimed',
      subject: 'lead',
      id,
      changes: { ownerId: [null, actor.id] },
      when: ifChanged,
    }),
    lead: one(
      db
        .select({ ...leadColumns, isWon: isWon.as('is_won'), owner: ownerUnlessWon.as('owner') })
        .from(leads)
        .where(here),
    ),
    mail: mailClaim(ctx, id),
  })
  if (!lead) throw new AppError('not_found')
  if (lead.isWon) return lead
  if (lead.ownerId === null) throw new AppError('forbidden')
  throw new AppError('already_claimed', {
    claimedAt: lead.claimedAt ?? undefined,
    claimedBy: { id: lead.ownerId, name: lead.owner ?? '' },
  })
}

/** The open leads of the pool, the oldest first: those that `claimNextLead` would give, one after the other. */
export function openPool({ db, actor }: Ctx, limit: number): Promise<LeadRow[]> {
  const isOpen = sql`owner_id IS NULL AND deleted_at IS NULL AND status <> 'CLOSED'`
  return db
    .select(leadColumns)
    .from(forceIndex('leads', leadColumns, 'leads_pool', isOpen))
    .where(visible(actor, 'leads:read', leads))
    .orderBy(leads.seq)
    .limit(limit)
}

/** Claims the oldest open lead of the pool; undefined when the pool is empty. Callers at once get different leads. */
export async function claimNextLead(ctx: Ctx): Promise<LeadRow | undefined> {
  const { db, actor } = ctx
  const oldest = sql`(SELECT pool.seq FROM leads AS pool INDEXED BY leads_pool WHERE pool.workspace_id = ${actor.workspaceId}
    AND pool.owner_id IS NULL AND pool.deleted_at IS NULL AND pool.status <> 'CLOSED' ORDER BY pool.seq LIMIT 1)`
  const where = sql`${leads.seq} = ${oldest} AND ${isTeamMember(actor.id, actor.workspaceId)}`
  // The event comes first, while the subquery still names the lead that the UPDATE is about to take.
  const { claimed } = await runBatch(db, {
    event: eventInsert(ctx, {
      verb: 'lead.claimed',
      subject: 'lead',
      id: sql`${leads.id}`,
      changes: { ownerId: [null, actor.id] },
      from: sql`${leads}`,
      when: where,
    }),
    claimed: one(db.update(leads).set(claimedBy(ctx)).where(where).returning(leadColumns)),
    mail: mailClaim(ctx, sql`(SELECT last.subject_id FROM events AS last ORDER BY last.seq DESC LIMIT 1)`),
  })
  return claimed
}

/** Gives a lead back to the pool; one that is there already is given back as it is. */
export function releaseLead(ctx: Ctx, id: string, ifVersion?: number): Promise<LeadRow> {
  const set = { ownerId: null, claimedAt: null }
  return changeRecord(ctx, LEAD, id, { verb: 'released', permission: 'leads:write', set, ifVersion })
}

/** Gives a lead to an active member of the team; its present owner keeps it as it is. Throws `invalid_owner`. */
export function assignLead(ctx: Ctx, id: string, ownerId: string, ifVersion?: number): Promise<LeadRow> {
  return changeRecord(ctx, LEAD, id, {
    verb: 'assigned',
    permission: 'leads:assign',
    set: { ownerId, claimedAt: ctx.now },
    changesAnything: sql`${leads.ownerId} IS NOT ${ownerId}`,
    require: { owner: mayOwn(ctx, ownerId) },
    ifVersion,
    followedBy: mailAssignment(ctx, id, ownerId),
  })
}

/**
 * Changes fields and owner in one step. Without `leads:assign` the owner may only stay, or give the lead back. Throws
 * `forbidden`, `invalid_owner`.
 */
export function rewriteLead(
  ctx: Ctx,
  id: string,
  { ownerId, ...fields }: LeadFields & { ownerId?: string | null },
): Promise<LeadRow> {
  const { actor, now } = ctx
  const mayAssign = reach(actor, 'leads:assign') !== undefined
  if (ownerId === undefined || (ownerId === actor.id && !mayAssign)) return updateLead(ctx, id, fields)
  if (ownerId !== null && !mayAssign) {
    throw new AppError('forbidden', { detail: 'Only a MANAGER gives a lead to somebody else.' })
  }
  const derived = derivedFields(fields, actor.country)
  // The event is there by the time of the mail, and names the owner only if that is another one.
  const isNewOwner = sql`(SELECT last.changes ->> '$.ownerId' FROM events AS last ORDER BY last.seq DESC LIMIT 1) IS NOT NULL`
  return changeRecord(ctx, LEAD, id, {
    verb: 'updated',
    permission: mayAssign ? 'leads:assign' : 'leads:write',
    set: { ...fields, ownerId },
    derived: {
      ...derived,
      claimedAt: sql`CASE WHEN ${leads.ownerId} IS ${ownerId} THEN ${leads.claimedAt} WHEN ${ownerId} IS NULL THEN NULL ELSE ${now} END`,
    },
    changesAnything: hasChanges(leads, { ...fields, ...derived, ownerId }),
    require: { owner: mayOwn(ctx, ownerId) },
    followedBy: mailAssignment(ctx, id, ownerId, isNewOwner),
  })
}

/** Nobody, or an active member of the team, can own a lead. */
function mayOwn({ actor }: Ctx, ownerId: string | null): Requirement<LeadRow> {
  return {
    holds: ownerId === null ? sql`true` : isTeamMember(ownerId, actor.workspaceId),
    orElse: () => new AppError('invalid_owner'),
  }
}

// `changes()` is 1 only if the event just before was written, and that is so only for the winner.
const isWon = sql<number>`changes()`
const ownerUnlessWon = sql<string | null>`CASE WHEN changes() = 0
  THEN (SELECT users.name FROM ${users} WHERE users.id = leads.owner_id) END`

function claimedBy({ actor, now }: Ctx) {
  return { ownerId: actor.id, claimedAt: now, ...versionStamp(leads, now) }
}
