// Custom fields in bulk changes: what triggers would refuse of each record is refused before the change begins.
import { type SQL, sql } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Ctx } from '../context'
import { fields } from '../db/schema'
import { insertFrom } from '../db/sql'
import { AppError, invalidError } from '../errors'
import { withoutNulls } from '../records/fields'
import type { BulkKind } from './bulk.kinds'

type Entries = Record<string, unknown>

/** The way to have triggers check custom fields (src/db/triggers/09-fields.sql). */
const checksTable = sqliteTable('field_checks', {
  workspaceId: text().notNull(),
  entity: text().notNull(),
  was: text(),
  becomes: text(),
})

/** The statements that refuse values of the wrong type before a record is chosen, and name the fields that are unique. */
export function fieldChecks({ db, actor }: Ctx, { name }: BulkKind, customFields: Entries | undefined) {
  if (!customFields) return {}
  const removed = Object.entries(customFields).filter(([, value]) => value === null)
  const values = {
    workspaceId: actor.workspaceId,
    entity: name,
    was: JSON.stringify(Object.fromEntries(removed.map(([key]) => [key, 'x']))),
    becomes: JSON.stringify(withoutNulls(customFields)),
  }
  return {
    checked: insertFrom(db, checksTable, values, sql`WHERE true`),
    uniques: db
      .select({ key: fields.key })
      .from(fields)
      .where(sql`${fields.isUnique} AND ${isAmongFields(actor.workspaceId, name, customFields)}`),
  }
}

function isAmongFields(workspaceId: string, entity: string, customFields: Entries): SQL {
  return sql`${fields.workspaceId} = ${workspaceId} AND ${fields.entity} = ${entity} AND ${fields.archivedAt} IS NULL
    AND ${fields.key} IN (SELECT key FROM json_each(${JSON.stringify(withoutNulls(customFields))}))`
}

/** SQL: whether one of the fields is unique, so that many records cannot be given its value. */
export function hasUniqueField({ actor }: Ctx, { name }: BulkKind, customFields: Entries | undefined): SQL {
  if (!customFields) return sql`false`
  return sql`EXISTS (SELECT 1 FROM ${fields} WHERE ${fields.isUnique} AND ${isAmongFields(actor.workspaceId, name, customFields)})`
}

/** Throws `invalid` if there is one. */
export function requireNoUniqueField(uniques: { key: string }[] | undefined): void {
  const [first] = uniques ?? []
  if (!first) return
  throw invalidError(
    `body.change.customFields.${first.key}`,
    'is unique: many records cannot have one value. Change them one by one.',
    'unique',
  )
}

/** The error of a trigger names fields as in the body of a single record: here they stand in `change`. */
export async function withChangePaths<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid') throw error
    const issues = (error.extras.errors ?? []).map((issue) => ({
      ...issue,
      path: issue.path.replace(/^body\.customFields\b/, 'body.change.customFields'),
    }))
    throw new AppError('invalid', { errors: issues })
  }
}
