// Mail to send: written in the batch of the change that causes it, taken by the run that sends it.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, version } from '../columns'
import { workspaces } from './workspaces'

/** Mail to people outside, links that somebody asked for, and what an account that has not proved its address hears. */
export const BOUNDS = ['outside', 'link', 'notice'] as const
export type Bound = (typeof BOUNDS)[number]

export const MAIL_STATES = ['QUEUED', 'SENT', 'FAILED'] as const

export const outbox = sqliteTable(
  'outbox',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    template: text().notNull(),
    recipient: text().notNull(),
    /** What it counts as among its recipient's mails of the day; null where these have no cap. */
    bound: text({ enum: BOUNDS }),
    /** What the template is filled with; links and tokens stand sealed in it. */
    payload: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
    state: text({ enum: MAIL_STATES }).notNull().default('QUEUED'),
    attempts: integer().notNull().default(0),
    /** When it may be tried (again). */
    nextAttemptAt: instant().notNull(),
    /** Until when a worker has it; null while none sends it. */
    takenUntil: instant(),
    /** When trying ends: a day after it was queued, or with the link in it. */
    giveUpAt: instant().notNull(),
    lastError: text(),
    sentAt: instant(),
    createdAt: instant().notNull(),
    version: version(),
  },
  (t) => [
    index('outbox_due').on(t.nextAttemptAt).where(sql`state = 'QUEUED'`),
    index('outbox_workspace').on(t.workspaceId, t.id),
    index('outbox_bound').on(t.recipient, t.bound, t.id).where(sql`bound IS NOT NULL`),
    index('outbox_unsent').on(t.workspaceId, t.state, t.id).where(sql`state <> 'SENT'`),
  ],
)

/** Addresses to which a workspace sends no more mail, because the person who reads it said so. */
export const mailStops = sqliteTable(
  'mail_stops',
  {
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    address: text().notNull(),
    createdAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.address] })],
)
