// Putting customers into the trash, with an answer that says which: at once as far as one transaction goes, the rest by a job.
import { type SQL, sql } from 'drizzle-orm'
import { storedActor } from '../access/stored-actor'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { bulkSelections, customers, jobs } from '../db/schema'
import { changesOf, eventInsert } from '../events/event-insert'
import { jobInsert } from '../jobs/jobs.kind'
import { versionStamp } from '../records/version'
import { type BulkInput, weighedOf } from './bulk.job'
import { CUSTOMERS } from './bulk.kinds'
import { selectedCount, selectedIds, selectionInsert, weighedRows } from './bulk.statements'

/**
 * Puts customers into the trash. Returns the ids that are deleted, at once or by the job, and those that were not found or
 * not in reach.
 */
export async function trashCustomers(ctx: Ctx, ids: string[]) {
  const { db, actor, now, newId } = ctx
  const [atOnce, jobId] = [newId(), newId()]
  const set = { deletedAt: now }
  const given = sql`json_each(${JSON.stringify([...new Set(ids)])}) AS given CROSS JOIN ${customers} ON ${customers.id} = given.value`
  const inReach = visible(actor, 'customers:write', customers)
  const found = (
    more: SQL,
  ) => sql`SELECT given.key AS place, ${customers.id} AS id, ${customers.version} AS version ${more}
    FROM ${given} WHERE ${inReach} ORDER BY given.key`
  const weight = CUSTOMERS.weight(weighedOf({ trashed: true }, 0))
  const { from } = weighedRows(sql`${found(sql`, ${weight} AS weight`)} LIMIT ${CUSTOMERS.most}`, sql`id`)
  const idsIn = (
    job: string,
  ) => sql`SELECT e.value ->> 0 AS id FROM ${bulkSelections} AS s CROSS JOIN json_each(s.records) AS e
    WHERE s.job_id = ${job}`
  const where = sql`${customers.seq} IN (SELECT c.seq FROM (${idsIn(atOnce)}) AS picked CROSS JOIN ${customers} AS c ON c.id = picked.id)`
  const input: BulkInput = { actor: storedActor(actor), change: { trashed: true }, add: [], remove: [] }
  const { trashed, rest, job } = await runBatch(db, {
    picked: selectionInsert(ctx, atOnce, sql`SELECT id, version ${from}`),
    events: eventInsert(ctx, {
      verb: 'customer.trashed',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: changesOf(customers, set),
      from: sql`${customers}`,
      when: where,
    }),
    trashed: db
      .update(customers)
      .set({ ...set, ...versionStamp(customers, now) })
      .where(where)
      .returning({ id: customers.id }),
    left: selectionInsert(ctx, jobId, sql`SELECT id, version FROM (${found(sql``)})`),
    job: one(
      jobInsert(ctx, {
        id: jobId,
        kind: 'bulk-customer',
        input,
        total: selectedCount(jobId),
        isCancellable: true,
        when: sql`${selectedCount(jobId)} > 0`,
      }).returning({ id: jobs.id }),
    ),
    rest: one(db.select({ ids: sql<string>`(${selectedIds(jobId)})`.as('ids') }).from(sql`(SELECT 1)`)),
    forgotten: db.delete(bulkSelections).where(sql`job_id = ${atOnce}`),
  })
  const later: string[] = JSON.parse(rest?.ids ?? '[]')
  const deleted = new Set([...trashed.map(({ id }) => id), ...later])
  return { deleted: [...deleted], notFound: [...new Set(ids)].filter((id) => !deleted.has(id)), jobId: job?.id ?? null }
}
