// /v1/imports: imports people, interactions, tickets, tags and relationships from files, and reports the result of each row.
import { createRoute, z } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { continueAfterResponse, loadImportVerbs, readUpload, requestBudget } from './imports.http'
import { ImportPreview } from './imports.preview.schemas'
import { errorFile, getImport, listImports } from './imports.report'
import { ImportListQuery, ImportPage, ImportQuery, ImportReport, importBody } from './imports.schemas'

const tags = ['Imports']
const UNREADABLE = ['unreadable_import', 'unsupported_encoding', 'nothing_imported', 'file_too_large'] as const

const importRecordsRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('imports:write'),
  operationId: 'importRecords',
  tags,
  summary: 'Import records from a file',
  description:
    'Customers, leads, interactions, tickets, tags or relationships. CSV (comma, semicolon or tab), JSON array, NDJSON or vCard (2.1, 3.0, 4.0), as the body or as a file of a form, up to 50 MB ' +
    'of UTF-8. A wrong row does not affect the other rows. A small file is written before the response. A large file ' +
    'returns 202 and continues; `GET` returns its progress. With an `Idempotency-Key` a file may have 1 MB; without one, ' +
    'importing the same file twice creates nothing new either.',
  request: { query: ImportQuery, body: importBody },
  responses: {
    200: json(ImportReport, 'The result of a dry run: nothing was written'),
    201: json(ImportReport, 'The import is finished'),
    202: json(ImportReport, 'The file has arrived, and the import is running'),
    ...errors(...POST, ...UNREADABLE, 'invalid_owner', 'workspace_not_empty', 'plan_limit'),
  },
})

const previewImportRoute = createRoute({
  method: 'post',
  path: '/preview',
  ...allow('imports:write'),
  operationId: 'previewImport',
  tags,
  summary: 'Preview an import',
  description:
    'Reads the first 500 rows of a file and says what each column would become, what is unknown, which problems there are, ' +
    'and how many records are there already. It takes the same parameters as an import, and writes nothing.',
  request: { query: ImportQuery, body: importBody },
  responses: {
    200: json(ImportPreview, 'What the import would do'),
    ...errors(...POST, 'unreadable_import', 'unsupported_encoding', 'file_too_large'),
  },
})

const listImportsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('imports:read'),
  operationId: 'listImports',
  tags,
  summary: 'List imports',
  description: 'Newest first. Includes dry runs.',
  request: { query: ImportListQuery },
  responses: { 200: json(ImportPage, 'A page of imports'), ...errors(...READ, 'invalid_cursor') },
})

const getImportRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('imports:read'),
  operationId: 'getImport',
  tags,
  summary: 'Get an import',
  description: 'Its progress, errors and warnings. This request also resumes an import that waits for the cron.',
  request: { params: IdParam },
  responses: { 200: json(ImportReport, 'The import'), ...errors(...READ, 'not_found') },
})

const getImportErrorsRoute = createRoute({
  method: 'get',
  path: '/{id}/errors.csv',
  ...allow('imports:read'),
  operationId: 'getImportErrors',
  tags,
  summary: 'Get the failed rows as a file',
  description:
    'The errors of each failed row, then its original columns: correct them and import the file again. Stored for 30 days.',
  request: { params: IdParam },
  responses: {
    200: { description: 'The rows', content: { 'text/csv': { schema: z.string() } } },
    ...errors(...READ, 'not_found'),
  },
})

const cancelImportRoute = createRoute({
  method: 'post',
  path: '/{id}/cancel',
  ...allow('imports:write'),
  operationId: 'cancelImport',
  tags,
  summary: 'Cancel an import',
  description: 'Written records stay; `revert` moves created records to the trash.',
  request: { params: IdParam },
  responses: { 200: json(ImportReport, 'The cancelled import'), ...errors(...POST, 'not_found', 'import_over') },
})

const revertImportRoute = createRoute({
  method: 'post',
  path: '/{id}/revert',
  ...allow('imports:write'),
  operationId: 'revertImport',
  tags,
  summary: 'Revert an import',
  description:
    'Moves the records that it created to the trash, except those with later changes, tags, interactions or links (`kept`). ' +
    'Changes to existing records stay. Possible for 30 days.',
  request: { params: IdParam },
  responses: {
    200: json(ImportReport, 'The import is reverted'),
    202: json(ImportReport, 'The revert is running'),
    ...errors(...POST, 'not_found', 'import_running', 'import_over'),
  },
})

const IN_PROGRESS = ['RUNNING', 'REVERTING']

export const importRoutes = createRouter()
  .openapi(importRecordsRoute, async (c) => {
    const budget = requestBudget(c)
    const { importFile } = await loadImportVerbs()
    const report = await importFile(ctx(c), c.req.valid('query'), await readUpload(c), budget)
    if (IN_PROGRESS.includes(report.status)) {
      continueAfterResponse(c, report.id, budget)
      return c.json(report, 202, { Location: `/v1/imports/${report.id}` })
    }
    return report.dryRun ? c.json(report, 200) : c.json(report, 201, { Location: `/v1/imports/${report.id}` })
  })
  .openapi(previewImportRoute, async (c) => {
    const { previewImport } = await loadImportVerbs()
    return c.json(await previewImport(ctx(c), c.req.valid('query'), await readUpload(c)), 200)
  })
  .openapi(listImportsRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listImports(ctx(c), query))
    return c.json(ImportPage.parse(page), 200)
  })
  .openapi(getImportRoute, async (c) => {
    const report = await getImport(ctx(c), c.req.valid('param').id)
    if (IN_PROGRESS.includes(report.status))
      continueAfterResponse(c, report.id, { statements: c.var.config.IMPORT_STATEMENTS - 2 })
    return c.json(report, 200)
  })
  .openapi(getImportErrorsRoute, async (c) => {
    const { id } = c.req.valid('param')
    return c.body(await errorFile(ctx(c), id), 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="import-${id}-errors.csv"`,
    })
  })
  .openapi(cancelImportRoute, async (c) => {
    const { cancelImport } = await loadImportVerbs()
    return c.json(await cancelImport(ctx(c), c.req.valid('param').id), 200)
  })
  .openapi(revertImportRoute, async (c) => {
    const budget = requestBudget(c)
    const { revertImport } = await loadImportVerbs()
    const report = await revertImport(ctx(c), c.req.valid('param').id, budget)
    if (!IN_PROGRESS.includes(report.status)) return c.json(report, 200)
    continueAfterResponse(c, report.id, budget)
    return c.json(report, 202)
  })
