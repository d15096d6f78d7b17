// How a list of interactions is read: which index it walks, and what else it asks of the rows that it passes.
import { and, eq, gt, gte, isNotNull, lt, ne, type SQL, sql } from 'drizzle-orm'
import { requirePersonId } from '../access/person'
import { isPortal, isShared, owners, ownRecord, visible } from '../access/visible'
import type { Ctx } from '../context'
import { orderByKeys } from '../db/listing'
import type { PageRequest, Position } from '../db/page'
import { customers, interactions, leads } from '../db/schema'
import { type DUE, dueBetween } from './interactions.due'
import type { InteractionRow } from './interactions.record'

export type InteractionRequest = PageRequest & {
  type?: InteractionRow['type']
  /** Leaves one type out. */
  besides?: InteractionRow['type']
  author?: string
  customer?: string
  lead?: string
  due?: (typeof DUE)[number]
  timeZone?: string
  followUpAfter?: string
  followUpBefore?: string
  done?: boolean
  /** Counts as well, up to 1,000; only for pages by number. */
  total?: boolean
}

export type ListPlan = {
  /** The rows that one index yields in the order of `keys`, behind the cursor. */
  walk: SQL | undefined
  /** Those among them at the very time of the cursor: SQLite seeks the rest by time and these by row number, not both. */
  ties: SQL | undefined
  /** What is asked of them that the index does not know. */
  rest: SQL | undefined
  orderBy: SQL[]
  positionOf: (row: InteractionRow) => Position
}

/** Open follow-ups are walked by when they are due, all else by when it occurred, newest first. */
export function planOf(ctx: Ctx, request: InteractionRequest): ListPlan {
  const { type, author, customer, lead, done, after } = request
  const { actor } = ctx
  const isDue = done === undefined ? hasFollowUpFilter(request) : !done
  const isOwn = owners(actor, 'interactions:read') !== 'all'
  const parent = parentOf(ctx, request)
  // Said to be rare, or SQLite takes the index without the owner where two bounds narrow the time.
  const mine = isOwn ? sql`unlikely(${eq(interactions.ownerId, actor.id)})` : undefined
  const scope = parent ?? and(eq(interactions.workspaceId, actor.workspaceId), mine)
  const ofType = type && eq(interactions.type, type)
  const byAuthor = author && eq(interactions.createdBy, author === 'me' ? requirePersonId(actor) : author)
  const ofLead = lead && (customer || isPortal(actor)) ? eq(interactions.leadId, lead) : undefined
  const isDone = done ? isNotNull(interactions.doneAt) : undefined
  const isTypeWalked = !parent && !isDue
  const isAuthorWalked = isTypeWalked && !ofType
  const authored = isAuthorWalked && byAuthor ? and(isOwn ? scope : undefined, byAuthor) : undefined
  const time = isDue ? sql`${interactions.followUpAt}` : sql`${interactions.occurredAt}`
  const seq = sql`${interactions.seq}`
  const span = followUpCondition(ctx, request)
  const rows = and(
    authored ?? scope,
    isTypeWalked ? ofType : undefined,
    isDue ? and(sql`interactions.follow_up_at IS NOT NULL AND interactions.done_at IS NULL`, span) : undefined,
    !isDue && isPortal(actor) ? isShared : undefined,
  )
  const beyond = isDue ? gt : lt
  return {
    walk: and(rows, after && beyond(time, after[0])),
    ties: after && and(rows, eq(time, after[0]), beyond(seq, after[1])),
    rest: and(
      isTypeWalked ? undefined : ofType,
      request.besides && ne(interactions.type, request.besides),
      isAuthorWalked ? undefined : byAuthor || undefined,
      ofLead,
      isDone,
      isDue ? undefined : span,
    ),
    orderBy: orderByKeys([time, seq], !isDue),
    positionOf: ({ seq, occurredAt, followUpAt }) => [(isDue ? followUpAt : occurredAt) ?? '', seq],
  }
}

function hasFollowUpFilter({ due, followUpAfter, followUpBefore }: InteractionRequest): boolean {
  return due !== undefined || followUpAfter !== undefined || followUpBefore !== undefined
}

// A named customer or lead that is out of reach has no interactions.
function parentOf({ actor }: Ctx, { customer, lead }: InteractionRequest): SQL | undefined {
  if (customer !== undefined) {
    const where = and(eq(customers.id, customer), visible(actor, 'customers:read', customers))
    return sql`${interactions.customerId} = (SELECT ${customers.id} FROM ${customers} WHERE ${where})`
  }
  if (isPortal(actor)) return sql`${interactions.customerId} = ${ownRecord(actor)}`
  if (lead === undefined) return undefined
  const where = and(eq(leads.id, lead), visible(actor, 'leads:read', leads))
  return sql`${interactions.leadId} = (SELECT ${leads.id} FROM ${leads} WHERE ${where})`
}

// Behind a cursor the walk starts there: the unary plus keeps it from starting at the lower bound again.
function followUpCondition({ now, actor }: Ctx, request: InteractionRequest): SQL | undefined {
  const { due, timeZone, followUpAfter, followUpBefore, after } = request
  const day = due && dueBetween(due, now, timeZone ?? actor.timeZone)
  const at = after ? sql`+${interactions.followUpAt}` : sql`${interactions.followUpAt}`
  return and(
    ...[day?.from, followUpAfter].map((from) => (from === undefined ? undefined : gte(at, from))),
    ...[day?.to, followUpBefore].map((to) => (to === undefined ? undefined : lt(interactions.followUpAt, to))),
  )
}
