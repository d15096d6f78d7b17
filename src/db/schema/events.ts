// The audit trail: who did what to which record. Rows are added in the batch of the change and never altered.
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant, seq } from '../columns'

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
  'mail',
  'import',
  'api_key',
] as const

export const events = sqliteTable(
  'events',
  {
    seq: seq(),
    id: text().notNull(),
    workspaceId: text().notNull(),
    subjectType: text({ enum: SUBJECT_TYPES }).notNull(),
    subjectId: text().notNull(),
    verb: text().notNull(),
    actorType: text({ enum: ACTOR_TYPES }).notNull(),
    actorId: text(),
    changes: text({ mode: 'json' }).$type<Record<string, [unknown, unknown]>>(),
    createdAt: instant().notNull(),
  },
  (t) => [index('events_feed').on(t.workspaceId), index('events_subject').on(t.workspaceId, t.subjectId, t.createdAt)],
)
