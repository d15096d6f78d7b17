// Personal data: everything about a person is read, or erased, along one map.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Permission } from '../access/policy'
import { reachable } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { recordReferencesTo } from '../db/relations'
import { customers, merges } from '../db/schema'
import { allOf, columnIn, ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { erasureJob } from './personal-data.erasure'
import { arrivalErasures } from './personal-data.imports'
import { HELD, WINDOW } from './personal-data.map'
import { KnownPerson, listsOfPerson, MOST, scopeOf } from './personal-data.person'

const held = Object.entries(HELD)
/** What the first batch erases even if much is stored: what gives access, and what says or asks who the person is. */
const AT_ONCE = [
  HELD.mailStops,
  HELD.tokens,
  HELD.sessions,
  HELD.providers,
  HELD.calendars,
  HELD.logins,
  HELD.relationships,
  HELD.tags,
  HELD.views,
  HELD.merges,
  HELD.customers,
]

/** All data about the person behind a customer, by kind. It includes the trash. Throws `not_found`. */
export async function readPersonalData(ctx: Ctx, id: string) {
  const { db, actor, now } = ctx
  const { known } = await findPerson(ctx, id, 'personal-data:read')
  const person = scopeOf(actor.workspaceId, known)
  const { lists, wide } = await runBatch(db, {
    lists: held.map(([, { read }]) => read(db, person, MOST + 1)),
    wide: one(db.select(widths(actor.workspaceId)).from(sql`(SELECT 1)`)),
  })
  const kinds = held.map(([kind], i) => [kind, lists[i] ?? []] as const)
  return {
    customerId: id,
    readAt: now,
    data: Object.fromEntries(kinds.map(([kind, list]) => [kind, list.slice(0, MOST)])),
    incomplete: kinds
      .filter(([kind, list]) => list.length > MOST || (isWide(kind) && wide?.[kind] === 1))
      .map(([kind]) => kind),
  }
}

/** SQL: whether more mails, and more rows of files, are kept than reading looks through for those of a person. */
const widths = (workspaceId: string) => ({
  mails: sql<number>`${upTo(WINDOW, sql`FROM outbox WHERE workspace_id = ${workspaceId}`)}`.as('wide_mails'),
  imported: sql<number>`${upTo(
    WINDOW,
    sql`FROM imports CROSS JOIN import_issues ON import_id = imports.id WHERE workspace_id = ${workspaceId}`,
  )}`.as('wide_imported'),
})
const isWide = (kind: string): kind is 'mails' | 'imported' => kind === 'mails' || kind === 'imported'
/** SQL: whether there are more than so many rows. */
const upTo = (most: number, from: SQL) => sql`(SELECT count(*) > ${most} FROM (SELECT 1 ${from} LIMIT ${most + 1}))`

/**
 * Erases the person behind a customer as the map says, with an event that says only that it happened. If much is stored, the
 * customer goes out of sight at once, and a job erases the rest. It can be repeated after something was added; else it throws
 * `already_erased`. `merged_away` names the customer to erase instead.
 */
export async function erasePerson(ctx: Ctx, id: string) {
  const { db, actor, now } = ctx
  const { known, isMuch } = await findPerson(ctx, id, 'personal-data:erase')
  const isIt = and(eq(customers.id, id), reachable(actor, 'personal-data:erase', customers))
  const survivor = sql<string | null>`(SELECT m.survivor_id FROM ${merges} AS m WHERE m.merged_id = ${id}
    AND m.undone_at IS NULL AND ${customers.deletedAt} IS NOT NULL)`
  const isErased = sql`EXISTS (SELECT 1 FROM ${customers} AS root WHERE root.id = ${id} AND root.erased_at = ${now})`
  const person = scopeOf(actor.workspaceId, known, isErased)
  const { present, erased } = await runBatch(db, {
    present: one(
      db
        .select({ survivor: survivor.as('survivor') })
        .from(customers)
        .where(isIt),
    ),
    erased: one(
      db
        .update(customers)
        .set({ erasedAt: now })
        .where(and(isIt, hasNewData, isNull(survivor)))
        .returning({ id: customers.id }),
    ),
    event: eventInsert(ctx, { verb: 'customer.erased', subject: 'customer', id, when: ifChanged }),
    job: isMuch ? erasureJob(ctx, id, known, isErased) : undefined,
    arrivals: arrivalErasures(db, person, isErased, now),
    held: (isMuch ? AT_ONCE : Object.values(HELD)).map(({ erase }) => erase(db, person, now)),
    hidden: isMuch
      ? db
          .update(customers)
          .set({ deletedAt: now })
          .where(and(sql`${customers.id} IN (${person.customers})`, isNull(customers.deletedAt)))
      : undefined,
  })
  if (erased) return { customerId: id, erasedAt: now, isDone: !isMuch }
  if (!present) throw new AppError('not_found')
  if (present.survivor) throw new AppError('merged_away', { existingId: present.survivor })
  throw new AppError('already_erased')
}

/** What the person behind a customer is known by, and whether more is stored than one batch may erase. Throws `not_found`. */
async function findPerson({ db, actor }: Ctx, id: string, permission: Permission) {
  const { workspaceId } = actor
  const root = alias(customers, 'root')
  const isRoot = allOf(eq(root.id, id), reachable(actor, permission, root))
  // With those that were merged into the customer.
  const person = sql`WITH RECURSIVE person(id) AS (SELECT ${id} UNION SELECT m.merged_id FROM person
    CROSS JOIN customer_merges AS m ON m.survivor_id = person.id WHERE m.undone_at IS NULL) SELECT id FROM person`
  const isMuch = sql.join(
    [
      upTo(300, sql`FROM interactions WHERE customer_id IN (${person})`),
      upTo(
        300,
        sql`FROM leads AS l CROSS JOIN interactions AS i ON i.lead_id = l.id WHERE l.customer_id IN (${person})`,
      ),
      upTo(500, sql`FROM events WHERE +workspace_id = ${workspaceId} AND subject_id IN (${person})`),
      upTo(100, sql`FROM tickets WHERE customer_id IN (${person})`),
      upTo(50, sql`FROM leads WHERE customer_id IN (${person})`),
      upTo(2_000, sql`FROM outbox WHERE workspace_id = ${workspaceId}`),
      upTo(
        2_000,
        sql`FROM imports CROSS JOIN import_issues ON import_id = imports.id WHERE workspace_id = ${workspaceId}`,
      ),
    ],
    sql` OR `,
  )
  const [found] = await db
    .select({
      isMuch: sql<number>`${isMuch}`.as('is_much'),
      lists: sql<string>`${listsOfPerson(workspaceId, isRoot)}`.as('lists'),
    })
    .from(sql`(SELECT 1)`)
  const known = KnownPerson.parse(JSON.parse(found?.lists ?? '{}'))
  if (known.customers.length === 0) throw new AppError('not_found')
  const isMany = Math.max(known.customers.length, known.leads.length) > 50
  return { known, isMuch: found?.isMuch === 1 || isMany }
}

/** The customer was never erased, or it or a record that refers to it was changed since. */
const hasNewData: SQL = sql`(${sql.join(
  [
    sql`${customers.erasedAt} IS NULL`,
    sql`${customers.updatedAt} > ${customers.erasedAt}`,
    ...recordReferencesTo(customers)
      .filter(({ isPersonal }) => isPersonal)
      .map(({ table, columns: [column] }) => {
        return sql`EXISTS (SELECT 1 FROM ${table} AS referring WHERE ${columnIn('referring', column)} = ${customers.id}
          AND ${columnIn('referring', table.updatedAt)} > ${customers.erasedAt})`
      }),
  ],
  sql` OR `,
)})`
