// The table of relations: which rows refer to which record, and what becomes of them when that record is merged, purged or
// erased, or when that user leaves. Merge, undo, purge, personal data, offboarding, reverts and exports read it.
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import {
  calendarFeeds,
  customers,
  customerTags,
  interactions,
  leads,
  leadTags,
  merges,
  oauthAccounts,
  oneTimeTokens,
  relationships,
  sessions,
  tickets,
  ticketTags,
  users,
  views,
} from './schema'
import type { SUBJECT_TYPES } from './schema/events'

export type RecordTable = SQLiteTable & {
  id: SQLiteColumn
  workspaceId: SQLiteColumn
  version: SQLiteColumn
  updatedAt: SQLiteColumn
  deletedAt?: SQLiteColumn
}
export type TrashTable = RecordTable & { deletedAt: SQLiteColumn }

type Reference = {
  /** The columns with the id of the record. There are two if the row connects two records of one table. */
  columns: readonly [SQLiteColumn, ...SQLiteColumn[]]
  to: TrashTable
  /** The row is about the person that the record is about. Personal data shows it, and erasing covers it. */
  isPersonal?: true
  /**
   * When another customer takes the place of this one: `move` gives the row to that customer, `copy` makes a second row for
   * that customer (src/customers/merge.settlement.ts and merge.copies.ts). Without it, the row stays.
   */
  onMerge?: 'move' | 'copy'
  /** Of a row that moves: the column that keeps the customer who had it first, and gets it back if the merge is undone. */
  home?: SQLiteColumn
  /**
   * When the record is purged: `delete` deletes the row, `clear` empties the column, `clearIf` does so if that column holds
   * another record and else deletes the row, `wait` keeps the record until the row is gone. Without it, the row keeps the id.
   */
  onPurge?: 'delete' | 'clear' | 'wait' | { clearIf: SQLiteColumn }
  /**
   * When the user leaves the team: `follow` means that triggers copy the column from the record that the row belongs to, and
   * that a merge does so too; a handover gives the row to the successor. Without it, the row stays.
   */
  onLeave?: 'follow' | Handover
}

type Handover = {
  /** The verb of the event if there is no successor. With one it is `assigned`. */
  released: 'released' | 'assigned'
  /** Whether rows in the trash are handed over too. */
  withTrash: boolean
  /** The column that says since when the user has had the row. */
  since?: SQLiteColumn
}

/**
 * A table of records, or of rows that only connect records. Events name the records by `subject`; with `hasTrash` they go to
 * the trash, and are purged from there.
 */
type Table =
  | { table: TrashTable; subject: Subject; hasTrash: true }
  | { table: RecordTable; subject: Subject; hasTrash?: undefined }
  | { table: SQLiteTable; subject?: undefined; hasTrash?: undefined }
type Subject = (typeof SUBJECT_TYPES)[number]

export type Relation = Table & {
  references: readonly Reference[]
  /** /v1/exports writes its records into files. */
  isExported?: true
}

/** A table stands before the tables that it refers to: a purge goes in this order. */
export const RELATIONS = {
  interactions: {
    table: interactions,
    subject: 'interaction',
    isExported: true,
    references: [
      {
        columns: [interactions.customerId],
        to: customers,
        isPersonal: true,
        onMerge: 'move',
        home: interactions.homeId,
        onPurge: 'delete',
      },
      {
        columns: [interactions.leadId],
        to: leads,
        isPersonal: true,
        onPurge: { clearIf: interactions.customerId },
      },
      { columns: [interactions.ticketId], to: tickets, onPurge: 'clear' },
      { columns: [interactions.ownerId], to: users, onLeave: 'follow' },
    ],
  },
  ticketTags: {
    table: ticketTags,
    references: [{ columns: [ticketTags.ticketId], to: tickets, onPurge: 'delete' }],
  },
  leadTags: {
    table: leadTags,
    references: [{ columns: [leadTags.leadId], to: leads, isPersonal: true, onPurge: 'delete' }],
  },
  tickets: {
    table: tickets,
    subject: 'ticket',
    hasTrash: true,
    isExported: true,
    references: [
      {
        columns: [tickets.customerId],
        to: customers,
        isPersonal: true,
        onMerge: 'move',
        home: tickets.homeId,
        onPurge: 'wait',
      },
      { columns: [tickets.ownerId], to: users, onLeave: 'follow' },
      { columns: [tickets.assigneeId], to: users, onLeave: { released: 'assigned', withTrash: false } },
    ],
  },
  leads: {
    table: leads,
    subject: 'lead',
    hasTrash: true,
    isExported: true,
    references: [
      {
        columns: [leads.customerId],
        to: customers,
        isPersonal: true,
        onMerge: 'move',
        home: leads.homeId,
        onPurge: 'clear',
      },
      {
        columns: [leads.ownerId],
        to: users,
        onLeave: { released: 'released', withTrash: true, since: leads.claimedAt },
      },
    ],
  },
  customerTags: {
    table: customerTags,
    references: [
      { columns: [customerTags.customerId], to: customers, isPersonal: true, onMerge: 'copy', onPurge: 'delete' },
    ],
  },
  relationships: {
    table: relationships,
    isExported: true,
    references: [
      {
        columns: [relationships.fromId, relationships.toId],
        to: customers,
        isPersonal: true,
        onMerge: 'copy',
        onPurge: 'delete',
      },
    ],
  },
  merges: {
    table: merges,
    references: [
      { columns: [merges.survivorId], to: customers, isPersonal: true, onPurge: 'delete' },
      { columns: [merges.mergedId], to: customers, isPersonal: true },
    ],
  },
  customers: {
    table: customers,
    subject: 'customer',
    hasTrash: true,
    isExported: true,
    references: [
      { columns: [customers.ownerId], to: users, onLeave: { released: 'released', withTrash: true } },
      // The portal login: it stays tied to the customer, whatever role the user has.
      { columns: [customers.userId], to: users },
    ],
  },
  views: { table: views, references: [{ columns: [views.ownerId], to: users }] },
  sessions: { table: sessions, references: [{ columns: [sessions.userId], to: users, isPersonal: true }] },
  oneTimeTokens: {
    table: oneTimeTokens,
    references: [{ columns: [oneTimeTokens.userId, oneTimeTokens.usedBy], to: users, isPersonal: true }],
  },
  oauthAccounts: {
    table: oauthAccounts,
    references: [{ columns: [oauthAccounts.userId], to: users, isPersonal: true }],
  },
  calendarFeeds: {
    table: calendarFeeds,
    references: [{ columns: [calendarFeeds.userId], to: users, isPersonal: true }],
  },
} as const satisfies Record<string, Relation>

type Relations = typeof RELATIONS
type RelationName = keyof Relations
type NameWith<Has> = {
  [N in RelationName]: Relations[N] extends Has ? N : never
}[RelationName]
type NameWithReference<Has> = {
  [N in RelationName]: Extract<Relations[N]['references'][number], Has> extends never ? never : N
}[RelationName]

export type ExportedName = NameWith<{ isExported: true }>
export type MovedName = NameWithReference<{ onMerge: 'move' }>
export type CopiedName = NameWithReference<{ onMerge: 'copy' }>

/** A reference together with the table that has it. */
export type TableReference = Reference & Table & { name: string }
export type RecordReference = Extract<TableReference, { table: RecordTable }>

const REFERENCES: readonly TableReference[] = Object.entries<Relation>(RELATIONS).flatMap(
  ([name, { references, ...relation }]) => references.map((reference) => ({ ...reference, ...relation, name })),
)

/** The references to the records of a table. */
export function referencesTo(table: SQLiteTable): TableReference[] {
  return REFERENCES.filter(({ to }) => to === table)
}

/** The references from records to the records of a table; no rows that merely connect two records. */
export function recordReferencesTo(table: SQLiteTable): RecordReference[] {
  return referencesTo(table).filter((each) => each.subject !== undefined)
}

/** The references that a table has. */
export function referencesFrom(table: SQLiteTable): TableReference[] {
  return REFERENCES.filter((reference) => reference.table === table)
}
