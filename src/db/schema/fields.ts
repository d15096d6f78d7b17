// Definitions of custom fields: which fields an entity has, of which type. Triggers hold them for every write
// (src/db/triggers/09-fields.sql). A value without a definition is kept as it is, unless the entity is strict.
import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { id, instant, stamps, version } from '../columns'
import { workspaces } from './workspaces'

export const FIELD_ENTITIES = ['customer', 'lead', 'ticket'] as const
export const FIELD_TYPES = [
  'text',
  'number',
  'boolean',
  'date',
  'instant',
  'select',
  'multiselect',
  'url',
  'user',
] as const

export const fields = sqliteTable(
  'fields',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    entity: text({ enum: FIELD_ENTITIES }).notNull(),
    key: text().notNull(),
    type: text({ enum: FIELD_TYPES }).notNull(),
    label: text().notNull(),
    isRequired: integer({ mode: 'boolean' }).notNull().default(false),
    isUnique: integer({ mode: 'boolean' }).notNull().default(false),
    /** Its values stand in `field_values`; since when all of them do. */
    isIndexed: integer({ mode: 'boolean' }).notNull().default(false),
    indexedAt: instant(),
    /** The values of `select` and `multiselect`, in their order. */
    options: text({ mode: 'json' }).$type<string[]>(),
    position: integer().notNull(),
    archivedAt: instant(),
    version: version(),
    ...stamps(),
  },
  (t) => [
    uniqueIndex('fields_key').on(t.workspaceId, t.entity, t.key),
    index('fields_indexed').on(t.workspaceId, t.entity).where(sql`is_indexed`),
  ],
)

/** Entities that take no value without a definition. */
export const strictEntities = sqliteTable(
  'strict_entities',
  {
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    entity: text({ enum: FIELD_ENTITIES }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.entity] })],
)

/** The values of unique fields of living records, each once. Kept by triggers. */
export const fieldKeys = sqliteTable(
  'field_keys',
  { fieldId: text().notNull(), value: text().notNull(), recordId: text().notNull() },
  (t) => [primaryKey({ columns: [t.fieldId, t.value] }), index('field_keys_record').on(t.recordId)],
)

/**
 * The values of indexed fields of living records: numbers as numbers, days and choices as text. `owner` is empty for nobody.
 * Kept by triggers.
 */
export const fieldValues = sqliteTable(
  'field_values',
  {
    fieldId: text().notNull(),
    owner: text().notNull(),
    /** Of no type of its own: a number sorts as a number, a text as a text. */
    value: blob().notNull(),
    seq: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.fieldId, t.owner, t.value, t.seq] }),
    index('field_values_all').on(t.fieldId, t.value, t.seq),
  ],
)
