// Does what README.md and docs/tour.md say: pastes their shell blocks marked `runnable` one after the other against a fresh
// Worker, and compares the tables of docs/ with the code. `node scripts/readme-check.ts`; the browser tests run it as well.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writtenProblems } from './readme-tables.ts'
import { ended, root } from './run.ts'
import { startWorker } from './worker.ts'

const LOCAL = 'http://localhost:8787'

type Worker = Pick<Awaited<ReturnType<typeof startWorker>>, 'url' | 'fetch'>

const blocks = (readme: string, language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language} runnable\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code = '']) => code)

// A reader's curl, but for its statuses, which go to a file; -u finds a variable that no block has set.
const PRELUDE = `curl() { command curl "$@" -w "%{stderr}%{http_code}\\n" 2>>"$STATUSES"; }`

// run.ts starts the tools of this project; a reader's bash and Node are none of them.
async function program(name: string, args: string[], env = {}) {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return { code: await ended(child), output }
}

async function shellProblems(text: string, url: string, folder: string) {
  const statuses = join(folder, 'statuses')
  const code = blocks(text, 'bash').join('\n')
  writeFileSync(join(folder, 'readme.sh'), `${PRELUDE}\n${code.replaceAll(LOCAL, url)}`)
  writeFileSync(statuses, '')
  const ran = await program('bash', ['-eu', join(folder, 'readme.sh')], { STATUSES: statuses })
  if (ran.code !== 0) return [`bash: left with ${ran.code}\n${ran.output}`]
  if (ran.output.includes('"data":[]')) return [`bash: finds nothing where it says it does\n${ran.output}`]
  const expected = [...code.matchAll(/→ (\d{3})/g)].map(([, status]) => status)
  const got = readFileSync(statuses, 'utf8').trim().split('\n')
  return expected.join() === got.join() ? [] : [`bash: promises ${expected}, gives ${got}\n${ran.output}`]
}

/** Everything in which the README is wrong, as lines; takes a Worker with an empty database. */
export async function readmeProblems(worker: Worker): Promise<string[]> {
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  const folder = mkdtempSync(join(tmpdir(), 'edge-crm-'))
  try {
    return [
      ...writtenProblems(),
      ...(await shellProblems(read('README.md') + read('docs/tour.md'), worker.url, folder)),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const worker = await startWorker()
  const problems = await readmeProblems(worker).finally(() => worker.dispose())
  for (const problem of problems) console.error(problem)
  console.log(`README.md: ${problems.length} problems`)
  process.exitCode = problems.length ? 1 : 0
}
