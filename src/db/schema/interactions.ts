// The one timeline: notes, calls, e-mails, meetings, tasks and follow-ups of a customer or a lead.
// `ownerId` repeats the owner of that customer or lead, kept by triggers, so that one's own are found without a join.
import { sql } from 'drizzle-orm'
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { computed, idBesideSeq, instant, remindAt, reminding, searchedText, seq, stamps, version } from '../columns'
import { codeOfColumn } from '../fts'
import { customers } from './customers'
import { leads } from './leads'
import { tickets } from './tickets'
import { workspaces } from './workspaces'

export const INTERACTION_TYPES = ['NOTE', 'CALL', 'EMAIL', 'MEETING', 'TASK', 'FOLLOW_UP'] as const

export const interactions = sqliteTable(
  'interactions',
  {
    seq: seq(),
    id: idBesideSeq(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.id),
    customerId: text().references(() => customers.id),
    /** The customer that had it before a merge moved it, and who gets it back if that merge is undone. */
    homeId: text(),
    leadId: text().references(() => leads.id),
    ticketId: text().references(() => tickets.id),
    ownerId: text(),
    type: text({ enum: INTERACTION_TYPES }).notNull(),
    body: text().notNull(),
    /** What it is searched by, where folding makes more of it than lower case. */
    foldedBody: text(),
    occurredAt: instant().notNull(),
    followUpAt: instant(),
    doneAt: instant(),
    createdBy: text(),
    /** What an import knows it by, when the same comes again. */
    importKey: text(),
    version: version(),
    ...stamps(),
    searchText: computed(searchedText('folded_body', 'body')),
    searchScope: computed(codeOfColumn('workspace_id')),
    ...reminding(),
    /** Who is reminded: the owner of the record, or its author where the record has no owner. */
    remindTo: computed('coalesce(owner_id, created_by)'),
    remindAt: remindAt(
      'follow_up_at',
      'follow_up_at IS NOT NULL AND done_at IS NULL AND coalesce(owner_id, created_by) IS NOT NULL',
    ),
  },
  (t) => {
    const due = sql`follow_up_at IS NOT NULL AND done_at IS NULL`
    const leadDue = sql`lead_id IS NOT NULL AND follow_up_at IS NOT NULL AND done_at IS NULL`
    const waiting = sql`remind_at IS NOT NULL`
    const shared = sql`type IN ('CALL', 'EMAIL', 'MEETING') OR ticket_id IS NOT NULL`
    return [
      index('interactions_list').on(t.workspaceId, t.occurredAt),
      index('interactions_owner').on(t.workspaceId, t.ownerId, t.occurredAt),
      index('interactions_updated').on(t.workspaceId, t.updatedAt),
      index('interactions_customer').on(t.customerId, t.occurredAt),
      index('interactions_import').on(t.workspaceId, t.importKey).where(sql`import_key IS NOT NULL`),
      index('interactions_home').on(t.homeId, t.customerId).where(sql`home_id IS NOT NULL`),
      index('interactions_lead').on(t.leadId, t.occurredAt).where(sql`lead_id IS NOT NULL`),
      index('interactions_ticket').on(t.ticketId, t.occurredAt).where(sql`ticket_id IS NOT NULL`),
      index('interactions_author').on(t.createdBy, t.occurredAt),
      index('interactions_due').on(t.workspaceId, t.followUpAt).where(due),
      index('interactions_owner_due').on(t.workspaceId, t.ownerId, t.followUpAt).where(due),
      index('interactions_unowned_due')
        .on(t.createdBy, t.followUpAt)
        .where(sql`owner_id IS NULL AND follow_up_at IS NOT NULL AND done_at IS NULL`),
      index('interactions_customer_due').on(t.customerId, t.followUpAt).where(due),
      index('interactions_lead_due').on(t.leadId, t.followUpAt).where(leadDue),
      index('interactions_remind').on(t.remindAt).where(waiting),
      index('interactions_owner_remind').on(t.remindTo, t.remindAt).where(waiting),
      index('interactions_type').on(t.workspaceId, t.type, t.occurredAt),
      index('interactions_owner_type').on(t.workspaceId, t.ownerId, t.type, t.occurredAt),
      // What a customer is shown of the own timeline.
      index('interactions_shared').on(t.customerId, t.occurredAt).where(shared),
    ]
  },
)
