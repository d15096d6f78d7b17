// `npm run import -- customers.csv --url …`: sends a file, shows the progress, prints the report. The key stands in EDGE_CRM_KEY.
// Progress goes to stderr, the report to stdout. USAGE says with what it exits.
import { createReadStream, openAsBlob, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { messageOf } from './run.ts'

const USAGE = `EDGE_CRM_KEY=<token> npm run import -- <file> --url <address> [options]

  --entity customers|leads|interactions|tickets|tags|relationships
                                what the rows are (customers)
  --mode create|update|upsert   (upsert)
  --match email|phone|id|externalId
                                the field that identifies a record
  --preview                     what each column would become, as a table; writes nothing
  --dry-run                     report the result, write nothing
  --duplicates last|refuse      of rows of one record (last)
  --unknown customFields|ignore where unknown columns go (customFields)
  --owner <e-mail>              owner of records without one
  --country <GB>                country of phone numbers without one
  --map <Column:field>          once for each column
  --type <content type>         if the file name does not tell it

--url may stand in EDGE_CRM_URL. The key is an access token, or an API key with the scopes
imports:write and imports:read. It has no option: others on this machine see those.

Exits with 0 if all is written, 1 if rows failed, 2 for wrong arguments, 3 if the Worker
refused, 4 if it cannot be reached.`

const TYPES: Record<string, string> = {
  '.csv': 'text/csv',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.vcf': 'text/vcard',
}
// Polls less and less often: every request counts for the caller's rate limit.
const [FIRST_POLL_MS, LAST_POLL_MS] = [1_000, 10_000]
const MAX_LOST = 5
const OPEN = ['UPLOADING', 'RUNNING']
const BUSY = [429, 503]

const Issue = z.object({
  line: z.number(),
  field: z.string().nullable(),
  message: z.string(),
  value: z.string().nullable(),
})
const Report = z.object({
  id: z.string(),
  status: z.string(),
  dryRun: z.boolean(),
  finishedAt: z.string().nullable(),
  columns: z.array(z.object({ column: z.string(), field: z.string().nullable() })),
  received: z.number(),
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  superseded: z.number(),
  failed: z.number(),
  errors: z.array(Issue),
  moreErrors: z.boolean(),
  warnings: z.array(Issue),
})
type Report = z.infer<typeof Report>
const Problem = z.object({
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
})
type Problem = z.infer<typeof Problem>

function fail(message: string, code = 1): never {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

const text = { type: 'string' as const }

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        url: text,
        entity: text,
        mode: text,
        match: text,
        duplicates: text,
        unknown: text,
        owner: text,
        country: text,
        type: text,
        map: { type: 'string', multiple: true },
        'dry-run': { type: 'boolean' },
        preview: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    const url = values.url ?? process.env.EDGE_CRM_URL
    const key = process.env.EDGE_CRM_KEY
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    const [file, ...others] = positionals
    if (!file || others.length > 0 || !url || !key) return fail(USAGE, 2)
    if (!(URL.canParse(url) && /^https?:/i.test(url)))
      fail(`--url ${url} is no address such as https://crm.example.com.`, 2)
    return { ...values, url, key, file }
  } catch (error) {
    return fail(`${messageOf(error)}\n\n${USAGE}`, 2)
  }
}

function queryOf({
  entity = 'customers',
  mode,
  match,
  duplicates,
  unknown,
  owner,
  country,
  map = [],
  'dry-run': dryRun,
}: Partial<ReturnType<typeof options>>) {
  const given = { entity, mode, match, duplicates, unknown, defaultOwner: owner, defaultCountry: country }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value)
  for (const each of map) query.append('mapping', each)
  if (dryRun) query.set('dryRun', 'true')
  return query
}

/** One line that changes; where it cannot, a line for each tenth. */
type Show = (what: string, done: number, all: number) => void

function progress(): Show {
  let shown = -1
  return (what, done, all) => {
    const share = all > 0 ? Math.min(1, done / all) : 0
    if (process.stderr.isTTY) {
      const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░')
      process.stderr.write(
        `\r\x1b[K${what} ${bar} ${Math.floor(share * 100)} %  ${done.toLocaleString('en')} of ${all.toLocaleString('en')}`,
      )
    } else if (Math.floor(share * 10) !== shown) process.stderr.write(`${what} ${Math.floor(share * 100)} %\n`)
    shown = Math.floor(share * 10)
  }
}

function counted(stream: Readable, size: number, show: Show) {
  let sent = 0
  return Readable.toWeb(stream).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        sent += chunk.length
        show('sent   ', sent, size)
        controller.enqueue(chunk)
      },
    }),
  )
}

type Asked = { lost: string } | { refused: Problem; status: number; retryAfter: number } | { report: Report }

async function asked(url: URL, key: string, init: RequestInit = {}): Promise<Asked> {
  const headers = { Authorization: `Bearer ${key}`, ...init.headers }
  const answer = await fetch(url, { ...init, headers })
    .then(async (response) => ({ response, text: await response.text() }))
    .catch((error: Error) => ({ lost: error.cause instanceof Error ? error.cause.message : error.message }))
  if ('lost' in answer) return { lost: `${url.origin} cannot be reached: ${answer.lost}` }
  const { response, text } = answer
  if (!response.headers.get('Content-Type')?.includes('json'))
    return fail(`\n${url} answered ${response.status}, which is not this API.`, 4)
  if (response.ok) return { report: Report.parse(JSON.parse(text)) }
  const retryAfter = Number(response.headers.get('Retry-After') ?? 1)
  return { refused: Problem.parse(JSON.parse(text)), status: response.status, retryAfter }
}

/** The report of an import once it is over; nothing where it cannot be asked for any more. */
async function followed(first: Report, url: string, key: string, show: Show): Promise<Report | undefined> {
  const address = new URL(`/v1/imports/${first.id}`, url)
  let [report, pause, missed] = [first, FIRST_POLL_MS, 0]
  while (OPEN.includes(report.status)) {
    const { created, updated, unchanged, superseded, failed, received } = report
    show('written', created + updated + unchanged + superseded + failed, received)
    await new Promise((resolve) => setTimeout(resolve, pause))
    pause = Math.min(pause * 1.2, LAST_POLL_MS)
    const answer = await asked(address, key)
    missed = 'lost' in answer ? missed + 1 : 0
    if ('report' in answer) report = answer.report
    else if ('refused' in answer && BUSY.includes(answer.status)) {
      await new Promise((resolve) => setTimeout(resolve, answer.retryAfter * 1_000))
    } else if ('refused' in answer || missed >= MAX_LOST) {
      if ('refused' in answer) refuse(answer.refused)
      else process.stderr.write(`\n${answer.lost}\n`)
      process.stderr.write(`The import goes on without this command. Its report: ${address}\n`)
      return undefined
    }
  }
  return report
}

async function run() {
  const { file, url, key, type, preview, ...rest } = options()
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) return fail(`There is no file ${file}.`, 2)
  const show = progress()
  const headers = { 'Content-Type': type ?? TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream' }
  if (preview) return previewed(file, new URL(`/v1/imports/preview?${queryOf(rest)}`, url), key, headers)
  const target = new URL(`/v1/imports?${queryOf(rest)}`, url)
  const body = counted(createReadStream(file), found.size, show)
  const answer = await asked(target, key, { method: 'POST', headers, body, duplex: 'half' })
  if ('lost' in answer) return fail(`\n${answer.lost}`, 4)
  if ('refused' in answer) return refuse(answer.refused)
  const first = answer.report
  const report = OPEN.includes(first.status) ? await followed(first, url, key, show) : first
  if (!report) return 1
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  console.log(textOf(report, basename(file), url))
  return report.failed > 0 || report.status !== 'DONE' ? 1 : 0
}

const Preview = z.object({
  recognised: z.string().nullable(),
  rows: z.number(),
  valid: z.number(),
  columns: z.array(z.object({ column: z.string(), field: z.string().nullable(), samples: z.array(z.string()) })),
  problems: z.array(Issue.extend({ level: z.string(), count: z.number() })),
  duplicates: z.object({ inFile: z.number(), existing: z.number() }),
})

// A file breaks off where the preview has seen enough: the answer comes all the same.
async function previewed(file: string, target: URL, key: string, headers: Record<string, string>) {
  const answer = await fetch(target, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, ...headers },
    body: await openAsBlob(file),
  }).catch((error: Error) => error)
  if (answer instanceof Error)
    return fail(`${target.origin} cannot be reached: ${messageOf(answer.cause ?? answer)}`, 4)
  if (!answer.headers.get('Content-Type')?.includes('json'))
    return fail(`${target} answered ${answer.status}, which is not this API.`, 4)
  if (!answer.ok) return refuse(Problem.parse(await answer.json()))
  const { recognised, rows, valid, columns, problems, duplicates } = Preview.parse(await answer.json())
  const lines = columns.map(({ column, field, samples }) =>
    [column, field ?? '(ignored)', samples.join(' | ')].map(short),
  )
  const table = [['column', 'becomes', 'samples'], ...lines]
  const widths = [0, 1].map((i) => Math.max(...table.map((row) => row[i]?.length ?? 0)))
  console.log(
    [
      ...table.map((row) =>
        row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd(),
      ),
      '',
      `${recognised === null ? '' : `recognised as ${recognised}; `}${rows} rows looked at, ${valid} valid, ${duplicates.existing} of records that are there, ${duplicates.inFile} repeated`,
      ...problems.map(
        ({ level, line, field, message, count }) =>
          `  ${level}, line ${line}${field ? `, ${field}` : ''}: ${message} (${count})`,
      ),
    ].join('\n'),
  )
  return 0
}

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text).replace(/\s/g, ' ')

function refuse({ title, detail, errors }: Problem) {
  const lines = errors.map(({ path, message }) => `  ${path}: ${message}`)
  process.stderr.write(`\n${[`${title}${detail ? `. ${detail}` : ''}`, ...lines].join('\n')}\n`)
  return 3
}

const FIGURES = ['received', 'created', 'updated', 'unchanged', 'superseded', 'failed'] as const

function textOf(report: Report, name: string, url: string) {
  const { status, dryRun, columns, errors, warnings, moreErrors, id } = report
  const columnsOf = columns.map(({ column, field }) => `  ${column} → ${field ?? '(ignored)'}`)
  const issue = ({ line, field, message, value }: z.infer<typeof Issue>) =>
    `  line ${line}${field ? `, ${field}` : ''}: ${message}${value === null ? '' : ` (${value})`}`
  return [
    `${name}: ${status}${dryRun ? ', a dry run: nothing was written' : ''}`,
    ...columnsOf,
    ...FIGURES.map((figure) => `${figure.padEnd(11)}${report[figure].toLocaleString('en').padStart(9)}`),
    ...(errors.length > 0 ? ['', 'Rows that failed', ...errors.map(issue)] : []),
    ...(moreErrors ? [`  and more, all in ${new URL(`/v1/imports/${id}/errors.csv`, url)}`] : []),
    ...(warnings.length > 0 ? ['', 'Written, but strange', ...warnings.map(issue)] : []),
    '',
    `The import is ${id}.`,
    ...(dryRun || report.created === 0
      ? []
      : [
          'To take back what it has made, within 30 days:',
          `  curl -X POST -H "Authorization: Bearer $EDGE_CRM_KEY" ${new URL(`/v1/imports/${id}/revert`, url)}`,
        ]),
  ].join('\n')
}

process.exitCode = await run()
