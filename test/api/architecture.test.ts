// The layering: which file may import what, in which order rooms stand, how large files are. Each rule is also shown an offence.
/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, it } from 'vitest'

const modules = import.meta.glob<string>('../../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true })

type Source = { path: string; text: string }
/** Sources by path, such as `src/leads/leads.routes.ts`. */
const sources: Source[] = Object.entries(modules).map(([path, text]) => ({ path: path.replace('../../', ''), text }))

const importsOf = ({ text }: Source) =>
  [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g)].map(([, , name = '']) => name)

const linesOf = ({ text }: Source) => text.trimEnd().split('\n').length
const foldersOf = ({ path }: Source) => path.split('/').slice(1, -1)
const withoutComments = ({ text }: Source) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

const isDrizzle = (name: string) => /^drizzle-orm(\/|$)/.test(name)
const isDatabase = (name: string) => /^(\.\.?\/)+db(\/|$)/.test(name)
const isHono = (name: string) => /^(hono|@hono\/[^/]+)(\/|$)/.test(name)
const isRoutes = (name: string) => /\.routes$|\/app$/.test(name)

/** Offences of the files that `which` picks: every import that `bad` forbids them. */
const noImports =
  (which: (source: Source) => boolean, bad: (name: string, source: Source) => boolean) => (list: Source[]) =>
    list.filter(which).flatMap((source) => {
      return importsOf(source)
        .filter((name) => bad(name, source))
        .map((name) => `${source.path} imports ${name}`)
    })

/** Offences of the files that `which` picks: every line of code in which `pattern` stands. */
const noText = (which: (source: Source) => boolean, pattern: RegExp) => (list: Source[]) =>
  list.filter(which).flatMap((source) => {
    const lines = withoutComments(source).split('\n')
    return lines.filter((line) => pattern.test(line)).map((line) => `${source.path}: ${line.trim()}`)
  })

const at =
  (pattern: RegExp) =>
  ({ path }: Source) =>
    pattern.test(path)
const but =
  (pattern: RegExp) =>
  ({ path }: Source) =>
    !pattern.test(path)
const every = (list: Source[], bad: (source: Source) => boolean) => list.filter(bad).map(({ path }) => path)

/** The rooms and the files beside them, each above all that it imports. */
const ORDER = [
  ...[
    'bundle',
    'late',
    'crypto',
    'credentials',
    'errors',
    'etag',
    'time',
    'clock',
    'config',
    'outbound',
    'text',
    'db',
    'objects',
    'languages',
    'access',
    'context',
    'field-schemas',
    'http',
    'filters',
    'records',
  ],
  ...[
    'events',
    'jobs',
    'analytics',
    'health',
    'billing',
    'mail',
    'tags',
    'fields',
    'stages',
    'views',
    'calendar',
    'customers',
    'interactions',
    'keys',
  ],
  ...[
    'tickets',
    'files',
    'leads',
    'bulk',
    'search',
    'feed',
    'live',
    'webhooks',
    'reminders',
    'workspaces',
    'auth',
    'purge',
    'enquiries',
    'exports',
    'imports',
  ],
  ...[
    'personal-data',
    'problems',
    'oauth',
    'users',
    'desk',
    'job-kinds',
    'background',
    'schedule',
    'dialects',
    'docs',
    'app',
  ],
  'object',
  'index',
]
/** The arrows that run back up, each with its reason: two at most. */
const UPWARD = new Map([
  ['records → events', 'a change of a record writes its event in the same batch'],
  ['auth → users', 'the answer to a sign-in holds the user'],
])

const roomOf = (path: string) => path.split('/')[1]?.replace(/\.tsx?$/, '') ?? ''

/** The paths of the files that a file imports. */
function filesImportedBy(source: Source, paths: Set<string>): string[] {
  const folder = source.path.split('/').slice(0, -1)
  const local = importsOf(source).filter((name) => name.startsWith('.'))
  return local.flatMap((name) => {
    const parts = name.split('/').filter((part) => part !== '.')
    const ups = parts.filter((part) => part === '..').length
    const stem = [...folder.slice(0, folder.length - ups), ...parts.slice(ups)].join('/')
    return [`${stem}.ts`, `${stem}.tsx`, `${stem}/index.ts`].filter((path) => paths.has(path)).slice(0, 1)
  })
}

function importGraph(list: Source[]): Map<string, string[]> {
  const paths = new Set(list.map(({ path }) => path))
  return new Map(list.map((source) => [source.path, filesImportedBy(source, paths)]))
}

/** Every arrow between rooms that runs from a lower one to a higher one. */
function upwardArrows(list: Source[]): string[] {
  const arrows = [...importGraph(list)].flatMap(([from, all]) => all.map((to) => [roomOf(from), roomOf(to)] as const))
  const upward = arrows.filter(([from, to]) => ORDER.indexOf(from) < ORDER.indexOf(to))
  return [...new Set(upward.map(([from, to]) => `${from} → ${to}`))]
}

/** The first circle of files that import each other which is found from each file, none twice. */
function circles(list: Source[]): string[] {
  const graph = importGraph(list)
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: string[]) => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (done.has(path) || trail.includes(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}

/** What handles requests, beside routes and schemas: the files of rooms that may import from http/. */
const REQUEST_HANDLERS = new RegExp(
  [
    ...['\\.routes\\.tsx?$', '\\.schemas\\.ts$', '^src/app\\.ts$', '^src/(http|dialects|desk|docs)/'],
    ...['^src/auth/(authenticate|revalidate-session)\\.ts$', '^src/oauth/oauth\\.browser\\.ts$'],
    ...[
      '^src/exports/exports\\.stream\\.ts$',
      '^src/imports/imports\\.http\\.ts$',
      '^src/(mail/mail|jobs/jobs|webhooks/webhooks|live/live)\\.dispatch\\.ts$',
    ],
  ].join('|'),
)

const SMALL = 25
const LARGE = 250
const TEXTS = /^src\/problems\/problems\.texts\.ts$/
/** The files below 25 lines, each with the reason why it stands alone. */
const SMALL_FILES: [pattern: RegExp, reason: string][] = [
  [/^src\/bundle\/zod\.ts$/, 'what the bundle has of the namespace of zod'],
  [/^src\/db\/schema\//, 'the tables of one room'],
  [/\.d\.ts$/, 'what a module is that a script makes'],
  [/^src\/time\.ts$/, 'durations that every room uses'],
  [/^src\/billing\/plans\.ts$/, 'the plans and their limits, to be changed by who sells them'],
  [/^src\/credentials\.ts$/, 'how opaque tokens are written and found, for auth, mail, calendar and workspaces'],
  [/^src\/desk\/(parts|words)\//, 'one part that many pages of the desk share'],
  [/^src\/db\/arrival\.ts$/, 'what ids tell about time, for lists, mail, billing and the purge'],
  [/^src\/db\/daily-counters\.ts$/, 'counts that must be exact, for http, auth and enquiries'],
  [/^src\/db\/tagging-marks\.ts$/, 'what stands around changes of many tags, for tags, merges and imports'],
  [/^src\/db\/trash\.ts$/, 'how long the trash keeps, for restoring and for the purge'],
  [/^src\/enquiries\/turnstile\.ts$/, 'the client of one service of a third party'],
  [/^src\/files\/unreadable\.ts$/, 'the parts of reading files that stand in the main module'],
  [
    /^src\/(imports\/imports\.work|dialects\/spoken|background\/background\.verbs)\.ts$/,
    'what a module beside the main one gives',
  ],
  [/^src\/health\/health\.service\.ts$/, 'the service of a router'],
  [/^src\/http\/address\.ts$/, 'which addresses are counted as one caller'],
  [/^src\/http\/headers\.ts$/, 'how the middleware in http/ writes into an answer that is there'],
  [/^src\/leads\/leads\.progress\.ts$/, 'how far a lead is, which three verbs of the room write'],
  [/^src\/records\/instants\.ts$/, 'days as instants, for the records of three rooms'],
  [/^src\/records\/version\.ts$/, 'the only place that writes a version'],
  [/^src\/tags\/tags\.deletion\.ts$/, 'the kind of a job, as in other rooms'],
  [/^src\/text\/phone-grams\.ts$/, 'digits as the index has them'],
  [/^src\/bundle\/matches-entirely\.ts$/, 'stands in for one function of a library'],
]
const isListedSmall = ({ path }: Source) => SMALL_FILES.some(([pattern]) => pattern.test(path))

/** `version + 1`, as SQL, with a column in a template, the other way round, or as `+=` and `++`. */
const NEXT_VERSION = /\bversion\b[^;:=]{0,12}?(\+\+|\+=|\+\s*(\$\{)?\s*1\b)|\b1\s*\}?\s*\+\s*[^,;]{0,40}?\bversion\b/i

const linesBesideImports = ({ text }: Source) =>
  text.split('\n').filter((line) => line.trim() !== '' && !/^import /.test(line)).length

const ROLE = `['"](ADMIN|MANAGER|SALES|CUSTOMER)['"]`
const COMPARED_ROLE = new RegExp(
  `([=!]==?|<>|[^=]=|\\bcase|\\bIN \\(|includes\\()\\s*${ROLE}|${ROLE}\\s*[=!]==?|\\bactor\\.role\\b`,
)

type Rule = { says: string; check: (list: Source[]) => string[]; offence: Source[] }

const lines = (count: number) => 'x\n'.repeat(count)
const file = (path: string, text = '// A file.\n'): Source => ({ path, text })

const RULES: Rule[] = [
  {
    says: 'routes know no database',
    check: noImports(at(/\.routes\.tsx?$/), (name) => isDrizzle(name) || isDatabase(name)),
    offence: [file('src/leads/leads.routes.ts', "import { leads } from '../db/schema'")],
  },
  {
    says: 'routes hold no SQL, not even borrowed',
    check: noText(at(/\.routes\.tsx?$/), /\bsql`|\.(select|insert|update|delete)\(|\.batch\(|\bprepare\(/),
    offence: [file('src/leads/leads.routes.ts', 'const rows = await ctx(c).db.select()')],
  },
  {
    says: 'what holds SQL knows no HTTP framework, but for the machinery in http/',
    check: (list) =>
      noImports(
        (source) => !/^src\/http\//.test(source.path) && importsOf(source).some(isDrizzle),
        (name) => isHono(name) || isRoutes(name),
      )(list),
    offence: [
      file('src/leads/leads.claim.ts', "import { eq } from 'drizzle-orm'\nimport type { Context } from 'hono'"),
    ],
  },
  {
    says: 'services know no HTTP framework and no routes',
    check: noImports(at(/\.(service|queries)\.ts$/), (name) => isHono(name) || isRoutes(name)),
    offence: [file('src/health/health.service.ts', "import { HTTPException } from 'hono/http-exception'")],
  },
  {
    says: 'the database knows no room of the house but errors, time and text',
    check: noImports(
      at(/^src\/db\//),
      (name) =>
        /^(\.\.\/)+(?!(?:errors|time|text\/searched)$)[\w-]+(\/|$)/.test(name) &&
        !/^(\.\.\/)+(columns|fts|schema)$/.test(name),
    ),
    offence: [file('src/db/sql.ts', "import { reach } from '../access/policy'")],
  },
  {
    says: 'dialects hold no SQL',
    check: noImports(at(/^src\/dialects\//), (name) => isDrizzle(name) || isDatabase(name)),
    offence: [file('src/dialects/leads/routes.ts', "import { leads } from '../../db/schema'")],
  },
  {
    says: 'only the app knows the routes',
    check: noImports(but(/^src\/app\.ts$/), (name) => /\.routes$/.test(name)),
    offence: [file('src/leads/leads.service.ts', "import { leadRoutes } from './leads.routes'")],
  },
  {
    says: 'roles are compared in access/, and where a member leaves',
    check: noText(but(/^src\/(access\/|users\/users\.leave\.ts$)/), COMPARED_ROLE),
    offence: [
      file('src/leads/leads.service.ts', "if (actor.role === 'ADMIN') return"),
      file('src/leads/leads.list.ts', "sql`WHERE role = 'SALES'`"),
      file('src/tags/tags.routes.ts', 'const { id } = actor.role'),
      file('src/tags/tags.service.ts', "if (['ADMIN', 'MANAGER'].includes('ADMIN')) return"),
    ],
  },
  {
    says: 'no file is longer than 250 lines, but the texts of errors',
    check: (list) => every(list, (source) => linesOf(source) > LARGE && !TEXTS.test(source.path)),
    offence: [file('src/leads/leads.service.ts', lines(LARGE + 1))],
  },
  {
    says: 'no file has fewer than 25 lines, but those that say why',
    check: (list) => every(list, (source) => linesOf(source) < SMALL && !isListedSmall(source)),
    offence: [file('src/leads/leads.owner.ts', lines(SMALL - 1)), file('src/dialects/pages.ts', lines(1))],
  },
  {
    says: 'app.ts is a table of contents: at most 80 lines beside imports',
    check: (list) => every(list, (source) => source.path === 'src/app.ts' && linesBesideImports(source) > 80),
    offence: [file('src/app.ts', lines(81))],
  },
  {
    says: 'a batch runs by runBatch(), by the D1 session below it, and by what answers for a missing object',
    check: noText(
      but(/^src\/(db\/(batch|client)|objects\/object-database)\.ts$/),
      /\.batch\b|\[\s*['"`]batch['"`]\s*\]|\{[^}]*\bbatch\b[^}]*\}\s*=/,
    ),
    offence: [
      file('src/leads/leads.claim.ts', 'const [[row]] = await ctx.db.batch([statement])'),
      file('src/leads/leads.claim.ts', '  return db\n    .batch(statements)'),
      file('src/records/change.ts', "await ctx.db['batch'](statements)"),
      file('src/records/change.ts', 'const { batch } = ctx.db'),
    ],
  },
  {
    says: 'only records/version.ts writes the next version',
    check: noText(but(/^src\/records\/version\.ts$/), NEXT_VERSION),
    offence: [
      'set({ version: sql`#{leads.version} + 1` })',
      'sql`UPDATE leads SET version = version + 1`',
      'sql`#{version}+1`',
      'sql`"version" + 1`',
      'sql`#{columnIn(name, table.version)} + 1`',
      'sql`#{leads.version} + #{1}`',
      'sql`1 + #{leads.version}`',
      'sql`coalesce(version, 0) + 1`',
      'row.version += 1',
      'row.version++',
    ].map((text) => file('src/leads/leads.service.ts', text.replaceAll('#{', '\u0024{'))),
  },
  {
    says: 'only what handles requests imports from http/: routes, schemas and middleware, no service',
    check: noImports(but(REQUEST_HANDLERS), (name) => /^(\.\.?\/)+http(\/|$)/.test(name)),
    offence: [
      file('src/leads/leads.service.ts', "import { ctx } from '../http/context'"),
      file('src/leads/leads.claim.ts', "import type { AppEnv } from '../http/context'"),
      file('src/records/version.ts', "import { ifVersion } from '../http/etag'"),
      file('src/config.ts', "import { flag } from './http/pagination'"),
    ],
  },
  {
    says: 'every room has its place in the order',
    check: (list) => [...new Set(list.map(({ path }) => roomOf(path)))].filter((room) => !ORDER.includes(room)),
    offence: [file('src/deals/deals.service.ts'), file('src/deals.ts')],
  },
  {
    says: 'no room imports from one above it, but for two arrows that say why',
    check: (list) => upwardArrows(list).filter((arrow) => !UPWARD.has(arrow)),
    offence: [
      file('src/db/sql.ts', "import { reach } from '../access/policy'"),
      file('src/mail/mail.audience.ts', "import { isActive } from '../auth/sessions.service'"),
      file('src/http/limits.ts', "import { dialects } from '../dialects/dialects'"),
      file('src/config.ts', "import type { Db } from './db/client'"),
    ],
  },
  {
    says: 'no files import each other in a circle',
    check: circles,
    offence: [
      file('src/errors.ts', "import type { Config } from './config'"),
      file('src/enquiries/turnstile.ts', "import { submitEnquiry } from './enquiries.service'"),
    ],
  },
  {
    says: 'folders go one deep under src, two in db/schema, in a dialect and at the desk',
    check: (list) =>
      every(
        list,
        (source) =>
          foldersOf(source).length >
          (/^src\/(db\/schema|dialects\/[^/]+|desk\/(pages|parts|words))\//.test(source.path) ? 2 : 1),
      ),
    offence: [file('src/leads/claims/claim.ts'), file('src/db/client/d1.ts'), file('src/dialects/leads/wire/lead.ts')],
  },
  {
    says: 'no folder or file is a drawer for whatever fits nowhere',
    check: (list) =>
      every(list, ({ path }) =>
        /(^|[/.])(utils?|helpers?|types?|constants?|common|shared|misc|lib)([/.]|$)/.test(path),
      ),
    offence: [file('src/utils/dates.ts'), file('src/leads/helpers.ts'), file('src/leads/leads.types.ts')],
  },
  {
    says: 'no class but AppError, those that drizzle asks for, what has the shape of D1, and the Durable Object',
    check: noText(
      but(/^src\/(db\/session|live\/live\.hub|objects\/(d1-shape|object-store)|object\/object(\.work)?)\.ts$/),
      /^\s*(export\s+)?(default\s+)?(abstract\s+)?class\s+(?!AppError\b)|=\s*class\b/,
    ),
    offence: [file('src/leads/leads.service.ts', 'export class LeadService {'), file('src/a.ts', 'const A = class {}')],
  },
  {
    says: 'no module keeps state in a variable that changes',
    check: noText(() => true, /^(export\s+)?(let|var)\s/),
    offence: [file('src/config.ts', 'let cached: Config | undefined')],
  },
  {
    says: 'every file says first what it is',
    check: (list) => every(list, ({ text }) => !/^\/\/ \S.{10,}/.test(text)),
    offence: [file('src/leads/leads.service.ts', "import { eq } from 'drizzle-orm'")],
  },
]

describe('the sources', () => {
  it('are all looked at', () => {
    expect(sources.length).toBeGreaterThan(50)
    for (const path of ['src/index.ts', 'src/leads/leads.routes.ts', 'src/db/schema/leads.ts']) {
      expect(sources.map((source) => source.path)).toContain(path)
    }
  })

  it.each(RULES)('keep the rule: $says', ({ check }) => {
    expect(check(sources)).toEqual([])
  })
})

describe('the exceptions', () => {
  it('that run back up are two at most, and each is still needed', () => {
    expect(UPWARD.size).toBeLessThanOrEqual(2)
    expect([...UPWARD.keys()].sort()).toEqual(upwardArrows(sources).sort())
  })

  it('that are small are each still a small file', () => {
    const small = sources.filter((source) => linesOf(source) < SMALL)
    const idle = SMALL_FILES.filter(([pattern]) => !small.some(({ path }) => pattern.test(path)))
    expect(idle.map(([pattern]) => pattern.source)).toEqual([])
  })
})

describe('each rule bites', () => {
  it.each(RULES)('$says', ({ check, offence }) => {
    const known = new Set(check(sources))
    for (const each of offence) {
      const others = sources.filter(({ path }) => path !== each.path)
      expect(
        check([...others, each]).filter((found) => !known.has(found)),
        each.text,
      ).toHaveLength(1)
    }
  })

  it('and reads imports however they are written', () => {
    const text = `import 'a'\nimport b from "b"\nimport type { C } from 'c'\nexport * from 'd'\nimport {\n  e,\n} from 'e'\nawait import('f')`
    expect(importsOf(file('src/x.ts', text))).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('but not in comments, nor where a role is merely given', () => {
    const text = "// let actor.role === 'ADMIN'\n/* class A {} */\nconst row = { role: 'ADMIN', name }\n"
    const innocent = file('src/auth/registration.service.ts', `// Registering, with a role.\n${text}${lines(SMALL)}`)
    expect(RULES.flatMap(({ check }) => check([innocent]))).toEqual([])
  })
})
