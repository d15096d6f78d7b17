// Columns that every table shares. Instants are ISO-8601 UTC text with milliseconds, so that they sort as text.
import { sql } from 'drizzle-orm'
import { integer, text } from 'drizzle-orm/sqlite-core'

/** UUIDv7 text made by the Worker, so that a batch can refer to it and order by id is order by time. */
export const id = () => text().primaryKey()
/** Row number of a searched table: the order of arrival, and the rowid that its search index streams by. */
export const seq = () => integer().primaryKey()
/** The id of a searched table, beside its `seq`. */
export const idBesideSeq = () => text().notNull().unique()
export const instant = () => text()
/** Counts the changes of a record; its ETag. */
export const version = () => integer().notNull().default(1)
export const stamps = () => ({ createdAt: instant().notNull(), updatedAt: instant().notNull() })
/** What reminding knows of a due record: the due time that has been dealt with, and the owner's quiet until when. */
export const reminding = () => ({ remindedFor: instant(), heldUntil: instant() })
/** When its owner is to be reminded of a record: when it is `due`, or, until then not to be disturbed, thereafter. */
export const remindAt = (due: string, isWaiting: string) =>
  computed(`CASE WHEN ${isWaiting} AND reminded_for IS NOT ${due} THEN max(${due}, coalesce(held_until, '')) END`)
/** Computed by SQLite whenever it is read, from SQL over the row. */
export const computed = (expression: string) => text().generatedAlwaysAs(sql.raw(expression), { mode: 'virtual' })
