// Undoing a merge: the customers become what they would be had it never been made, whatever was merged before or since.
import { eq, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { reachable, visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { customers, merges } from '../db/schema'
import { anyOf } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
import { allContactsOf, holdersOf } from './customers.contacts'
import { type CustomerRow, customerColumns } from './customers.record'
import { requireMayAssign } from './customers.rules'
import { uncopyStatements } from './merge.copies'
import { type Link, type MergedFields, type MergedValues, mergedColumns, withoutMerge } from './merge.fields'
import { settlementStatements } from './merge.settlement'

type Linked = CustomerRow & MergedValues & { isInReach: number }
type Undoing = {
  /** The merge, and those after it that it has reached, oldest first. */
  links: Awaited<ReturnType<typeof linksSelect>>
  /** All customers of these merges. */
  linked: Linked[]
  /** True for the row of the customer if it may return. */
  mayReturn: SQL
  refusal?: AppError
}

const active = (m: string) => sql.raw(`${m}.undone_at IS NULL`)

/** SQL: whether the customer is merged into another. */
export function isMergedAway(id: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${merges} AS away WHERE away.merged_id = ${id} AND ${active('away')})`
}

// Of each customer on the way to the root: the merge that leads there, and all later ones into that customer.
const reached = (id: string) => sql`WITH RECURSIVE way (seq, id) AS (
    SELECT m.seq, m.survivor_id FROM ${merges} AS m WHERE m.merged_id = ${id} AND ${active('m')}
    UNION ALL SELECT m.seq, m.survivor_id FROM way CROSS JOIN ${merges} AS m ON m.merged_id = way.id AND ${active('m')})
  SELECT later.seq, later.merged_id, later.survivor_id FROM way
    CROSS JOIN ${merges} AS later ON later.survivor_id = way.id AND later.seq >= way.seq AND ${active('later')}`

/** The merge of a customer, and the later ones that it has reached, oldest first; none if it is not merged away. */
export function linksSelect(db: Db, id: string) {
  return db
    .select({
      id: merges.id,
      survivorId: merges.survivorId,
      mergedId: merges.mergedId,
      prefer: merges.prefer,
      fields: merges.fields,
    })
    .from(merges)
    .where(sql`${merges.seq} IN (SELECT seq FROM (${reached(id)}))`)
    .orderBy(merges.seq)
}

/** The customers of these merges. */
export function linkedCustomersSelect({ db, actor }: Ctx, id: string) {
  const isInReach = sql<number>`${reachable(actor, 'customers:write', customers)}`
  return db
    .select({ ...customerColumns, ...mergedColumns, isInReach: isInReach.as('is_in_reach') })
    .from(customers)
    .where(
      sql`${customers.id} IN (SELECT merged_id FROM (${reached(id)}) UNION SELECT survivor_id FROM (${reached(id)}))`,
    )
}

/**
 * Undoes the first of these merges, unless one of the customers is no longer as it was read; then it returns undefined.
 * Throws the given refusal, `forbidden`, `customer_exists`, `login_taken`.
 */
export async function unmergeCustomer(ctx: Ctx, id: string, { links, linked, mayReturn, refusal }: Undoing) {
  const { db, now } = ctx
  const rows = new Map(linked.map((row) => [row.id, row]))
  const chain = links.map((link): Link => ({ ...link, fields: parsedFields(link.fields) }))
  const [merge] = chain
  if (!merge) return undefined
  const { values, fields } = withoutMerge(chain, rows)
  const way = chain.filter(({ mergedId }) => mergedId === id || values.has(mergedId))
  const above = way.flatMap(({ survivorId }) => rows.get(survivorId) ?? [])
  requireReach(ctx, above, values)
  if (refusal) throw refusal
  const claims = uniqueClaims(rows.get(id), above, values)
  const isUndoing = sql`EXISTS (SELECT 1 FROM ${merges} AS undoing WHERE undoing.id = ${merge.id} AND undoing.picked IS NOT NULL)`
  const { begun, present, emailHolder, loginHolder } = await runBatch(db, {
    begun: one(
      db
        .update(merges)
        .set({ picked: '{}' })
        .where(
          sql`${merges.id} = ${merge.id} AND ${merges.undoneAt} IS NULL AND ${areAsRead(linked)}
            AND EXISTS (SELECT 1 FROM ${customers} WHERE ${mayReturn})
            AND NOT EXISTS (${claims.holders.email(ctx)}) AND NOT EXISTS (${claims.holders.userId(ctx)})`,
        )
        .returning({ id: merges.id }),
    ),
    survivors: above.map((row) =>
      db
        .update(customers)
        .set({ ...versionStamp(customers, now), ...values.get(row.id) })
        .where(sql`${customers.id} = ${row.id} AND ${isUndoing}`),
    ),
    laterMerges: [...fields].map(([mergeId, pairs]) =>
      db
        .update(merges)
        .set({ fields: JSON.stringify(pairs) })
        .where(sql`${merges.id} = ${mergeId} AND ${isUndoing}`),
    ),
    restored: db
      .update(customers)
      .set({ ...versionStamp(customers, now), deletedAt: null })
      .where(sql`${customers.id} = ${id} AND ${isUndoing}`),
    event: eventInsert(ctx, { verb: 'customer.restored', subject: 'customer', id, when: isUndoing }),
    unmergeEvent: eventInsert(ctx, {
      verb: 'customer.unmerged',
      subject: 'customer',
      id: sql`way.value`,
      changes: { mergedId: [id, null] },
      from: sql`json_each(${JSON.stringify(way.map(({ survivorId }) => survivorId))}) AS way`,
      when: isUndoing,
    }),
    uncopied: uncopyStatements(ctx, way, isUndoing),
    undone: db
      .update(merges)
      .set({ undoneAt: now })
      .where(sql`${merges.id} = ${merge.id} AND ${merges.picked} IS NOT NULL`),
    settled: settlementStatements(ctx, {
      mergeId: merge.id,
      customerId: id,
      subjectId: id,
      when: sql`${merges.picked} IS NOT NULL`,
    }),
    present: one(db.select(customerColumns).from(customers).where(eq(customers.id, id))),
    emailHolder: one(
      db
        .select({
          id: sql<string | null>`(${claims.holders.email(ctx, true)})`.as('email_holder'),
          isHeld: sql<number>`EXISTS (${claims.holders.email(ctx)})`.as('is_email_held'),
        })
        .from(sql`(SELECT 1)`),
    ),
    loginHolder: one(
      db
        .select({ isHeld: sql<number>`EXISTS (${claims.holders.userId(ctx)})`.as('is_login_held') })
        .from(sql`(SELECT 1)`),
    ),
  })
  if (begun && present) return present
  if (emailHolder?.isHeld) throw customerExists(emailHolder.id)
  if (loginHolder?.isHeld) throw new AppError('login_taken')
  return undefined
}

// A merge of a person who was erased has lost its fields.
function parsedFields(fields: string): MergedFields {
  return JSON.parse(fields)
}

function customerExists(existingId: string | null): AppError {
  return new AppError('customer_exists', existingId ? { existingId } : {})
}

/** Throws `forbidden` unless the actor reaches every customer that changes, and may set what would change. */
function requireReach(ctx: Ctx, above: readonly Linked[], values: ReadonlyMap<string, MergedValues>): void {
  if (above.some(({ isInReach }) => !isInReach)) {
    throw new AppError('forbidden', {
      detail: 'It was merged into a customer out of your reach. A MANAGER can restore it.',
    })
  }
  for (const row of above) {
    const { ownerId = row.ownerId, userId = row.userId } = values.get(row.id) ?? {}
    requireMayAssign(ctx, {
      ...(ownerId !== row.ownerId && { ownerId }),
      ...(userId !== row.userId && { userId }),
    })
  }
}

/** The rows are still of these versions. */
function areAsRead(linked: readonly Linked[]): SQL {
  const versions = JSON.stringify(Object.fromEntries(linked.map(({ id, version }) => [id, version])))
  return sql`NOT EXISTS (SELECT 1 FROM json_each(${versions}) AS was LEFT JOIN ${customers} AS present ON present.id = was.key
    WHERE present.version IS NOT was.value)`
}

/**
 * SELECTs of other living customers that hold an e-mail or a portal login which the returning customer or a living survivor is
 * to have. Throws `customer_exists` or `login_taken` if these two would have the same.
 */
function uniqueClaims(
  returning: Linked | undefined,
  above: readonly Linked[],
  values: ReadonlyMap<string, MergedValues>,
) {
  const living = above.filter(({ deletedAt }) => deletedAt === null)
  const claimants = [...(returning ? [returning] : []), ...living.map((row) => ({ ...row, ...values.get(row.id) }))]
  const emails = claimants.flatMap((row) => allContactsOf(row).emails.map(({ email }) => email))
  const logins = claimants.flatMap(({ userId }) => userId ?? [])
  if (new Set(emails).size < emails.length) throw customerExists(living[0]?.id ?? null)
  if (new Set(logins).size < logins.length) throw new AppError('login_taken')
  const ids = JSON.stringify(claimants.map(({ id }) => id))
  const holder = alias(customers, 'holder')
  const others = (ctx: Ctx, isInReach?: true) => sql`holder.workspace_id = ${ctx.actor.workspaceId}
    AND holder.deleted_at IS NULL AND holder.id NOT IN (SELECT value FROM json_each(${ids}))
    ${isInReach ? sql`AND ${visible(ctx.actor, 'customers:read', holder)}` : sql``} LIMIT 1`
  return {
    holders: {
      email: (ctx: Ctx, isInReach?: true) => sql`SELECT holder.id
        FROM (${holdersOf(ctx.actor.workspaceId, sql`${JSON.stringify(emails)}`)}) AS held
        CROSS JOIN customers AS holder ON holder.id = held.id WHERE ${others(ctx, isInReach)}`,
      userId: (ctx: Ctx) => sql`SELECT holder.id FROM customers AS holder INDEXED BY customers_user
        WHERE ${anyOf(holder.userId, logins)} AND ${others(ctx)}`,
    },
  }
}
