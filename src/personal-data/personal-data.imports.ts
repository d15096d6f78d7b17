// A person in files that are coming in: their rows are not written after the person is erased, and nothing of them stays.
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/client'
import { importChunks, importKeys, importOriginals, imports } from '../db/schema'
import type { PersonScope } from './personal-data.person'

/** Digits at the end by which a number is known, however it is written. */
const KNOWN_DIGITS = 8
/** How many imports of a workspace are looked through for values that their reports show. */
const MOST_IMPORTS = 200

/** A text without what people write between the digits of a number. */
export function bareDigits(text: SQL): SQL {
  return [' ', '-', '/', '(', ')', '.', '+'].reduce(
    (bare, sign) => sql`replace(${bare}, ${sql.raw(`'${sign}'`)}, '')`,
    text,
  )
}

/** Whether an address or a number of the person stands in a text, the number in any form. */
export function isMentioned(text: SQL, { emails, phones }: Pick<PersonScope, 'emails' | 'phones'>): SQL {
  const digits = bareDigits(sql`p.phone`)
  const last = sql.raw(String(KNOWN_DIGITS))
  return sql`(EXISTS (SELECT 1 FROM (${emails}) AS e WHERE instr(lower(${text}), e.email) > 0)
    OR EXISTS (SELECT 1 FROM (${phones}) AS p WHERE length(${digits}) >= ${last} AND instr(${bareDigits(text)}, substr(${digits}, -${last})) > 0))`
}

/**
 * The statements that take a person out of all that is coming in. A file that is being received is cancelled, for its rows
 * are in the memory of another request; a row that waits to be written fails, and says that the person was erased.
 */
export function arrivalErasures(db: Db, person: PersonScope, isErased: SQL, now: string) {
  const { workspaceId } = person
  const open = sql`SELECT ${imports.id} FROM ${imports} INDEXED BY imports_open
    WHERE ${imports.status} IN ('UPLOADING', 'RUNNING', 'REVERTING') AND ${imports.workspaceId} = ${workspaceId}`
  const tombstone = sql`json_object('line', item.value ->> 'line', 'key', 'erased:' || (item.value ->> 'line'), 'by', 'content', 'erased', 1)`
  const about = isMentioned(sql`item.value`, person)
  const without = (rows: SQL, instead: SQL) =>
    sql`(SELECT json_group_array(CASE WHEN ${about} THEN ${instead} ELSE json(item.value) END) FROM json_each(${rows}) AS item)`
  const hasRow = (rows: SQL) => sql`EXISTS (SELECT 1 FROM json_each(${rows}) AS item WHERE ${about})`
  const known = sql`SELECT 'email:' || e.email FROM (${person.emails}) AS e
    UNION SELECT 'phone:' || p.phone FROM (${person.phones}) AS p`
  const shown = isMentioned(sql`shown.value ->> 'example'`, person)
  return [
    db
      .update(imports)
      .set({ status: 'CANCELLED', finishedAt: now, updatedAt: now, busyUntil: null })
      .where(sql`${imports.id} IN (${open}) AND ${imports.status} = 'UPLOADING' AND ${isErased}`),
    db
      .update(importChunks)
      .set({ rows: without(sql`${importChunks.rows}`, tombstone) })
      .where(
        sql`${importChunks.importId} IN (${open}) AND ${importChunks.ids} IS NULL AND ${hasRow(sql`${importChunks.rows}`)}`,
      ),
    db
      .update(importOriginals)
      .set({ rows: without(sql`${importOriginals.rows}`, sql`json('[]')`) })
      .where(sql`${importOriginals.importId} IN (${open}) AND ${hasRow(sql`${importOriginals.rows}`)}`),
    db.delete(importKeys).where(sql`${importKeys.importId} IN (${open}) AND ${importKeys.key} IN (${known})`),
    db
      .update(imports)
      .set({
        columns: sql`(SELECT json_group_array(json(iif(${shown}, json_set(shown.value, '$.example', NULL), shown.value)))
          FROM json_each(${imports.columns}) AS shown)`,
      })
      .where(sql`${imports.id} IN (SELECT latest.id FROM ${imports} AS latest WHERE latest.workspace_id = ${workspaceId}
        ORDER BY latest.id DESC LIMIT ${sql.raw(String(MOST_IMPORTS))})
        AND EXISTS (SELECT 1 FROM json_each(${imports.columns}) AS shown WHERE ${shown})`),
    // What the cancelled uploads had stored already.
    ...[importChunks, importOriginals].map((table) =>
      db
        .update(table)
        .set({ rows: '[]' })
        .where(sql`${table.importId} IN (SELECT ${imports.id} FROM ${imports} WHERE ${imports.workspaceId} = ${workspaceId}
          AND ${imports.status} = 'CANCELLED' AND ${imports.finishedAt} = ${now}) AND ${isErased}`),
    ),
  ]
}
