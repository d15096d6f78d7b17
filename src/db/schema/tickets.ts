// Tickets: what a customer wants done, numbered 1, 2, 3… within the workspace. Comments are interactions.
// `ownerId` repeats the owner of the customer, kept by a trigger.
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { computed, customFields, idBesideSeq, instant, searchedText, seq, stamps, version } from '../columns'
import { codeOfColumn } from '../fts'
import { customers } from './customers'
import { workspaces } from './workspaces'

export const TICKET_STATUSES = ['OPEN', 'IN_PROGRESS', 'RESOLVED', 'CLOSED'] as const
export const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const

const SEARCH_TEXT = `${searchedText('folded_title', 'title')} || char(10) || ${searchedText('folded_description', 'description')}`

export const tickets = sqliteTable(
  'tickets',
  {
    seq: seq(),
    id: idBesideSeq(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    number: integer().notNull(),
    customerId: text()
      .notNull()
      .references(() => customers.id),
    /** The customer that had it before a merge moved it. */
    homeId: text(),
    interactionId: text(),
    ownerId: text(),
    assigneeId: text(),
    title: text().notNull(),
    description: text(),
    /** What they are searched by, where folding makes more of them than lower case. */
    foldedTitle: text(),
    foldedDescription: text(),
    status: text({ enum: TICKET_STATUSES }).notNull().default('OPEN'),
    /** The stage, which is of that status; null if the workspace has none for it. */
    stageId: text(),
    priority: text({ enum: PRIORITIES }).notNull().default('NORMAL'),
    openedBy: text(),
    /** What an import knows it by, when the same comes again. */
    importKey: text(),
    ...customFields(),
    resolvedAt: instant(),
    version: version(),
    ...stamps(),
    deletedAt: instant(),
    searchText: computed(SEARCH_TEXT),
    searchScope: computed(codeOfColumn('workspace_id')),
  },
  (t) => {
    const living = sql`deleted_at IS NULL`
    return [
      index('tickets_home').on(t.homeId, t.customerId).where(sql`home_id IS NOT NULL`),
      index('tickets_import').on(t.workspaceId, t.importKey).where(sql`import_key IS NOT NULL`),
      uniqueIndex('tickets_number').on(t.workspaceId, t.number),
      index('tickets_list').on(t.workspaceId).where(living),
      index('tickets_owner').on(t.workspaceId, t.ownerId).where(living),
      index('tickets_assignee').on(t.workspaceId, t.assigneeId).where(living),
      index('tickets_updated').on(t.workspaceId, t.updatedAt).where(living),
      index('tickets_stage').on(t.workspaceId, t.stageId).where(sql`stage_id IS NOT NULL`),
      index('tickets_purge').on(t.deletedAt).where(sql`deleted_at IS NOT NULL`),
    ]
  },
)
