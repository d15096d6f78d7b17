// Room: bench. The database that is measured: made once per size and schema, kept under .wrangler/, and copied for every
// run, so that what a run writes is gone after it.
import { createHash } from 'node:crypto'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash } from 'bcryptjs'
import { root } from '../scripts/run.mjs'
import { startWorker } from '../scripts/worker.mjs'
import { LEAD_COLUMNS, leads, workspaces } from './population.mjs'

export const PASSWORD = 'correct horse battery'
const entry = join(root, 'bench', 'worker.ts')
const BCRYPT_COST = 10
const ROWS_A_STATEMENT = 4_000

/** Settings under which nothing is refused for coming too often. */
export const vars = {
  MAIL_TRANSPORT: 'off',
  RATE_LIMIT_MAX: '1000000000',
  AUTH_RATE_LIMIT_MAX: '1000000000',
  ENQUIRY_DAILY_MAX: '1000000000',
  BCRYPT_COST: String(BCRYPT_COST),
}

/** Starts the Worker on a copy of the database with so many leads; gives it with the moment the data ends. */
export async function startSeeded(rows, log) {
  const folder = join(root, '.wrangler', `bench-${rows}`)
  const { now } = known(folder) ?? (await seed(folder, rows, log))
  const run = join(folder, 'run')
  const clear = () => rmSync(run, { recursive: true, force: true })
  clear()
  cpSync(join(folder, 'seed'), run, { recursive: true })
  try {
    const worker = await startWorker({ vars, persist: run, entry, bare: true })
    return { ...worker, now, rows, workspaces: workspaces(now), dispose: () => worker.dispose().finally(clear) }
  } catch (error) {
    clear()
    throw error
  }
}

// The marker is written last: a seed that was broken off is made anew, and so is one of another schema.
function known(folder) {
  try {
    const marker = JSON.parse(readFileSync(join(folder, 'seed.json'), 'utf8'))
    return marker.version === version() ? marker : undefined
  } catch {
    return undefined
  }
}

function version() {
  const digest = createHash('sha256')
  const files = globSync(['drizzle/*.sql', 'bench/population.mjs', 'bench/seed.mjs'], { cwd: root }).sort()
  for (const file of files) digest.update(readFileSync(join(root, file)))
  return digest.digest('hex')
}

async function seed(folder, rows, log) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const marker = { version: version(), rows, now: Date.now() }
  const worker = await startWorker({ vars, persist: join(folder, 'seed'), entry })
  try {
    const db = await worker.mf.getD1Database('DB')
    const homes = workspaces(marker.now)
    await insertPeople(db, Object.values(homes))
    await insertLeads(db, leads(rows, marker.now, homes), (done) => log(`seeding ${rows} leads: ${done}`))
  } finally {
    await worker.dispose()
  }
  writeFileSync(join(folder, 'seed.json'), JSON.stringify(marker))
  return marker
}

async function insertPeople(db, homes) {
  const passwordHash = await hash(PASSWORD, BCRYPT_COST)
  const ofHome = ({ id, slug, createdAt }) => [id, slug, slug, createdAt, createdAt]
  const ofUser = (home) => (user) => [
    user.id,
    home.id,
    user.email,
    user.name,
    passwordHash,
    user.role,
    user.createdAt,
    user.createdAt,
  ]
  await insert(db, 'workspaces', 'id name slug created_at updated_at'.split(' '), homes.map(ofHome)).run()
  const columns = 'id workspace_id email name password_hash role created_at updated_at'.split(' ')
  await insert(
    db,
    'users',
    columns,
    homes.flatMap((home) => home.users.map(ofUser(home))),
  ).run()
}

// The triggers keep search index and counters; the event of each lead's making is added here.
async function insertLeads(db, all, report) {
  for (let chunk = take(all); chunk.length > 0; chunk = take(all)) {
    const [first, last] = [chunk[0][0], chunk.at(-1)[0]]
    const recorded = db.prepare(
      `INSERT INTO events (id, workspace_id, subject_type, subject_id, verb, actor_type, created_at)
       SELECT lower(hex(randomblob(16))), workspace_id, 'lead', id, 'lead.created', 'system', created_at
       FROM leads WHERE seq BETWEEN ? AND ?`,
    )
    await db.batch([insert(db, 'leads', LEAD_COLUMNS, chunk), recorded.bind(first, last)])
    report(last)
  }
}

function take(rows) {
  const chunk = []
  while (chunk.length < ROWS_A_STATEMENT) {
    const { value, done } = rows.next()
    if (done) break
    chunk.push(value)
  }
  return chunk
}

// D1 binds at most 100 parameters, so the rows go as one JSON array of arrays.
function insert(db, table, columns, rows) {
  const values = columns.map((_, i) => `value->>${i}`)
  return db
    .prepare(`INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM json_each(?)`)
    .bind(JSON.stringify(rows))
}
