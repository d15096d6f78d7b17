// Customers (contacts are the same record): who the team does business with. An e-mail is unique among the living.
// The search index and the counters beside these tables are kept by triggers (src/db/triggers/02-customers.sql).
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, sqliteView, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { BARED_SIGNS } from '../../text/searched'
import {
  computed,
  computedJson,
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
import { codeOfColumn, signOfColumn } from '../fts'
import { users } from './users'
import { workspaces } from './workspaces'

const workspaceId = () =>
  text()
    .notNull()
    .references(() => workspaces.id)

const FOLDED_COMPANY = searchedText('folded_company', 'company')

const withoutSigns = (text: string) => BARED_SIGNS.reduce((bare, sign) => `replace(${bare}, '${sign}', '')`, text)

const listOf = (main: string, first: string, others: string) =>
  `CASE WHEN ${main} IS NULL THEN '[]' ELSE '[' || ${first} || coalesce(',' || substr(${others}, 2), ']') END`
const withOthers = (text: string, others: string) => `${text} || coalesce(char(10) || ${others}, '')`

export const customers = sqliteTable(
  'customers',
  {
    seq: seq(),
    id: idBesideSeq(),
    workspaceId: workspaceId(),
    name: text().notNull(),
    email: text(),
    emailLabel: text(),
    /** Addresses beside the main one, and what they are searched by. */
    otherEmails: text({ mode: 'json' }).$type<{ email: string; label: string | null }[]>(),
    otherEmailsText: text(),
    phone: text(),
    phoneLabel: text(),
    otherPhones: text({ mode: 'json' }).$type<
      { phone: string; phoneE164: string | null; label: string | null; text: string }[]
    >(),
    otherPhonesText: text(),
    company: text(),
    jobTitle: text(),
    ownerId: text().references(() => users.id),
    version: version(),
    ...stamps(),
    deletedAt: instant(),
    /** The folded name, by which customers are sorted and searched. */
    sortName: text().notNull().default(''),
    /** What other texts are searched by, where folding makes more of them than lower case: `Café` gives `cafe`, `Cafe` null. */
    foldedEmail: text(),
    foldedCompany: text(),
    foldedJobTitle: text(),
    /** What near-equal names and companies share, where that is not the folded text without BARED_SIGNS. */
    bareName: text(),
    bareCompany: text(),
    /** The number in E.164 with its extension, such as `+4930901820;ext=12`. */
    phoneE164: text('phone_e164'),
    /** The number in each form that it is searched by, as digits and as `gramsOf` them, each a line. */
    phoneText: text(),
    /** The portal login of this customer. */
    userId: text().references(() => users.id),
    ...customFields(),
    lastInteractionAt: instant(),
    nextFollowUpAt: instant(),
    /** What was said and done with them, plans not counted; kept by triggers. */
    interactionCount: integer().notNull().default(0),
    /** When who this was has been erased. */
    erasedAt: instant(),
    /** What another system calls this customer. */
    externalId: text(),
    /** What an imported row without an e-mail or another key is recognised by when it comes again. */
    importKey: text(),
    /** `lastInteractionAt`, empty where there was none, so that an order and its cursor need no nulls. */
    touchedAt: computed(`coalesce(last_interaction_at, '')`),
    /** All addresses and numbers, the main one first. */
    emails: computedJson<{ email: string; label: string | null }[]>(
      listOf('email', `json_object('email', email, 'label', email_label)`, 'other_emails'),
    ),
    phones: computedJson<{ phone: string; phoneE164: string | null; label: string | null }[]>(
      listOf('phone', `json_object('phone', phone, 'phoneE164', phone_e164, 'label', phone_label)`, 'other_phones'),
    ),
    emailText: computed(withOthers(searchedText('folded_email', 'email'), 'other_emails_text')),
    companyText: computed(FOLDED_COMPANY),
    jobTitleText: computed(searchedText('folded_job_title', 'job_title')),
    /** Near-equal customers share it: name and company, folded, without spaces and punctuation. */
    nameKey: computed(
      `coalesce(bare_name, ${withoutSigns('sort_name')}) || '|' || coalesce(bare_company, ${withoutSigns(FOLDED_COMPANY)})`,
    ),
    allPhonesText: computed(withOthers(`coalesce(phone_text, '')`, 'other_phones_text')),
    searchPhone: computed(
      `replace(${withOthers(`coalesce(phone_text, '')`, 'other_phones_text')}, char(1), ${signOfColumn('workspace_id')})`,
    ),
    searchScope: computed(`${codeOfColumn('workspace_id')} || ' ' || ${codeOfColumn('owner_id')}`),
    /** How many days may pass between two contacts. */
    keepInTouchDays: integer(),
    /** The last call, e-mail or meeting; kept by triggers where there are days to keep. */
    lastContactAt: instant(),
    nextTouchAt: computed(
      `strftime('%Y-%m-%dT%H:%M:%fZ', coalesce(last_contact_at, created_at), '+' || keep_in_touch_days || ' days')`,
    ),
    ...reminding(),
    remindAt: remindAt('next_touch_at', 'next_touch_at IS NOT NULL AND owner_id IS NOT NULL AND deleted_at IS NULL'),
  },
  (t) => {
    const living = sql`deleted_at IS NULL`
    const dead = sql`deleted_at IS NOT NULL`
    const due = sql`deleted_at IS NULL AND next_follow_up_at IS NOT NULL`
    const kept = sql`deleted_at IS NULL AND next_touch_at IS NOT NULL`
    const engaged = sql`deleted_at IS NULL AND interaction_count > 0`
    const waiting = sql`remind_at IS NOT NULL`
    return [
      uniqueIndex('customers_email').on(t.workspaceId, t.email).where(sql`deleted_at IS NULL AND email IS NOT NULL`),
      index('customers_owner').on(t.workspaceId, t.ownerId).where(living),
      index('customers_list').on(t.workspaceId).where(living),
      index('customers_name').on(t.workspaceId, t.sortName).where(living),
      index('customers_owner_name').on(t.workspaceId, t.ownerId, t.sortName).where(living),
      index('customers_updated').on(t.workspaceId, t.updatedAt).where(living),
      index('customers_owner_updated').on(t.workspaceId, t.ownerId, t.updatedAt).where(living),
      index('customers_touched').on(t.workspaceId, t.touchedAt).where(living),
      index('customers_owner_touched').on(t.workspaceId, t.ownerId, t.touchedAt).where(living),
      // Customers without interactions stand together in customers_touched.
      index('customers_engaged').on(t.workspaceId, t.interactionCount).where(engaged),
      index('customers_owner_engaged').on(t.workspaceId, t.ownerId, t.interactionCount).where(engaged),
      index('customers_due').on(t.workspaceId, t.nextFollowUpAt).where(due),
      index('customers_owner_due').on(t.workspaceId, t.ownerId, t.nextFollowUpAt).where(due),
      index('customers_touch_due').on(t.workspaceId, t.nextTouchAt).where(kept),
      index('customers_owner_touch_due').on(t.workspaceId, t.ownerId, t.nextTouchAt).where(kept),
      index('customers_remind').on(t.remindAt).where(waiting),
      index('customers_owner_remind').on(t.ownerId, t.remindAt).where(waiting),
      index('customers_purge').on(t.deletedAt).where(dead),
      index('customers_trash').on(t.workspaceId).where(dead),
      index('customers_owner_trash').on(t.workspaceId, t.ownerId).where(dead),
      index('customers_user').on(t.userId).where(sql`user_id IS NOT NULL`),
      index('customers_phone')
        .on(t.workspaceId, t.phoneE164, t.ownerId)
        .where(sql`deleted_at IS NULL AND phone_e164 IS NOT NULL`),
      index('customers_unread').on(t.workspaceId).where(sql`phone IS NOT NULL AND phone_e164 IS NULL`),
      index('customers_name_key').on(t.workspaceId, t.nameKey, t.ownerId).where(living),
      uniqueIndex('customers_external')
        .on(t.workspaceId, t.externalId)
        .where(sql`deleted_at IS NULL AND external_id IS NOT NULL`),
      index('customers_import_key')
        .on(t.workspaceId, t.importKey)
        .where(sql`deleted_at IS NULL AND import_key IS NOT NULL`),
    ]
  },
)

/** Addresses of living customers beside the main ones. Kept by triggers. */
export const customerAddresses = sqliteView('customer_addresses', {
  workspaceId: text().notNull(),
  email: text().notNull(),
  customerId: text().notNull(),
}).existing()

/** The `sortName` of a customer who has been erased: no two of them are near-equal by it. */
export const ERASED_SORT_NAME = sql`'erased ' || ${customers.id}`

/** How many living customers an owner has; `'*'` is everybody, of nobody there is no row. Kept by triggers. */
export const customerCounts = sqliteView('customer_counts', {
  workspaceId: text().notNull(),
  owner: text().notNull(),
  count: integer().notNull(),
}).existing()

/** One row for a pair; `kind` says what the customer at `toId` is to the one at `fromId`. */
export const relationships = sqliteTable(
  'customer_relationships',
  {
    fromId: text()
      .notNull()
      .references(() => customers.id),
    toId: text()
      .notNull()
      .references(() => customers.id),
    workspaceId: workspaceId(),
    kind: text().notNull(),
    /** The id by which the import knows it that has made it, until it is changed. */
    importedAs: text(),
    createdAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.fromId, t.toId] }),
    index('relationships_imported').on(t.importedAs).where(sql`imported_as IS NOT NULL`),
    index('relationships_list').on(t.workspaceId, t.fromId, t.toId),
  ],
)

/**
 * A merge. Those that are not undone make trees of customers, and what hangs on a customer is where the root of its home is.
 * `fields` has each field of the survivor as it was before and as the merge made it; it is emptied when it is too late to undo.
 */
export const merges = sqliteTable(
  'customer_merges',
  {
    /** The order in which merges were made. */
    seq: seq(),
    id: idBesideSeq(),
    workspaceId: workspaceId(),
    survivorId: text().notNull(),
    mergedId: text().notNull(),
    /** Whose fields stand where both have one. */
    prefer: text({ enum: ['this', 'other'] }).notNull(),
    fields: text().notNull(),
    createdAt: instant().notNull(),
    undoneAt: instant(),
    /** JSON: the rows that move at once, by kind. It is set only within the transaction that moves them. */
    picked: text(),
  },
  (t) => [
    uniqueIndex('merges_merged').on(t.mergedId).where(sql`undone_at IS NULL`),
    index('merges_survivor').on(t.survivorId),
    index('merges_created').on(t.createdAt).where(sql`fields <> '{}'`),
  ],
)

/** The tags and relationships that a merge brought to the survivor, by the id of the tag or of the other customer. */
export const mergedRows = sqliteTable(
  'customer_merged_rows',
  { mergeId: text().notNull(), kind: text().notNull(), rowId: text().notNull() },
  (t) => [primaryKey({ columns: [t.mergeId, t.kind, t.rowId] })],
)
