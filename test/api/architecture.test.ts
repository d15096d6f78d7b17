// The layering: which file may know what, how large files are, how deep folders go. Each rule is also shown an offence.
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

function percentile(list: Source[], share: number): number {
  const sizes = list.map(linesOf).sort((a, b) => a - b)
  return sizes[Math.ceil(sizes.length * share) - 1] ?? 0
}

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
    says: 'the database knows no room of the house but errors and time',
    check: noImports(
      at(/^src\/db\//),
      (name) =>
        /^(\.\.\/)+(?!(?:errors|time)$)[\w-]+(\/|$)/.test(name) && !/^(\.\.\/)+(columns|codes|schema)$/.test(name),
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
    says: 'no file is longer than 400 lines',
    check: (list) => every(list, (source) => linesOf(source) > 400),
    offence: [file('src/leads/leads.service.ts', lines(401))],
  },
  {
    says: 'nine files of ten have at most 220 lines, and half of them at most 80',
    check: (list) => {
      const [half, most] = [percentile(list, 0.5), percentile(list, 0.9)]
      return [
        ...(half > 80 ? [`the median is ${half} lines`] : []),
        ...(most > 220 ? [`90 % reach ${most} lines`] : []),
      ]
    },
    offence: Array.from({ length: 400 }, (_, i) => file(`src/leads/${i}.ts`, lines(221))),
  },
  {
    says: 'folders go one deep under src, two in db/schema and in a dialect',
    check: (list) =>
      every(
        list,
        (source) => foldersOf(source).length > (/^src\/(db\/schema|dialects\/[^/]+)\//.test(source.path) ? 2 : 1),
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
    says: 'no class but AppError',
    check: noText(() => true, /^\s*(export\s+)?(default\s+)?(abstract\s+)?class\s+(?!AppError\b)|=\s*class\b/),
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

describe('each rule bites', () => {
  it.each(RULES)('$says', ({ check, offence }) => {
    const isSum = offence.length > 100
    if (isSum) expect(check([...sources, ...offence]).length).toBe(2)
    else for (const each of offence) expect(check([...sources, each]), each.path).toHaveLength(1)
  })

  it('and reads imports however they are written', () => {
    const text = `import 'a'\nimport b from "b"\nimport type { C } from 'c'\nexport * from 'd'\nimport {\n  e,\n} from 'e'\nawait import('f')`
    expect(importsOf(file('src/x.ts', text))).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('but not in comments, nor where a role is merely given', () => {
    const text = "// let actor.role === 'ADMIN'\n/* class A {} */\nconst row = { role: 'ADMIN', name }\n"
    const innocent = file('src/auth/registration.service.ts', `// Registering, with a role.\n${text}`)
    expect(RULES.flatMap(({ check }) => check([innocent]))).toEqual([])
  })
})
