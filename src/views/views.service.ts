// Views: making, listing, changing and deleting them, and what a list makes of one.
import { and, asc, eq, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { views } from '../db/schema'
import type { VIEW_ENTITIES } from '../db/schema/views'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError, type ProblemExtras } from '../errors'
import { eventInsert } from '../events/event-insert'
import type { FilterFields } from '../filters/filters.fields'
import { didYouMean } from '../filters/filters.nearest'
import { askableNames, fieldNamed, readFilter } from '../filters/filters.read'
import {
  CUSTOMER_FILTER_FIELDS,
  INTERACTION_FILTER_FIELDS,
  LEAD_FILTER_FIELDS,
  TICKET_FILTER_FIELDS,
} from '../filters/filters.records'
import { type FilterTree, shapeIssues } from '../filters/filters.tree'
import { changeRecord, deleteRecord } from '../records/change'
import type { Viewed } from '../records/list.definition'
import { SORTS } from '../records/list.filters'
import { shownView, VIEW, viewColumns, visibleViews } from './views.record'

export type ViewEntity = (typeof VIEW_ENTITIES)[number]

/** How many views an entity has at most for the team, and for each member. */
const MAX_VIEWS = 50
/** An order by a custom field. Whether it is indexed, the list says. */
const FIELD_SORT = /^-?customFields\.[^"\\]{1,100}$/su

const FIELDS: Record<ViewEntity, FilterFields> = {
  customer: CUSTOMER_FILTER_FIELDS,
  lead: LEAD_FILTER_FIELDS,
  ticket: TICKET_FILTER_FIELDS,
  interaction: INTERACTION_FILTER_FIELDS,
}

type Question = { filter?: FilterTree | null; sort?: string | null; columns?: string[] | null }
type Input = Question & { name: string; shared: boolean; position?: number; default: boolean }

/** Makes a view. Throws `invalid` for a filter, order or column that the list does not have, and `too_many_views`. */
export async function createView(ctx: Ctx, { entity, ...input }: Input & { entity: ViewEntity }) {
  const { db, actor, now } = ctx
  requireQuestion(ctx, entity, input)
  requireOwner(ctx, input.shared)
  const id = ctx.newId()
  const ownerId = actor.type === 'user' ? actor.id : null
  const audience = input.shared ? '' : ownerId
  const others = sql`${views} AS other WHERE other.workspace_id = ${actor.workspaceId} AND other.entity = ${entity}`
  const row = {
    ...{ id, workspaceId: actor.workspaceId, entity, name: input.name, ownerId, isShared: input.shared },
    ...{ filter: input.filter ?? null, sort: input.sort ?? null, columns: input.columns ?? null },
    position: input.position ?? sql`(SELECT coalesce(max(other.position), 0) + 1 FROM ${others})`,
    ...{ isDefault: input.default, createdAt: now, updatedAt: now },
  }
  const hasRoom = sql`(SELECT count(*) FROM ${others} AND other.audience = ${audience}) < ${MAX_VIEWS}`
  const { made } = await runBatch(db, {
    made: one(insertFrom(db, views, row, sql`WHERE ${hasRoom}`).returning(viewColumns)),
    event: eventInsert(ctx, {
      ...{ verb: 'view.created', subject: 'view', id, when: ifChanged },
      changes: { entity: [null, entity], isShared: [null, input.shared] },
    }),
  })
  if (!made) throw new AppError('too_many_views')
  return shownView(made)
}

/** The views of one entity or of all that the actor sees, in their order. */
export async function listViews({ db, actor }: Ctx, { entity }: { entity?: ViewEntity }) {
  const rows = await db
    .select(viewColumns)
    .from(views)
    .where(and(visibleViews(actor), entity && eq(views.entity, entity)))
    .orderBy(asc(views.entity), asc(views.position), asc(views.id))
  return { data: rows.map(shownView) }
}

/** A view that the actor sees. Throws `not_found`. */
export async function getView({ db, actor }: Ctx, id: string) {
  const [row] = await db
    .select(viewColumns)
    .from(views)
    .where(and(eq(views.id, id), visibleViews(actor)))
  if (!row) throw new AppError('not_found')
  return shownView(row)
}

/** Changes a view. Another question is checked first, which takes a round trip more. Throws `not_found`, `forbidden`, `stale`, `invalid`. */
export async function updateView(ctx: Ctx, id: string, patch: Partial<Input>, ifVersion?: number) {
  const { shared, default: isDefault, ...set } = patch
  if (patch.filter || patch.sort || patch.columns) requireQuestion(ctx, (await getView(ctx, id)).entity, patch)
  if (shared === false) requireOwner(ctx, shared)
  const isOwn = ctx.actor.type === 'user' ? eq(views.ownerId, ctx.actor.id) : sql`false`
  const changed = await changeRecord(ctx, VIEW, id, {
    ...{ verb: 'updated', permission: 'views:write', ifVersion },
    set: { ...set, isShared: shared, isDefault },
    require: {
      own: {
        holds: shared === false ? sql`(${isOwn})` : sql`true`,
        orElse: () => new AppError('forbidden', { detail: 'Only its maker makes a shared view private.' }),
      },
    },
  })
  return shownView(changed)
}

/** Deletes a view. Throws `not_found`, `forbidden`, `stale`. */
export function deleteView(ctx: Ctx, id: string, ifVersion?: number): Promise<void> {
  return deleteRecord(ctx, VIEW, id, { verb: 'deleted', permission: 'views:write', ifVersion, kept: ['entity'] })
}

function requireOwner({ actor }: Ctx, shared: boolean): void {
  if (!shared && actor.type !== 'user')
    throw invalidError('body.shared', 'must be true: an API key has no views of its own', 'not_a_person')
}

function requireQuestion(ctx: Ctx, entity: ViewEntity, { filter, sort, columns }: Question): void {
  const fields = FIELDS[entity]
  if (filter) readFilter(ctx, fields, filter, 'body.filter')
  const sorts: readonly string[] = SORTS[entity]
  if (sort && !sorts.includes(sort) && !(entity !== 'interaction' && FIELD_SORT.test(sort)))
    throw invalidError('body.sort', `must be one of ${sorts.join(', ')}${didYouMean(sort, sorts)}`, 'unknown_order')
  const i = columns?.findIndex((name) => fieldNamed(ctx, fields, name) === undefined) ?? -1
  if (i < 0) return
  const meant = didYouMean(columns?.[i] ?? '', askableNames(ctx, fields))
  throw invalidError(`body.columns.${i}`, `No such field${meant}`, 'unknown_field')
}

/**
 * The request of a list with the view that it names, which is asked as its reader: one round trip more. Throws `invalid` for a
 * view that the actor does not see or that is of another list.
 */
export async function viewedQuery<Q extends { view?: string }>(
  ctx: Ctx,
  entity: ViewEntity,
  { view, ...query }: Q,
): Promise<Omit<Q, 'view'> & { viewed?: Viewed }> {
  if (view === undefined) return query
  const [row] = await ctx.db
    .select(viewColumns)
    .from(views)
    .where(and(eq(views.id, view), eq(views.entity, entity), visibleViews(ctx.actor)))
  if (!row) throw invalidError('query.view', 'No such view of this list', 'unknown_view')
  const { name, filter, sort, columns } = row
  if (filter !== null && !isTree(filter)) throw outdatedError(name)
  const viewed: Viewed = {
    ...{ id: view, name, filter: filter ?? undefined, sort: sort ?? undefined, columns: columns ?? undefined },
    refuse: (errors) => outdatedError(name, errors),
  }
  return { ...query, viewed }
}

const isTree = (filter: unknown): filter is FilterTree => shapeIssues(filter).length === 0

function outdatedError(name: string, errors?: ProblemExtras['errors']): AppError {
  const detail = `The view “${name}” asks for what is not there, or not yours to see. Change it, or ask without it.`
  return new AppError('view_outdated', { detail, ...(errors && { errors }) })
}
