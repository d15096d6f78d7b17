// A file that was uploaded at the desk, as the importer takes it.
import { invalidError } from '../../errors'
import { continueAfterResponse, requestBudget } from '../../imports/imports.http'
import { ImportQuery } from '../../imports/imports.schemas'
import { importFile } from '../../imports/imports.service'
import type { Desk } from '../desk'
import { parsed } from '../desk.form'
import { at, type Done } from '../page'

const TYPES: Record<string, string> = {
  csv: 'text/csv',
  tsv: 'text/csv',
  txt: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  vcf: 'text/vcard',
}
const COLUMN = 'column.'

/** Imports the file of the form, or with `dryRun` only checks it, and leads to the report. */
export async function uploadFrom(desk: Desk, dryRun: boolean): Promise<Done> {
  const { c, ctx, form, words } = desk
  const sent = await c.req.formData().catch(() => undefined)
  const file = sent?.get('file')
  if (!(file instanceof File) || file.size === 0) throw invalidError('body.file', words.imports.noFile, 'missing')
  const bytes = new Uint8Array(await file.arrayBuffer())
  const ending = file.name.split('.').at(-1)?.toLowerCase() ?? ''
  const contentType = TYPES[ending] ?? (file.type || 'text/csv')
  const mapping = mappingOf(desk)
  const options = parsed(ImportQuery, {
    entity: form.get('entity'),
    mode: form.get('mode') || 'upsert',
    dryRun: String(dryRun),
    ...(Object.keys(mapping).length > 0 && { mapping: JSON.stringify(mapping) }),
  })
  const budget = requestBudget(c)
  const report = await importFile(ctx, options, { body: one(bytes), contentType }, budget)
  const isRunning = report.status === 'RUNNING'
  if (isRunning) continueAfterResponse(c, report.id, budget)
  const say = dryRun ? words.imports.checked : isRunning ? words.imports.running : words.imports.done
  return { to: at('import', report.id), say }
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

// The choices of the report: a field for each column, `-` for none, `+` for one of its own.
function mappingOf({ form }: Desk): Record<string, string | null> {
  const columns = form.names.filter((name) => name.startsWith(COLUMN))
  return Object.fromEntries(
    columns.map((name) => {
      const [column, field] = [form.get(name), form.get(`field.${name.slice(COLUMN.length)}`)]
      return [column, field === '-' ? null : field === '+' ? `customFields.${column}` : field]
    }),
  )
}
