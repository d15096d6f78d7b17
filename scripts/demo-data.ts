// Realistic data for `npm run demo`: the year of one workspace, the same at every run, with dates that end
// today. A new table is one more generator: it adds rows by world.add() and tells their events.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bcrypt from 'bcryptjs'
import { makeCustomers } from './demo-customers.ts'
import { makeInteractions } from './demo-interactions.ts'
import { makeLeads } from './demo-leads.ts'
import { makeTags } from './demo-tags.ts'
import { ADMIN_EMAIL, LOGINS, makeTeam, PASSWORD, SLUG } from './demo-team.ts'
import { makeTickets } from './demo-tickets.ts'
import { createWorld } from './demo-world.ts'

const generators = [makeLeads, makeCustomers, makeTags, makeInteractions, makeTickets]

/** Puts the demo workspace into the local database, unless it is there already; gives its logins and its slug. */
export async function seedDemo({ wrangler, persistTo }) {
  const folder = mkdtempSync(join(tmpdir(), 'edge-crm-'))
  try {
    const file = join(folder, 'demo.sql')
    writeFileSync(file, await demoSql(Date.now()))
    await wrangler(['d1', 'execute', 'DB', '--local', '--persist-to', persistTo, '--file', file, '--yes'])
  } finally {
    rmSync(folder, { recursive: true })
  }
  return { logins: LOGINS, slug: SLUG }
}

/** All of it as SQL that does nothing where the demo workspace exists. */
export async function demoSql(now) {
  const world = createWorld({ seed: 20_261_121, now })
  const team = makeTeam(world, { passwordHash: await bcrypt.hash(PASSWORD, 10) })
  for (const generate of generators) generate(world, team)
  return sqlOf(world.tables)
}

// The file is one batch, and foreign keys are looked at when it ends. Tables come as they were begun, for the triggers of
// one look things up in those before it; the accounts come last, for every statement asks whether they are there.
function sqlOf(tables) {
  const inserts = [...tables].flatMap(([table, rows]) => (table === 'users' ? [] : insertsOf(table, rows)))
  const accounts = insertsOf('users', tables.get('users'))
  return ['PRAGMA defer_foreign_keys = on;', ...inserts, ...recountOf(tables.get('workspaces')), ...accounts].join('\n')
}

const IS_NEW = `NOT EXISTS (SELECT 1 FROM users WHERE email = ${literal(ADMIN_EMAIL)})`

// The rows are written as they ended up; how each began, and so what counts on which day, is told by their events.
function recountOf([workspace]) {
  const where = `WHERE workspace_id = ${literal(workspace.id)} AND ${IS_NEW}`
  return [`DELETE FROM rollups ${where};`, `INSERT INTO rollups SELECT * FROM rollups_recounted ${where};`]
}

/** D1 takes statements of 100 KB; characters beyond ASCII take up to four bytes, quotes double. */
const MAX_BYTES = 60_000

function insertsOf(table, rows) {
  // Row numbers follow arrival, and search pages by them: rows go in by the time they were made.
  const sorted = rows.toSorted((a, b) => (a.created_at < b.created_at ? -1 : Number(a.created_at > b.created_at)))
  const columns = [...new Set(sorted.flatMap(Object.keys))]
  const chunks = [[]]
  let bytes = 0
  for (const row of sorted) {
    const values = `(${columns.map((column) => literal(row[column])).join(', ')})`
    bytes += Buffer.byteLength(values)
    if (bytes > MAX_BYTES) {
      chunks.push([])
      bytes = Buffer.byteLength(values)
    }
    chunks.at(-1).push(values)
  }
  return chunks.map(
    (chunk) =>
      `INSERT INTO ${table} (${columns.join(', ')}) SELECT * FROM (VALUES\n${chunk.join(',\n')})\nWHERE ${IS_NEW};`,
  )
}

function literal(value) {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'object' ? JSON.stringify(value) : value
  return `'${text.replaceAll("'", "''")}'`
}
