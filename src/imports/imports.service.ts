// Imports: accept a file, cancel an import, revert an import.
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isTeamMember, requirePermission } from '../access/visible'
import { limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { one, runBatch, type Statement } from '../db/batch'
import { importChunks, importIssues, importOriginals, imports, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { type EncodingName, unreadableError } from '../files/unreadable'
import { mailAddress } from '../text/address'
import { CHUNK_SPAN, isOfRows, openChunk, type Position, positionIn } from './imports.chunks'
import type { Mapping } from './imports.columns'
import { FIELD_STATEMENTS, readFieldRules } from './imports.fields'
import { openFile } from './imports.file'
import { createGathering } from './imports.gathering'
import { type AnyEntity, type AnyJob, usualMatch } from './imports.job'
import { getImport, parseReport, type Report, reportSelect } from './imports.report'
import { type Budget, leaseEnd, newChunkIds, runBudgeted, runChunks } from './imports.resume'
import { revertStart } from './imports.revert'
import { preparerOf, rowStager } from './imports.stager'
import { importInsert, stagedDataDrop, stagingInserts, uploadEnd } from './imports.staging'
import type { StatusMapping } from './imports.statuses'
import { chunkStatements } from './imports.write'

export type ImportOptions = Pick<AnyJob, 'mode' | 'duplicates'> & {
  entity: AnyEntity
  match?: AnyJob['match']
  dryRun?: boolean
  /** Records get the ids of the file. */
  keepIds?: boolean
  unknown: 'customFields' | 'ignore'
  mapping?: Mapping
  /** The e-mail address or the id of a member. */
  defaultOwner?: string
  defaultCountry?: string
  /** The name of a profile, or `none`. */
  system?: string
  statusMapping?: StatusMapping
  encoding?: EncodingName
  /** Templates by the field that each fills. */
  values?: Record<string, string>
  /** The name or the number of the sheet of a workbook. */
  sheet?: string
}
type ImportRow = typeof imports.$inferInsert
export type Upload = { body: AsyncIterable<Uint8Array>; contentType: string }

/**
 * Stages a file and writes as many chunks as the budget allows; a small file needs one round trip. Throws the errors of
 * `openFile`, `unreadable_import`, `nothing_imported` if every row failed, `plan_limit` and `invalid_owner`.
 */
export async function importFile(ctx: Ctx, options: ImportOptions, upload: Upload, budget: Budget): Promise<Report> {
  if (options.keepIds)
    requirePermission(ctx.actor, 'imports:move', 'Records keep their ids in a move of a whole workspace.')
  const { mapping = {}, unknown, entity, match = usualMatch(entity), system, encoding, sheet, values } = options
  const defined = await readFieldRules(ctx, entity)
  budget.statements -= FIELD_STATEMENTS
  const file = await openFile(upload.body, upload.contentType, {
    entity,
    mapping,
    unknown,
    system,
    encoding,
    sheet,
    values,
    defined,
  })
  const id = ctx.newId()
  const gathering = createGathering(options.duplicates, entity)
  const newImport = newImportRow(ctx, id, options, match)
  const insertAs = (status: ImportRow['status'], values: Partial<ImportRow>) =>
    importInsert(ctx, { ...newImport, ...values, status }, defaultOwnerId(ctx, options))
  const stageRow = rowStager(gathering, preparerOf(ctx.actor, options, match, file, defined))

  let isStored = false
  try {
    for await (const row of file.rows) {
      stageRow(row)
      if (!gathering.isFull()) continue
      if (budget.statements < UPLOAD_STATEMENTS) throw tooLargeError()
      await runBudgeted(ctx, budget, {
        import: isStored ? undefined : insertAs('UPLOADING', { columns: file.plan.columns, ...file.about() }),
        rows: stagingInserts(ctx, id, gathering.take()),
      })
      isStored = true
    }
    if (gathering.counts.received === 0) throw unreadableError('The file has no rows after its first line.')
  } catch (error) {
    if (isStored) await deleteUpload(ctx, id)
    throw error
  }

  const rows = stagingInserts(ctx, id, gathering.take())
  const chunks = gathering.chunkCount()
  const status = chunks > 0 ? 'RUNNING' : 'FAILED'
  const end = {
    ...gathering.counts,
    ...{ chunks, columns: file.plan.columns, busyUntil: leaseEnd(), ...file.about() },
    ...(chunks > 0 ? {} : { finishedAt: ctx.now }),
  }
  const job = { ...newImport, defaultOwner: options.defaultOwner ?? null, ...end }
  const store = (firstChunk: Statement[]) =>
    runBudgeted(ctx, budget, {
      import: isStored ? undefined : insertAs(status, end),
      rows,
      uploadEnd: isStored ? uploadEnd(ctx, id, { ...end, status }) : undefined,
      firstChunk,
      report: one(reportSelect(ctx, id)),
    })
  let first: number | undefined = CHUNK_SPAN
  const { report } = await store(chunks > 0 ? chunkStatements(ctx, job, 0, newChunkIds(), chunks === 1) : []).catch(
    (error) => {
      if (!isOfRows(error)) throw error
      first = 0
      return store([])
    },
  )
  if (!report) throw await notCreatedError(ctx, options)
  const last = (chunks - 1) * CHUNK_SPAN
  return first <= last
    ? writeFurtherChunks(ctx, job, { n: first, last }, budget)
    : requireImportedRow(parseReport(report))
}

/** Statements that an upload needs to store what memory holds, and to end. */
const UPLOAD_STATEMENTS = 24

function tooLargeError(): AppError {
  const detail = 'The database takes no more statements in one request: split the file, or raise IMPORT_STATEMENTS.'
  return new AppError('file_too_large', { detail })
}

async function notCreatedError(ctx: Ctx, { dryRun, keepIds }: ImportOptions): Promise<AppError> {
  const [excess] = dryRun ? [] : await limitExceeded(ctx, 'imports')
  if (excess) return limitExceededError(ctx, 'imports', excess)
  if (keepIds) throw new AppError('workspace_not_empty')
  return new AppError('invalid_owner', { detail: 'defaultOwner is not an active member of the team.' })
}

async function writeFurtherChunks(ctx: Ctx, job: AnyJob, from: Position, budget: Budget): Promise<Report> {
  const left = await runChunks(ctx, job, from, budget)
  const release = ctx.db.update(imports).set({ busyUntil: null }).where(eq(imports.id, job.id))
  const { report } = await runBudgeted(ctx, budget, {
    release: left ? release : undefined,
    report: one(reportSelect(ctx, job.id)),
  })
  return requireImportedRow(parseReport(report))
}

// Throws `nothing_imported` if every row failed. The import stays in the database with its errors.
function requireImportedRow(report: Report): Report {
  if (report.status !== 'FAILED' || report.failed < report.received) return report
  const errors = report.errors.slice(0, 20).map(({ line, field, code, message }) => {
    return { path: field === null ? `line ${line}` : `line ${line}: ${field}`, message, code }
  })
  throw new AppError('nothing_imported', { importId: report.id, errors })
}

function newImportRow({ actor, now }: Ctx, id: string, options: ImportOptions, match: AnyJob['match']) {
  const { entity, mode, duplicates, dryRun = false, keepIds = false } = options
  const settings = { id, entity, mode, match, duplicates, dryRun, keepsIds: keepIds, columns: [] }
  return { ...settings, workspaceId: actor.workspaceId, createdBy: actor.id, createdAt: now, updatedAt: now }
}

// The id of the team member that `defaultOwner` names; undefined without that option.
function defaultOwnerId({ actor }: Ctx, { defaultOwner }: ImportOptions): SQL | undefined {
  if (defaultOwner === undefined) return undefined
  const u = alias(users, 'u')
  const owner = mailAddress(defaultOwner) ?? defaultOwner.toLowerCase()
  return sql`(SELECT ${u.id} FROM ${users} AS u WHERE (${u.email} = ${owner} OR ${u.id} = ${owner})
    AND ${isTeamMember(sql`${u.id}`, actor.workspaceId)})`
}

// Deletes the import of a broken upload. If this fails too, the cron cancels the import.
async function deleteUpload({ db }: Ctx, id: string): Promise<void> {
  await runBatch(db, {
    chunks: db.delete(importChunks).where(eq(importChunks.importId, id)),
    originals: db.delete(importOriginals).where(eq(importOriginals.importId, id)),
    issues: db.delete(importIssues).where(eq(importIssues.importId, id)),
    import: db.delete(imports).where(eq(imports.id, id)),
  })
}

/** Cancels an import. Written records stay, and can be reverted. Throws `not_found` and `import_over`. */
export async function cancelImport(ctx: Ctx, id: string): Promise<Report> {
  const { db, actor, now } = ctx
  const where = and(eq(imports.id, id), eq(imports.workspaceId, actor.workspaceId))
  const cancelledIds = sql`SELECT ${imports.id} FROM ${imports} WHERE ${where} AND ${imports.status} = 'CANCELLED'`
  const { cancelled, report: row } = await runBatch(db, {
    cancelled: one(
      db
        .update(imports)
        .set({ status: 'CANCELLED', finishedAt: now, updatedAt: now, busyUntil: null })
        .where(and(where, inArray(imports.status, ['UPLOADING', 'RUNNING'])))
        .returning({ id: imports.id }),
    ),
    event: eventInsert(ctx, { verb: 'import.cancelled', subject: 'import', id, when: ifChanged }),
    stagedData: stagedDataDrop(ctx, cancelledIds),
    report: one(reportSelect(ctx, id)),
  })
  const report = parseReport(row)
  if (!cancelled) throw new AppError('import_over', { detail: `It is ${report.status}.` })
  return report
}

/**
 * Moves the records that an import created, and that nobody has used since, to the trash, as far as the budget allows.
 * Throws `not_found`, `import_running` and `import_over`.
 */
export async function revertImport(ctx: Ctx, id: string, budget: Budget): Promise<Report> {
  const { job, open, report } = await runBatch(ctx.db, {
    job: one(revertStart(ctx, id)),
    open: openChunk(ctx.db, id, sql`true`),
    report: one(reportSelect(ctx, id)),
  })
  budget.statements -= 4
  if (!job) throw notRevertibleError(parseReport(report))
  await runChunks(ctx, job, positionIn(open), budget, true)
  return getImport(ctx, id)
}

function notRevertibleError({ status, dryRun }: Report): AppError {
  const isRunning = ['UPLOADING', 'RUNNING', 'REVERTING'].includes(status)
  if (isRunning) return new AppError('import_running', { detail: `It is ${status}.` })
  if (dryRun) return new AppError('import_over', { detail: 'It was a dry run.' })
  const hasEnded = ['DONE', 'FAILED', 'CANCELLED'].includes(status)
  const detail = hasEnded ? 'It created no records, or it is older than 30 days.' : `It is ${status}.`
  return new AppError('import_over', { detail })
}
