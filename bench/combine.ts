// `node bench/combine.ts small.json large.json …`: the results of several runs with --json as the one table of
// docs/performance.md; rows read are told for each size, the other figures for the largest.
import { readFileSync } from 'node:fs'
import { combinedTable, throughputTable } from './report.ts'
import type { Run } from './types.ts'

const results = process.argv
  .slice(2)
  .map((file): Run => JSON.parse(readFileSync(file, 'utf8')))
  .sort((a, b) => a.rows - b.rows)
console.log(combinedTable(results))
for (const { rows, throughput } of results) {
  if (throughput) console.log(`\n${rows.toLocaleString('en')} leads\n\n${throughputTable(throughput)}`)
}
