// Notes that come with people: the statements that write them to timelines, tell whether they are new, and take them away.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { authorOf } from '../access/person'
import type { Ctx } from '../context'
import type { Statement } from '../db/batch'
import { events, importChunks, imports, interactions, leads } from '../db/schema'
import { columnIn, insertFrom } from '../db/sql'
import { eventInsert } from '../events/event-insert'
import { chunkWhere, ENTITIES, type Job, rowsWithOutcome } from './imports.job'
import { NOTE_FIELDS } from './imports.notes.fields'

const had = alias(interactions, 'had')
const chunk = alias(importChunks, 'chunk')
const note = (key: string) => sql.raw(`note.value ->> '${key}'`)
// The same words are another note on another record.
const keyOn = (record: SQL) => sql`${record} || ':' || (${note('key')})`

/** Records take the lower half of the ids of a chunk, notes the upper one. */
const [FIRST, LAST] = ['80000000', 'ffffffff']

/** Whether a column of the file fills timelines. Of leads, a second description does so too. */
export function hasNotes({ columns }: Pick<Job, 'columns'>): boolean {
  const descriptions = columns.filter(({ field }) => field === 'description')
  return descriptions.length > 1 || columns.some(({ field }) => Object.hasOwn(NOTE_FIELDS, field ?? ''))
}

/** Whether the row has a note that the record `t` lacks. */
export function hasNewNote({ actor }: Ctx, { entity }: Job): SQL {
  const t = alias(ENTITIES[entity].table, 't')
  return sql`EXISTS (SELECT 1 FROM json_each(row -> '$.notes') AS note WHERE ${isNew(actor.workspaceId, sql`${t.id}`)})`
}

const isNew = (workspaceId: string, record: SQL) => sql`NOT EXISTS (SELECT 1 FROM ${interactions} AS had
  WHERE ${had.workspaceId} = ${workspaceId} AND ${had.importKey} = ${keyOn(record)})`

/** Inserts the new notes of a chunk, with an event for each. Runs after its records are written. */
export function noteStatements(ctx: Ctx, job: Job, n: number, ids: string): Statement[] {
  const { db, actor, now } = ctx
  const { table } = ENTITIES[job.entity]
  const t = alias(table, 't')
  const id = sql`${t.id}`
  const rows = rowsWithOutcome(job, n, 'create', 'update', 'superseded')
  const of = job.entity === 'customers' ? { customerId: id } : leadOf(id)
  const values = {
    ...{ id: sql`${ids} || printf('%08x', 2147483647 + row_number() OVER ())`, workspaceId: actor.workspaceId },
    ...{ type: note('type'), body: note('body'), foldedBody: note('foldedBody') },
    ...{ ownerId: sql`${t.ownerId}`, importKey: keyOn(id), createdBy: authorOf(actor) },
    ...{ occurredAt: now, createdAt: now, updatedAt: now },
    ...of,
  }
  const made = alias(interactions, 'made')
  const inserted = sql`FROM ${rows} CROSS JOIN json_each(row -> '$.notes') AS note
    CROSS JOIN ${table} AS t ON ${id} = row ->> 'record' WHERE ${t.deletedAt} IS NULL AND ${isNew(actor.workspaceId, id)}`
  return [
    insertFrom(db, interactions, values, inserted),
    eventInsert(ctx, {
      verb: 'interaction.created',
      subject: 'interaction',
      id: sql`${made.id}`,
      changes: sql`json_object('type', json_array(NULL, ${made.type}), 'customerId', json_array(NULL, ${made.customerId}),
        'leadId', json_array(NULL, ${made.leadId}), 'importId', json_array(NULL, ${job.id}))`,
      from: sql`${interactions} AS made`,
      when: sql`${made.id} BETWEEN ${ids} || ${FIRST} AND ${ids} || ${LAST}`,
    }),
  ]
}

// The timeline of a converted lead is its customer's.
function leadOf(id: SQL) {
  const t = alias(leads, 't')
  const isConverted = sql`${t.convertedAt} IS NOT NULL AND ${t.customerId} IS NOT NULL`
  return {
    leadId: id,
    customerId: sql`iif(${isConverted}, ${t.customerId}, NULL)`,
    ownerId: sql`iif(${isConverted}, (SELECT c.owner_id FROM customers AS c WHERE c.id = ${t.customerId}), ${t.ownerId})`,
  }
}

/** Whether an interaction `other` came with this import, and nobody has changed it since. */
export function isUntouchedNote(importId: string, other: string): SQL {
  return sql`(${columnIn(other, interactions.version)} = 1 AND ${isOfImport(columnIn(other, interactions.id), importId)})`
}

const isOfImport = (subject: SQL, importId: string) => sql`EXISTS (SELECT 1 FROM ${events} AS came
  WHERE came.subject_id = ${subject} AND came.changes ->> '$.importId[1]' = ${importId} AND instr(came.verb, '.created') > 0)`

/**
 * Deletes the notes that chunk `n` wrote on records that were there before. Those on records that the import has made stay
 * with these, in the trash or not.
 */
export function noteRevertStatements(ctx: Ctx, job: Job, n: number): Statement[] {
  const { id, customerId, leadId, type } = interactions
  const ids = sql`(SELECT ${chunk.ids} FROM ${importChunks} AS chunk WHERE ${chunkWhere(job, n)} AND NOT ${chunk.isReverted}
    AND EXISTS (SELECT 1 FROM ${imports} WHERE ${imports.id} = ${job.id} AND ${imports.status} = 'REVERTING'))`
  const isTaken = sql`${id} BETWEEN ${ids} || ${FIRST} AND ${ids} || ${LAST} AND ${interactions.version} = 1
    AND NOT ${isOfImport(sql`coalesce(${leadId}, ${customerId})`, job.id)}`
  return [
    eventInsert(ctx, {
      verb: 'interaction.deleted',
      subject: 'interaction',
      id: sql`${id}`,
      changes: sql`json_object('type', json_array(${type}, NULL), 'customerId', json_array(${customerId}, NULL),
        'leadId', json_array(${leadId}, NULL), 'importId', json_array(NULL, ${job.id}))`,
      from: sql`${interactions}`,
      when: isTaken,
    }),
    ctx.db.delete(interactions).where(isTaken),
  ]
}
