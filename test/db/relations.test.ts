// The table of relations, held against the schema: no column refers to a record without a decision about its row.
import { type Column, getTableColumns, getTableName, is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import { RELATIONS, type Relation, referencesTo } from '../../src/db/relations'
import * as schema from '../../src/db/schema'
import { columnName } from '../../src/db/sql'
import { COLUMNS } from '../../src/exports/exports.schemas'
import { HELD } from '../../src/personal-data/personal-data.map'

/** Columns that refer to a record and stand outside of the table, by name, and why. */
const OUTSIDE: Record<string, string> = {
  workspace_id: 'a workspace is never merged, purged or erased',
  created_by: 'history: it names the author for good, whether or not that user is still there',
  opened_by: 'history, like created_by',
  actor_id: 'history, like created_by',
  field_id: 'a definition is never deleted',
  'field_keys.record_id': 'triggers keep it beside the record',
  job_id: 'goes with its job (src/purge/purge.expired.ts)',
  'bulk_results.record_id': 'history of a job, and goes with it',
  'bulk_results.owner_id': 'history of a job, and goes with it',
  subject_id: 'the audit trail: events outlive their records, and erasing empties them',
  'tickets.interaction_id': 'the interaction from which the ticket was opened: history, like created_by',
  stage_id: 'a stage that is deleted gives its records to another by a job (src/stages/stages.jobs.ts)',
  tag_id: 'a tag that is deleted loses its rows by a job (src/tags/tags.deletion.ts)',
  'webhook_deliveries.webhook_id': 'goes with its webhook, or at night (src/purge/purge.expired.ts)',
  'webhook_deliveries.event_id': 'the audit trail, like subject_id',
  home_id: 'the customer that had the row before a merge: it is read only to move the row back',
  'tagged_customers.customer_id': 'empty between batches',
  'customer_merged_rows.merge_id': 'goes with its merge (src/purge/purge.expired.ts)',
  'customer_merged_rows.row_id': 'a note of what was copied: it is read only to take the copy back',
  'import_chunks.import_id': 'an import is never deleted',
  'import_originals.import_id': 'an import is never deleted',
  'import_keys.import_id': 'an import is never deleted',
  'import_issues.import_id': 'an import is never deleted',
  'import_keys.record_id': 'goes when the import is over',
  external_id: 'what the record is called in another system',
  'imports.default_owner': 'a setting of the job; the records that it made have owners of their own',
  'subscriptions.stripe_customer_id': 'an id at Stripe',
}

const tables = Object.entries(schema).flatMap(([name, table]) =>
  is(table, SQLiteTable) ? [[name, table] as const] : [],
)
const named = (column: Column) => `${getTableName(column.table)}.${columnName(column)}`
const relations = Object.entries<Relation>(RELATIONS)
const references = relations.flatMap(([, { references }]) => references)
const inTable = references.flatMap(({ columns }) => columns.map(named))

/** Columns that hold the id of a record: by a foreign key, or by their name. */
function referringColumns(): string[] {
  return tables.flatMap(([, table]) => {
    const keys = getTableConfig(table).foreignKeys.flatMap((key) => key.reference().columns)
    const columns = Object.values(getTableColumns(table)).filter((column) => !column.generated)
    return columns.filter((column) => keys.includes(column) || /._(id|by|owner)$/.test(columnName(column))).map(named)
  })
}
const isOutside = (name: string) => name in OUTSIDE || String(name.split('.')[1]) in OUTSIDE

describe('the table of relations', () => {
  it('has every column of the schema that refers to a record, or the reason why not', () => {
    const referring = referringColumns()
    expect(referring.length).toBeGreaterThan(40)
    expect(referring.filter((name) => !inTable.includes(name) && !isOutside(name))).toEqual([])
    expect(inTable.filter((name) => !referring.includes(name) || isOutside(name))).toEqual([])
    const excuses = Object.keys(OUTSIDE).filter(
      (excuse) => !referring.some((name) => name === excuse || name.endsWith(`.${excuse}`)),
    )
    expect(excuses).toEqual([])
  })

  it('names each table as the schema does, and each column once, in the table that has it', () => {
    for (const [name, { table, references }] of relations) {
      expect(tables).toContainEqual([name, table])
      for (const column of references.flatMap(({ columns }) => columns)) expect(column.table).toBe(table)
    }
    expect(new Set(inTable).size).toBe(inTable.length)
  })

  it('stands in an order in which a purge works: a table before the tables to which it refers', () => {
    const order = relations.map(([, { table }]) => getTableName(table))
    for (const [, { table, references }] of relations) {
      for (const { to, onPurge } of references.filter((each) => each.onPurge)) {
        const [own, other] = [order.indexOf(getTableName(table)), order.indexOf(getTableName(to))]
        expect(own, `${getTableName(table)} refers to ${getTableName(to)}: ${String(onPurge)}`).toBeLessThan(other)
      }
    }
  })

  it('decides what a purge does about every foreign key to a table with a trash', () => {
    for (const [, { table }] of relations.filter(([, { hasTrash }]) => hasTrash)) {
      const keys = tables.flatMap(([, each]) =>
        getTableConfig(each).foreignKeys.filter((key) => key.reference().foreignTable === table),
      )
      const decided = referencesTo(table).filter(({ onPurge }) => onPurge !== undefined)
      const columns = decided.flatMap((each) => each.columns.map(named))
      for (const key of keys) expect(columns).toEqual(expect.arrayContaining(key.reference().columns.map(named)))
    }
  })

  it('empties on a purge only columns that may be empty', () => {
    const isCleared = ({ onPurge }: (typeof references)[number]) => onPurge === 'clear' || typeof onPurge === 'object'
    const cleared = references.filter(isCleared).flatMap(({ columns }) => columns)
    expect(cleared.length).toBeGreaterThan(0)
    expect(cleared.filter(({ notNull }) => notNull).map(named)).toEqual([])
  })

  it('moves, clears and hands over only records, for these have a version to count it', () => {
    const needsRecord = ({ onMerge, onPurge, onLeave }: (typeof references)[number]) =>
      onMerge === 'move' || (onPurge !== undefined && onPurge !== 'delete') || onLeave !== undefined
    const found = relations.filter(([, each]) => each.references.some(needsRecord))
    expect(found.length).toBeGreaterThan(3)
    expect(found.filter(([, { subject }]) => subject === undefined)).toEqual([])
  })

  it('agrees with the map of personal data about the tables with rows about a person', () => {
    const personal = relations.filter(([, { references }]) => references.some(({ isPersonal }) => isPersonal))
    const mapped: string[] = Object.values(HELD).map(({ table }) => getTableName(table))
    expect(personal.map(([, { table }]) => getTableName(table)).filter((name) => !mapped.includes(name))).toEqual([])
  })

  it('marks exactly the tables that can be exported', () => {
    const exported = relations.filter(([, { isExported }]) => isExported).map(([name]) => name)
    // Tags refer to no record.
    expect(Object.keys(COLUMNS).sort()).toEqual([...exported, 'tags'].sort())
  })
})
