// Room: scripts. Lints the OpenAPI document as the running Worker serves it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ended, root, start } from './run.mjs'
import { startWorker } from './worker.mjs'

async function fetchDocument(path) {
  const worker = await startWorker({ d1: false })
  try {
    const response = await worker.fetch(path)
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`)
    return JSON.stringify(await response.json(), null, 2)
  } finally {
    await worker.dispose()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'edge-crm-'))
try {
  const file = join(folder, 'openapi.json')
  writeFileSync(file, await fetchDocument('/openapi.json'))
  process.exitCode = await ended(start('redocly', ['lint', file, '--config', join(root, 'redocly.yaml')]))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
