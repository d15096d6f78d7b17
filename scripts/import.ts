// `npm run import -- customers.csv --url … --key …`: sends a file, shows how far it is, prints the report.
// Progress goes to stderr, the report to stdout. Leaves 1 where rows failed or the import did, 2 where it was asked wrongly.
import { createReadStream, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'

const USAGE = `npm run import -- <file> --url <address> --key <token> [options]

  --entity customers|leads      what the rows are (customers)
  --mode create|update|upsert   (upsert)
  --match email|phone|id        what a record is recognised by
  --dry-run                     say what would be, write nothing
  --duplicates last|refuse      of rows of one record (last)
  --unknown customFields|ignore where other columns go (customFields)
  --owner <e-mail>              who owns what comes without an owner
  --country <GB>                of phone numbers without their own
  --map <Column:field>          once for each column
  --type <content type>         where the name of the file does not tell

--url and --key may stand in CRM_URL and CRM_KEY. The key is an access token, or an
API key with the scopes imports:write and imports:read.`

const TYPES = {
  '.csv': 'text/csv',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.vcf': 'text/vcard',
}
// Asked less and less often: every question counts for the rate limit of whoever imports.
const [FIRST_POLL_MS, LAST_POLL_MS] = [1_000, 10_000]
const MAX_LOST = 5
const OPEN = ['UPLOADING', 'RUNNING']

const fail = (message, code = 1) => {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

function options() {
  const text = (names) => Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
  const names = ['url', 'key', 'entity', 'mode', 'match', 'duplicates', 'unknown', 'owner', 'country', 'type']
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...text(names),
        map: { type: 'string', multiple: true },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    const url = values.url ?? process.env.CRM_URL
    const key = values.key ?? process.env.CRM_KEY
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    if (positionals.length !== 1 || !url || !key) fail(USAGE, 2)
    if (!(URL.canParse(url) && /^https?:/i.test(url)))
      fail(`--url ${url} is no address such as https://crm.example.com.`, 2)
    return { ...values, url, key, file: positionals[0] }
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`, 2)
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
}) {
  const given = { entity, mode, match, duplicates, unknown, defaultOwner: owner, defaultCountry: country }
  const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value !== undefined))
  for (const each of map) query.append('mapping', each)
  if (dryRun) query.set('dryRun', 'true')
  return query
}

/** One line that changes; where it cannot, a line for each tenth. */
function progress() {
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

function counted(stream, size, show) {
  let sent = 0
  return Readable.toWeb(stream).pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        sent += chunk.length
        show('sent   ', sent, size)
        controller.enqueue(chunk)
      },
    }),
  )
}

async function asked(url, key, init = {}) {
  let [answer, text] = []
  try {
    answer = await fetch(url, { ...init, headers: { Authorization: `Bearer ${key}`, ...init.headers } })
    text = await answer.text()
  } catch (error) {
    return { lost: `${url.origin} cannot be reached: ${error.cause?.message ?? error.message}` }
  }
  if (!answer.headers.get('Content-Type')?.includes('json'))
    return fail(`\n${url} answered ${answer.status}, which is not this API.`)
  return { status: answer.status, body: JSON.parse(text), retryAfter: Number(answer.headers.get('Retry-After') ?? 1) }
}

/** The report of an import once it is over; nothing where it cannot be asked for any more. */
async function followed(first, url, key, show) {
  const address = new URL(`/v1/imports/${first.id}`, url)
  let [report, pause, missed] = [first, FIRST_POLL_MS, 0]
  while (OPEN.includes(report.status)) {
    const { created, updated, unchanged, superseded, failed, received } = report
    show('written', created + updated + unchanged + superseded + failed, received)
    await new Promise((resolve) => setTimeout(resolve, pause))
    pause = Math.min(pause * 1.2, LAST_POLL_MS)
    const { status, body, retryAfter, lost } = await asked(address, key)
    missed = lost ? missed + 1 : 0
    if (status === 429 || status === 503) await new Promise((resolve) => setTimeout(resolve, retryAfter * 1_000))
    else if (missed >= MAX_LOST || status >= 400) {
      if (lost) process.stderr.write(`\n${lost}\n`)
      else refused(body)
      process.stderr.write(`The import goes on without this command. Its report: ${address}\n`)
      return undefined
    } else if (body) report = body
  }
  return report
}

async function run() {
  const { file, url, key, type, ...rest } = options()
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) fail(`There is no file ${file}.`, 2)
  const show = progress()
  const headers = { 'Content-Type': type ?? TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream' }
  const target = new URL(`/v1/imports?${queryOf(rest)}`, url)
  const body = counted(createReadStream(file), found.size, show)
  const { status, body: first, lost } = await asked(target, key, { method: 'POST', headers, body, duplex: 'half' })
  if (lost) fail(`\n${lost}`)
  if (status >= 400) return refused(first)
  const report = OPEN.includes(first.status) ? await followed(first, url, key, show) : first
  if (!report) return 1
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  console.log(told(report, basename(file), url))
  return report.failed > 0 || report.status !== 'DONE' ? 1 : 0
}

function refused({ title, detail, errors = [] }) {
  const lines = errors.map(({ path, message }) => `  ${path}: ${message}`)
  process.stderr.write(`\n${[`${title}${detail ? `. ${detail}` : ''}`, ...lines].join('\n')}\n`)
  return 1
}

const FIGURES = ['received', 'created', 'updated', 'unchanged', 'superseded', 'failed']

function told(report, name, url) {
  const { status, dryRun, columns, errors, warnings, moreErrors, id } = report
  const columnsOf = columns.map(({ column, field }) => `  ${column} → ${field ?? '(ignored)'}`)
  const issue = ({ line, field, message, value }) =>
    `  line ${line}${field ? `, ${field}` : ''}: ${message}${value === null ? '' : ` (${value})`}`
  return [
    `${name}: ${status}${dryRun ? ', a dry run: nothing was written' : ''}`,
    ...columnsOf,
    ...FIGURES.map((figure) => `${figure.padEnd(11)}${report[figure].toLocaleString('en').padStart(9)}`),
    ...(errors.length > 0 ? ['', 'Rows that failed', ...errors.map(issue)] : []),
    ...(moreErrors ? [`  and more, all in ${new URL(`/v1/imports/${id}/errors.csv`, url)}`] : []),
    ...(warnings.length > 0 ? ['', 'Written, but strange', ...warnings.map(issue)] : []),
  ].join('\n')
}

process.exitCode = await run()
