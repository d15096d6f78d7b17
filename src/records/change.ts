// Changing a record: the event, the conditional UPDATE and the explained refusal, as one batch.
import { and, type Column, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import type { SelectResultFields } from 'drizzle-orm/query-builders/select.types'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { SelectedFieldsFlat } from 'drizzle-orm/sqlite-core/query-builders/select.types'
import type { Actor, Permission } from '../access/policy'
import type { Ctx } from '../context'
import { runBatch, type Statement } from '../db/batch'
import type { SUBJECT_TYPES } from '../db/schema/events'
import { ifChanged, ifUnchanged } from '../db/sql'
import { isRestorable } from '../db/trash'
import { AppError } from '../errors'
import { changesOf, eventInsert, hasChanges } from '../events/event-insert'
import { versionStamp } from './version'

/** A table of records: each has an id, and a version that counts its changes. */
export type RecordTable = SQLiteTable & { id: Column; version: Column; updatedAt: Column; deletedAt?: Column }

/** A kind of record. `columns` are what is read and answered, `reads` is the permission to see it. */
export type RecordKind<C extends SelectedFieldsFlat> = {
  subject: (typeof SUBJECT_TYPES)[number]
  table: RecordTable
  columns: C
  etag: (row: SelectResultFields<C>) => string
  reads: Permission
  /** The rows that an actor reaches with a permission, the trash included. */
  reached: (actor: Actor, permission: Permission) => SQL | undefined
  /** The refusal of a record that the actor sees but may not change; without it, `not_found`. */
  outOfReach?: (row: SelectResultFields<C>, actor: Actor) => AppError
  /** Fields of which an event says that they changed, but not from what to what. */
  unlogged?: readonly string[]
}

/** A further condition of a change, and the refusal of a record that does not meet it. */
export type Requirement<Row> = {
  holds: SQL
  /** SQL of a JSON value that the refusal tells of, read only where the change was refused. */
  known?: SQL
  orElse: (present: Row, known: unknown) => AppError
}

type Demand<Row> = {
  /** The event's verb, without its subject. */
  verb: string
  permission: Permission
  ifVersion?: number
  /** Checked in this order, after existence, reach and version. */
  require?: Record<string, Requirement<Row>>
  /** Statements that act only where the change happened, such as its mail. */
  followedBy?: readonly Statement[]
}

export type Change<Row> = Demand<Row> & {
  /** The fields that change: values, or SQL. The event tells of them. */
  set: Record<string, unknown>
  /** Columns that follow from these; the event does not tell of them. */
  derived?: Record<string, unknown>
  /** Whether the record becomes another one by this; without it, whether `set` differs from the row. */
  changesAnything?: SQL
}

/**
 * Changes a record once, if every condition holds, and gives it back. A change that changes nothing leaves record,
 * version and audit trail alone. Throws `not_found`, the kind's `outOfReach`, `stale`, then the first requirement unmet.
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
  const where = sql`${and(mayChange(ctx, kind, id, change), changesAnything)}`
  const { changed, present } = await runBatch(db, {
    event: eventOf(ctx, kind, change, changesOf(table, set), where),
    changed: db
      .update(table)
      .set({ ...set, ...derived, ...versionStamp(table, now) })
      .where(where)
      .returning(columns),
    present: presentRow(ctx, kind, id, change),
    followedBy: change.followedBy ?? [],
  })
  return firstOf(changed) ?? explain(ctx, kind, change, present[0])
}

/** Deletes a record for good, under the same conditions; the event keeps the fields that `kept` names as they were. */
export async function deleteRecord<C extends SelectedFieldsFlat>(
  ctx: Ctx,
  kind: RecordKind<C>,
  id: string | SQL,
  deletion: Demand<SelectResultFields<C>> & { kept: readonly string[] },
): Promise<void> {
  const { table, columns } = kind
  const where = sql`${mayChange(ctx, kind, id, deletion)}`
  const lost = changesOf(table, Object.fromEntries(deletion.kept.map((field) => [field, null])))
  const { deleted, present } = await runBatch(ctx.db, {
    event: eventOf(ctx, kind, deletion, lost, where),
    deleted: ctx.db.delete(table).where(where).returning(columns),
    present: presentRow(ctx, kind, id, deletion),
    followedBy: deletion.followedBy ?? [],
  })
  if (!firstOf(deleted)) explain(ctx, kind, deletion, present[0])
}

/**
 * Takes a record out of the trash, and gives it back; one that is not there is given back as it is. Throws `not_found`
 * after 30 days.
 */
export async function restoreRecord<C extends SelectedFieldsFlat>(
  ctx: Ctx,
  kind: RecordKind<C>,
  id: string,
  { permission, isPossible }: { permission: Permission; isPossible?: SQL },
): Promise<SelectResultFields<C>> {
  const { db, actor, now } = ctx
  const { table, columns, subject } = kind
  const deletedAt = requireTrash(table)
  const here = and(eq(table.id, id), kind.reached(actor, permission), isPossible)
  const { restored, present } = await runBatch(db, {
    restored: db
      .update(table)
      .set({ deletedAt: null, ...versionStamp(table, now) })
      .where(and(here, isNotNull(deletedAt), isRestorable(deletedAt, now)))
      .returning(columns),
    event: eventInsert(ctx, { verb: `${subject}.restored`, subject, id, when: ifChanged }),
    present: db
      .select({ row: columns })
      .from(table)
      .where(and(here, isNull(deletedAt))),
  })
  const row = firstOf(restored) ?? present[0]?.row
  if (!row) throw new AppError('not_found')
  return row
}

function requireTrash({ deletedAt }: RecordTable): Column {
  if (!deletedAt) throw new Error('A record of this kind has no trash')
  return deletedAt
}

// A statement whose table is a parameter has a result that Drizzle's types leave open.
function firstOf<Row>(rows: Row[] | D1Result): Row | undefined {
  return Array.isArray(rows) ? rows[0] : undefined
}

function notTrashed({ table }: { table: RecordTable }): SQL | undefined {
  return table.deletedAt && isNull(table.deletedAt)
}

/** The record at hand may be changed: it is in reach, the version that was read, and every requirement holds. */
function mayChange<C extends SelectedFieldsFlat>(
  { actor }: Ctx,
  kind: RecordKind<C>,
  id: string | SQL,
  { permission, ifVersion, require = {} }: Demand<SelectResultFields<C>>,
): SQL | undefined {
  return and(
    eq(kind.table.id, id),
    kind.reached(actor, permission),
    notTrashed(kind),
    ifVersion === undefined ? undefined : eq(kind.table.version, ifVersion),
    ...Object.values(require).map(({ holds }) => holds),
  )
}

function eventOf<C extends SelectedFieldsFlat>(
  ctx: Ctx,
  { subject, table, unlogged = [] }: RecordKind<C>,
  { verb }: { verb: string },
  changes: SQL,
  when: SQL,
) {
  const hidden = unlogged.map((field) => sql`, ${`$.${field}`}, json('[null,null]')`)
  return eventInsert(ctx, {
    verb: `${subject}.${verb}`,
    subject,
    id: sql`${table.id}`,
    changes: hidden.length === 0 ? changes : sql`json_replace(${changes}${sql.join(hidden)})`,
    from: sql`${table}`,
    when,
  })
}

/** The record as the actor sees it, with what a refusal has to know; no row where the change happened. */
function presentRow<C extends SelectedFieldsFlat>(
  { db, actor }: Ctx,
  kind: RecordKind<C>,
  id: string | SQL,
  { permission, ifVersion, require = {} }: Demand<SelectResultFields<C>>,
) {
  const { table, columns, reads } = kind
  const isReached = kind.reached(actor, permission) ?? sql`true`
  const flag = (name: string, holds: SQL) => sql<number>`${holds}`.as(`holds_${name}`)
  const requirements = Object.entries(require)
  return db
    .select({
      row: columns,
      isReached: flag('reach', isReached),
      isVersion: flag('version', ifVersion === undefined ? sql`true` : eq(table.version, ifVersion)),
      holds: Object.fromEntries(requirements.map(([name, { holds }]) => [name, flag(name, holds)] as const)),
      known: Object.fromEntries(requirements.map(([name, { known }]) => [name, knownAs(name, known)] as const)),
    })
    .from(table)
    .where(and(eq(table.id, id), kind.reached(actor, reads), notTrashed(kind), ifUnchanged))
}

function knownAs(name: string, known: SQL = sql`NULL`) {
  return sql<string | null>`${known}`.as(`known_${name}`)
}

type Present<Row> = {
  row: Row
  isReached: number
  isVersion: number
  holds: Record<string, number>
  known: Record<string, string | null>
}

/** The record that was not changed, if that is only because nothing would have changed; else throws why. */
function explain<C extends SelectedFieldsFlat>(
  { actor }: Ctx,
  kind: RecordKind<C>,
  { require = {} }: Demand<SelectResultFields<C>>,
  present: Present<SelectResultFields<C>> | undefined,
): SelectResultFields<C> {
  if (!present) throw new AppError('not_found')
  const { row, isReached, isVersion, holds, known } = present
  if (!isReached) throw kind.outOfReach?.(row, actor) ?? new AppError('not_found')
  if (!isVersion) throw new AppError('stale', { etag: kind.etag(row) })
  for (const [name, { orElse }] of Object.entries(require)) {
    if (!holds[name]) throw orElse(row, JSON.parse(known[name] ?? 'null'))
  }
  return row
}
