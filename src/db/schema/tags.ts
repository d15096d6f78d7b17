// Tags of customers, leads and tickets: a name is one tag whatever its case. How often each is used, by owner, is kept by
// triggers (src/db/triggers/08-tags.sql).
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, sqliteView, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { id, instant, stamps, version } from '../columns'
import { customers } from './customers'
import { leads } from './leads'
import { tickets } from './tickets'
import { workspaces } from './workspaces'

/** How many tags a record has at most; triggers hold it. */
export const MAX_TAGS = 50

export const tags = sqliteTable(
  'tags',
  {
    id: id(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    name: text().notNull(),
    /** The name without case and accents. */
    key: text().notNull(),
    /** What stands for it in the search index, where that is not its key: a name may change, and the index stays. */
    indexedAs: text(),
    version: version(),
    ...stamps(),
    /** When it was deleted, while customers are still to be rid of it. */
    deletedAt: instant(),
  },
  (t) => [
    uniqueIndex('tags_key').on(t.workspaceId, t.key),
    uniqueIndex('tags_indexed').on(t.workspaceId, t.indexedAs).where(sql`indexed_as IS NOT NULL`),
    index('tags_deleted').on(t.workspaceId).where(sql`deleted_at IS NOT NULL`),
  ],
)

const tagId = () =>
  text()
    .notNull()
    .references(() => tags.id)

export const customerTags = sqliteTable(
  'customer_tags',
  {
    customerId: text()
      .notNull()
      .references(() => customers.id),
    tagId: tagId(),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.tagId] }), index('customer_tags_tag').on(t.tagId)],
)

/** Customers several of whose tags are changing in the batch that runs, so that triggers index each once. Empty between batches. */
export const taggedCustomers = sqliteTable('tagged_customers', { customerId: text().primaryKey() })

export const leadTags = sqliteTable(
  'lead_tags',
  {
    leadId: text()
      .notNull()
      .references(() => leads.id),
    tagId: tagId(),
  },
  (t) => [primaryKey({ columns: [t.leadId, t.tagId] }), index('lead_tags_tag').on(t.tagId)],
)

export const ticketTags = sqliteTable(
  'ticket_tags',
  {
    ticketId: text()
      .notNull()
      .references(() => tickets.id),
    tagId: tagId(),
  },
  (t) => [primaryKey({ columns: [t.ticketId, t.tagId] }), index('ticket_tags_tag').on(t.tagId)],
)

/**
 * How many living records of an owner have a tag; `'*'` is everybody, and `''` nobody, of leads alone. A ticket counts for
 * the owner of its customer and for its assignee. `key` is the tag's.
 */
export const tagCounts = sqliteView('tag_counts', {
  tagId: text().notNull(),
  owner: text().notNull(),
  workspaceId: text().notNull(),
  key: text().notNull(),
  customers: integer().notNull(),
  leads: integer().notNull(),
  tickets: integer().notNull(),
}).existing()
