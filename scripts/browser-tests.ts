// `npm run test:browser` and `test:examples`: runs the *.test.mjs of a folder, with headless Chromium, against the Worker on a
// local port.
import { existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { messageOf, root } from './run.ts'
import { startWorker } from './worker.ts'

// The pages of test/examples.
const CORS_ORIGINS = 'http://localhost:5174,http://localhost:3001'

function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  const applications = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [process.env.CHROMIUM, ...found, ...applications].find((path) => path && existsSync(path))
}

async function runFiles(files: string[]) {
  const events = run({ files, concurrency: 1, timeout: 240_000 })
  const counts = { passed: 0, failed: 0 }
  events.on('test:summary', (summary) => {
    if (!summary.file)
      Object.assign(counts, { passed: summary.counts.passed, failed: summary.counts.tests - summary.counts.passed })
  })
  const report = events.compose(spec)
  for await (const chunk of report) process.stdout.write(chunk)
  return counts
}

async function main() {
  const chromium = findChromium()
  if (!chromium)
    throw new Error('No Chromium found: install one (Debian: apt-get install chromium) or set CHROMIUM to its path.')
  const [folder] = process.argv.slice(2)
  if (!folder) throw new Error('Which folder of tests?')
  const worker = await startWorker({ vars: { CORS_ORIGINS } })
  try {
    Object.assign(process.env, { CHROMIUM: chromium, WORKER_URL: worker.url })
    return await runFiles(globSync(`${folder}/*.test.mjs`, { cwd: root }).map((file) => join(root, file)))
  } finally {
    await worker.dispose()
  }
}

try {
  const { passed, failed } = await main()
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed || !passed ? 1 : 0
} catch (error) {
  console.error(messageOf(error))
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}
