// `npm run deploy`: remote migrations, then the Worker; `-- --dry-run` only builds it and prints its size.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildAssets } from './assets.ts'
import { bundled, production } from './bundle-size.ts'
import { makeLateModules } from './late.ts'
import { ended, messageOf, root, start } from './run.ts'

const build = ['deploy', ...production, '--minify']

async function dryRun(args: string[]): Promise<number> {
  const { main, gzipped, late } = await bundled('dist', args)
  const size = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`
  console.log(`main module in dist/: ${size(main)}, gzipped ${size(gzipped)}; beside it ${size(late)}`)
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
await makeLateModules()
const args = process.argv.slice(2)
try {
  process.exitCode = args.includes('--dry-run') ? await dryRun(args) : await deploy(args)
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
