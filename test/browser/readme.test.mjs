// Room: test/browser. README.md keeps its word: its commands run, its tables name what there is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readmeProblems } from '../../scripts/readme-check.ts'
import { startWorker } from '../../scripts/worker.ts'

test('what README.md and docs/ say is so', async () => {
  const worker = await startWorker()
  try {
    assert.deepEqual(await readmeProblems(worker), [])
  } finally {
    await worker.dispose()
  }
})
