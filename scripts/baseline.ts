// `npm run db:baseline`: makes drizzle/0000_baseline.sql of the tables in src/db/schema and the SQL in src/db/triggers.
// Until 1.0 there is no installation to migrate, so that the one baseline is made anew instead of added to.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { fieldProblems } from '../src/access/field-problems.ts'
import { root } from './run.ts'

const NAME = '0000_baseline.sql'
const file = join(root, 'drizzle', NAME)
const BREAK = '--> statement-breakpoint'
const HEADER = `-- The whole schema, made by \`npm run db:baseline\`: tables from src/db/schema, then what Drizzle cannot say from
-- src/db/triggers (search indexes, counters, triggers and views).
`

/**
 * Tables that are their own index: found by a primary key that is text, or of several columns. As rowid tables, each row
 * would be written twice, once more in the index of its key.
 */
const WITHOUT_ROWID = [
  'customer_merged_rows',
  'customer_relationships',
  'customer_tags',
  'daily_counts',
  'directory',
  'events',
  'field_keys',
  'idempotency_keys',
  'import_issues',
  'import_keys',
  'lead_tags',
  'login_attempts',
  'one_time_tokens',
  'outbox',
  'sessions',
  'strict_entities',
  'tagged_customers',
  'users',
  'ticket_tags',
]

/** The tables as Drizzle makes them, with what it cannot say. */
function withoutRowids(tables: string): string {
  return WITHOUT_ROWID.reduce((text, name) => {
    const table = new RegExp(`(CREATE TABLE \`${name}\` \\([^;]*\\n\\));`)
    if (!table.test(text)) throw new Error(`There is no table ${name} to make WITHOUT ROWID.`)
    return text.replace(table, '$1 WITHOUT ROWID;')
  }, tables)
}

/** A statement with `{{record}}` is made for each kind of record that has tags and custom fields. */
function forEachRecord(statement: string): string[] {
  if (!statement.includes('{{record}}')) return [statement]
  return ['customer', 'lead', 'ticket'].map((record) => statement.replaceAll('{{record}}', record))
}

/** SQL that triggers share with statements of the Worker. */
function withShared(statement: string): string {
  const [was, becomes] = [sql`new.was`, sql`new.becomes`]
  const problems = fieldProblems({ workspaceId: sql`new.workspace_id`, entity: sql`new.entity`, was, becomes })
  return statement.replace('{{field_problems}}', () => new SQLiteSyncDialect().sqlToQuery(problems).sql)
}

function generateTables(out: string): void {
  const tool = join(root, 'node_modules/drizzle-kit/bin.cjs')
  const args = ['generate', '--dialect', 'sqlite', '--schema', './src/db/schema/index.ts', '--casing', 'snake_case']
  const run = spawnSync(process.execPath, [tool, ...args, '--out', out, '--name', 'baseline'], { cwd: root })
  if (run.status !== 0) throw new Error(`drizzle-kit failed.\n${run.stdout}${run.stderr}`)
}

/** The text of the baseline as the sources have it now. */
export function baselineText(): string {
  const out = mkdtempSync(join(tmpdir(), 'edge-crm-baseline-'))
  try {
    generateTables(out)
    const tables = readFileSync(join(out, NAME), 'utf8')
    const paths = globSync('src/db/triggers/*.sql', { cwd: root }).sort()
    const written = paths.flatMap((path) => readFileSync(join(root, path), 'utf8').split(BREAK))
    const parts = [withoutRowids(tables), ...written.map(withShared).flatMap(forEachRecord)]
    return `${HEADER}${parts.map((part) => part.trim()).join(`\n${BREAK}\n`)}\n`
  } finally {
    rmSync(out, { recursive: true })
  }
}

/** What is wrong with the baseline that is checked in, for `npm run check`. */
export function staleBaseline(): string[] {
  if (readFileSync(file, 'utf8') === baselineText()) return []
  return [`drizzle/${NAME} is not made of the schema as it is now: run \`npm run db:baseline\``]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(file, baselineText())
}
