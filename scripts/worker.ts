// The Worker as it would be deployed, on a real local port: wrangler's bundle, run by Miniflare.
// startWorker({ vars, persist, port, entry, d1, bare, heap }) → { url, fetch(path), dispose(), database() }: D1 `DB` migrated, KV `KV`, public/ served.
// With `bare`, `url` is workerd's own socket of the Worker, with neither Miniflare's entry nor public/ in front of it.
// With `heap`, each isolate has a JavaScript heap of so many MB, and the process ends when one needs more.
// Settings are wrangler.toml's top level, then .dev.vars.example, then `vars`; a developer's own .dev.vars is never read.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { extname, join, parse, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { buildAssets } from './assets.ts'
import { makeLateModules } from './late.ts'
import { type Database, migrate, miniflare } from './local-database.ts'
import { quietly, root } from './run.ts'

// Wrangler would announce on stdout whose settings it read.
process.env.WRANGLER_LOG ??= 'warn'
const require = createRequire(import.meta.url)
const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = miniflare

const config = join(root, 'wrangler.toml')
const entryPoint = join(root, 'src', 'index.ts')
const moduleTypes: Record<string, 'ESModule' | 'CompiledWasm' | 'Data' | 'Text'> = {
  '.js': 'ESModule',
  '.wasm': 'CompiledWasm',
  '.bin': 'Data',
  '.txt': 'Text',
  '.html': 'Text',
  '.sql': 'Text',
  '.json': 'Text',
}

type Options = {
  vars?: Record<string, string>
  persist?: string
  port?: number
  entry?: string
  d1?: boolean
  bare?: boolean
  heap?: number
}
/** Bundles the Worker and starts it; `dispose` ends it. */
export async function startWorker({
  vars = {},
  persist,
  port,
  entry = entryPoint,
  d1 = true,
  bare,
  heap,
}: Options = {}) {
  buildAssets()
  await makeLateModules()
  const bundle = mkdtempSync(join(tmpdir(), 'edge-crm-'))
  let started: InstanceType<typeof miniflare.Miniflare> | undefined
  try {
    await quietly(
      'wrangler',
      ['deploy', resolve(entry), '--dry-run', '--env=', '--outdir', bundle, '--config', config],
      'bundling failed',
    )
    process.env.MINIFLARE_WORKERD_V8_FLAGS = heap ? `--max-heap-size=${heap}` : ''
    const mf = new Miniflare(options(bundle, entry, { vars, persist, port, bare }))
    started = mf
    const { origin: url } = bare ? await mf.unsafeGetDirectURL() : await mf.ready
    const database = (): Promise<Database> => mf.getD1Database('DB')
    if (d1) await migrate(await database())
    rmSync(bundle, { recursive: true })
    return {
      url,
      database,
      fetch: (path: string, init?: RequestInit) => fetch(new URL(path, url), init),
      dispose: () => mf.dispose(),
    }
  } catch (error) {
    rmSync(bundle, { recursive: true, force: true })
    await started?.dispose()
    throw error
  }
}

function options(
  bundle: string,
  entry: string,
  { vars, persist, port = 0, bare }: Pick<Options, 'vars' | 'persist' | 'port' | 'bare'>,
) {
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig }: typeof import('wrangler') = require('wrangler')
  const { modulesRules, ...workerOptions } = unstable_getMiniflareWorkerOptions(config).workerOptions
  const exampleVars = parseEnv(readFileSync(join(root, '.dev.vars.example'), 'utf8'))
  return convertV4MiniflareOptions({
    ...workerOptions,
    ...(bare ? { assets: undefined, unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] } : {}),
    name: 'edge-crm',
    bindings: { ...unstable_readConfig({ config }).vars, ...exampleVars, ...vars },
    modulesRoot: bundle,
    modules: modules(bundle, entry),
    host: '127.0.0.1',
    port,
    cf: false,
    log: new Log(LogLevel.WARN),
    ...(persist ? { resourcePersistencePath: join(resolve(persist), 'v3') } : {}),
  })
}

// Miniflare runs the first module; wrangler names it after the entry's file.
function modules(bundle: string, entry: string) {
  const main = `${parse(entry).name}.js`
  return readdirSync(bundle, { recursive: true, encoding: 'utf8' })
    .sort((a, b) => Number(b === main) - Number(a === main))
    .flatMap((name) => {
      const type = moduleTypes[extname(name)]
      return type ? [{ type, path: join(bundle, name) }] : []
    })
}
