// Changing a record: the event, the conditional UPDATE and the explained refusal, as one batch.
import { and, type Column, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import type { SelectResultFields } from 'drizzle-orm/query-builders/select.types'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { SelectedFieldsFlat } from 'drizzle-orm/sqlite-core/query-builders/select.types'
import type { Actor, Permission } from '../access/policy'
import type { Ctx } from '../context'
import { runBatch, type Statement } from '../db/batch'
import type { SUBJECT_TYPES } from '../db/schema/events'
import { allOf, ifChanged, ifUnchanged } from '../db/sql'
import { isRestorable } from '../db/trash'
import { AppError } from '../errors'
import { changesOf, eventInsert, hasChanges } from '../events/event-insert'
import { versionStamp } from './version'

/** A table of records. `version` counts the changes of a record; `deletedAt` exists if the records have a trash. */
export type RecordTable = SQLiteTable & { id: Column; version: Column; updatedAt: Column; deletedAt?: Column }

/** A kind of record. `columns` are selected and returned; `reads` is the permission to see a record. */
export type RecordKind<C extends SelectedFieldsFlat> = {
  subject: (typeof SUBJECT_TYPES)[number]
  table: RecordTable
  columns: C
  etag: (row: SelectResultFields<C>) => string
  reads: Permission
  /** True for the rows that an actor reaches with a permission. It includes the trash. */
  isInReach: (actor: Actor, permission: Permission) => SQL | undefined
  /** The error for a record that the actor sees but may not change. The default is `not_found`. */
  outOfReachError?: (row: SelectResultFields<C>, actor: Actor) => AppError
  /** Events say that these fields changed, but leave out their values. */
  unlogged?: readonly string[]
}

/** A further condition of a change, and the error for a record that does not meet it. */
export type Requirement<Row> = {
  holds: SQL
  /** SQL of a JSON value that the error needs. It is read only if the change was refused. */
  known?: SQL
  orElse: (row: Row, known: unknown) => AppError
}

type RecordAction<Row> = {
  /** The verb of the event, without its subject. */
  verb: string
  permission: Permission
  ifVersion?: number
  /** They are checked in this order, after existence, reach and version. */
  require?: Record<string, Requirement<Row>>
  /** Statements that act only if the change happened, such as its mail. */
  followedBy?: readonly Statement[]
}

export type Change<Row> = RecordAction<Row> & {
  /** The fields that change: values, or SQL. The event lists them. */
  set: Record<string, unknown>
  /** Columns that are computed from these fields. The event does not list them. */
  derived?: Record<string, unknown>
  /** Whether the record would differ afterwards. The default compares `set` with the row. */
  changesAnything?: SQL
}

/**
 * Changes a record if every condition holds, and returns it. If nothing would change, it writes neither the record nor an
 * event. Throws `not_found`, the kind's `outOfReachError`, `stale`, or the error of the first unmet requirement.
 */
export async function changeRecord<C extends SelectedFieldsFlat>(
  ctx: Ctx,
  kind: RecordKind<C>,
  id: string | SQL,
  change: Change<SelectResultFields<C>>,
): Promise<SelectResultFields<C>> {
  const { db, now } = ctx
  const { table, columns } = kind
  const { set, derived, changesAnything = hasChanges(table, set) } = change
  const where = sql`${and(isAllowed(ctx, kind, id, change), changesAnything)}`
  const { changed, present } = await runBatch(db, {
    event: recordEventInsert(ctx, kind, change, changesOf(table, set), where),
    changed: db
      .update(table)
      .set({ ...set, ...derived, ...versionStamp(table, now) })
      .where(where)
      .returning(columns),
    present: presentRowSelect(ctx, kind, id, change),
    followedBy: change.followedBy ?? [],
  })
  return firstRow(changed) ?? requireAllowed(ctx, kind, change, present[0])
}

/** Deletes a record for good, under the same conditions. The event keeps the old values of the fields in `kept`. */
export async function deleteRecord<C extends SelectedFieldsFlat>(
  ctx: Ctx,
  kind: RecordKind<C>,
  id: string | SQL,
  deletion: RecordAction<SelectResultFields<C>> & { kept: readonly string[] },
): Promise<void> {
  const { table, columns } = kind
  const where = sql`${isAllowed(ctx, kind, id, deletion)}`
  const removedFields = changesOf(table, Object.fromEntries(deletion.kept.map((field) => [field, null])))
  const { deleted, present } = await runBatch(ctx.db, {
    event: recordEventInsert(ctx, kind, deletion, removedFields, where),
    deleted: ctx.db.delete(table).where(where).returning(columns),
    present: presentRowSelect(ctx, kind, id, deletion),
    followedBy: deletion.followedBy ?? [],
  })
  if (!firstRow(deleted)) requireAllowed(ctx, kind, deletion, present[0])
}

/** Takes a record out of the trash and returns it. A record outside the trash stays as it is. Throws `not_found` after 30 days. */
export async function restoreRecord<C extends SelectedFieldsFlat>(
  ctx: Ctx,
  kind: RecordKind<C>,
  id: string,
  { permission, isPossible }: { permission: Permission; isPossible?: SQL },
): Promise<SelectResultFields<C>> {
  const { db, actor, now } = ctx
  const { table, columns, subject } = kind
  const deletedAt = requireTrashColumn(table)
  const isRecord = and(eq(table.id, id), kind.isInReach(actor, permission), isPossible)
  const { restored, present } = await runBatch(db, {
    restored: db
      .update(table)
      .set({ deletedAt: null, ...versionStamp(table, now) })
      .where(and(isRecord, isNotNull(deletedAt), isRestorable(deletedAt, now)))
      .returning(columns),
    event: eventInsert(ctx, { verb: `${subject}.restored`, subject, id, when: ifChanged }),
    present: db
      .select({ row: columns })
      .from(table)
      .where(and(isRecord, isNull(deletedAt))),
  })
  const row = firstRow(restored) ?? present[0]?.row
  if (!row) throw new AppError('not_found')
  return row
}

function requireTrashColumn({ deletedAt }: RecordTable): Column {
  if (!deletedAt) throw new Error('A record of this kind has no trash')
  return deletedAt
}

// Drizzle does not know the type of the result if the table is a parameter.
function firstRow<Row>(rows: Row[] | D1Result): Row | undefined {
  return Array.isArray(rows) ? rows[0] : undefined
}

function isOutsideTrash({ table }: { table: RecordTable }): SQL | undefined {
  return table.deletedAt && isNull(table.deletedAt)
}

/** True for the record if it is in reach and not in the trash, has the expected version, and meets every requirement. */
function isAllowed<C extends SelectedFieldsFlat>(
  { actor }: Ctx,
  kind: RecordKind<C>,
  id: string | SQL,
  { permission, ifVersion, require = {} }: RecordAction<SelectResultFields<C>>,
): SQL | undefined {
  return and(
    eq(kind.table.id, id),
    kind.isInReach(actor, permission),
    isOutsideTrash(kind),
    ifVersion === undefined ? undefined : eq(kind.table.version, ifVersion),
    ...Object.values(require).map(({ holds }) => holds),
  )
}

function recordEventInsert<C extends SelectedFieldsFlat>(
  ctx: Ctx,
  { subject, table, unlogged = [] }: RecordKind<C>,
  { verb }: { verb: string },
  changes: SQL,
  when: SQL,
) {
  const hiddenValues = unlogged.map((field) => sql`, ${`$.${field}`}, json('[null,null]')`)
  return eventInsert(ctx, {
    verb: `${subject}.${verb}`,
    subject,
    id: sql`${table.id}`,
    changes: hiddenValues.length === 0 ? changes : sql`json_replace(${changes}${sql.join(hiddenValues)})`,
    from: sql`${table}`,
    isOne: true,
    when,
  })
}

/** Selects the record with a flag for each condition, to explain a refusal. There is no row if the change happened. */
function presentRowSelect<C extends SelectedFieldsFlat>(
  { db, actor }: Ctx,
  kind: RecordKind<C>,
  id: string | SQL,
  { permission, ifVersion, require = {} }: RecordAction<SelectResultFields<C>>,
) {
  const { table, columns, reads } = kind
  const holdsFlag = (name: string, holds: SQL) => sql<number>`${holds}`.as(`holds_${name}`)
  const requirements = Object.entries(require)
  return db
    .select({
      row: columns,
      isInReach: holdsFlag('reach', allOf(sql`true`, kind.isInReach(actor, permission))),
      isVersion: holdsFlag('version', ifVersion === undefined ? sql`true` : eq(table.version, ifVersion)),
      holds: Object.fromEntries(requirements.map(([name, { holds }]) => [name, holdsFlag(name, holds)] as const)),
      known: Object.fromEntries(requirements.map(([name, { known }]) => [name, knownColumn(name, known)] as const)),
    })
    .from(table)
    .where(and(eq(table.id, id), kind.isInReach(actor, reads), isOutsideTrash(kind), ifUnchanged))
}

function knownColumn(name: string, known: SQL = sql`NULL`) {
  return sql<string | null>`${known}`.as(`known_${name}`)
}

type Present<Row> = {
  row: Row
  isInReach: number
  isVersion: number
  holds: Record<string, number>
  known: Record<string, string | null>
}

/** Returns the record if it was left alone only because nothing would change. Otherwise throws the reason. */
function requireAllowed<C extends SelectedFieldsFlat>(
  { actor }: Ctx,
  kind: RecordKind<C>,
  { require = {} }: RecordAction<SelectResultFields<C>>,
  present: Present<SelectResultFields<C>> | undefined,
): SelectResultFields<C> {
  if (!present) throw new AppError('not_found')
  const { row, isInReach, isVersion, holds, known } = present
  if (!isInReach) throw kind.outOfReachError?.(row, actor) ?? new AppError('not_found')
  if (!isVersion) throw new AppError('stale', { etag: kind.etag(row) })
  for (const [name, { orElse }] of Object.entries(require)) {
    if (!holds[name]) throw orElse(row, JSON.parse(known[name] ?? 'null'))
  }
  return row
}
