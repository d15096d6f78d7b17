// What analytics reads instead of the records themselves: days of figures, and how many tickets are open.
// Both are written by triggers alone (src/db/triggers/06-rollups.sql), which also say what each figure counts.
import { integer, sqliteView, text } from 'drizzle-orm/sqlite-core'

/** What a day's row counts. */
export const METRICS = [
  'lead',
  'claim',
  'contact',
  'move',
  'conversion',
  'customer',
  'interaction',
  'ticket',
  'resolution',
  'due',
] as const

/**
 * A day (UTC) of one metric for one owner; `'*'` is everybody. `part` is a lead's source, or what a
 * follow-up hangs on. `cells` is JSON: `{"<quarter-hour of the day>/<kind>/<step of a duration>": count}`.
 */
export const rollups = sqliteView('rollups', {
  workspaceId: text().notNull(),
  owner: text().notNull(),
  metric: text({ enum: METRICS }).notNull(),
  day: text().notNull(),
  part: text().notNull(),
  count: integer().notNull(),
  cells: text().notNull(),
}).existing()

/** How many open tickets are those of an owner's customers, or are another's and theirs to solve; `'*'` everybody's. */
export const ticketCounts = sqliteView('ticket_counts', {
  workspaceId: text().notNull(),
  owner: text().notNull(),
  count: integer().notNull(),
}).existing()
