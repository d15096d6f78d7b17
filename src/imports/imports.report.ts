// Reports: an import with its figures and the first of its errors; the list of imports; every bad row as a CSV.
import { and, asc, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../context'
import { cut, type Page, type PageRequest } from '../db/page'
import { importIssues, imports } from '../db/schema'
import { AppError } from '../errors'
import { csvLine, unescapeFormula } from '../files/csv-cells'
import { ImportReport } from './imports.schemas'

export type Report = z.infer<typeof ImportReport>

/** How many errors, and how many warnings, a report shows. */
const SHOWN = 100
/** How many lines of `errors.csv` one statement reads. */
const PAGE = 1_000

const { workspaceId, defaultOwner, chunks, updatedAt, busyUntil, ...columns } = getTableColumns(imports)

/** The statement that reads an import of the actor's workspace; its rows are for `reportIn`. */
export function reportOf({ db, actor }: Ctx, id: string) {
  const issuesOf = (level: 'error' | 'warning', limit: number) =>
    sql`FROM (SELECT * FROM import_issues AS i WHERE i.import_id = ${id} AND i.level = ${level} ORDER BY line, n LIMIT ${sql.raw(String(limit))})`
  const object = sql.raw(`json_object('line', line, 'field', field, 'code', code, 'value', value, 'message', message)`)
  const list = (level: 'error' | 'warning') =>
    sql<unknown[]>`(SELECT json_group_array(${object}) ${issuesOf(level, SHOWN)})`.mapWith(JSON.parse)
  const isMore = (level: 'error' | 'warning') =>
    sql<boolean>`(SELECT count(*) > ${sql.raw(String(SHOWN))} ${issuesOf(level, SHOWN + 1)})`.mapWith(Boolean)
  return db
    .select({
      ...columns,
      errors: list('error').as('errors'),
      warnings: list('warning').as('warnings'),
      moreErrors: isMore('error').as('more_errors'),
      moreWarnings: isMore('warning').as('more_warnings'),
    })
    .from(imports)
    .where(and(eq(imports.id, id), eq(imports.workspaceId, actor.workspaceId)))
}

/** The report in what a batch that ends with `reportOf` gave; undefined where there is no such import. */
export function reportIn(results: unknown[]): Report | undefined {
  return z.array(ImportReport).parse(results.at(-1))[0]
}

/** One import with its first errors. */
export async function getImport(ctx: Ctx, id: string): Promise<Report> {
  const report = reportIn([await reportOf(ctx, id)])
  if (!report) throw new AppError('not_found')
  return report
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
 * The rows that failed as a CSV file: what is wrong, then the columns of the file as they were, so that it can be mended
 * and sent again. Read page by page as it is sent.
 */
export async function errorFile({ db, actor }: Ctx, id: string): Promise<ReadableStream<Uint8Array>> {
  const page = (line: number) =>
    db
      .select({
        line: importIssues.line,
        original: sql<string | null>`max(original)`.as('original'),
        faults: sql<string>`group_concat(coalesce(field || ': ', '') || message, '; ')`.as('faults'),
      })
      .from(importIssues)
      .where(and(eq(importIssues.importId, id), eq(importIssues.level, 'error'), sql`line > CAST(${line} AS INTEGER)`))
      .groupBy(importIssues.line)
      .orderBy(asc(importIssues.line))
      .limit(PAGE)
  const own = db
    .select({ columns: imports.columns })
    .from(imports)
    .where(and(eq(imports.id, id), eq(imports.workspaceId, actor.workspaceId)))
  const [[found], first] = await db.batch([own, page(-1)])
  if (!found) throw new AppError('not_found')
  const encoder = new TextEncoder()
  const errorLines = (rows: typeof first) => encoder.encode(rows.map((row) => csvLine(cellsOf(row))).join(''))
  const header = csvLine(['import.line', 'import.error', ...found.columns.map(({ column }) => column)])
  let rows = first
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(header)),
    async pull(controller) {
      if (rows.length > 0) controller.enqueue(errorLines(rows))
      const last = rows.at(-1)
      if (!last || rows.length < PAGE) return controller.close()
      rows = await page(last.line)
    },
  })
}

const Cells = z.array(z.string().nullable())

function cellsOf({ line, original, faults }: { line: number; original: string | null; faults: string }): string[] {
  const cells = Cells.safeParse(JSON.parse(original ?? '[]')).data ?? []
  return [String(line), faults, ...cells.map((cell) => unescapeFormula(cell ?? ''))]
}
