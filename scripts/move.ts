// `npm run move -- --from URL --to URL`: brings a whole workspace from one installation to another, with its ids. The keys
// stand in EDGE_CRM_FROM_KEY and EDGE_CRM_TO_KEY. Run again after a failure, it goes on: what is there stays as it is.
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { messageOf } from './run.ts'

const USAGE = `EDGE_CRM_FROM_KEY=… EDGE_CRM_TO_KEY=… npm run move -- --from <address> --to <address>

Moves customers, leads, tags, relationships, tickets with their comments, and interactions.
The keys are access tokens of ADMINs or API keys: the first with exports:read, the second
with imports:write, imports:read, imports:move and exports:read. Members are found by their
addresses: invite them first. The trash, the audit trail, settings and definitions of custom
fields stay behind.

Exits with 0 if both have the same counts, 1 if not, 2 for wrong arguments, 3 if a Worker
refused, 4 if one cannot be reached.`

/** In this order each finds what it refers to. */
const ENTITIES = ['tags', 'customers', 'leads', 'relationships', 'tickets', 'interactions'] as const
/** How many records a file has: imports take up to 50 MB. */
const PART = 10_000
const POLL_MS = 500

class Failure extends Error {
  code: number
  constructor(message: string, code: number) {
    super(message)
    this.code = code
  }
}

const Problem = z.object({ title: z.string(), detail: z.string().optional() })
const Report = z.object({
  id: z.string(),
  status: z.string(),
  received: z.number(),
  created: z.number(),
  failed: z.number(),
  errors: z.array(z.object({ line: z.number(), message: z.string() })),
  warnings: z.array(z.object({ code: z.string(), value: z.string().nullable(), message: z.string() })),
})
type Side = { url: string; key: string }

async function asked({ url, key }: Side, path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const answer = await fetch(new URL(path, url), {
      ...init,
      headers: { Authorization: `Bearer ${key}`, ...init.headers },
    }).catch((error: Error) => {
      throw new Failure(`${url} cannot be reached: ${messageOf(error.cause ?? error)}`, 4)
    })
    if (answer.ok) return answer
    const text = await answer.text()
    if (answer.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 1_000 * Number(answer.headers.get('Retry-After') ?? 1)))
      continue
    }
    const problem = answer.headers.get('Content-Type')?.includes('json')
      ? Problem.safeParse(JSON.parse(text)).data
      : undefined
    if (!problem) throw new Failure(`${url}${path} answered ${answer.status}, which is not this API.`, 4)
    throw new Failure(`${url} refused ${path}: ${[problem.title, problem.detail].filter(Boolean).join('. ')}`, 3)
  }
}

const Line = z.object({ id: z.string() })

/** The records of a side in files of lines, each a part of a known size. Pairs and tags come in one. */
async function* partsOf(side: Side, entity: (typeof ENTITIES)[number]) {
  const isWhole = entity === 'tags' || entity === 'relationships'
  for (let after = ''; ; ) {
    const query = isWhole ? '' : `&limit=${PART}${after && `&after=${after}`}`
    const text = await (await asked(side, `/v1/exports/${entity}?format=ndjson${query}`)).text()
    const lines = text.split('\n').filter((line) => line !== '')
    if (lines.length > 0) yield { text, count: lines.length }
    if (isWhole || lines.length < PART) return
    after = Line.parse(JSON.parse(lines.at(-1) ?? '{}')).id
  }
}

async function imported(to: Side, entity: string, text: string) {
  const path = `/v1/imports?entity=${entity}&keepIds=true&match=id`
  const init = { method: 'POST', headers: { 'Content-Type': 'application/x-ndjson' }, body: text }
  let report = Report.parse(await (await asked(to, path, init)).json())
  while (['UPLOADING', 'RUNNING'].includes(report.status)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    report = Report.parse(await (await asked(to, `/v1/imports/${report.id}`)).json())
  }
  return report
}

async function countOf(side: Side, entity: (typeof ENTITIES)[number]): Promise<number> {
  let count = 0
  for await (const part of partsOf(side, entity)) count += part.count
  return count
}

async function move(from: Side, to: Side): Promise<number> {
  let isSame = true
  for (const entity of ENTITIES) {
    const before = { sent: 0, created: 0, failed: 0 }
    for await (const { text, count } of partsOf(from, entity)) {
      const { created, failed, errors, warnings } = await imported(to, entity, text)
      before.sent += count
      before.created += created
      before.failed += failed
      for (const { line, message } of errors.slice(0, 10))
        process.stderr.write(`${entity}, record ${line}: ${message}\n`)
      for (const { code, value, message } of warnings.slice(0, 10))
        process.stderr.write(`${entity}: ${code}, ${value ?? ''} ${message}\n`)
    }
    const there = await countOf(to, entity)
    const isEqual = there === before.sent && before.failed === 0
    isSame &&= isEqual
    console.log(
      `${entity.padEnd(14)}${String(before.sent).padStart(9)} there, ${before.created} made, ${there} here${isEqual ? '' : '  ← differs'}`,
    )
  }
  return isSame ? 0 : 1
}

function sides() {
  try {
    const text = { type: 'string' as const }
    const { values } = parseArgs({ options: { from: text, to: text, help: { type: 'boolean' } } })
    if (values.help) return undefined
    const { EDGE_CRM_FROM_KEY, EDGE_CRM_TO_KEY } = process.env
    const { from, to } = values
    if (!from || !to || !EDGE_CRM_FROM_KEY || !EDGE_CRM_TO_KEY) throw new Failure(USAGE, 2)
    for (const url of [from, to])
      if (!(URL.canParse(url) && /^https?:/i.test(url)))
        throw new Failure(`${url} is no address such as https://crm.example.com.`, 2)
    return { from: { url: from, key: EDGE_CRM_FROM_KEY }, to: { url: to, key: EDGE_CRM_TO_KEY } }
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(`${messageOf(error)}\n\n${USAGE}`, 2)
  }
}

try {
  const given = sides()
  if (given) process.exitCode = await move(given.from, given.to)
  else console.log(USAGE)
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = error instanceof Failure ? error.code : 1
}
