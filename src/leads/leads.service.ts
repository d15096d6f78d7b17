// Leads: making, reading, changing, trashing, restoring. Claiming and converting have files of their own.
import { and, eq, sql } from 'drizzle-orm'
import { authorOf } from '../access/person'
import { reach } from '../access/policy'
import { isTeamMember, requirePermission, visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { leads } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert, hasChanges } from '../events/event-insert'

import { changeRecord, type Requirement, restoreRecord } from '../records/change'
import { byCountryOf, countryCheck } from '../records/country'
import {
  customFieldsTooBigError,
  doCustomFieldsFit,
  newCustomFields,
  patchedCustomFields,
} from '../records/custom-fields'
import { derivedValues, type FieldName } from '../records/fields'
import { includedColumns } from '../records/included'
import { withInstants } from '../records/instants'
import { firstStage, isStage, stageError, statusOfStage } from '../stages/stages'
import { LEAD_FIELDS } from './leads.fields'
import { assignmentMail } from './leads.mail'
import { progressOf } from './leads.progress'
import { LEAD, LEAD_INCLUDES, type LeadRow, leadColumns } from './leads.record'

type Insert = typeof leads.$inferInsert
export type LeadFields = Partial<Pick<Insert, FieldName<typeof LEAD_FIELDS, 'input'>>>

/**
 * Makes a lead. Throws `invalid_owner` if the owner is no active member of the team, and `forbidden` if the actor may not
 * give leads to other members.
 */
export function createLead(ctx: Ctx, input: NewLead): Promise<LeadRow> {
  return byCountryOf(ctx, (read) => insertLead(read, input))
}

type NewLead = LeadFields & { title: string; ownerId?: string | null }

async function insertLead(ctx: Ctx, input: NewLead): Promise<LeadRow> {
  const { db, actor, now } = ctx
  const canAssign = reach(actor, 'leads:assign') === 'all'
  const { ownerId = canAssign ? null : authorOf(actor), customFields, stageId, ...fields } = withInstants(ctx, input)
  if (ownerId !== null && ownerId !== actor.id) {
    requirePermission(actor, 'leads:assign', 'Only a MANAGER or ADMIN gives a lead to another member.')
  }
  const id = ctx.newId()
  const isOwnerValid = ownerId === null ? sql`true` : isTeamMember(ownerId, actor.workspaceId)
  const isStageValid = stageId ? isStage('lead', actor.workspaceId, stageId, fields.status) : sql`true`
  const row = {
    ...fields,
    ...derivedFields(fields, actor.country),
    ...newCustomFields(customFields),
    ...newStage(actor.workspaceId, fields.status, stageId),
    id,
    workspaceId: actor.workspaceId,
    ownerId,
    claimedAt: ownerId === null ? null : now,
    createdAt: now,
    updatedAt: now,
  }
  const { lead } = await runBatch(db, {
    lead: one(insertFrom(db, leads, row, sql`WHERE ${isOwnerValid} AND ${isStageValid}`).returning(leadColumns)),
    event: eventInsert(ctx, {
      verb: 'lead.created',
      subject: 'lead',
      id,
      changes: { ownerId: [null, ownerId] },
      when: ifChanged,
    }),
    mail: assignmentMail(ctx, id, ownerId),
    country: countryCheck(db, [fields.phone], actor),
  })
  if (!lead && stageId && !(await isKnownStage(ctx, stageId, fields.status))) throw stageError('lead', fields.status)
  if (!lead) throw new AppError('invalid_owner')
  return lead
}

/** What the customer that a lead may become is sorted and found by, for the fields that are there. */
export function derivedFields(fields: LeadFields, country: string | null) {
  return derivedValues(LEAD_FIELDS, fields, country)
}

/** A lead in reach of the permission. With `leads:write`, SALES do not reach the pool. Throws `not_found`. */
export async function getLead(
  ctx: Ctx,
  id: string,
  permission: 'leads:read' | 'leads:write' = 'leads:read',
  include?: readonly string[],
): Promise<LeadRow> {
  const [found] = await ctx.db
    .select({ row: leadColumns, included: includedColumns(ctx, LEAD_INCLUDES, include) })
    .from(leads)
    .where(and(eq(leads.id, id), visible(ctx.actor, permission, leads)))
  if (!found) throw new AppError('not_found')
  return { ...found.row, ...found.included }
}

/** Changes the fields of a lead; custom fields are merged key by key. Throws `not_found`, `not_yours`, `stale`, `invalid`. */
export function updateLead(ctx: Ctx, id: string, fields: LeadFields, ifVersion?: number): Promise<LeadRow> {
  return byCountryOf(ctx, (read) => changeLead(read, id, fields, ifVersion))
}

function changeLead(ctx: Ctx, id: string, fields: LeadFields, ifVersion?: number): Promise<LeadRow> {
  const { patch, derived, changesAnything, require } = leadPatch(ctx, fields)
  return changeRecord(ctx, LEAD, id, {
    verb: 'updated',
    permission: 'leads:write',
    set: patch,
    derived,
    changesAnything,
    require,
    ifVersion,
    followedBy: countryCheck(ctx.db, [patch.phone], ctx.actor),
  })
}

/** What a patch of fields makes of a lead: the columns that its event tells of, those that follow, and what must hold. */
export function leadPatch(ctx: Ctx, fields: LeadFields) {
  const { customFields, stageId, ...others } = withInstants(ctx, fields)
  const { foldedFields, ...custom } = patchedCustomFields(leads, customFields)
  const { workspaceId } = ctx.actor
  const status = stageId ? statusOfStage('lead', workspaceId, stageId) : others.status
  const patch = { ...others, ...custom, ...(stageId && { stageId, status }) }
  const derived = {
    ...derivedFields(others, ctx.actor.country),
    ...(foldedFields === undefined ? {} : { foldedFields }),
  }
  const fit: Requirement<LeadRow> = {
    holds: doCustomFieldsFit(leads, customFields),
    orElse: () => customFieldsTooBigError(),
  }
  return {
    patch,
    derived: { ...derived, ...without(progressOf(status, ctx.now), patch) },
    changesAnything: hasChanges(leads, { ...patch, ...derived }),
    require: { customFields: fit, ...(stageId && { stage: stageRequirement(workspaceId, stageId, others.status) }) },
  }
}

// What follows from a status, without what the patch says itself.
function without(derived: ReturnType<typeof progressOf>, patch: Record<string, unknown>) {
  return Object.fromEntries(Object.entries(derived).filter(([name]) => patch[name] === undefined))
}

function stageRequirement(workspaceId: string, stageId: string, status?: string): Requirement<LeadRow> {
  return { holds: isStage('lead', workspaceId, stageId, status), orElse: () => stageError('lead', status) }
}

// The stage of a new lead, and its status; without a stage, the first of its status.
function newStage(workspaceId: string, status: string | undefined, stageId: string | null | undefined) {
  if (!stageId) return { stageId: firstStage('lead', workspaceId, status ?? 'NEW') }
  return { stageId, status: statusOfStage('lead', workspaceId, stageId) }
}

async function isKnownStage({ db, actor }: Ctx, stageId: string, status?: string): Promise<boolean> {
  const [found] = await db
    .select({ isStage: sql<number>`${isStage('lead', actor.workspaceId, stageId, status)}`.as('is_stage') })
    .from(sql`(SELECT 1)`)
  return Boolean(found?.isStage)
}

/** Puts a lead into the trash. It can be restored for 30 days. */
export async function trashLead(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  const set = { deletedAt: ctx.now }
  await changeRecord(ctx, LEAD, id, { verb: 'trashed', permission: 'leads:write', set, ifVersion })
}

/** Takes a lead out of the trash. Returns a lead that is not there as it is. Throws `not_found` after 30 days. */
export function restoreLead(ctx: Ctx, id: string): Promise<LeadRow> {
  return restoreRecord(ctx, LEAD, id, { permission: 'leads:write' })
}
