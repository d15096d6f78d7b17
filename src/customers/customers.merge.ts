// Merging: one customer gets the fields and records of another. The other goes to the trash, and restoring it undoes the merge.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, merges } from '../db/schema'
import { MAX_TAGS } from '../db/schema/tags'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { isWithinJsonLimit } from '../records/custom-fields'
import { versionStamp } from '../records/version'
import { DAY_MS } from '../time'
import { allContactsOf } from './customers.contacts'
import { type CustomerRow, customerColumns } from './customers.record'
import { requireMayAssign } from './customers.rules'
import { copiedIds, copyStatements, tagCount } from './merge.copies'
import { fieldsOf, type MergedValues, mergedColumns, mergedValues, type Prefer } from './merge.fields'
import { byKind, type CopiedKind, type Kind, MOVED } from './merge.kinds'
import { AT_ONCE, settlementStatements } from './merge.settlement'
import { MAX_RELATIONSHIPS, relationshipCount } from './relationships.service'

type Merge = { fromId: string; prefer: Prefer }

/** A kind of rows that a merge moves or copies. */
type Result = { customer: CustomerRow; moved: Record<Kind, number> }
type Plan = {
  survivor: CustomerRow & MergedValues
  other: CustomerRow & MergedValues
  values: MergedValues
  result: Result
}

/** Rows are counted up to this number. */
const MOST_COUNTED = 5_000
/** How often a merge is planned anew because another request has changed one of the customers meanwhile. */
const TRIES = 5

/** The result that a merge would have. Throws like the merge. */
export async function previewMerge(ctx: Ctx, id: string, merge: Merge): Promise<Result> {
  return (await planMerge(ctx, id, merge)).result
}

/**
 * Merges `fromId` into a customer, with one event: a round trip to read both, and one to change them if neither has changed
 * since. Up to 40 records of each kind move at once, and more by a job. Throws `not_found` where either is out of reach,
 * `forbidden`, and `invalid` for what one customer cannot have.
 */
export async function mergeCustomers(ctx: Ctx, id: string, merge: Merge): Promise<Result> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const plan = await planMerge(ctx, id, merge)
    const customer = await carryOut(ctx, plan, merge)
    if (customer) return { customer, moved: plan.result.moved }
  }
  throw new AppError('unavailable', { retryAfter: 1 })
}

async function planMerge(ctx: Ctx, id: string, { fromId, prefer }: Merge): Promise<Plan> {
  const { db, now } = ctx
  const { counts, survivor, other } = await runBatch(db, {
    survivor: one(customerSelect(ctx, id)),
    other: one(customerSelect(ctx, fromId)),
    counts: one(
      db
        .select({
          ...movedCounts(id, fromId),
          present: relationshipCount(id).as('present_relationships'),
          presentTags: tagCount(id).as('present_tags'),
          contactedAt: lastContactOf(id, fromId),
        })
        .from(sql`(SELECT 1)`),
    ),
  })
  if (!survivor || !other || !counts) throw new AppError('not_found')
  const values = mergedValues(prefer, survivor, other)
  requireMayAssign(ctx, {
    ...(values.ownerId !== survivor.ownerId && { ownerId: values.ownerId }),
    ...(values.userId !== survivor.userId && { userId: values.userId }),
  })
  const { present, presentTags, contactedAt, ...moved } = counts
  requireFit(values, { relationships: present + moved.relationships, tags: presentTags + moved.tags })
  const merged = { ...survivor, ...values, ...allContactsOf(values), ...latestOf(survivor, other), updatedAt: now }
  const customer = { ...merged, nextTouchAt: touchAfter(contactedAt ?? survivor.createdAt, merged) }
  return { survivor, other, values, result: { customer, moved } }
}

function customerSelect({ db, actor }: Ctx, id: string) {
  return db
    .select({ ...customerColumns, ...mergedColumns })
    .from(customers)
    .where(and(eq(customers.id, id), visible(actor, 'customers:write', customers)))
}

function requireFit({ customFields }: MergedValues, { relationships, tags }: Record<CopiedKind, number>): void {
  if (!isWithinJsonLimit(customFields)) {
    const message = 'The custom fields of both together must be at most 16 KB of JSON'
    throw invalidError('body.fromId', message, 'too_big')
  }
  if (relationships > MAX_RELATIONSHIPS) {
    const message = `A customer has at most ${MAX_RELATIONSHIPS} relationships, and both together have ${relationships}`
    throw invalidError('body.fromId', message, 'too_many_relationships')
  }
  if (tags > MAX_TAGS) {
    const message = `A customer has at most ${MAX_TAGS} tags, and both together have ${tags}`
    throw invalidError('body.fromId', message, 'too_many_tags')
  }
}

/** Changes both customers, unless one of them is no longer as it was planned for; then nothing happens. */
async function carryOut(ctx: Ctx, { survivor, other, values, result }: Plan, { prefer }: Merge) {
  const { db, now, actor } = ctx
  const mergeId = ctx.newId()
  const { id } = survivor
  const isMerging = sql`EXISTS (SELECT 1 FROM ${merges} WHERE ${eq(merges.id, mergeId)})`
  const pair = [alias(customers, 'survivor'), alias(customers, 'other')] as const
  const arePlanned = pair.map((row, i) => {
    const planned = i === 0 ? survivor : other
    return and(eq(row.id, planned.id), eq(row.version, planned.version), visible(actor, 'customers:write', row))
  })
  const merge = {
    id: mergeId,
    workspaceId: actor.workspaceId,
    survivorId: id,
    mergedId: other.id,
    prefer,
    fields: JSON.stringify(fieldsOf(survivor, values)),
    createdAt: now,
  }
  const { customer } = await runBatch(db, {
    merge: insertFrom(
      db,
      merges,
      merge,
      sql`FROM ${customers} AS survivor CROSS JOIN ${customers} AS other WHERE ${and(...arePlanned)}`,
    ),
    event: eventInsert(ctx, {
      verb: 'customer.merged',
      subject: 'customer',
      id,
      changes: { mergedId: [null, other.id] },
      when: ifChanged,
    }),
    otherTrashed: db
      .update(customers)
      .set({ ...versionStamp(customers, now), deletedAt: now })
      .where(and(eq(customers.id, other.id), isMerging)),
    survivorFilled: db
      .update(customers)
      .set({ ...versionStamp(customers, now), ...values })
      .where(and(eq(customers.id, id), isMerging)),
    copied: copyStatements(ctx, { mergeId, id, fromId: other.id, when: isMerging }),
    settled: settlementStatements(ctx, {
      mergeId,
      customerId: other.id,
      subjectId: id,
      total: laterTotal(result.moved),
      when: sql`true`,
    }),
    customer: one(
      db
        .select(customerColumns)
        .from(customers)
        .where(and(eq(customers.id, id), isMerging)),
    ),
  })
  return customer
}

/** How many rows do not move at once; unknown if there are more than were counted. */
function laterTotal(moved: Record<Kind, number>): number | undefined {
  const counts = MOVED.map(({ name }) => moved[name])
  if (Math.max(...counts) >= MOST_COUNTED) return undefined
  return counts.reduce((sum, count) => sum + Math.max(0, count - AT_ONCE), 0)
}

function movedCounts(id: string, fromId: string) {
  const copied: { [kind: string]: SQL } = copiedIds(id, fromId)
  const rowsOf = (table: SQLiteTable, column: SQLiteColumn) => sql`SELECT 1 FROM ${table} WHERE ${column} = ${fromId}`
  const moved = new Map<string, SQL>(MOVED.map(({ name, table, columns: [column] }) => [name, rowsOf(table, column)]))
  return byKind((kind) => {
    const rows = sql`${moved.get(kind) ?? copied[kind]} LIMIT ${MOST_COUNTED}`
    return sql<number>`(SELECT count(*) FROM (${rows}))`.as(`moved_${kind}`)
  })
}

// The timelines become one: it has the latest contact and the earliest follow-up of both.
function latestOf(survivor: CustomerRow, other: CustomerRow) {
  const contacts = [survivor.lastInteractionAt, other.lastInteractionAt].filter((at) => at !== null).sort()
  const dues = [survivor.nextFollowUpAt, other.nextFollowUpAt].filter((at) => at !== null).sort()
  return { lastInteractionAt: contacts.at(-1) ?? null, nextFollowUpAt: dues[0] ?? null }
}

function lastContactOf(...ids: string[]) {
  const contacts = sql`customers_contacted AS k WHERE k.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`
  return sql<string | null>`(SELECT max(k.last_contact_at) FROM ${contacts})`.as('contacted_at')
}

function touchAfter(contact: string, { keepInTouchDays }: CustomerRow): string | null {
  return keepInTouchDays === null ? null : new Date(Date.parse(contact) + keepInTouchDays * DAY_MS).toISOString()
}
