// Takes back what an import of interactions, tickets, tags or relationships has made and nobody has used since.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { events, importChunks, imports, interactions, relationships, tags, tickets } from '../db/schema'
import { allOf } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { versionStamp } from '../records/version'
import { TAGGED_KINDS } from '../tags/tagged'
import { chunkWhere, type KindJob } from './imports.job'
import { isUntouchedNote } from './imports.notes'

const chunk = alias(importChunks, 'chunk')

/** The statements that take back what chunk `n` has made. The second one counts what the first has taken, and what is left. */
export function kindRevertStatements(ctx: Ctx, job: KindJob, n: number, counts: (left: SQL) => Statement): Statement[] {
  const { db, now } = ctx
  const ids = sql`(SELECT ${chunk.ids} FROM ${importChunks} AS chunk WHERE ${chunkWhere(job, n)} AND NOT ${chunk.isReverted}
    AND EXISTS (SELECT 1 FROM ${imports} WHERE ${imports.id} = ${job.id} AND ${imports.status} = 'REVERTING'))`
  const isMade = (id: SQL) => sql`${id} BETWEEN ${ids} || '00000000' AND ${ids} || 'ffffffff'`
  if (job.entity === 'tickets') {
    const { id, deletedAt, version } = tickets
    const said = sql`SELECT 1 FROM ${interactions} AS other WHERE other.ticket_id = ${id} AND NOT ${isUntouchedNote(job.id, 'other')}`
    const isUnused = sql`${version} = 1 AND NOT EXISTS (${otherEvents(id, job.id)}) AND NOT EXISTS (${said})`
    return [
      db
        .update(tickets)
        .set({ deletedAt: now, ...versionStamp(tickets, now) })
        .where(allOf(isMade(sql`${id}`), sql`${deletedAt} IS NULL`, isUnused)),
      counts(sql`SELECT count(*) FROM ${tickets} WHERE ${isMade(sql`${id}`)} AND ${deletedAt} IS NULL`),
      eventInsert(ctx, {
        verb: 'ticket.trashed',
        subject: 'ticket',
        id: sql`${id}`,
        from: sql`${tickets}`,
        when: allOf(isMade(sql`${id}`), sql`${deletedAt} = ${now}`),
      }),
    ]
  }
  if (job.entity === 'interactions') {
    const { id, version, type, customerId, leadId } = interactions
    const isTaken = sql`${isMade(sql`${id}`)} AND ${version} = 1`
    const event = eventInsert(ctx, {
      verb: 'interaction.deleted',
      subject: 'interaction',
      id: sql`${id}`,
      changes: sql`json_object('type', json_array(${type}, NULL), 'customerId', json_array(${customerId}, NULL),
        'leadId', json_array(${leadId}, NULL), 'importId', json_array(NULL, ${job.id}))`,
      from: sql`${interactions}`,
      when: isTaken,
    })
    const left = sql`SELECT count(*) FROM ${interactions} WHERE ${isMade(sql`${id}`)}`
    return [event, db.delete(interactions).where(isTaken), counts(left)]
  }
  if (job.entity === 'tags') {
    const id = sql`${tags.id}`
    const uses = TAGGED_KINDS.map(
      ({ links }) => sql`NOT EXISTS (SELECT 1 FROM ${links} AS use WHERE use.tag_id = ${id})`,
    )
    const isTaken = sql`${isMade(id)} AND ${tags.version} = 1 AND ${sql.join(uses, sql` AND `)}`
    return [db.delete(tags).where(isTaken), counts(sql`SELECT count(*) FROM ${tags} WHERE ${isMade(id)}`)]
  }
  const importedAs = sql`${relationships.importedAs}`
  const sides = sql`json_each(json_array(json_array(made.from_id, made.to_id), json_array(made.to_id, made.from_id))) AS side`
  return [
    eventInsert(ctx, {
      verb: 'customer.unrelated',
      subject: 'customer',
      id: sql`side.value ->> 0`,
      changes: sql`json_object('relationship', json_array(json_object('customerId', side.value ->> 1, 'kind', made.kind), NULL),
        'importId', json_array(NULL, ${job.id}))`,
      from: sql`${relationships} AS made CROSS JOIN ${sides}`,
      when: isMade(sql`made.imported_as`),
    }),
    db.delete(relationships).where(isMade(importedAs)),
    counts(sql`SELECT count(*) FROM ${relationships} WHERE ${isMade(importedAs)}`),
  ]
}

const otherEvents = (id: SQL | typeof tickets.id, importId: string) =>
  sql`SELECT 1 FROM ${events} WHERE ${events.subjectId} = ${id} AND coalesce(${events.changes} ->> '$.importId[1]', '') <> ${importId}`
