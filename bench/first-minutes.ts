// `npm run bench:start`: the first minutes of a stranger, by the README alone. Clones the repository, runs its two commands, pastes
// its blocks up to the claimed lead, and prints the seconds; `-- --runs N` repeats the start.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePort } from '../scripts/dev-output.ts'
import { ended, root } from '../scripts/run.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } })
const URL_IN_README = 'http://localhost:8787'

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`
// A stranger has no tools of this checkout in the PATH.
const PATH = process.env.PATH?.split(':')
  .filter((folder) => !folder.includes('node_modules'))
  .join(':')
const env = { ...process.env, PATH, CI: '1' }

const isServed = (url: string) =>
  fetch(`${url}/ready`)
    .then(({ ok }) => ok)
    .catch(() => false)

/** Starts `npm run dev` in a folder without a database, and waits for the first 200. */
async function firstAnswer(folder: string, port: number) {
  rmSync(join(folder, '.wrangler'), { recursive: true, force: true })
  const began = performance.now()
  const server = spawn('npm', ['run', 'dev', '--', '--port', String(port)], { cwd: folder, env, stdio: 'ignore' })
  const done = ended(server)
  const url = `http://localhost:${port}`
  while (!(await isServed(url))) await wait(20)
  const took = seconds(began)
  const stop = async () => {
    server.kill('SIGTERM')
    await done
    while (await isServed(url)) await wait(100)
  }
  return { url, took, stop }
}

/** The blocks of the README up to the claim, which must answer 200. */
function pasted(readme: string, url: string): string {
  const blocks = [...readme.matchAll(/^```bash runnable\n(.*?)^```$/gms)].map(([, code = '']) => code)
  const [before = ''] = blocks.join('\n').replaceAll(URL_IN_README, url).split('# 7.')
  return `${before}\nas $GRACE "$URL/v1/leads/$LEAD" | grep -q '"ownerId":"'`
}

const folder = mkdtempSync(join(tmpdir(), 'edge-crm-'))
try {
  const began = performance.now()
  execFileSync('git', ['clone', '-q', root, folder])
  execFileSync('npm', ['ci'], { cwd: folder, env, stdio: 'ignore' })
  console.log(`git clone and npm ci: ${seconds(began)}`)
  const port = await freePort(8900)
  const first = await firstAnswer(folder, port)
  const script = join(folder, 'readme.sh')
  writeFileSync(script, pasted(readFileSync(join(folder, 'README.md'), 'utf8'), first.url))
  execFileSync('bash', ['-eu', script], { env, stdio: 'ignore' })
  console.log(`git clone to the first claimed lead: ${seconds(began)}`)
  await first.stop()
  const runs = [first.took]
  while (runs.length < Number(values.runs)) {
    const run = await firstAnswer(folder, port)
    runs.push(run.took)
    await run.stop()
  }
  console.log(`npm run dev to the first 200, on an empty folder: ${runs.join(', ')}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
