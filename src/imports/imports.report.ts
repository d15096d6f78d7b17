// Reads imports: one with its first errors and warnings, the list, and every failed row as a CSV file.
import { and, asc, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { cut, type Page, type PageRequest } from '../db/page'
import { importIssues, imports } from '../db/schema'
import { AppError } from '../errors'
import { csvLine, unescapeFormula } from '../files/csv-cells'
import { MAX_ISSUES } from './imports.job'
import { ImportReport } from './imports.schemas'

export type Report = z.infer<typeof ImportReport>

/** How many errors, and how many warnings, a report shows. */
const SHOWN_ISSUES = 100
/** How many failed rows one statement reads. */
const PAGE_ROWS = 1_000

const {
  workspaceId,
  defaultOwner,
  chunks,
  updatedAt,
  busyUntil,
  issues: issueCount,
  ...columns
} = getTableColumns(imports)

const i = alias(importIssues, 'i')
const issueObject = sql.join(
  [i.line, i.field, i.code, i.value, i.message].map((column) => sql`${sql.raw(`'${column.name}'`)}, ${column}`),
  sql`, `,
)

/** The statement that reads an import of the actor's workspace with its issues; `parseReport` parses its row. */
export function reportSelect({ db, actor }: Ctx, id: string) {
  const issues = (level: 'error' | 'warning', limit: number) =>
    sql`FROM (SELECT * FROM ${importIssues} AS i WHERE ${i.importId} = ${id} AND ${i.level} = ${level}
      ORDER BY ${i.line}, ${i.n} LIMIT ${sql.raw(String(limit))}) AS i`
  const firstIssues = (level: 'error' | 'warning') =>
    sql<unknown[]>`(SELECT json_group_array(json_object(${issueObject})) ${issues(level, SHOWN_ISSUES)})`.mapWith(
      JSON.parse,
    )
  const hasMore = (level: 'error' | 'warning') =>
    sql<boolean>`(SELECT count(*) > ${sql.raw(String(SHOWN_ISSUES))} ${issues(level, SHOWN_ISSUES + 1)})`.mapWith(
      Boolean,
    )
  return db
    .select({
      ...columns,
      errors: firstIssues('error').as('errors'),
      warnings: firstIssues('warning').as('warnings'),
      moreErrors: hasMore('error').as('more_errors'),
      moreWarnings: hasMore('warning').as('more_warnings'),
      untold: sql<number>`max(0, ${issueCount} - ${sql.raw(String(MAX_ISSUES))})`.as('untold'),
    })
    .from(imports)
    .where(and(eq(imports.id, id), eq(imports.workspaceId, actor.workspaceId)))
}

/** The report in a row of `reportSelect`. Throws `not_found` without a row. */
export function parseReport(row: object | undefined): Report {
  if (!row) throw new AppError('not_found')
  return ImportReport.parse(row)
}

/** An import with its first errors and warnings. Throws `not_found`. */
export async function getImport(ctx: Ctx, id: string): Promise<Report> {
  const [row] = await reportSelect(ctx, id)
  return parseReport(row)
}

/** The imports of the workspace, newest first. */
export async function listImports(
  { db, actor }: Ctx,
  { limit, after }: PageRequest,
): Promise<Page<typeof imports.$inferSelect>> {
  const rows = await db
    .select()
    .from(imports)
    .where(and(eq(imports.workspaceId, actor.workspaceId), after && lt(imports.id, String(after[0]))))
    .orderBy(desc(imports.id))
    .limit(limit + 1)
  return cut(rows, limit, (row) => [row.id])
}

/**
 * The failed rows as a CSV stream: line and errors, then the original cells, so that a user can correct and import the
 * file. The stream reads the database page by page. Throws `not_found`.
 */
export async function errorFile({ db, actor }: Ctx, id: string): Promise<ReadableStream<Uint8Array>> {
  const page = (afterLine: number) =>
    db
      .select({
        line: importIssues.line,
        original: sql<string | null>`max(${importIssues.original})`.as('original'),
        messages:
          sql<string>`group_concat(coalesce(${importIssues.field} || ': ', '') || ${importIssues.message}, '; ')`.as(
            'messages',
          ),
      })
      .from(importIssues)
      .where(
        and(
          eq(importIssues.importId, id),
          eq(importIssues.level, 'error'),
          sql`${importIssues.line} > CAST(${afterLine} AS INTEGER)`,
        ),
      )
      .groupBy(importIssues.line)
      .orderBy(asc(importIssues.line))
      .limit(PAGE_ROWS)
  const { found, firstPage } = await runBatch(db, {
    found: one(
      db
        .select({ columns: imports.columns })
        .from(imports)
        .where(and(eq(imports.id, id), eq(imports.workspaceId, actor.workspaceId))),
    ),
    firstPage: page(-1),
  })
  if (!found) throw new AppError('not_found')
  const encoder = new TextEncoder()
  const encodeRows = (rows: typeof firstPage) => encoder.encode(rows.map((row) => csvLine(errorCells(row))).join(''))
  const header = csvLine(['import.line', 'import.error', ...found.columns.map(({ column }) => column)])
  let rows = firstPage
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(header)),
    async pull(controller) {
      if (rows.length > 0) controller.enqueue(encodeRows(rows))
      const last = rows.at(-1)
      if (!last || rows.length < PAGE_ROWS) return controller.close()
      rows = await page(last.line)
    },
  })
}

const Cells = z.array(z.string().nullable())

type FailedRow = { line: number; original: string | null; messages: string }

function errorCells({ line, original, messages }: FailedRow): string[] {
  const cells = Cells.safeParse(JSON.parse(original ?? '[]')).data ?? []
  return [String(line), messages, ...cells.map((cell) => unescapeFormula(cell ?? ''))]
}
