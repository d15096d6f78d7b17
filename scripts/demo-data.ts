// Realistic data for `npm run demo`: the year of one workspace, the same at every run, with dates that end
// today. A new table is one more row type in demo-rows.ts and one more generator, which adds rows and their events.
import bcrypt from 'bcryptjs'
import { makeCustomers } from './demo-customers.ts'
import { makeInteractions } from './demo-interactions.ts'
import { makeLeads } from './demo-leads.ts'
import type { Tables, Workspace } from './demo-rows.ts'
import { withSearchedCustomer, withSearchedLead } from './demo-searched.ts'
import { makeTags } from './demo-tags.ts'
import { ADMIN_EMAIL, LOGINS, makeTeam, PASSWORD, SLUG } from './demo-team.ts'
import { makeTickets } from './demo-tickets.ts'
import { makeViews } from './demo-views.ts'
import { createWorld } from './demo-world.ts'
import type { Database } from './local-database.ts'

const generators = [makeLeads, makeCustomers, makeTags, makeInteractions, makeTickets, makeViews]

/** Puts the demo workspace into a migrated database, unless it is there already; gives its logins and its slug. */
export async function seedDemo(db: Database) {
  const isThere = await db.prepare(`SELECT 1 AS found FROM users WHERE email = ${literal(ADMIN_EMAIL)}`).first('found')
  if (!isThere) await db.batch((await demoStatements(Date.now())).map((sql) => db.prepare(sql)))
  return { logins: LOGINS, slug: SLUG }
}

async function demoStatements(now: number): Promise<string[]> {
  const world = createWorld({ seed: 20_261_121, now })
  const team = makeTeam(world, { passwordHash: await bcrypt.hash(PASSWORD, 10) })
  for (const generate of generators) generate(world, team)
  return statementsOf(world.tables)
}

// They are one batch, and foreign keys are checked when it ends.
function statementsOf(tables: Tables): string[] {
  // Overwritten in place: triggers of later tables look things up in leads and customers.
  const { leads, customers } = tables
  const rows = { ...tables, leads: leads.map(withSearchedLead), customers: customers.map(withSearchedCustomer) }
  const inserts = Object.entries(rows).flatMap(([table, each]) => insertsOf(table, each))
  return ['PRAGMA defer_foreign_keys = on', ...inserts, ...tables.workspaces.flatMap(recountOf)]
}

// The rows have their final state; their events say what counts on which day.
function recountOf(workspace: Workspace) {
  const where = `WHERE workspace_id = ${literal(workspace.id)}`
  return [`DELETE FROM rollups ${where}`, `INSERT INTO rollups SELECT * FROM rollups_recounted ${where}`]
}

/** D1 takes statements of 100 KB; characters beyond ASCII take up to four bytes, quotes double. */
const MAX_BYTES = 60_000

const madeAt = (row: Map<string, unknown>) => String(row.get('created_at') ?? '')

function insertsOf(table: string, rows: object[]) {
  // Row numbers follow arrival, and search pages by them: rows go in by the time they were made.
  const cells = rows.map((row) => new Map<string, unknown>(Object.entries(row)))
  const sorted = cells.toSorted((a, b) => (madeAt(a) < madeAt(b) ? -1 : Number(madeAt(a) > madeAt(b))))
  // Events are numbered by workspace; the demo has one.
  if (table === 'events') for (const [i, row] of sorted.entries()) row.set('seq', i + 1)
  const columns = [...new Set(sorted.flatMap((row) => [...row.keys()]))]
  let chunk: string[] = []
  const chunks = [chunk]
  let bytes = 0
  for (const row of sorted) {
    const values = `(${columns.map((column) => literal(row.get(column))).join(', ')})`
    bytes += Buffer.byteLength(values)
    if (bytes > MAX_BYTES) {
      chunk = []
      chunks.push(chunk)
      bytes = Buffer.byteLength(values)
    }
    chunk.push(values)
  }
  return chunks.map((values) => `INSERT INTO ${table} (${columns.join(', ')}) VALUES\n${values.join(',\n')}`)
}

function literal(value: unknown) {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `'${text.replaceAll("'", "''")}'`
}
