// Sends each request a few times and reads its cost from Server-Timing; the worst counts.
import { z } from 'zod'
import { STATEMENTS } from './budgets.ts'
import type { Bench, Content, Cost, Endpoint, Fill, Group, Role } from './types.ts'

const SAMPLES = 5
const COSTS = ['trips', 'statements', 'read', 'written'] as const
type Figure = (typeof COSTS)[number]
const List = z.object({ data: z.array(z.unknown()).optional() })
const FIGURES =
  /round trips (?<trips>\d+), statements (?<statements>\d+), rows read (?<read>\d+), rows written (?<written>\d+)/

/** Measures every endpoint; gives one result each, with `over`: the figures that exceed the budget. */
export async function measure(endpoints: Group[], bench: Bench, fill: Fill) {
  const results: Cost[] = []
  for (const [group, list] of endpoints) {
    for (const endpoint of list) results.push({ group, ...(await measureOne(endpoint, bench, fill)) })
  }
  return results
}

async function measureOne(endpoint: Endpoint, bench: Bench, fill: Fill): Promise<Omit<Cost, 'group'>> {
  const { name, as = 'anybody', request } = endpoint
  const budget = { statements: STATEMENTS, ...endpoint.budget }
  const samples: Awaited<ReturnType<typeof sample>>[] = []
  for (let i = 0; i < SAMPLES; i += 1) samples.push(await sample(endpoint, bench, fill))
  const worst = (figure: Figure) => Math.max(...samples.map((each) => each[figure]))
  const cost = {
    trips: worst('trips'),
    statements: worst('statements'),
    read: worst('read'),
    written: worst('written'),
  }
  const given = Math.min(...samples.map((each) => each.given ?? Number.POSITIVE_INFINITY))
  const ms = samples.map((each) => each.ms).sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? 0
  const over = COSTS.filter((figure) => cost[figure] > (budget[figure] ?? Number.POSITIVE_INFINITY))
  return { name, as, request, ...cost, ms, given: Number.isFinite(given) ? given : null, budget, over }
}

/** Sends a request and checks that the answer is the one that is meant to be measured. */
export async function sendOne(bench: Bench, endpoint: Endpoint, fill: Fill, more: Record<string, string> = {}) {
  const { name, as, request, body, headers, status = 200, gives = 1, before, twice } = endpoint
  const filled = fill({ request, body, headers, before })
  if (before) await send(bench, as, { request: filled.before ?? before })
  if (twice) await send(bench, as, filled)
  const response = await send(bench, as, { ...filled, headers: { ...filled.headers, ...more } })
  const answer = await response.text()
  if (response.status !== status) throw new Error(`${name}: ${filled.request} answered ${response.status} ${answer}`)
  const given = answer.startsWith('{') ? List.safeParse(JSON.parse(answer)).data?.data?.length : undefined
  if (given !== undefined && given < gives)
    throw new Error(`${name}: ${filled.request} found ${given} rows, which measures nothing`)
  return { status: response.status, headers: response.headers, given }
}

async function sample(endpoint: Endpoint, bench: Bench, fill: Fill) {
  const { name } = endpoint
  const response = await sendOne(bench, endpoint, fill)
  const { given } = response
  const timing = response.headers.get('Server-Timing') ?? ''
  const figures = FIGURES.exec(timing)?.groups
  if (!figures) throw new Error(`${name}: no Server-Timing in the answer`)
  return {
    trips: Number(figures.trips),
    statements: Number(figures.statements),
    read: Number(figures.read),
    written: Number(figures.written),
    given,
    ms: Number(/dur=([\d.]+)/.exec(timing)?.[1]),
  }
}

function send({ fetch, tokens }: Bench, as: Role | undefined, { request, body, headers }: Content) {
  const [method, path = ''] = request.split(' ')
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
