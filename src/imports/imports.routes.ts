// /v1/imports: files of customers and leads come in here, and tell what became of each row.
import { createRoute, z } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { continueAfterAnswer, readUpload, roomOf } from './imports.http'
import { errorFile, getImport, listImports } from './imports.report'
import { ImportListQuery, ImportPage, ImportQuery, ImportReport, importBody } from './imports.schemas'
import { cancelImport, importFile, revertImport } from './imports.service'

const tags = ['Imports']
const UNREADABLE = ['unreadable_import', 'unsupported_encoding', 'nothing_imported', 'file_too_large'] as const

const importRecordsRoute = createRoute({
  method: 'post',
  path: '/',
  ...allow('imports:write'),
  operationId: 'importRecords',
  tags,
  summary: 'Import customers or leads from a file',
  description:
    'CSV (comma, semicolon or tab), JSON array, NDJSON or vCard (2.1, 3.0, 4.0), as the body or as a file of a form, up to 50 MB ' +
    'of UTF-8. Each row is judged by itself. Small files are written before the answer; a large one answers 202 and goes ' +
    'on, and `GET` tells how far it is. With an `Idempotency-Key` a file may have 1 MB; the same file twice makes nothing ' +
    'new anyway.',
  request: { query: ImportQuery, body: importBody },
  responses: {
    200: json(ImportReport, 'What would be (`dryRun`)'),
    201: json(ImportReport, 'Written'),
    202: json(ImportReport, 'Has come in, and is being written'),
    ...errors(...POST, ...UNREADABLE, 'invalid_owner', 'plan_limit'),
  },
})

const listImportsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('imports:read'),
  operationId: 'listImports',
  tags,
  summary: 'List imports',
  description: 'Newest first, dry runs included.',
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
  description: 'How far it is and what was wrong. Asking also sets one going again that waits for the next minute.',
  request: { params: IdParam },
  responses: { 200: json(ImportReport, 'The import'), ...errors(...READ, 'not_found') },
})

const getImportErrorsRoute = createRoute({
  method: 'get',
  path: '/{id}/errors.csv',
  ...allow('imports:read'),
  operationId: 'getImportErrors',
  tags,
  summary: 'Get the rows that failed, as a file',
  description:
    'What is wrong with each row, then its columns as they were: mend them, and send the file as an import again. Kept for 30 days.',
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
  summary: 'Stop an import',
  description: 'What has been written stays; `revert` takes back what was made.',
  request: { params: IdParam },
  responses: { 200: json(ImportReport, 'The import, cancelled'), ...errors(...POST, 'not_found', 'import_over') },
})

const revertImportRoute = createRoute({
  method: 'post',
  path: '/{id}/revert',
  ...allow('imports:write'),
  operationId: 'revertImport',
  tags,
  summary: 'Take back what an import made',
  description:
    'Records that it made go to the trash, but for those that somebody has changed, tagged, called or linked since (`kept`). ' +
    'Changes to records that were there before stay. Possible for 30 days.',
  request: { params: IdParam },
  responses: {
    200: json(ImportReport, 'Reverted'),
    202: json(ImportReport, 'Is being reverted'),
    ...errors(...POST, 'not_found', 'import_running', 'import_over'),
  },
})

const GOING_ON = ['RUNNING', 'REVERTING']

export const importRoutes = createRouter()
  .openapi(importRecordsRoute, async (c) => {
    const room = roomOf(c)
    const report = await importFile(ctx(c), c.req.valid('query'), await readUpload(c), room)
    if (GOING_ON.includes(report.status)) {
      continueAfterAnswer(c, report.id, room)
      return c.json(report, 202, { Location: `/v1/imports/${report.id}` })
    }
    return report.dryRun ? c.json(report, 200) : c.json(report, 201, { Location: `/v1/imports/${report.id}` })
  })
  .openapi(listImportsRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listImports(ctx(c), query))
    return c.json(ImportPage.parse(page), 200)
  })
  .openapi(getImportRoute, async (c) => {
    const report = await getImport(ctx(c), c.req.valid('param').id)
    if (GOING_ON.includes(report.status))
      continueAfterAnswer(c, report.id, { statements: c.var.config.IMPORT_STATEMENTS - 2 })
    return c.json(report, 200)
  })
  .openapi(getImportErrorsRoute, async (c) => {
    const { id } = c.req.valid('param')
    return c.body(await errorFile(ctx(c), id), 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="import-${id}-errors.csv"`,
    })
  })
  .openapi(cancelImportRoute, async (c) => c.json(await cancelImport(ctx(c), c.req.valid('param').id), 200))
  .openapi(revertImportRoute, async (c) => {
    const room = roomOf(c)
    const report = await revertImport(ctx(c), c.req.valid('param').id, room)
    if (!GOING_ON.includes(report.status)) return c.json(report, 200)
    continueAfterAnswer(c, report.id, room)
    return c.json(report, 202)
  })
