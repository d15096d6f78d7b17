// Rules that no linter knows, as pure functions of [{ path, text }]; `--self-test` proves each one bites.
import { fileURLToPath } from 'node:url'

type File = { path: string; text: string }
/** Gives each offence among the files as a line. */
type Guard = (files: File[]) => string[]

const source = /^src\/.*\.tsx?$/
const typescript = /^(src|test)\/.*\.(tsx?|mjs)$/
const migrations = /^drizzle\/.*\.sql$/

// A comment may name what the code must not do.
const withoutComment = (line: string) => line.replace(/(^|\s)(\/\/|--|\*|\/\*).*$/, '$1')

const perLine =
  (files: RegExp, pattern: RegExp, message: string, { comments = false } = {}): Guard =>
  (list) =>
    list
      .filter(({ path }) => files.test(path))
      .flatMap(({ path, text }) =>
        text.split('\n').flatMap((line, i) => {
          return pattern.test(comments ? line : withoutComment(line)) ? [`${path}:${i + 1}: ${message}`] : []
        }),
      )

function productionSecrets(list: File[]): string[] {
  const secret = /\b\w*(SECRET|PASS|TOKEN|KEY)\w*"?\s*=\s*(["'])(?!\2)/
  const toml = list.filter(({ path }) => path === 'wrangler.toml')
  return toml.flatMap(({ path, text }) => {
    let section = ''
    return text.split('\n').flatMap((line, i) => {
      section = line.match(/^\s*\[+\s*([\w.]+)/)?.[1] ?? section
      const found = section.startsWith('env.production') && secret.test(line.replace(/^\s*#.*/, ''))
      return found ? [`${path}:${i + 1}: a secret; use \`wrangler secret put NAME --env production\``] : []
    })
  })
}

const rebuild = 'rebuilds a table, which on D1 deletes its children; only add'

const promises = 'docs/security.md'
const named = /`([\w/.-]+\.test\.ts)`: ((?:“[^”]+”(?:, )?)+)/g

/** Every row of a table in docs/security.md names tests, as `file`: “title”, and each is the title of one in that file. */
function promisesAreTested(list: File[]): string[] {
  const texts = new Map(list.map(({ path, text }) => [path, text]))
  const rows = (texts.get(promises) ?? '').split('\n').map((line, i) => ({ line, at: `${promises}:${i + 1}` }))
  return rows
    .filter(({ line }) => /^\| (?!---)/.test(line) && !line.endsWith(' held by |'))
    .flatMap(({ line, at }) => {
      const tests = [...line.matchAll(named)]
      if (tests.length === 0) return [`${at}: a promise that no test holds`]
      return tests.flatMap(([, name, titles = '']) =>
        missing(texts, `test/${name}`, titles).map((what) => `${at}: ${what}`),
      )
    })
}

function missing(texts: Map<string, string>, path: string, titles: string) {
  const text = texts.get(path)
  if (text === undefined) return [`there is no ${path}`]
  const isThere = (title: string) => ["'", '"', '`'].some((quote) => text.includes(`${quote}${title}${quote},`))
  const all = [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title)
  return all.filter((title) => !isThere(title)).map((title) => `${path} has no test “${title}”`)
}

export const guards: Record<string, Guard> = {
  'no DROP TABLE in migrations': perLine(migrations, /\bDROP\s+TABLE\b/i, rebuild),
  'no table rebuild in migrations': perLine(migrations, /__new_/, rebuild),
  'no transaction()': perLine(source, /\.transaction\s*\(/, 'D1 has no transactions; use db.batch()'),
  'no LIKE': perLine(
    source,
    /\b(not)?i?like\(|\blike\s+(['"`]%|\?|\$\{)/i,
    'LIKE scans and fails over 50 bytes; use FTS or instr',
  ),
  'no ts-ignore': perLine(typescript, /@ts-(ignore|nocheck)\b/, 'mend the type, or expect the error', {
    comments: true,
  }),
  'no CURRENT_TIMESTAMP': perLine(
    /^(src|test|drizzle)\/.*\.(tsx?|sql)$/,
    /\bCURRENT_TIMESTAMP\b/i,
    'the Worker makes the instant',
  ),
  'no secret in wrangler.toml': productionSecrets,
  'no promise in docs/security.md without its test': promisesAreTested,
}

const planted: Record<string, File> = {
  'no DROP TABLE in migrations': { path: 'drizzle/0001_x.sql', text: '-- x\ndrop  table `users`;' },
  'no table rebuild in migrations': {
    path: 'drizzle/0001_x.sql',
    text: 'ALTER TABLE `__new_users` RENAME TO `users`;',
  },
  'no transaction()': { path: 'src/leads/leads.service.ts', text: 'await db.transaction(async (tx) => {})' },
  'no LIKE': { path: 'src/leads/leads.queries.ts', text: 'where(like(leads.title, pattern))' },
  'no ts-ignore': { path: 'test/a.test.ts', text: '// @ts-ignore' },
  'no CURRENT_TIMESTAMP': { path: 'src/db/columns.ts', text: 'sql`CURRENT_TIMESTAMP`' },
  'no secret in wrangler.toml': { path: 'wrangler.toml', text: '[env.production.vars]\nJWT_SECRET = "hunter2"' },
  'no promise in docs/security.md without its test': {
    path: promises,
    text: '| attack | what is promised | held by |\n| --- | --- | --- |\n| a | b | `held.test.ts`: “holds”, “holds not” |',
  },
}

const innocent: File[] = [
  { path: 'src/a.ts', text: '// never db.transaction() or like()\nconst u = unlikely(1)' },
  { path: 'drizzle/0001_x.sql', text: '-- no DROP TABLE here\nDROP INDEX `a`;' },
  { path: 'wrangler.toml', text: '[vars]\nJWT_SECRET = "dev"\n[env.production.vars]\n# API_KEY = "x"\nAPI_KEY = ""' },
  { path: 'test/held.test.ts', text: "it('holds', () => {})" },
]

export function selfTest() {
  const isBlind = ([name, guard]: [string, Guard]) => guard(innocent.concat(planted[name] ?? [])).length !== 1
  return Object.entries(guards)
    .filter(isBlind)
    .map(([name]) => `scripts/guards.ts: "${name}" does not find exactly its planted offence`)
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--self-test')) {
  const failures = selfTest()
  for (const failure of failures) console.error(failure)
  console.log(`${Object.keys(guards).length} guards, ${failures.length} blind`)
  process.exitCode = failures.length ? 1 : 0
}
