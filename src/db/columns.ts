// Columns that tables share. Instants are ISO-8601 UTC text with milliseconds, so that they sort as text.
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
/**
 * Custom fields by key. `foldedFields` has those that folding makes more of than lower case, each as written and as
 * `key=value` stands in the search index.
 */
export const customFields = () => ({
  customFields: text({ mode: 'json' }).$type<Record<string, unknown>>(),
  foldedFields: text({ mode: 'json' }).$type<Record<string, [value: string, indexed: string][] | null>>(),
})
/** The state of reminders for a due record: the due time that was handled, and the end of the owner's quiet hours. */
export const reminding = () => ({ remindedFor: instant(), heldUntil: instant() })
/** The instant of the reminder for a record: when it is `due`, or later, after the owner's quiet hours. */
export const remindAt = (due: string, isWaiting: string) =>
  computed(`CASE WHEN ${isWaiting} AND reminded_for IS NOT ${due} THEN max(${due}, coalesce(held_until, '')) END`)
/**
 * SQL of a text as it is searched. The Worker writes `folded` beside it where that is not the text in lower case, which
 * SQLite knows for A to Z alone.
 */
export const searchedText = (folded: string, written: string) => `coalesce(${folded}, lower(${written}), '')`
/** The same of JSON. */
export const computedJson = <T>(expression: string) =>
  text({ mode: 'json' }).$type<T>().generatedAlwaysAs(sql.raw(expression), { mode: 'virtual' })
/** A column that SQLite computes from SQL over the row, whenever it is read. */
export const computed = (expression: string) => text().generatedAlwaysAs(sql.raw(expression), { mode: 'virtual' })
