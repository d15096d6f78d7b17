// `npm run check`: checks the code without running it, one line for each check.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { selfTest as changesSelfTest, changesSinceRelease, isPromised } from './api-release.ts'
import { staleBaseline } from './baseline.ts'
import { tooLarge } from './bundle-size.ts'
import { guards, selfTest } from './guards.ts'
import { makeLateModules } from './late.ts'
import { openApiProblems } from './openapi.ts'
import { resourceProblems } from './readme-resources.ts'
import { writtenProblems } from './readme-tables.ts'
import { capture, root, type Tool } from './run.ts'

type Check = [name: string, problems: string[] | Promise<string[]>]

// Checkers share no types: each further one infers the routes of the whole API anew. GOGC: less garbage collection.
const tsc = (project: string) => tool('tsc', ['--noEmit', '--checkers', '1', '--project', project], { GOGC: '400' })

async function tool(name: Tool, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { code, output } = await capture(name, args, { env })
  return code === 0 ? [] : [output.trim()]
}

function guarded(): Check[] {
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

await makeLateModules()
const checks: Check[] = [
  ['biome', tool('biome', ['check', '--error-on-warnings', '.'])],
  ['tsc', tsc('tsconfig.json')],
  ['tsc, scripts and bench', tsc('tsconfig.scripts.json')],
  ['worker-configuration.d.ts is current', tool('wrangler', ['types', '--check'])],
  ['drizzle/0000_baseline.sql is current', staleBaseline()],
  ['openapi/ is current', openApiProblems()],
  ['docs/ names what there is', [...writtenProblems(), ...resourceProblems()]],
  ['no change of /v1 breaks a client', isPromised() ? changesSinceRelease() : []],
  ['changes that break a client are told from others', changesSelfTest()],
  ['the main module is small', tooLarge()],
  ['guards find what is planted', selfTest()],
  ...guarded(),
]

const results = await Promise.all(checks.map(async ([name, problems]) => ({ name, problems: await problems })))
for (const { problems } of results) for (const problem of problems) console.error(problem)
for (const { name, problems } of results) console.log(`${problems.length ? 'FAIL' : 'ok  '} ${name}`)
if (results.some(({ problems }) => problems.length)) process.exitCode = 1
