// Room: scripts. `npm run check`: everything that can be said about the code without running it, one line each.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { staleBaseline } from './baseline.mjs'
import { guards, selfTest } from './guards.mjs'
import { capture, requireNode22, root } from './run.mjs'

async function tool(name, args) {
  const { code, output } = await capture(name, args)
  return code === 0 ? [] : [output.trim()]
}

function guarded() {
  const paths = globSync(
    ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx,mjs}', 'drizzle/*.sql', 'wrangler.toml', 'docs/security.md'],
    {
      cwd: root,
    },
  )
  const files = paths.map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(join(root, path), 'utf8'),
  }))
  return Object.entries(guards).map(([name, guard]) => [name, guard(files)])
}

requireNode22()
const checks = [
  ['biome', tool('biome', ['check', '.'])],
  ['tsc', tool('tsc', ['--noEmit'])],
  ['worker-configuration.d.ts is current', tool('wrangler', ['types', '--check'])],
  ['drizzle/0000_baseline.sql is current', staleBaseline()],
  ['guards find what is planted', selfTest()],
  ...guarded(),
]

const results = await Promise.all(checks.map(async ([name, problems]) => [name, await problems]))
for (const [, problems] of results) for (const problem of problems) console.error(problem)
for (const [name, problems] of results) console.log(`${problems.length ? 'FAIL' : 'ok  '} ${name}`)
if (results.some(([, problems]) => problems.length)) process.exitCode = 1
