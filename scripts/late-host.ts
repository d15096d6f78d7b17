// Makes the modules beside the main one that are our own code: each is what its entry needs and the main module does not
// have. What it shares with the main module is in a host, an object that the main module hands over before it loads it.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'
import { root } from './run.ts'

/** Each module with the file that it begins at; the desk, after the words that it loads. */
export const OWN: Record<string, string> = {
  background: 'src/background/background.verbs.ts',
  german: 'src/desk/words/de.ts',
  desk: 'src/desk/desk.dispatch.tsx',
  dialects: 'src/dialects/spoken.ts',
  imports: 'src/imports/imports.work.ts',
  objects: 'src/object/object.work.ts',
}
const MAIN = 'src/index.ts'
const RUNTIME = 'hono/jsx/jsx-runtime'

/** An import of values, by their names; `*` for all of a module. */
type Import = { from: string; names: string[] }

/** Where an import of a file leads to: a file from the root, or a package. */
function targetOf(name: string, file: string): string {
  if (!name.startsWith('.')) return name
  const path = relative(root, resolve(root, dirname(file), name)).replaceAll('\\', '/')
  return [`${path}.ts`, `${path}.tsx`].find((each) => existsSync(join(root, each))) ?? path
}

const isFile = (target: string) => /^src\/.*\.tsx?$/.test(target)

const known = new Map<string, Import[]>()

/** What a file imports, and exports of others, when it runs; `verbatimModuleSyntax` has the imports of types marked. */
function importsOf(file: string): Import[] {
  const found = known.get(file) ?? readImports(file)
  known.set(file, found)
  return found
}

function readImports(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const listed = [...text.matchAll(/^(?:import|export) \{([^}]*)\} from '([^']+)'/gm)].map(
    ([, list = '', name = '']) => ({
      from: targetOf(name, file),
      names: list
        .split(',')
        .map((each) => each.trim().split(' as ')[0] ?? '')
        .filter((each) => each !== '' && !each.startsWith('type ')),
    }),
  )
  const whole = [...text.matchAll(/^(?:import|export) \*(?: as \w+)? from '([^']+)'/gm)].map(([, name = '']) => ({
    from: targetOf(name, file),
    names: ['*'],
  }))
  const defaults = [...text.matchAll(/^import (?!type)(\w+)(?:, \{[^}]*\})? from '([^']+)'/gm)].map(
    ([, , name = '']) => ({
      from: targetOf(name, file),
      names: ['default'],
    }),
  )
  const runtime = file.endsWith('.tsx') ? [{ from: RUNTIME, names: ['jsx', 'jsxs', 'Fragment'] }] : []
  return [...listed, ...whole, ...defaults, ...runtime].filter(({ names }) => names.length > 0)
}

/** All that is reached from a file by imports, but what `isOutside`. */
function reached(from: string, isOutside: (target: string) => boolean = () => false): Set<string> {
  const seen = new Set([from])
  for (const file of seen) {
    if (isFile(file)) for (const { from: target } of importsOf(file)) if (!isOutside(target)) seen.add(target)
  }
  return seen
}

/** The files and packages that the main module has whatever stands beside it. */
const main = reached(MAIN)
const isShared = (target: string) => main.has(target) && !target.startsWith('node:')

/** The text of the host of a module: what the module uses of the main one, by file or package and by name. */
export function hostText(name: string): string {
  const used = new Map<string, Set<string>>()
  for (const file of reached(OWN[name] ?? '', isShared)) {
    if (!isFile(file)) continue
    for (const { from, names } of importsOf(file)) {
      if (isShared(from)) used.set(from, new Set([...(used.get(from) ?? []), ...names]))
    }
  }
  const modules = [...used].sort(([a], [b]) => (a < b ? -1 : 1))
  const imports = modules.map(([from, names], i) => {
    const path = from.replace(/^src\//, '../').replace(/\.tsx?$/, '')
    if (names.has('*')) return `import * as all_${i} from '${path}'`
    return `import { ${[...names].sort().map((each) => `${each} as ${each}_${i}`)} } from '${path}'`
  })
  const entries = modules.map(([from, names], i) => {
    const value = names.has('*') ? `all_${i}` : `{ ${[...names].sort().map((each) => `${each}: ${each}_${i}`)} }`
    return `  '${from}': ${value},`
  })
  return `// Made by scripts/late-host.ts.\n${imports.join('\n')}\n\nexport const HOST = {\n${entries.join('\n')}\n}\n`
}

/** What the main module has is asked of the host. */
const fromHost = (name: string): Plugin => ({
  name: 'from-host',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return undefined
      const target = targetOf(path, importer ? relative(root, importer) : MAIN)
      // By its name esbuild would take a module for one with exports.
      return isShared(target)
        ? { path: target.replace(/\.mjs$/, ''), namespace: 'host', pluginData: target }
        : undefined
    })
    build.onLoad({ filter: /.*/, namespace: 'host' }, ({ pluginData }) => ({
      contents: `module.exports = globalThis[Symbol.for('edge-crm ${name}')][${JSON.stringify(pluginData)}]`,
      loader: 'js',
    }))
  },
})

/** How esbuild makes a module of our own. */
export const ownModule = (name: string): BuildOptions => ({
  entryPoints: [join(root, OWN[name] ?? '')],
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  plugins: [fromHost(name)],
})
