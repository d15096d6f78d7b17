// `npm run dev`: settings, assets, migrations, `wrangler dev`, which gets everything after `--`, and its schedule.
// `--demo` keeps a database of its own and fills it with scripts/demo-data.ts.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { buildAssets } from './assets.ts'
import { freePort, readyOutput } from './dev-output.ts'
import { runSchedule } from './dev-schedule.ts'
import { makeLateModules } from './late.ts'
import { migrate, withLocalDatabase } from './local-database.ts'
import { ended, messageOf, root, start } from './run.ts'

const DEMO_FOLDER = '.wrangler/demo'
const PORT = 8787
const startedAt = Date.now()
const given = process.argv.slice(2)
const demo = given.includes('--demo')
const args = given.filter((arg) => arg !== '--demo')

const has = (...names: string[]) => args.some((arg) => names.some((name) => arg === name || arg.startsWith(`${name}=`)))
const hasVar = (name: string) => args.some((arg) => arg.replace(/^--var=/, '').startsWith(`${name}:`))

function optionOf(...names: string[]): string | undefined {
  const at = args.findIndex((arg) => names.includes(arg))
  if (at !== -1) return args[at + 1]
  return args.find((arg) => names.some((name) => arg.startsWith(`${name}=`)))?.replace(/^[^=]*=/, '')
}

async function prepare() {
  if (!existsSync(join(root, '.dev.vars'))) copyFileSync(join(root, '.dev.vars.example'), join(root, '.dev.vars'))
  buildAssets()
  await makeLateModules()
  if (demo && !has('--persist-to')) args.push('--persist-to', DEMO_FOLDER)
  requireCurrentSchema()
  if (!has('--port')) {
    const port = await freePort(PORT)
    if (port !== PORT) console.log(`Port ${PORT} is taken: this one gets ${port}.`)
    args.push('--port', String(port))
  }
  if (!has('--inspector-port')) args.push('--inspector-port', '0')
  // Its shortcuts would overwrite lines that this script prints.
  if (!has('--show-interactive-dev-session')) args.push('--show-interactive-dev-session=false')
  // Links in mails lead to this Worker, and no plan limits the statements of a local database.
  const ownVars = parseEnv(readFileSync(join(root, '.dev.vars'), 'utf8'))
  const fitting = { WORKER_URL: `http://localhost:${optionOf('--port')}`, IMPORT_STATEMENTS: '1000' }
  for (const [name, value] of Object.entries(fitting)) {
    if (!hasVar(name) && !(name in ownVars)) args.push('--var', `${name}:${value}`)
  }
}

const persistFolder = () => optionOf('--persist-to') ?? '.wrangler/state'

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

/** What the database holds, in the words that the reader sees when the Worker is ready. */
function fillDatabase(): Promise<string> {
  const place = { persistTo: persistFolder(), config: optionOf('--config', '-c'), env: optionOf('--env', '-e') }
  return withLocalDatabase(place, async (db) => {
    await migrate(db)
    if (demo) return demoLogins(await (await import('./demo-data.ts')).seedDemo(db))
    const isEmpty = !(await db.prepare('SELECT 1 AS found FROM users').first('found'))
    return isEmpty ? firstAccount(`http://localhost:${optionOf('--port')}`) : ''
  })
}

function demoLogins({ logins, slug }: { logins: { role: string; email: string; password: string }[]; slug: string }) {
  const lines = logins.map(({ role, email, password }) => `  ${role.padEnd(10)}${email.padEnd(28)}${password}`)
  return `Sign in as one of them:\n\n${lines.join('\n')}\n\nA public form names the workspace "${slug}".\n`
}

const firstAccount = (
  url: string,
) => `There is no account yet. The first one founds a workspace: make it at ${url}/dashboard/register, or with

  curl ${url}/v1/auth/register -H 'Content-Type: application/json' \\
    -d '{"email":"you@example.com","password":"correct horse battery","name":"You","workspaceName":"My team"}'

To see it with data, end this and run: npm run demo
`

const welcome = (url: string, content: string) => `
Ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.

  desk           ${url}/dashboard
  API reference  ${url}/doc
  documentation  ${url}/docs/
  data           ${persistFolder()} (delete it to start again)

${content}
Mails are printed here. The schedule runs: imports, mails and reminders end by themselves. Ctrl+C ends all.
`

const parent = process.ppid
console.log(`Edge CRM: starting ${demo ? 'a CRM with a year of invented data' : 'a local CRM'} …`)
try {
  await prepare()
} catch (error) {
  console.error(messageOf(error))
  process.exit(1)
}

// Both take a second of a core: the database is filled while wrangler bundles.
const filled = fillDatabase()
const server = start('wrangler', ['dev', ...args], {
  stdio: ['inherit', 'pipe', 'pipe'],
  env: process.stdout.isTTY ? { FORCE_COLOR: '1' } : {},
})
const exit = ended(server)
const end = (signal: NodeJS.Signals) => server.kill(signal)
for (const signal of ['SIGINT', 'SIGTERM'] satisfies NodeJS.Signals[]) process.on(signal, () => end(signal))
// The shell between npm and this script dies of a SIGTERM without passing it on, and the port would stay taken.
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && end('SIGTERM'), 300).unref()

try {
  const [url, content] = await Promise.all([readyOutput(server), filled])
  if (url !== undefined) {
    console.log(welcome(url, content))
    runSchedule(url)
  }
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
  end('SIGTERM')
}
const code = await exit
process.exitCode ||= code
