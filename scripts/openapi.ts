// `npm run openapi`: writes the OpenAPI documents to openapi/, so that a change of the API shows in a diff.
// The Worker is bundled and asked in this process, with a database and a store that hold nothing: no Worker is started.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseEnv } from 'node:util'
import { makeLateModules } from './late.ts'
import { root } from './run.ts'

type Fetch = (request: Request, env: object, ctx: object) => Promise<Response>

/** The folder that holds the documents. */
export const folder = join(root, 'openapi')

const PRODUCT = '/openapi.json'
const SHOWN_LINES = 5

// esbuild is wrangler's dependency, not ours, so it is found from there.
function bundler(): typeof import('esbuild') {
  const require = createRequire(import.meta.url)
  return createRequire(require.resolve('wrangler'))('esbuild')
}

// The base class of the Durable Object, which only workerd has; no document needs one.
const withoutWorkerd: import('esbuild').Plugin = {
  name: 'without-workerd',
  setup(one) {
    one.onResolve({ filter: /^cloudflare:workers$/ }, ({ path }) => ({ path, namespace: 'workerd' }))
    one.onLoad({ filter: /.*/, namespace: 'workerd' }, () => ({ contents: 'export class DurableObject {}' }))
  },
}

// The bundle lies inside the project, so that it finds the packages, which are not part of it.
async function importWorker(): Promise<Fetch> {
  await makeLateModules()
  const parent = join(root, '.wrangler')
  mkdirSync(parent, { recursive: true })
  const target = mkdtempSync(join(parent, 'openapi-'))
  const outfile = join(target, 'worker.mjs')
  try {
    await bundler().build({
      entryPoints: [join(root, 'src', 'index.ts')],
      tsconfig: join(root, 'tsconfig.json'),
      outfile,
      bundle: true,
      packages: 'external',
      plugins: [withoutWorkerd],
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    })
    const { default: worker } = await import(pathToFileURL(outfile).href)
    return worker.fetch
  } finally {
    rmSync(target, { recursive: true })
  }
}

/** The documents as the Worker serves them with every dialect on: JSON text by file name. */
export async function openApiDocuments(): Promise<Map<string, string>> {
  const fetch = await importWorker()
  const env = {
    ...parseEnv(readFileSync(join(root, '.dev.vars.example'), 'utf8')),
    ENVIRONMENT: 'development',
    DIALECTS: readdirSync(join(root, 'src', 'dialects'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .join(),
    DB: { withSession: () => ({ getBookmark: () => null }) },
    KV: { get: async () => null, put: async () => undefined },
  }
  const get = async (path: string) => {
    const response = await fetch(new Request(`http://localhost${path}`), env, { waitUntil: () => undefined })
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status} ${await response.text()}`)
    return response.text()
  }
  // The page at /doc names every document: the product's own, and one for each dialect.
  const paths = [...(await get('/doc')).matchAll(/&quot;(\/openapi[^&]*\.json)&quot;/g)].map(([, path = '']) => path)
  const files = paths.map(async (path): Promise<[string, string]> => {
    const name = path === PRODUCT ? 'edge-crm.json' : path.slice('/openapi/'.length)
    return [name, `${JSON.stringify(sorted(JSON.parse(await get(path))), null, 2)}\n`]
  })
  return new Map(await Promise.all(files))
}

// Neither the order of routes nor that of fields is part of the contract, and moving one is no change of it.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, isSet(key, each) ? each.toSorted() : sorted(each)]))
}

const isSet = (key: string, value: unknown): value is string[] =>
  key === 'required' && Array.isArray(value) && value.every((each) => typeof each === 'string')

/** Every difference between openapi/ and the code, as lines; none when they agree. */
export async function openApiProblems(): Promise<string[]> {
  const documents = await openApiDocuments()
  const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  const stale = kept.filter((name) => !documents.has(name)).map((name) => `openapi/${name}: the Worker has none`)
  const changed = [...documents].flatMap(([name, text]) => {
    const file = join(folder, name)
    const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
    return before === text
      ? []
      : [`openapi/${name} differs from the code: npm run openapi`, ...firstDifference(before, text)]
  })
  return [...stale, ...changed]
}

/** The first lines in which two texts differ, marked as `diff` marks them. */
function firstDifference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const at = now.findIndex((line, i) => line !== old[i])
  const shown = (mark: string, lines: string[]) => lines.slice(at, at + SHOWN_LINES).map((line) => `${mark} ${line}`)
  return [`  line ${at + 1}`, ...shown('-', old), ...shown('+', now)]
}

async function write() {
  const documents = await openApiDocuments()
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (name.endsWith('.json')) rmSync(join(folder, name))
  for (const [name, text] of documents) writeFileSync(join(folder, name), text)
  console.log(`openapi/: ${[...documents.keys()].join(', ')}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await write()
}
