// What is held on a person: read as a whole, and erased as a whole, both along one map.
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { reachable } from '../access/visible'
import type { Ctx } from '../context'
import { customers } from '../db/schema'
import { allOf, ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { HELD } from './personal-data.map'
import { recordsOf } from './personal-data.person'

/** Rows of a kind that are shown at most. */
const MOST = 5_000

const held = Object.entries(HELD)

/** All that is held on the person of a customer, by kind, the trash included. Throws `not_found`. */
export async function readPersonalData({ db, actor, now }: Ctx, id: string) {
  const root = alias(customers, 'root')
  const isRoot = allOf(eq(root.id, id), reachable(actor, 'personal-data:read', root))
  const person = recordsOf(actor.workspaceId, isRoot)
  const [[found], ...rows] = await db.batch([
    db.select({ id: root.id }).from(root).where(isRoot),
    ...held.map(([, { read }]) => read(db, person, MOST + 1)),
  ])
  if (!found) throw new AppError('not_found')
  const kinds = held.map(([kind], i) => [kind, rows[i] ?? []] as const)
  return {
    customerId: id,
    readAt: now,
    data: Object.fromEntries(kinds.map(([kind, list]) => [kind, list.slice(0, MOST)])),
    incomplete: kinds.filter(([, list]) => list.length > MOST).map(([kind]) => kind),
  }
}

/**
 * Erases the person of a customer: what the map says, in one batch, with an event that says only that it was done. Once
 * more only where something was added since: else throws `already_erased`; `merged_away` names the customer to erase.
 */
export async function erasePerson(ctx: Ctx, id: string) {
  const { db, actor, now } = ctx
  const isIt = and(eq(customers.id, id), reachable(actor, 'personal-data:erase', customers))
  const survivor = sql<string | null>`(SELECT m.survivor_id FROM customer_merges AS m WHERE m.merged_id = ${id}
    AND m.undone_at IS NULL AND customers.deleted_at IS NOT NULL)`
  const person = recordsOf(actor.workspaceId, sql`root.id = ${id} AND root.erased_at = ${now}`)
  const [[present], [erased]] = await db.batch([
    db
      .select({ survivor: survivor.as('survivor') })
      .from(customers)
      .where(isIt),
    db
      .update(customers)
      .set({ erasedAt: now })
      .where(and(isIt, hasSomething, isNull(survivor)))
      .returning({ id: customers.id }),
    eventInsert(ctx, { verb: 'customer.erased', subject: 'customer', id, when: ifChanged }),
    ...held.map(([, { erase }]) => erase(db, person, now)),
  ])
  if (erased) return { customerId: id, erasedAt: now }
  if (!present) throw new AppError('not_found')
  if (present.survivor) throw new AppError('merged_away', { existingId: present.survivor })
  throw new AppError('already_erased')
}

const since = (table: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${sql.identifier(table)} AS r WHERE r.customer_id = customers.id AND r.updated_at > customers.erased_at)`
const hasSomething = sql`(customers.erased_at IS NULL OR customers.updated_at > customers.erased_at
  OR ${since('interactions')} OR ${since('tickets')} OR ${since('leads')})`
