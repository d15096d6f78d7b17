// Sends each request a few times and reads from Server-Timing what it cost; the worst one counts.
import { STATEMENTS } from './budgets.ts'

const SAMPLES = 5
const FIGURES = /round trips (\d+), statements (\d+), rows read (\d+), rows written (\d+)/

/** Measures every endpoint; gives one result each, with `over`: the figures that exceed the budget. */
export async function measure(endpoints, bench, fill) {
  const results = []
  for (const [group, list] of endpoints) {
    for (const endpoint of list) results.push({ group, ...(await measureOne(endpoint, bench, fill)) })
  }
  return results
}

async function measureOne(endpoint, bench, fill) {
  const { name, as = 'anybody', request } = endpoint
  const budget = { statements: STATEMENTS, ...endpoint.budget }
  const samples = []
  for (let i = 0; i < SAMPLES; i += 1) samples.push(await sample(endpoint, bench, fill))
  const worst = (figure) => Math.max(...samples.map((each) => each[figure]))
  const cost = {
    trips: worst('trips'),
    statements: worst('statements'),
    read: worst('read'),
    written: worst('written'),
  }
  const given = Math.min(...samples.map((each) => each.given ?? Number.POSITIVE_INFINITY))
  const ms = samples.map((each) => each.ms).sort((a, b) => a - b)[Math.floor(SAMPLES / 2)]
  const over = Object.keys(budget).filter((figure) => cost[figure] > budget[figure])
  return { name, as, request, ...cost, ms, given: Number.isFinite(given) ? given : null, budget, over }
}

async function sample({ name, as, request, body, headers, status = 200, gives = 1, twice }, bench, fill) {
  const filled = fill({ request, body, headers })
  if (twice) await send(bench, as, filled)
  const response = await send(bench, as, filled)
  const answer = await response.text()
  if (response.status !== status) throw new Error(`${name}: ${filled.request} answered ${response.status} ${answer}`)
  const given = answer.startsWith('{') ? JSON.parse(answer).data?.length : undefined
  if (given < gives) throw new Error(`${name}: ${filled.request} found ${given} rows, which measures nothing`)
  const timing = response.headers.get('Server-Timing') ?? ''
  const [, trips, statements, read, written] = FIGURES.exec(timing)?.map(Number) ?? []
  if (trips === undefined) throw new Error(`${name}: no Server-Timing in the answer`)
  return { trips, statements, read, written, given, ms: Number(/dur=([\d.]+)/.exec(timing)?.[1]) }
}

function send({ fetch, tokens }, as, { request, body, headers }) {
  const [method, path] = request.split(' ')
  return fetch(path, {
    method,
    headers: {
      ...(as ? { Authorization: `Bearer ${tokens[as]}` } : {}),
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}
