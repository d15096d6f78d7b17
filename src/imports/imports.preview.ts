// What an import of a file would do, from its first rows: nothing is written.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { loadReading } from '../late'
import { HOST } from '../late/reading.host.mjs'
import { ENTITIES, PERMISSION } from './imports.job'
import type { ImportPreview } from './imports.preview.schemas'
import type { Issue, PreparedRow } from './imports.rows'
import type { ImportOptions, Upload } from './imports.service'

export type Preview = z.infer<typeof ImportPreview>

/** How many rows are looked at. */
const MAX_ROWS = 500
const MAX_PROBLEMS = 100
const SAMPLES = 3
const SAMPLE_CHARACTERS = 100

/** Reads the first 500 rows. Throws the errors of `openFile`, and `invalid` for columns that are not there. */
export async function previewImport(ctx: Ctx, options: ImportOptions, { body, contentType }: Upload): Promise<Preview> {
  const { actor } = ctx
  const {
    entity,
    match = entity === 'leads' ? 'id' : 'email',
    mapping = {},
    unknown,
    defaultCountry,
    statusMapping = {},
  } = options
  const { system, encoding, sheet, values } = options
  const { openFile, prepareRow } = await loadReading(HOST)
  const file = await openFile(body, contentType, { entity, mapping, unknown, system, encoding, sheet, values })
  const { plan } = file
  const rules = {
    entity,
    match,
    country: defaultCountry ?? actor.country,
    timeZone: actor.timeZone,
    statuses: statusMapping,
  }
  const problems = createProblems()
  const samples: Set<string>[] = []
  const rows: PreparedRow[] = []
  let [looked, isWhole] = [0, true]
  for await (const row of file.rows) {
    if ('skipped' in row) {
      problems.add({
        line: row.line,
        level: 'warning',
        field: null,
        code: row.code ?? 'skipped_line',
        value: row.value,
        message: row.skipped,
      })
      continue
    }
    if (looked === MAX_ROWS) {
      isWhole = false
      break
    }
    looked += 1
    if ('fault' in row) {
      problems.add({
        line: row.line,
        level: 'error',
        field: null,
        code: 'unreadable_row',
        value: row.cells[0] ?? null,
        message: row.fault,
      })
      continue
    }
    const { row: prepared, issues, isStored } = prepareRow(row.line, row.content, plan, rules, new Map())
    plan.tally(row.content, (column) => prepared === undefined || isStored(column))
    for (const issue of issues) problems.add(issue)
    if (prepared) rows.push(prepared)
    row.content.forEach((cell, i) => {
      const known = samples[i] ?? new Set()
      samples[i] = known
      if (known.size < SAMPLES && cell !== undefined && cell.trim() !== '')
        known.add(cell.trim().slice(0, SAMPLE_CHARACTERS).toWellFormed())
    })
  }
  const columns = plan.columns.map((column, i) => ({ ...column, samples: [...(samples[i] ?? [])] }))
  const extras = `${ENTITIES[entity].extras}.`
  return {
    ...file.about(),
    rows: looked,
    isWhole,
    valid: rows.length,
    columns,
    unknown: columns.filter(({ field }) => field?.startsWith(extras)).map(({ column }) => column),
    problems: problems.list(),
    duplicates: {
      inFile: rows.length - new Set(rows.map(({ key }) => key)).size,
      existing: await existing(ctx, entity, match, rows),
    },
    mapping: Object.fromEntries(
      columns
        .filter(({ column }) => !column.startsWith('= '))
        .map(({ column, field }) => [column.trim(), mappedField(field)]),
    ),
  }
}

// Kinds of addresses and numbers are told by the columns themselves.
const mappedField = (field: string | null) => (field?.endsWith('.label') ? null : field)

// How many of the rows stand for a record that is there.
async function existing(
  { db, actor }: Ctx,
  entity: ImportOptions['entity'],
  match: string,
  rows: PreparedRow[],
): Promise<number> {
  const { table, hasContacts } = ENTITIES[entity]
  const t = alias(table, 't')
  const given = (key: string): SQL => sql.raw(`given.value ->> '${key}'`)
  const has = (condition: SQL) =>
    sql`EXISTS (SELECT 1 FROM ${table} AS t WHERE ${visible(actor, PERMISSION, t)} AND ${condition})`
  const isKnown = [
    has(sql`${t.id} = ${given('id')}`),
    has(sql`${t.externalId} = coalesce(${given('externalId')}, ${given('id')})`),
    ...(match === 'phone' && hasContacts ? [has(sql`${t.phoneE164} = ${given('phoneE164')}`)] : []),
    ...(match === 'email' && hasContacts ? [has(sql`${t.email} = ${given('email')}`)] : []),
  ]
  const keys = rows.map(({ id, externalId, email, phoneE164 }) => ({ id, externalId, email, phoneE164 }))
  const { found } = await runBatch(db, {
    found: one(
      db
        .select({
          count:
            sql<number>`(SELECT count(*) FROM json_each(${JSON.stringify(keys)}) AS given WHERE ${sql.join(isKnown, sql` OR `)})`.as(
              'count',
            ),
        })
        .from(sql`(SELECT 1)`),
    ),
  })
  return found?.count ?? 0
}

// Problems of one kind in one field are one, with its first row and how many there are.
function createProblems() {
  const known = new Map<string, Issue & { count: number }>()
  function add(issue: Issue) {
    const key = `${issue.level} ${issue.field} ${issue.code}`
    const before = known.get(key)
    if (before) before.count += 1
    else if (known.size < MAX_PROBLEMS) known.set(key, { ...issue, count: 1 })
  }
  return { add, list: () => [...known.values()] }
}
