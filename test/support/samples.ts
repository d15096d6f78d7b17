// Sample files of many systems, on their real headers, and a count of what becomes of each value in them.
import { foldText } from '../../src/text/fold'
import { rows } from './database'
import type { Person } from './factories'
import type { Report } from './imports'

const FILES = import.meta.glob<string>('../files/samples/*', { query: '?raw', import: 'default', eager: true })

export type Sample = { name: string; text: string; type: string; entity: 'customers' | 'leads' }

const TYPES: Record<string, string> = { csv: 'text/csv', vcf: 'text/vcard', json: 'application/json' }

/** Every file under test/files/samples. */
export const samples: Sample[] = Object.entries(FILES).map(([path, text]) => {
  const name = path.split('/').at(-1) ?? ''
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? ''
  return { name, text, type, entity: name.includes('leads') ? 'leads' : 'customers' }
})

/** The rows of a CSV file as cells, read without the code that is tested. */
export function cellsOf(text: string): string[][] {
  const body = text.replace(/^sep=.\r?\n/, '')
  const first = body.split('\n')[0] ?? ''
  const separator = ['\t', ';', ','].find((each) => first.includes(each)) ?? ','
  const table: string[][] = [[]]
  let [cell, isQuoted] = ['', false]
  const push = () => {
    table.at(-1)?.push(cell)
    cell = ''
  }
  for (let at = 0; at < body.length; at += 1) {
    const char = body[at]
    if (isQuoted && char === '"' && body[at + 1] === '"') {
      cell += '"'
      at += 1
    } else if (char === '"' && (isQuoted || cell === '')) isQuoted = !isQuoted
    else if (isQuoted || ![separator, '\n', '\r'].includes(char ?? '')) cell += char
    else if (char === separator) push()
    else if (char === '\n') {
      push()
      table.push([])
    }
  }
  push()
  return table.filter((row) => row.some((each) => each.trim() !== ''))
}

type Row = { all: string; extras: Record<string, unknown> }

/** The records of a workspace, each as one text of everything that it holds. */
export async function recordsOf({ workspaceId }: Person, entity: Sample['entity']): Promise<Row[]> {
  const kind = entity === 'customers' ? 'customer' : 'lead'
  const found = await rows<Record<string, unknown>>(
    `SELECT t.*, (SELECT u.email || ' ' || u.name FROM users u WHERE u.id = t.owner_id) AS owner,
      (SELECT group_concat(g.name, ' | ') FROM ${kind}_tags AS has JOIN tags g ON g.id = has.tag_id WHERE has.${kind}_id = t.id) AS tags,
      (SELECT group_concat(i.body, ' | ') FROM interactions i WHERE i.${kind}_id = t.id) AS said
    FROM ${entity} t WHERE t.workspace_id = ?`,
    workspaceId,
  )
  return found.map((row) => ({
    all: key(Object.values(row).join(' ')),
    extras: JSON.parse(String(row.custom_fields ?? '{}')),
  }))
}

const key = (text: string) => foldText(text).replace(/[^\p{L}\p{N}]/gu, '')

/** What files of Facebook put before ids and numbers, and Excel around texts, is none of the value. */
const bare = (value: string) => value.replace(/^(?:l|p|f|c|ag|as):/, '').replace(/^="(.*)"$/, '$1')

export type Count = { rows: number; values: number; stored: number; reported: number; lost: string[] }

/** Looks for each value of the file in the records and, if it is in none, in the report. */
export function counted(table: readonly string[][], headerAt: number, report: Report, records: Row[]): Count {
  const count: Count = { rows: 0, values: 0, stored: 0, reported: 0, lost: [] }
  const told = [...report.errors, ...report.warnings].map(({ value }) => key(value ?? '')).join(' ')
  table.forEach((cells, i) => {
    if (i === headerAt) return
    const values = cells.flatMap((cell, column) => (cell.trim() === '' ? [] : [{ value: cell.trim(), column }]))
    const matchesOf = (record: Row) => values.filter((each) => isIn(each, record, report)).length
    const record = records.toSorted((a, b) => matchesOf(b) - matchesOf(a))[0]
    count.rows += 1
    for (const each of values) {
      count.values += 1
      const column = report.columns[each.column]
      if (record && isIn(each, record, report)) count.stored += 1
      else if ((column?.unused ?? 0) > 0 || told.includes(key(each.value))) count.reported += 1
      else count.lost.push(`${column?.column}: ${each.value}`)
    }
  })
  return count
}

function isIn(
  { value, column }: { value: string; column: number },
  { all, extras }: Row,
  { columns }: Report,
): boolean {
  const field = columns[column]?.field ?? ''
  const [, extra] = /^(?:customFields|metadata)\.(.+)$/s.exec(field) ?? []
  if (extra !== undefined) return [value, bare(value)].includes(String(extras[extra]))
  if (field === 'followUpAt') return all.includes('followupat') || /20\d\d/.test(all)
  const parts = bare(value)
    .split(/:::|[;,\n"[\]]/)
    .map(key)
    .filter((part) => part !== '' && part !== 'mycontacts' && part !== '0')
  if (parts.length === 0) return false
  return all.includes(key(bare(value))) || parts.every((part) => all.includes(part))
}
