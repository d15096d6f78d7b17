// Makes src/late/desk.js, the pages of the desk, and src/late/host.mjs, what they use of the main module. They share code with
// it, so what stands outside src/desk/ is not bundled once more, but taken from the host that the main module hands over.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'
import { root } from './run.ts'

/** The files of the desk that the main module has as well: they stand in front of every request to it. */
const IN_MAIN = ['src/desk/desk.session', 'src/desk/desk.door']
/** Packages that the main module has anyway; what is not here becomes a part of the desk. */
const SHARED = ['zod', 'drizzle-orm', 'drizzle-orm/sqlite-core', 'hono/jsx/jsx-runtime', 'hono/html', 'hono/cookie']
const RUNTIME = 'hono/jsx/jsx-runtime'

type Import = { from: string; names: string[] }

/** Where an import of a file leads to: a path from the root without its ending, or a package. */
function targetOf(name: string, file: string): string {
  if (!name.startsWith('.')) return name
  return relative(root, resolve(root, dirname(file), name)).replaceAll('\\', '/')
}

const isShared = (target: string) =>
  IN_MAIN.includes(target) || SHARED.includes(target) || (/^src\//.test(target) && !/^src\/desk\//.test(target))

/** The imports of values in a file; `verbatimModuleSyntax` has those of types marked. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^import (?!type)\{([^}]*)\} from '([^']+)'/gm)].map(([, list = '', name = '']) => ({
    from: targetOf(name, file),
    names: list
      .split(',')
      .map((each) => each.trim().split(' as ')[0] ?? '')
      .filter((each) => each !== '' && !each.startsWith('type ')),
  }))
}

/** The text of the host: what the desk uses, by module and name. */
export function hostText(): string {
  const files = globSync('src/desk/**/*.{ts,tsx}', { cwd: root, exclude: (path) => String(path).endsWith('.d.ts') })
  const used = new Map<string, Set<string>>([[RUNTIME, new Set(['jsx', 'jsxs', 'Fragment'])]])
  const pages = files
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !IN_MAIN.some((each) => path.startsWith(`${each}.`)))
  for (const { from, names } of pages.flatMap(importsOf)) {
    if (isShared(from)) used.set(from, new Set([...(used.get(from) ?? []), ...names]))
  }
  const modules = [...used].filter(([, names]) => names.size > 0).sort(([a], [b]) => (a < b ? -1 : 1))
  const imports = modules.map(([from, names], i) => {
    const list = [...names].sort().map((name) => `${name} as ${name}_${i}`)
    return `import { ${list.join(', ')} } from '${from.replace(/^src\//, '../')}'`
  })
  const entries = modules.map(([from, names], i) => {
    const list = [...names].sort().map((name) => `${name}: ${name}_${i}`)
    return `  '${from}': { ${list.join(', ')} },`
  })
  return `// Made by scripts/late-desk.ts.\n${imports.join('\n')}\n\nexport const HOST = {\n${entries.join('\n')}\n}\n`
}

/** What stands outside the desk is asked of the host. */
const fromHost: Plugin = {
  name: 'from-host',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return undefined
      const target = targetOf(path, importer ? relative(root, importer) : 'src/desk/x.ts')
      return isShared(target) ? { path: target, namespace: 'host' } : undefined
    })
    build.onLoad({ filter: /.*/, namespace: 'host' }, ({ path }) => ({
      contents: `module.exports = globalThis[Symbol.for('edge-crm host')][${JSON.stringify(path)}]`,
      loader: 'js',
    }))
  },
}

/** How esbuild makes a module of the desk: its pages, and the words of a language beside English. */
export const DESK: BuildOptions = {
  entryPoints: [join(root, 'src/desk/desk.dispatch.tsx')],
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  plugins: [fromHost],
}
