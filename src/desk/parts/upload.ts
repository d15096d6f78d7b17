// A file that was uploaded at the desk, as the importer takes it.
import { AppError, invalidError } from '../../errors'
import { continueAfterResponse, loadImportVerbs, requestBudget } from '../../imports/imports.http'
import { ImportQuery } from '../../imports/imports.schemas'
import type { Upload } from '../../imports/imports.service'
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
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}
const COLUMN = 'column.'

/** What the first rows of the file would become, for the page to show. */
export async function previewFrom(desk: Desk): Promise<Done> {
  const { previewImport } = await loadImportVerbs()
  return { shown: await previewImport(desk.ctx, optionsIn(desk, false), await uploadIn(desk)) }
}

/** Imports the file of the form, or with `dryRun` only tries it, and leads to the report. */
export async function importFrom(desk: Desk, dryRun: boolean): Promise<Done> {
  const { c, ctx, words } = desk
  const budget = requestBudget(c)
  const { importFile } = await loadImportVerbs()
  const report = await importFile(ctx, optionsIn(desk, dryRun), await uploadIn(desk), budget).catch(importedNothing)
  if (typeof report === 'string') return { to: at('import', report), say: words.imports.nothing, isBad: true }
  const isRunning = report.status === 'RUNNING'
  if (isRunning) continueAfterResponse(c, report.id, budget)
  const say = dryRun ? words.imports.checked : isRunning ? words.imports.running : words.imports.done
  return { to: at('import', report.id), say }
}

// The report of such an import says what is wrong with each row.
function importedNothing(error: unknown): string {
  if (error instanceof AppError && error.code === 'nothing_imported' && error.extras.importId)
    return error.extras.importId
  throw error
}

async function uploadIn({ c, words }: Desk): Promise<Upload> {
  const sent = await c.req.formData().catch(() => undefined)
  const file = sent?.get('file')
  if (!(file instanceof File) || file.size === 0) throw invalidError('body.file', words.imports.noFile, 'missing')
  const ending = file.name.split('.').at(-1)?.toLowerCase() ?? ''
  return {
    body: one(new Uint8Array(await file.arrayBuffer())),
    contentType: TYPES[ending] ?? (file.type || 'text/csv'),
  }
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

function optionsIn({ form }: Desk, dryRun: boolean) {
  const mapping = mappingIn(form)
  return parsed(ImportQuery, {
    entity: form.get('entity'),
    mode: form.get('mode') || 'upsert',
    dryRun: String(dryRun),
    ...(Object.keys(mapping).length > 0 && { mapping: JSON.stringify(mapping) }),
  })
}

// The choices of the columns: a field for each, `-` for none, `+` for one of its own.
function mappingIn(form: Desk['form']): Record<string, string | null> {
  const columns = form.names.filter((name) => name.startsWith(COLUMN))
  return Object.fromEntries(
    columns.map((name) => {
      const [column, field] = [form.get(name), form.get(`field.${name.slice(COLUMN.length)}`)]
      return [column, field === '-' ? null : field === '+' ? `customFields.${column}` : field]
    }),
  )
}
