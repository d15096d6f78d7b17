// `npm run dev`: settings, assets and migrations, then `wrangler dev`, which gets everything after `--`, and its schedule.
// `--demo` keeps a database of its own and fills it: scripts/demo-data.ts exports seedDemo({ wrangler, persistTo }), where
// wrangler(args) runs one command and resolves to its output; it resolves to { logins: [{ role, email, password }], slug }.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { copyAssets } from './assets.ts'
import { runSchedule } from './dev-schedule.ts'
import { ended, messageOf, quietly, root, start } from './run.ts'

const DEMO_FOLDER = '.wrangler/demo'
const given = process.argv.slice(2)
const demo = given.includes('--demo')
const args = given.filter((arg) => arg !== '--demo')

const has = (...names: string[]) => args.some((arg) => names.some((name) => arg === name || arg.startsWith(`${name}=`)))

function valueAfter(name: string): string | undefined {
  const at = args.indexOf(name)
  return at === -1 ? args.find((arg) => arg.startsWith(`${name}=`))?.split('=')[1] : args[at + 1]
}

// The migrations must meet the database that wrangler dev will open: same folder, same environment, same configuration.
function sharedArgs() {
  const names = ['--persist-to', '--env', '-e', '--config', '-c']
  return args.flatMap((arg, i) => {
    if (names.includes(arg)) return args.slice(i, i + 2)
    return names.some((name) => arg.startsWith(`${name}=`)) ? [arg] : []
  })
}

async function prepare() {
  if (!existsSync(join(root, '.dev.vars'))) copyFileSync(join(root, '.dev.vars.example'), join(root, '.dev.vars'))
  copyAssets()
  if (demo && !has('--persist-to')) args.push('--persist-to', DEMO_FOLDER)
  requireCurrentSchema()
  await quietly('wrangler', ['d1', 'migrations', 'apply', 'DB', '--local', ...sharedArgs()], 'The migrations failed.')
  if (demo) await seed()
}

function persistFolder() {
  const at = args.indexOf('--persist-to')
  if (at !== -1) return args[at + 1] ?? ''
  return args.find((arg) => arg.startsWith('--persist-to='))?.split('=')[1] ?? '.wrangler/state'
}

// Before 1.0 the schema is made anew rather than migrated, so a database of an older one cannot be opened.
function requireCurrentSchema() {
  const folder = resolve(root, persistFolder())
  const mark = join(folder, 'schema')
  const baseline = readFileSync(join(root, 'drizzle/0000_baseline.sql'))
  const present = createHash('sha256').update(baseline).digest('hex')
  const isOlder = existsSync(join(folder, 'v3')) && !(existsSync(mark) && readFileSync(mark, 'utf8') === present)
  if (isOlder && !demo) {
    throw new Error(
      `The database in ${folder} is of an older schema. Until 1.0 there are no migrations: delete that folder, and start again.`,
    )
  }
  if (isOlder) rmSync(folder, { recursive: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(mark, present)
}

async function seed() {
  const { seedDemo } = await import('./demo-data.ts')
  const shared = sharedArgs()
  const persistTo = shared[shared.indexOf('--persist-to') + 1] ?? DEMO_FOLDER
  const { logins, slug } = await seedDemo({
    wrangler: (list) => quietly('wrangler', list, 'The demo data failed.'),
    persistTo,
  })
  for (const { role, email, password } of logins) console.log(`${role.padEnd(10)}${email}  ${password}`)
  console.log(`They sign in at /dashboard or POST /v1/auth/login. A public form names the workspace "${slug}".`)
}

const parent = process.ppid
try {
  await prepare()
} catch (error) {
  console.error(messageOf(error))
  process.exit(1)
}

if (!has('--inspector-port')) args.push('--inspector-port', '0')
const server = start('wrangler', ['dev', ...args])
runSchedule(`http://127.0.0.1:${valueAfter('--port') ?? 8787}`).unref()
for (const signal of ['SIGINT', 'SIGTERM'] satisfies NodeJS.Signals[]) process.on(signal, () => server.kill(signal))
// The shell between npm and this script dies of a SIGTERM without passing it on, and the port would stay taken.
const orphaned = () => process.ppid !== parent && server.kill('SIGTERM')
if (process.env.npm_lifecycle_event) setInterval(orphaned, 300).unref()
process.exitCode = await ended(server)
