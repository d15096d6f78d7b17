// The tables of fields against what cannot be derived from them: the database's own columns and search index, and each other.
import { getTableColumns } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { CUSTOMER_FIELDS } from '../../src/customers/customers.fields'
import { customers, interactions, leads, tickets } from '../../src/db/schema'
import { columnName } from '../../src/db/sql'
import { ENTITIES } from '../../src/imports/imports.job'
import { namesOf, valuesOf } from '../../src/records/fields'
import { rows } from '../support/database'
import { customer, team } from '../support/factories'

describe('the fields of a record', () => {
  it.each([
    ['customers', customers],
    ['leads', leads],
    ['interactions', interactions],
    ['tickets', tickets],
  ] as const)('of %s have the columns that the database has', async (name, table) => {
    const stored = await rows<{ name: string }>(`SELECT name FROM pragma_table_xinfo('${name}')`)
    const known = Object.values(getTableColumns(table)).map(columnName)
    expect(known.sort()).toEqual(stored.map((column) => column.name).sort())
  })

  it.each(['customers', 'leads'] as const)('of %s are each called by names that no other has', (entity) => {
    const names = ENTITIES[entity].columns.flatMap(([, synonyms]) => synonyms.split(' '))
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    expect(names.filter((name) => !/^[a-z0-9]+$/.test(name))).toEqual([])
  })

  it.each(namesOf(valuesOf(CUSTOMER_FIELDS, 'searched')))(
    'stand in the search index: %s, as it is now',
    async (field) => {
      const { admin } = await team()
      const id = await customer(admin)
      const column = columnName(CUSTOMER_FIELDS[field].column)
      // Of these the index has what the Worker makes of them.
      const written = { name: 'sort_name', phone: 'phone_text' }[String(field)] ?? column
      const found = async (word: string) => {
        const match = `{${column}} : "${word}"`
        const query = `SELECT c.id FROM customers_fts AS f JOIN customers AS c ON c.seq = f.rowid WHERE customers_fts MATCH ?`
        return (await rows<{ id: string }>(query, match)).map((row) => row.id)
      }
      await rows(`UPDATE customers SET ${written} = ? WHERE id = ?`, 'zqbefore@example.com', id)
      expect(await found('zqbefore')).toEqual([id])
      await rows(`UPDATE customers SET ${written} = ? WHERE id = ?`, 'zqafter@example.com', id)
      expect([await found('zqbefore'), await found('zqafter')]).toEqual([[], [id]])
    },
  )
})
