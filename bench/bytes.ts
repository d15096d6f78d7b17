// The bytes that a record takes in the database with all that belongs to it: its row, indexes, search entry and the event of its
// making. D1 does not tell; the file of the seeded database, read by SQLite itself, does.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

const Size = z.object({ name: z.string(), table: z.string(), bytes: z.number() })
const Count = z.object({ n: z.number() })

/** The tables of each kind of record: its own, and its search index. Indexes count for their table. */
const KINDS = {
  lead: ['leads', 'leads_fts'],
  customer: ['customers', 'customers_fts', 'duplicate_keys'],
  interaction: ['interactions', 'interactions_fts'],
  ticket: ['tickets', 'tickets_fts', 'tickets_words'],
  event: ['events'],
  tagging: ['customer_tags'],
} as const

export type Bytes = { megabytes: number; each: [kind: string, bytes: number][] }

/** The size of the database in this folder of Miniflare, and the bytes of each kind of record; its event is counted with it. */
export function bytesIn(folder: string): Bytes {
  const [file] = globSync(join(folder, 'v3', 'd1', '**', '*.sqlite')).filter((path) => !path.includes('metadata'))
  if (!file) throw new Error(`${folder} has no database`)
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const sizes = db
      .prepare(
        `SELECT s.name, coalesce(m.tbl_name, s.name) AS "table", sum(s.pgsize) AS bytes
         FROM dbstat AS s LEFT JOIN sqlite_schema AS m ON m.name = s.name GROUP BY 1`,
      )
      .all()
      .map((row) => Size.parse(row))
    // The tables behind a search index have its name and a suffix.
    const tableOf = (table: string) => table.replace(/_(data|idx|docsize|config|content)$/, '')
    const bytesOf = (names: readonly string[]) =>
      sizes.reduce((sum, { table, bytes }) => (names.includes(tableOf(table)) ? sum + bytes : sum), 0)
    const rowsOf = (table: string) => Count.parse(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()).n
    const event = bytesOf(KINDS.event) / rowsOf('events')
    return {
      megabytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6,
      each: Object.entries(KINDS).map(([kind, names]) => {
        const own = bytesOf(names) / rowsOf(names[0])
        return [kind, Math.round(kind === 'event' || kind === 'tagging' ? own : own + event)]
      }),
    }
  } finally {
    db.close()
  }
}
