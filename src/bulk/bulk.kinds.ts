// What a bulk change makes of a lead, a customer or a ticket: the columns, the rules that a single change has, and its weight.
import { getTableName, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Actor, Permission } from '../access/policy'
import { isTeamMember, reachable, ticketParts } from '../access/visible'
import type { Ctx } from '../context'
import { CUSTOMER_LIST } from '../customers/customers.list'
import { customers, interactions, leads, tickets } from '../db/schema'
import type { LEAD_STATUSES } from '../db/schema/leads'
import type { PRIORITIES } from '../db/schema/tickets'
import { columnIn } from '../db/sql'
import type { ErrorCode } from '../errors'
import type { FilterTree } from '../filters/filters.tree'
import { LEAD_LIST } from '../leads/leads.list'
import { progressOf } from '../leads/leads.progress'
import { doCustomFieldsFit, patchedCustomFields } from '../records/custom-fields'
import { listIds } from '../records/list'
import { isStage, stageAfter, statusOfStage } from '../stages/stages'
import { TAGGED, type Tagged } from '../tags/tagged'
import { TICKET_LIST } from '../tickets/tickets.list'
import { canBecome, canBecomeStatus, resolvedAt, resolvedAtOf } from '../tickets/tickets.status'

export type BulkChange = {
  ownerId?: string | null
  assigneeId?: string | null
  status?: string
  stageId?: string
  priority?: (typeof PRIORITIES)[number]
  customFields?: Record<string, unknown>
  trashed?: true
  tags?: { add: string[]; remove: string[] }
}
export type BulkTable = SQLiteTable &
  Record<'id' | 'workspaceId' | 'version' | 'updatedAt' | 'deletedAt' | 'customFields' | 'foldedFields', SQLiteColumn>

type Asked = { filter?: FilterTree; filterAt: string; limit: number }
type ChangeCtx = { actor: Actor; now: string }
/** What a change sets, as for a single record. */
export type Plan = {
  /** The verb of its event, without the subject. */
  verb: string
  permission: Permission
  /** The fields of which the event tells, and the columns that follow from them. */
  set: Record<string, unknown>
  derived: Record<string, unknown>
  /** What must hold of a record, and the error for which it is refused otherwise. */
  require: [code: ErrorCode, holds: SQL][]
}

/** A kind of record that can be changed in bulk. */
export type BulkKind = {
  name: 'lead' | 'customer' | 'ticket'
  table: BulkTable
  tagged: Tagged
  /** The column for the owner that a change gives. */
  owner: SQLiteColumn
  /** What a filter finds, as `listIds` gives it. */
  find: (ctx: Ctx, asked: Asked, reach: number) => { rows: SQL; isCut: SQL }
  reads: Permission
  writes: Permission
  assigns: Permission
  /** Records in reach, those in the trash too. */
  isInReach: (actor: Actor, permission: Permission) => SQL | undefined
  /** The error for a record that the actor sees, but may not change. */
  notYours: ErrorCode
  plan: (ctx: ChangeCtx, change: BulkChange) => Plan
  /** The columns that a change may set, for undoing it. */
  told: readonly string[]
  derived: readonly string[]
  /** How many records a piece takes at most, and SQL: how many rows a change of one writes at most. */
  most: number
  weight: (change: Weighed) => SQL
}
/** What a change does, for its weight. */
export type Weighed = { isOwner: boolean; isTrash: boolean; tags: number }

/** SQL: how many rows of a kind hang on a record, up to `most`. */
const upTo = (most: number, rows: SQL) => sql`(SELECT count(*) FROM (SELECT 1 FROM ${rows} LIMIT ${most}))`

const tagRows = ({ links, of, table }: Tagged) =>
  upTo(50, sql`${links} AS had WHERE ${columnIn('had', of)} = ${columnIn(getTableName(table), table.id)}`)

/** The parts that all kinds have. */
function commonPlan(table: BulkTable, { customFields, trashed }: BulkChange, { now }: ChangeCtx) {
  const { foldedFields, ...custom } = patchedCustomFields(table, customFields)
  return {
    set: { ...custom, ...(trashed && { deletedAt: now }) },
    derived: foldedFields === undefined ? {} : { foldedFields },
    require: [['invalid', doCustomFieldsFit(table, customFields)]] as Plan['require'],
  }
}

function verbOf({ trashed, ownerId, assigneeId, tags, ...fields }: BulkChange, released: string): string {
  if (trashed) return 'trashed'
  const owner = ownerId === undefined ? assigneeId : ownerId
  if (owner === undefined || Object.values(fields).some((value) => value !== undefined)) return 'updated'
  return owner === null ? released : 'assigned'
}

const teamRule = (id: string | null | undefined, { actor }: ChangeCtx): Plan['require'] =>
  id ? [['invalid_owner', isTeamMember(id, actor.workspaceId)]] : []

const stageRule = (
  entity: 'lead' | 'ticket',
  { stageId, status }: BulkChange,
  { actor }: ChangeCtx,
): Plan['require'] => (stageId ? [['invalid', isStage(entity, actor.workspaceId, stageId, status)]] : [])

export const LEADS: BulkKind = {
  name: 'lead',
  table: leads,
  tagged: TAGGED.leads,
  owner: leads.ownerId,
  find: (ctx, asked, reach) => listIds(ctx, LEAD_LIST, asked, reach),
  reads: 'leads:read',
  writes: 'leads:write',
  assigns: 'leads:assign',
  isInReach: (actor, permission) => reachable(actor, permission, leads),
  notYours: 'not_yours',
  plan(ctx, change) {
    const { ownerId, stageId } = change
    const { workspaceId } = ctx.actor
    const given = change.status as (typeof LEAD_STATUSES)[number] | undefined
    const status = stageId ? statusOfStage('lead', workspaceId, stageId) : given
    const { set, derived, require } = commonPlan(leads, change, ctx)
    // A status brings its first stage, unless the change names one.
    const { stageId: firstStage, ...progress } = progressOf(status, ctx.now) as Record<string, unknown>
    return {
      verb: verbOf(change, 'released'),
      permission: ownerId ? 'leads:assign' : 'leads:write',
      set: {
        ...(ownerId !== undefined && { ownerId }),
        ...(status && { status }),
        ...(stageId && { stageId }),
        ...set,
      },
      derived: {
        ...derived,
        ...(ownerId !== undefined && { claimedAt: claimedAt(sql`${ownerId}`, ctx.now) }),
        ...progress,
        ...(firstStage && !stageId ? { stageId: firstStage } : {}),
      },
      require: [...teamRule(ownerId, ctx), ...stageRule('lead', change, ctx), ...require],
    }
  },
  told: ['ownerId', 'status', 'stageId', 'customFields', 'deletedAt'],
  derived: ['claimedAt', 'stageSince', 'contactedAt', 'foldedFields', 'lostReason'],
  most: 150,
  weight: ({ isOwner, isTrash, tags }) => sql`(40 + ${14 * tags}
    + ${isOwner || isTrash ? 8 : 0} * ${tagRows(TAGGED.leads)}
    + ${isOwner ? 8 : 0} * ${upTo(100, sql`${interactions} AS said WHERE ${columnIn('said', interactions.leadId)} = ${leads.id}`)})`,
}

/** SQL: since when a lead has the owner that a change gives it. */
export const claimedAt = (ownerId: SQL, now: string) =>
  sql`CASE WHEN ${leads.ownerId} IS ${ownerId} THEN ${leads.claimedAt} WHEN ${ownerId} IS NULL THEN NULL ELSE ${now} END`

export const CUSTOMERS: BulkKind = {
  name: 'customer',
  table: customers,
  tagged: TAGGED.customers,
  owner: customers.ownerId,
  find: (ctx, asked, reach) => listIds(ctx, CUSTOMER_LIST, asked, reach),
  reads: 'customers:read',
  writes: 'customers:write',
  assigns: 'customers:write',
  isInReach: (actor, permission) => reachable(actor, permission, customers),
  notYours: 'not_found',
  plan(ctx, change) {
    const { ownerId } = change
    const { set, derived, require } = commonPlan(customers, change, ctx)
    return {
      verb: change.trashed ? 'trashed' : 'updated',
      permission: 'customers:write',
      set: { ...(ownerId !== undefined && { ownerId }), ...set },
      derived,
      require: [...teamRule(ownerId, ctx), ...require],
    }
  },
  told: ['ownerId', 'customFields', 'deletedAt'],
  derived: ['foldedFields'],
  most: 60,
  weight: ({ isOwner, isTrash, tags }) => sql`(40 + ${6 * tags}
    + ${isOwner || isTrash ? 10 : 0} * ${tagRows(TAGGED.customers)}
    + ${isOwner ? 8 : 0} * ${upTo(100, sql`${interactions} AS said WHERE ${columnIn('said', interactions.customerId)} = ${customers.id}`)}
    + ${isOwner || isTrash ? 16 : 0} * ${upTo(isTrash ? 250 : 100, sql`${tickets} AS asked WHERE ${columnIn('asked', tickets.customerId)} = ${customers.id}`)})`,
}

export const TICKETS: BulkKind = {
  name: 'ticket',
  table: tickets,
  tagged: TAGGED.tickets,
  owner: tickets.assigneeId,
  find: (ctx, asked, reach) => listIds(ctx, TICKET_LIST, asked, reach),
  reads: 'tickets:read',
  writes: 'tickets:handle',
  assigns: 'tickets:assign',
  isInReach: (actor, permission) =>
    sql`(${sql.join(
      ticketParts(actor, permission).map((part) => sql`(${part})`),
      sql` OR `,
    )})`,
  notYours: 'not_found',
  plan(ctx, change) {
    const { assigneeId, priority, stageId } = change
    const status = change.status as Parameters<typeof resolvedAt>[0] | undefined
    const staged = stageId && statusOfStage('ticket', ctx.actor.workspaceId, stageId)
    const { set, derived, require } = commonPlan(tickets, change, ctx)
    return {
      verb: verbOf(change, 'assigned'),
      permission: assigneeId === undefined ? 'tickets:handle' : 'tickets:assign',
      set: {
        ...(assigneeId !== undefined && { assigneeId }),
        ...(status && { status }),
        ...(staged && { status: staged, stageId }),
        ...(priority && { priority }),
        ...set,
      },
      derived: {
        ...derived,
        ...(status && { resolvedAt: resolvedAt(status, ctx.now) }),
        ...(status && !stageId && { stageId: stageAfter('ticket', 'tickets', tickets, status) }),
        ...(staged && { resolvedAt: resolvedAtOf(staged, ctx.now) }),
      },
      require: [
        ...teamRule(assigneeId, ctx),
        ...stageRule('ticket', change, ctx),
        ...(status ? ([['invalid_transition', canBecome(ctx.actor, status)]] as Plan['require']) : []),
        ...(staged ? ([['invalid_transition', canBecomeStatus(ctx.actor, staged)]] as Plan['require']) : []),
        ...require,
      ],
    }
  },
  told: ['assigneeId', 'status', 'stageId', 'priority', 'customFields', 'deletedAt'],
  derived: ['resolvedAt', 'foldedFields'],
  most: 150,
  weight: ({ isOwner, isTrash, tags }) =>
    sql`(36 + ${12 * tags} + ${isOwner || isTrash ? 8 : 0} * ${tagRows(TAGGED.tickets)})`,
}
