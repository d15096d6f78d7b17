// The audit trail: who did what to which record. Rows are added in the batch of the change and never altered.
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { instant } from '../columns'

export const ACTOR_TYPES = ['user', 'key', 'public', 'system'] as const
export const SUBJECT_TYPES = [
  'lead',
  'customer',
  'user',
  'workspace',
  'invitation',
  'interaction',
  'ticket',
  'tag',
  'field',
  'stage',
  'view',
  'mail',
  'import',
  'api_key',
  'webhook',
] as const

export const events = sqliteTable(
  'events',
  {
    workspaceId: text().notNull(),
    /** Counts the events of the workspace: the order in which they happened. */
    seq: integer().notNull(),
    id: text().notNull(),
    subjectType: text({ enum: SUBJECT_TYPES }).notNull(),
    subjectId: text().notNull(),
    verb: text().notNull(),
    actorType: text({ enum: ACTOR_TYPES }).notNull(),
    actorId: text(),
    changes: text({ mode: 'json' }).$type<Record<string, [unknown, unknown]>>(),
    createdAt: instant().notNull(),
  },
  // The index is unique, so that SQLite knows its order to be complete.
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.seq] }),
    uniqueIndex('events_subject').on(t.subjectId, t.createdAt, t.seq),
  ],
)
