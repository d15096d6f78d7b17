// The local D1 database as wrangler dev opens it, reached without a start of wrangler: migrations, and demo data.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { root } from './run.ts'

const require = createRequire(import.meta.url)
/** Miniflare is wrangler's dependency, not ours, so it is found from there. */
export const miniflare: typeof import('miniflare') = createRequire(require.resolve('wrangler'))('miniflare')

type Statement = {
  bind: (...values: unknown[]) => Statement
  all: <Row>() => Promise<{ results: Row[] }>
  first: <Cell>(column: string) => Promise<Cell | null>
  raw: <Row>() => Promise<Row[]>
  run: () => Promise<unknown>
}
/** What scripts use of D1, whose own types are those of the Workers runtime. */
export type Database = {
  prepare: (sql: string) => Statement
  batch: (statements: Statement[]) => Promise<unknown>
  exec: (sql: string) => Promise<unknown>
}

type Place = { persistTo: string; config?: string; env?: string }

/** Opens the database `DB` of a folder, as `--persist-to` names it, for as long as `work` runs. */
export async function withLocalDatabase<T>(
  { persistTo, config = join(root, 'wrangler.toml'), env }: Place,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const { unstable_readConfig }: typeof import('wrangler') = require('wrangler')
  const databases: { binding: string; database_id?: string }[] = unstable_readConfig({ config, env }).d1_databases
  const id = databases.find(({ binding }) => binding === 'DB')?.database_id
  if (id === undefined) throw new Error(`${config} has no D1 database with the binding DB.`)
  const mf = new miniflare.Miniflare(
    miniflare.convertV4MiniflareOptions({
      script: 'export default {}',
      modules: true,
      cf: false,
      d1Databases: { DB: id },
      resourcePersistencePath: join(resolve(root, persistTo), 'v3'),
    }),
  )
  try {
    return await work(await mf.getD1Database('DB'))
  } finally {
    await mf.dispose()
  }
}

/**
 * Applies the migrations that the database lacks, and gives their number. They are noted in the table of
 * `wrangler d1 migrations apply`, so that a database can go from one to the other.
 */
export async function migrate(db: Database): Promise<number> {
  const folder = join(root, 'drizzle')
  await db.exec(
    'CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
  )
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>()
  const applied = new Set(results.map((row) => row.name))
  const pending = readdirSync(folder).filter((name) => name.endsWith('.sql') && !applied.has(name))
  for (const name of pending.sort()) {
    const statements = readFileSync(join(folder, name), 'utf8').split('--> statement-breakpoint')
    await db.batch([
      ...statements.filter((sql) => sql.trim()).map((sql) => db.prepare(sql)),
      db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ])
  }
  return pending.length
}
