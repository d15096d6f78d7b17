// `npm run bench -- --rows N [--json] [--no-throughput] [--no-costs] [--only TEXT]`: what each endpoint costs in the database at N leads,
// against its budget, and how fast the busiest ones are. Leaves 1 when a budget is exceeded. See docs/performance.md.
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { bytesIn } from './bytes.ts'
import { endpoints } from './endpoints.ts'
import { PASSWORD } from './fill.ts'
import { measure } from './measure.ts'
import { memberOf, SELLER } from './population.ts'
import { costTable, throughputTable } from './report.ts'
import { prepareSamples } from './samples.ts'
import { seededFolder, startSeeded } from './seed.ts'
import { statementsOf } from './tell.ts'
import { throughput } from './throughput.ts'
import type { Bench, Homes, Role, Run } from './types.ts'

const SMALL = 1_000
const REFRESHES = 10
const ROLES: Role[] = ['admin', 'manager', 'sales', 'changer', 'portal', 'smallAdmin']
const Tokens = z.object({ accessToken: z.string(), refreshToken: z.string() })

/** Who the requests are sent as. */
const cast = ({ large, small }: Homes): Bench['people'] => ({
  admin: memberOf(large, 0),
  manager: memberOf(large, 1),
  sales: memberOf(large, SELLER),
  changer: memberOf(large, SELLER + 1),
  portal: large.portal,
  smallAdmin: memberOf(small, 0),
})

let topic = ''
/** Progress: one line that changes; where it cannot, a line for each new topic. */
function log(line: string) {
  const [start = ''] = line.split(':')
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
  else if (start !== topic) process.stderr.write(`${line}\n`)
  topic = start
}

async function opened(rows: number): Promise<Bench> {
  const worker = await startSeeded(rows, log)
  const bench: Bench = { ...worker, people: cast(worker.workspaces), tokens: {}, refreshTokens: [] }
  await signIn(bench)
  return bench
}

async function signIn({ fetch, people, tokens, refreshTokens }: Bench) {
  for (const name of ROLES) {
    const { email } = people[name]
    const times = name === 'sales' && refreshTokens.length === 0 ? REFRESHES : 1
    for (let i = 0; i < times; i += 1) {
      const response = await fetch('/v1/auth/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password: PASSWORD }),
      })
      if (!response.ok) throw new Error(`${email} could not sign in: ${response.status} ${await response.text()}`)
      const { accessToken, refreshToken } = Tokens.parse(await response.json())
      tokens[name] = accessToken
      if (times > 1) refreshTokens.push(refreshToken)
    }
  }
}

async function speeds(bench: Bench, deep: { page: number; cursor: string }) {
  const small = bench.rows > SMALL ? await opened(SMALL) : undefined
  try {
    await signIn(bench)
    return await throughput(bench, small, deep, log)
  } finally {
    await small?.dispose()
  }
}

type Wanted = { rows: number; costs: boolean; throughput: boolean }

async function run({ rows, costs: isCosted, throughput: isTimed }: Wanted): Promise<Run> {
  const bench = await opened(rows)
  try {
    const { fill, pages, cursors } = await prepareSamples(bench)
    const costs = isCosted ? await measure(endpoints, bench, fill) : []
    const deep = { page: pages.leads ?? 1, cursor: cursors['deep:leads'] ?? '' }
    return {
      rows,
      date: new Date().toISOString(),
      pages,
      costs,
      bytes: bytesIn((await seededFolder(rows, log)).folder),
      throughput: isTimed ? await speeds(bench, deep) : null,
    }
  } finally {
    await bench.dispose()
  }
}

async function tell(rows: number, only: string) {
  const bench = await opened(rows)
  try {
    const { fill } = await prepareSamples(bench)
    console.log(await statementsOf(endpoints, only, bench, fill))
  } finally {
    await bench.dispose()
  }
}

function print({ rows, pages, costs, bytes, throughput: ratios }: Run) {
  console.log(
    `${rows.toLocaleString('en')} leads and as many customers; the worst of five requests each\n\n${costTable(costs)}`,
  )
  console.log(
    `\nDeep pages: ${Object.entries(pages)
      .map(([name, page]) => `${name} ${page}`)
      .join(', ')}`,
  )
  const sizes = bytes.each.map(([kind, each]) => `${kind} ${each.toLocaleString('en')}`)
  console.log(
    `\nBytes, with indexes, search entry and first event (${bytes.megabytes.toFixed(0)} MB in all): ${sizes.join(', ')}`,
  )
  if (ratios) console.log(`\nThroughput, 32 requests at once, medians of 11 rounds\n\n${throughputTable(ratios)}`)
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: String(SMALL) },
    json: { type: 'boolean', default: false },
    throughput: { type: 'boolean', default: true },
    costs: { type: 'boolean', default: true },
    only: { type: 'string' },
  },
  allowNegative: true,
})
const rows = Number(values.rows)
if (!Number.isInteger(rows) || rows < SMALL) {
  console.error(`--rows takes a whole number from ${SMALL}.`)
  process.exit(2)
}
try {
  if (values.only !== undefined) await tell(rows, values.only)
  else {
    const result = await run({ ...values, rows })
    log('')
    if (values.json) console.log(JSON.stringify(result, null, 2))
    else print(result)
    const over = result.costs.filter((each) => each.over.length)
    for (const { name, as, over: figures } of over) console.error(`over budget: ${name} (${as}): ${figures.join(', ')}`)
    process.exitCode = over.length ? 1 : 0
  }
} catch (error) {
  console.error(error)
  process.exitCode = 1
}
