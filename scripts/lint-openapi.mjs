// Room: scripts. Lints the OpenAPI documents as the running Worker serves them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ended, root, start } from './run.mjs'
import { startWorker } from './worker.mjs'

// The page at /doc names every document: the product's own, and one of each dialect.
async function fetchDocuments() {
  const worker = await startWorker({ d1: false })
  const get = async (path) => {
    const response = await worker.fetch(path)
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`)
    return response.text()
  }
  try {
    const named = [...(await get('/doc')).matchAll(/&quot;(\/openapi[^&]*\.json)&quot;/g)].map(([, path]) => path)
    return await Promise.all(named.map(async (path) => [path, JSON.stringify(JSON.parse(await get(path)), null, 2)]))
  } finally {
    await worker.dispose()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'edge-crm-'))
try {
  const documents = await fetchDocuments()
  const files = documents.map(([path, text]) => {
    const file = join(folder, path.slice(1).replace('/', '-'))
    writeFileSync(file, text)
    return file
  })
  process.exitCode = await ended(start('redocly', ['lint', ...files, '--config', join(root, 'redocly.yaml')]))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
