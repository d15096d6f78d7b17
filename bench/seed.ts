// The database that is measured: made once per size and schema, kept under .wrangler/, and copied for every
// run, so that what a run writes is gone after it.
import { createHash } from 'node:crypto'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../scripts/run.ts'
import { startWorker } from '../scripts/worker.ts'
import { BCRYPT_COST, fillDatabase } from './fill.ts'
import { workspaces } from './population.ts'
import type { Log, Seeded } from './types.ts'

const Marker = z.object({ version: z.string(), rows: z.number(), now: z.number() })
const entry = join(root, 'bench', 'worker.ts')

/** Settings under which nothing is refused for coming too often. */
export const vars = {
  MAIL_TRANSPORT: 'off',
  RATE_LIMIT_MAX: '1000000000',
  USER_RATE_LIMIT_MAX: '1000000000',
  KEY_RATE_LIMIT_MAX: '1000000000',
  AUTH_RATE_LIMIT_MAX: '1000000000',
  ENQUIRY_DAILY_MAX: '1000000000',
  BCRYPT_COST: String(BCRYPT_COST),
}

/** The folder of the seeded database of this size, and the moment its data ends. */
export async function seededFolder(rows: number, log: Log): Promise<{ folder: string; now: number }> {
  const folder = join(root, '.wrangler', `bench-${rows}`)
  const { now } = known(folder) ?? (await seed(folder, rows, log))
  return { folder: join(folder, 'seed'), now }
}

/** Starts the Worker on a copy of the database of this size; gives it with the moment the data ends. */
export async function startSeeded(rows: number, log: Log): Promise<Seeded> {
  const folder = join(root, '.wrangler', `bench-${rows}`)
  const { folder: seeded, now } = await seededFolder(rows, log)
  const run = join(folder, 'run')
  const clear = () => rmSync(run, { recursive: true, force: true })
  clear()
  cpSync(seeded, run, { recursive: true })
  try {
    const worker = await startWorker({ vars, persist: run, entry, bare: true })
    return { ...worker, now, rows, workspaces: workspaces(now), dispose: () => worker.dispose().finally(clear) }
  } catch (error) {
    clear()
    throw error
  }
}

// The marker is written last: a seed that was broken off is made anew, and so is one of another schema.
function known(folder: string) {
  try {
    const marker = Marker.parse(JSON.parse(readFileSync(join(folder, 'seed.json'), 'utf8')))
    return marker.version === version() ? marker : undefined
  } catch {
    return undefined
  }
}

function version() {
  const digest = createHash('sha256')
  const files = globSync(['drizzle/*.sql', 'bench/{fill,population,population.customers,random}.ts'], {
    cwd: root,
  }).sort()
  for (const file of files) digest.update(readFileSync(join(root, file)))
  return digest.digest('hex')
}

async function seed(folder: string, rows: number, log: Log) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const marker = { version: version(), rows, now: Date.now() }
  const worker = await startWorker({ vars, persist: join(folder, 'seed'), entry })
  try {
    const db = await worker.database()
    await fillDatabase(db, marker, log)
  } finally {
    await worker.dispose()
  }
  writeFileSync(join(folder, 'seed.json'), JSON.stringify(marker))
  return marker
}
