// Views: saved questions of lists, private or shared by the team. One of each audience is the default, which triggers hold
// (src/db/triggers/10-views.sql).
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { computed, id, stamps, version } from '../columns'
import { users } from './users'
import { workspaces } from './workspaces'

export const VIEW_ENTITIES = ['customer', 'lead', 'ticket', 'interaction'] as const

export const views = sqliteTable(
  'views',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    entity: text({ enum: VIEW_ENTITIES }).notNull(),
    name: text().notNull(),
    /** The member who made it; null for those of an API key, which are shared. */
    ownerId: text().references(() => users.id),
    isShared: integer({ mode: 'boolean' }).notNull(),
    /** The filter tree as it was sent. */
    filter: text({ mode: 'json' }).$type<unknown>(),
    sort: text(),
    columns: text({ mode: 'json' }).$type<string[]>(),
    position: integer().notNull(),
    isDefault: integer({ mode: 'boolean' }).notNull().default(false),
    version: version(),
    ...stamps(),
    /** Who sees it: the maker, or with an empty text the whole team. */
    audience: computed(`CASE WHEN is_shared THEN '' ELSE owner_id END`),
  },
  (t) => [
    index('views_list').on(t.workspaceId, t.entity, t.audience, t.position, t.id),
    index('views_private').on(t.ownerId).where(sql`NOT is_shared`),
  ],
)
