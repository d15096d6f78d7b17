// `npm run deploy`: remote migrations, then the Worker; `-- --dry-run` only builds it and prints its size.
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildAssets } from './assets.ts'
import { ended, messageOf, quietly, root, start } from './run.ts'

const production = ['--env', 'production']
const build = ['deploy', ...production, '--minify']

async function dryRun(args: string[]): Promise<number> {
  await quietly('wrangler', [...build, '--outdir', 'dist', ...args], 'The Worker could not be built.')
  const modules = readdirSync(join(root, 'dist')).filter((name) => ['.js', '.wasm'].includes(extname(name)))
  const code = modules.map((name) => readFileSync(join(root, 'dist', name)))
  const size = (list: Buffer[]) => `${(list.reduce((sum, part) => sum + part.length, 0) / 1024).toFixed(1)} KiB`
  console.log(`bundle in dist/: ${size(code)}, gzipped ${size(code.map((part) => gzipSync(part)))}`)
  return 0
}

// A deploy with the ids of the template would fail half-way, after asking for a login.
function missingIds() {
  const lines = readFileSync(join(root, 'wrangler.toml'), 'utf8').split('\n')
  return lines.findIndex((line) => /^\s*(database_)?id\s*=\s*"[0-]+"/.test(line)) + 1
}

async function deploy(args: string[]): Promise<number> {
  const line = missingIds()
  if (line) {
    console.error(
      `wrangler.toml:${line}: put the id of your own D1 database and KV namespace here first (docs/deploying.md).`,
    )
    return 1
  }
  const migrated = await ended(start('wrangler', ['d1', 'migrations', 'apply', 'DB', '--remote', ...production]))
  return migrated || ended(start('wrangler', [...build, ...args]))
}

buildAssets()
const args = process.argv.slice(2)
try {
  process.exitCode = args.includes('--dry-run') ? await dryRun(args) : await deploy(args)
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
