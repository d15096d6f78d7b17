// Stages: how a workspace names the steps of its leads and tickets, each a part of one status.
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { id, stamps, version } from '../columns'
import { workspaces } from './workspaces'

export const STAGE_ENTITIES = ['lead', 'ticket'] as const

export const stages = sqliteTable(
  'stages',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    entity: text({ enum: STAGE_ENTITIES }).notNull(),
    name: text().notNull(),
    /** The name without case and accents. */
    key: text().notNull(),
    status: text().notNull(),
    position: integer().notNull(),
    color: text(),
    /** A lead in it was lost, and may say why. */
    isLost: integer({ mode: 'boolean' }).notNull().default(false),
    /** A ticket in it waits for the customer. */
    isWaiting: integer({ mode: 'boolean' }).notNull().default(false),
    version: version(),
    ...stamps(),
  },
  (t) => [
    uniqueIndex('stages_key').on(t.workspaceId, t.entity, t.key),
    index('stages_status').on(t.workspaceId, t.entity, t.status, t.position),
  ],
)
