// Claiming: one conditional UPDATE sets the owner of an unowned lead, so that of many callers exactly one succeeds.
import { type AnyColumn, and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { reach } from '../access/policy'
import { isTeamMember, visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { events, leads, users } from '../db/schema'
import { columnIn, forceIndex, ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert, hasChanges } from '../events/event-insert'
import { changeRecord, type Requirement } from '../records/change'

import { byCountryOf, countryCheck } from '../records/country'

import { versionStamp } from '../records/version'
import { assignmentMail, claimMail } from './leads.mail'
import { LEAD, type LeadRow, leadColumns } from './leads.record'
import { Lead } from './leads.schemas'
import { type LeadFields, leadPatch, updateLead } from './leads.service'

/** Claims a lead for the actor. Throws `not_found`, `already_yours` with the lead, or `already_claimed` with time and owner. */
export async function claimLead(ctx: Ctx, id: string): Promise<LeadRow> {
  const { db, actor } = ctx
  const here = and(eq(leads.id, id), eq(leads.workspaceId, actor.workspaceId), isNull(leads.deletedAt))
  const { lead } = await runBatch(db, {
    claimed: db
      .update(leads)
      .set(claimColumns(ctx))
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
        .select({
          ...leadColumns,
          hasClaimed: hasClaimed.as('has_claimed'),
          ownerName: otherOwnerName.as('owner_name'),
        })
        .from(leads)
        .where(here),
    ),
    mail: claimMail(ctx, id),
  })
  if (!lead) throw new AppError('not_found')
  if (lead.hasClaimed) return lead
  if (lead.ownerId === null) throw new AppError('forbidden')
  if (lead.ownerId === actor.id) throw new AppError('already_yours', { lead: Lead.parse(lead) })
  throw new AppError('already_claimed', {
    claimedAt: lead.claimedAt ?? undefined,
    claimedBy: { id: lead.ownerId, name: lead.ownerName ?? '' },
  })
}

/** The open leads of the pool, the oldest first: the order in which `claimNextLead` gives them. */
export function listPool({ db, actor }: Ctx, limit: number): Promise<LeadRow[]> {
  return db
    .select(leadColumns)
    .from(forceIndex('leads', leadColumns, 'leads_pool', isInPool(leads)))
    .where(visible(actor, 'leads:read', leads))
    .orderBy(leads.seq)
    .limit(limit)
}

/** Claims the oldest open lead of the pool; undefined if the pool is empty. Callers at the same time get different leads. */
export async function claimNextLead(ctx: Ctx): Promise<LeadRow | undefined> {
  const { db, actor } = ctx
  const pool = alias(leads, 'pool')
  const oldest = sql`(SELECT ${pool.seq} FROM ${leads} AS pool INDEXED BY leads_pool
    WHERE ${pool.workspaceId} = ${actor.workspaceId} AND ${isInPool(pool)} ORDER BY ${pool.seq} LIMIT 1)`
  const where = sql`${leads.seq} = ${oldest} AND ${isTeamMember(actor.id, actor.workspaceId)}`
  // The event comes first, while the subquery still names the lead that the UPDATE is about to take.
  const { claimed } = await runBatch(db, {
    event: eventInsert(ctx, {
      verb: 'lead.claimed',
      subject: 'lead',
      id: sql`${leads.id}`,
      changes: { ownerId: [null, actor.id] },
      from: sql`${leads}`,
      isOne: true,
      when: where,
    }),
    claimed: one(db.update(leads).set(claimColumns(ctx)).where(where).returning(leadColumns)),
    mail: claimMail(ctx, lastEvent(ctx, sql`${events.subjectId}`)),
  })
  return claimed
}

/** Puts a lead back into the pool. Returns a lead that is there already as it is. */
export function releaseLead(ctx: Ctx, id: string, ifVersion?: number): Promise<LeadRow> {
  const set = { ownerId: null, claimedAt: null }
  return changeRecord(ctx, LEAD, id, { verb: 'released', permission: 'leads:write', set, ifVersion })
}

/** Makes an active member of the team the owner; for the present owner, nothing changes. Throws `invalid_owner`. */
export function assignLead(ctx: Ctx, id: string, ownerId: string, ifVersion?: number): Promise<LeadRow> {
  return changeRecord(ctx, LEAD, id, {
    verb: 'assigned',
    permission: 'leads:assign',
    set: { ownerId, claimedAt: ctx.now },
    changesAnything: sql`${leads.ownerId} IS NOT ${ownerId}`,
    require: { owner: ownerRequirement(ctx, ownerId) },
    ifVersion,
    followedBy: assignmentMail(ctx, id, ownerId),
  })
}

/**
 * Changes fields and owner in one step. Without `leads:assign`, the owner can only stay the same or become null. Throws
 * `forbidden`, `invalid_owner`.
 */
export function updateLeadAndOwner(ctx: Ctx, id: string, patch: LeadAndOwner): Promise<LeadRow> {
  return byCountryOf(ctx, (read) => changeLeadAndOwner(read, id, patch))
}

type LeadAndOwner = LeadFields & { ownerId?: string | null }

function changeLeadAndOwner(ctx: Ctx, id: string, { ownerId, ...input }: LeadAndOwner): Promise<LeadRow> {
  const { actor, now } = ctx
  const canAssign = reach(actor, 'leads:assign') !== undefined
  if (ownerId === undefined || (ownerId === actor.id && !canAssign)) return updateLead(ctx, id, input)
  if (ownerId !== null && !canAssign) {
    throw new AppError('forbidden', { detail: 'Only a MANAGER or ADMIN gives a lead to another member.' })
  }
  const { patch, derived, require } = leadPatch(ctx, input)
  // When the mail is queued, the event is written; it has `ownerId` only if the owner changed.
  const isNewOwner = sql`${lastEvent(ctx, sql`${events.changes} ->> '$.ownerId'`)} IS NOT NULL`
  return changeRecord(ctx, LEAD, id, {
    verb: 'updated',
    permission: canAssign ? 'leads:assign' : 'leads:write',
    set: { ...patch, ownerId },
    derived: {
      ...derived,
      claimedAt: sql`CASE WHEN ${leads.ownerId} IS ${ownerId} THEN ${leads.claimedAt} WHEN ${ownerId} IS NULL THEN NULL ELSE ${now} END`,
    },
    changesAnything: hasChanges(leads, { ...patch, ownerId }),
    require: { ...require, owner: ownerRequirement(ctx, ownerId) },
    followedBy: [...assignmentMail(ctx, id, ownerId, isNewOwner), ...countryCheck(ctx.db, [input.phone], actor)],
  })
}

// What the event says that this batch has just written: the last one of the workspace.
function lastEvent({ actor }: Ctx, value: SQL): SQL {
  return sql`(SELECT ${value} FROM ${events} WHERE ${events.workspaceId} = ${actor.workspaceId}
    ORDER BY ${events.seq} DESC LIMIT 1)`
}

// A lead has no owner, or an active member of the team as its owner.
function ownerRequirement({ actor }: Ctx, ownerId: string | null): Requirement<LeadRow> {
  return {
    holds: ownerId === null ? sql`true` : isTeamMember(ownerId, actor.workspaceId),
    orElse: () => new AppError('invalid_owner'),
  }
}

// The pool without closed leads, in the words of the index `leads_pool`.
function isInPool({ ownerId, deletedAt, status }: Record<'ownerId' | 'deletedAt' | 'status', AnyColumn>): SQL {
  return sql`${ownerId} IS NULL AND ${deletedAt} IS NULL AND ${status} <> 'CLOSED'`
}

// `changes()` is 1 only if the event just before was written, and that is so only for the caller who succeeded.
const hasClaimed = sql<number>`changes()`
const otherOwnerName = sql<string | null>`CASE WHEN changes() = 0
  THEN (SELECT owner.name FROM ${users} AS owner WHERE owner.id = ${columnIn('leads', leads.ownerId)}) END`

function claimColumns({ actor, now }: Ctx) {
  return { ownerId: actor.id, claimedAt: now, claims: sql`${leads.claims} + 1`, ...versionStamp(leads, now) }
}
