// Leads. An enquiry is a lead that nobody owns yet; the unowned, open ones are the pool that claiming draws from.
// The search index and the counters beside this table are kept by triggers (src/db/triggers/01-leads.sql).
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, sqliteView, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import {
  computed,
  customFields,
  idBesideSeq,
  instant,
  remindAt,
  reminding,
  searchedText,
  seq,
  stamps,
  version,
} from '../columns'
import { codeOfColumn, STATUS_CODES, signOfColumn } from '../fts'
import { customers } from './customers'
import { users } from './users'
import { workspaces } from './workspaces'

export const LEAD_STATUSES = ['NEW', 'CONTACTED', 'QUALIFIED', 'CLOSED'] as const

const SEARCH_TEXT = [
  searchedText('folded_title', 'title'),
  searchedText('sort_name', 'name'),
  searchedText('folded_email', 'email'),
  searchedText('folded_interest', 'interest'),
].join(' || char(10) || ')
const statusCode = Object.entries(STATUS_CODES).map(([status, code]) => `WHEN '${status}' THEN '${code}'`)
const SEARCH_SCOPE = [
  codeOfColumn('workspace_id'),
  codeOfColumn('owner_id'),
  `CASE status ${statusCode.join(' ')} END`,
].join(` || ' ' || `)

export const leads = sqliteTable(
  'leads',
  {
    seq: seq(),
    id: idBesideSeq(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    title: text().notNull(),
    description: text(),
    status: text({ enum: LEAD_STATUSES }).notNull().default('NEW'),
    /** The stage, which is of that status; null if the workspace has none for it. */
    stageId: text(),
    /** Why it was lost, while it stands in a stage of lost leads. */
    lostReason: text(),
    source: text(),
    name: text(),
    email: text(),
    phone: text(),
    interest: text(),
    /** The folded name: what it is searched by, and a customer made of this lead is sorted by. */
    sortName: text(),
    /** What other texts are searched by, where folding makes more of them than lower case. */
    foldedTitle: text(),
    foldedEmail: text(),
    foldedInterest: text(),
    /** The number in E.164 with its extension, such as `+4930901820;ext=12`. */
    phoneE164: text('phone_e164'),
    /** The number in each form that it is searched by, as digits and as `gramsOf` them, each a line. */
    phoneText: text(),
    message: text(),
    metadata: text({ mode: 'json' }).$type<unknown>(),
    ...customFields(),
    ownerId: text().references(() => users.id),
    claimedAt: instant(),
    followUpAt: instant(),
    customerId: text().references(() => customers.id),
    /** The customer that had it before a merge moved it. */
    homeId: text(),
    convertedAt: instant(),
    /** How often it was claimed. */
    claims: integer().notNull().default(0),
    /** When its status last changed; null if it never did. */
    stageSince: instant(),
    /** The first call, e-mail, meeting, or status beyond NEW. */
    contactedAt: instant(),
    /** What another system calls this lead. */
    externalId: text(),
    /** What an imported row without a key of its own is recognised by when it comes again. */
    importKey: text(),
    version: version(),
    ...stamps(),
    deletedAt: instant(),
    searchText: computed(SEARCH_TEXT),
    searchSource: computed(`'⟦' || source || '⟧'`),
    searchScope: computed(SEARCH_SCOPE),
    searchPhone: computed(`replace(phone_text, char(1), ${signOfColumn('workspace_id')})`),
    ...reminding(),
    remindAt: remindAt(
      'follow_up_at',
      `follow_up_at IS NOT NULL AND owner_id IS NOT NULL AND status <> 'CLOSED' AND deleted_at IS NULL`,
    ),
  },
  (t) => [
    index('leads_list').on(t.workspaceId).where(sql`deleted_at IS NULL`),
    index('leads_owner').on(t.workspaceId, t.ownerId).where(sql`owner_id IS NOT NULL AND deleted_at IS NULL`),
    index('leads_pool').on(t.workspaceId).where(sql`owner_id IS NULL AND deleted_at IS NULL AND status <> 'CLOSED'`),
    index('leads_unowned_closed')
      .on(t.workspaceId)
      .where(sql`owner_id IS NULL AND deleted_at IS NULL AND status = 'CLOSED'`),
    index('leads_updated').on(t.workspaceId, t.updatedAt).where(sql`deleted_at IS NULL`),
    index('leads_owner_updated').on(t.workspaceId, t.ownerId, t.updatedAt).where(sql`deleted_at IS NULL`),
    index('leads_follow_up')
      .on(t.workspaceId, t.followUpAt)
      .where(sql`deleted_at IS NULL AND follow_up_at IS NOT NULL`),
    index('leads_owner_follow_up')
      .on(t.workspaceId, t.ownerId, t.followUpAt)
      .where(sql`deleted_at IS NULL AND follow_up_at IS NOT NULL`),
    index('leads_open_follow_up')
      .on(t.workspaceId, t.followUpAt)
      .where(sql`deleted_at IS NULL AND follow_up_at IS NOT NULL AND status <> 'CLOSED'`),
    index('leads_owner_open_follow_up')
      .on(t.workspaceId, t.ownerId, t.followUpAt)
      .where(sql`deleted_at IS NULL AND follow_up_at IS NOT NULL AND status <> 'CLOSED'`),
    index('leads_remind').on(t.remindAt).where(sql`remind_at IS NOT NULL`),
    index('leads_owner_remind').on(t.ownerId, t.remindAt).where(sql`remind_at IS NOT NULL`),
    index('leads_purge').on(t.deletedAt).where(sql`deleted_at IS NOT NULL`),
    index('leads_trash').on(t.workspaceId).where(sql`deleted_at IS NOT NULL`),
    index('leads_trash_email')
      .on(t.workspaceId, t.email)
      .where(sql`deleted_at IS NOT NULL AND customer_id IS NULL AND email IS NOT NULL`),
    index('leads_owner_trash').on(t.workspaceId, t.ownerId).where(sql`deleted_at IS NOT NULL`),
    index('leads_unread').on(t.workspaceId).where(sql`phone IS NOT NULL AND phone_e164 IS NULL`),
    uniqueIndex('leads_external')
      .on(t.workspaceId, t.externalId)
      .where(sql`deleted_at IS NULL AND external_id IS NOT NULL`),
    index('leads_import_key').on(t.workspaceId, t.importKey).where(sql`deleted_at IS NULL AND import_key IS NOT NULL`),
    index('leads_home').on(t.homeId, t.customerId).where(sql`home_id IS NOT NULL`),
    index('leads_stage').on(t.workspaceId, t.stageId).where(sql`stage_id IS NOT NULL`),
    index('leads_customer').on(t.customerId).where(sql`customer_id IS NOT NULL`),
  ],
)

/** How many living leads an owner has by status; `'*'` is everybody, of nobody there is no row. Kept by triggers. */
export const leadCounts = sqliteView('lead_counts', {
  workspaceId: text().notNull(),
  owner: text().notNull(),
  inNew: integer().notNull(),
  inContacted: integer().notNull(),
  inQualified: integer().notNull(),
  inClosed: integer().notNull(),
}).existing()

/** The column of `leadCounts` for each status. */
export const COUNT_OF_STATUS = {
  NEW: 'inNew',
  CONTACTED: 'inContacted',
  QUALIFIED: 'inQualified',
  CLOSED: 'inClosed',
} as const satisfies Record<(typeof LEAD_STATUSES)[number], keyof typeof leadCounts.$inferSelect>
