// Webhooks: where a workspace's events go. Each has a cursor into the events, and a row only for what failed or is replayed.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, stamps, version } from '../columns'
import { workspaces } from './workspaces'

/** FAILING: ten failures in a row, and for an hour. DISABLED: gone, or nothing was delivered for five days. PAUSED: by hand. */
export const WEBHOOK_STATES = ['ACTIVE', 'FAILING', 'PAUSED', 'DISABLED'] as const
export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'EXHAUSTED', 'DISCARDED'] as const

/** What is told of an event that was delivered by its first try: its number, id and type, the status, how long it took, when. */
export type RecentDelivery = { seq: number; id: string; type: string; status: number; ms: number; at: string }

export const webhooks = sqliteTable(
  'webhooks',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    url: text().notNull(),
    types: text({ mode: 'json' }).$type<string[]>().notNull(),
    /** The filter tree as it was sent. */
    filter: text({ mode: 'json' }).$type<unknown>(),
    /** Leaves out what its maker did. */
    skipOwn: integer({ mode: 'boolean' }).notNull().default(false),
    description: text(),
    state: text({ enum: WEBHOOK_STATES }).notNull().default('ACTIVE'),
    /** Why it is DISABLED. */
    reason: text({ enum: ['gone', 'unreachable', 'secret'] }),
    /** The secrets, sealed; the one before signs as well until `previousUntil`. */
    secret: text().notNull(),
    previousSecret: text(),
    previousUntil: instant(),
    /** The number of the last event that was delivered, left out, or has a row of its own. */
    cursor: integer().notNull(),
    /** What is being replayed: the events after the one number, up to the other. */
    replayCursor: integer(),
    replayEnd: integer(),
    /** Until when a run has it. */
    leaseUntil: instant(),
    /** Until when nothing is sent: a little after a failure, or as long as the receiver asked for. */
    heldUntil: instant(),
    /** Failures in a row, and since when. */
    failures: integer().notNull().default(0),
    failingSince: instant(),
    lastTriedAt: instant(),
    lastDeliveredAt: instant(),
    /** The last deliveries that succeeded at once. */
    recent: text({ mode: 'json' }).$type<RecentDelivery[]>().notNull(),
    createdBy: text().notNull(),
    version: version(),
    ...stamps(),
  },
  (t) => [index('webhooks_workspace').on(t.workspaceId, t.id)],
)

export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    webhookId: text().notNull(),
    /** The number of the event. */
    seq: integer().notNull(),
    workspaceId: text().notNull(),
    eventId: text().notNull(),
    type: text().notNull(),
    subjectId: text().notNull(),
    state: text({ enum: DELIVERY_STATES }).notNull(),
    attempts: integer().notNull().default(0),
    /** When it is tried next. */
    dueAt: instant().notNull(),
    /** What the first try sent, sealed: each further one sends the same bytes. */
    body: text(),
    /** What the last try met. */
    status: integer(),
    ms: integer(),
    error: text(),
    lastTriedAt: instant(),
    createdAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.webhookId, t.seq] }),
    index('webhook_deliveries_due').on(t.webhookId, t.dueAt).where(sql`state = 'PENDING'`),
    index('webhook_deliveries_subject').on(t.subjectId).where(sql`body IS NOT NULL`),
    index('webhook_deliveries_old').on(t.createdAt),
  ],
)
