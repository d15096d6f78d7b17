// Imports: taking a file in, stopping and reverting. Reports, judging and writing are in files beside this one.
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { isTeamMember } from '../access/visible'
import { limitExceeded, limitExceededError } from '../billing/limits'
import type { Ctx } from '../context'
import { importChunks, importIssues, importOriginals, imports, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { unreadableError } from '../files/text'
import type { Entity, Mapping } from './imports.columns'
import { type FileRow, type ImportFile, openFile } from './imports.file'
import type { Job } from './imports.job'
import { getImport, type Report, reportIn, reportOf } from './imports.report'
import { advance, idsOfChunk, leaseEnd, type Room, sendBatch } from './imports.resume'
import { revertBegun } from './imports.revert'
import { prepareRow } from './imports.rows'
import { createStaging, dropStatements, importInsert, uploadEnd } from './imports.staging'
import { chunkStatements } from './imports.write'

export type ImportOptions = Pick<Job, 'mode' | 'duplicates'> & {
  entity: Entity
  match?: Job['match']
  dryRun?: boolean
  unknown: 'customFields' | 'ignore'
  mapping?: Mapping
  /** The e-mail address or the id of a member. */
  defaultOwner?: string
  defaultCountry?: string
}
type Row = typeof imports.$inferInsert
export type Upload = { body: AsyncIterable<Uint8Array>; contentType: string }

/**
 * Takes a file in and writes as much of it as there is room for; a small one is one round trip. Throws what is wrong
 * with a file of which nothing can be read, `nothing_imported` where every row failed, `plan_limit`, and `invalid_owner`.
 */
export async function importFile(ctx: Ctx, options: ImportOptions, upload: Upload, room: Room): Promise<Report> {
  const { mapping = {}, unknown, entity, match = entity === 'leads' ? 'id' : 'email' } = options
  const file = await openFile(upload.body, upload.contentType, { entity, mapping, unknown })
  const id = ctx.newId()
  const rows = createStaging(id, options.duplicates)
  const insertAs = (status: Row['status'], more: Partial<Row>) =>
    importInsert(ctx, { ...newImport(ctx, id, options, match), ...more, status }, usualOwner(ctx, options))
  const take = taker(ctx, options, match, file, rows)

  let isStaged = false
  try {
    for await (const row of file.rows) {
      take(row)
      if (!rows.isFull()) continue
      const begin = isStaged ? [] : [insertAs('UPLOADING', { columns: file.plan.columns })]
      await sendBatch(ctx, [...begin, ...rows.flush(ctx)], room)
      isStaged = true
    }
    if (rows.figures.received === 0) throw unreadableError('The file has no rows besides its first line.')
  } catch (error) {
    if (isStaged) await forget(ctx, id)
    throw error
  }

  const rest = rows.flush(ctx)
  const chunks = rows.chunkCount()
  const end = {
    ...rows.figures,
    ...{ chunks, columns: file.plan.columns, busyUntil: leaseEnd() },
    ...(chunks > 0 ? {} : { finishedAt: ctx.now }),
  }
  const status = chunks > 0 ? 'RUNNING' : 'FAILED'
  const job = { ...newImport(ctx, id, options, match), defaultOwner: options.defaultOwner ?? null, ...end }
  const first = isStaged ? [...rest, uploadEnd(ctx, id, { ...end, status })] : [insertAs(status, end), ...rest]
  const chunk = chunks > 0 ? chunkStatements(ctx, job, 0, idsOfChunk()) : []
  const report = reportIn(await sendBatch(ctx, [...first, ...chunk, reportOf(ctx, id)], room))
  if (!report) throw await notMadeError(ctx, options)
  return chunks > 1 ? finishImport(ctx, job, room) : requireSomethingImported(report)
}

async function notMadeError(ctx: Ctx, { dryRun }: ImportOptions): Promise<AppError> {
  const [lack] = dryRun ? [] : await limitExceeded(ctx, 'imports')
  if (lack) return limitExceededError(ctx, 'imports', lack)
  return new AppError('invalid_owner', { detail: 'defaultOwner is no active member of the team.' })
}

async function finishImport(ctx: Ctx, job: Job, room: Room): Promise<Report> {
  const reached = await advance(ctx, job, 1, room)
  const release = ctx.db.update(imports).set({ busyUntil: null }).where(eq(imports.id, job.id))
  const last = reached < job.chunks ? [release] : []
  const report = reportIn(await sendBatch(ctx, [...last, reportOf(ctx, job.id)], room))
  if (!report) throw new AppError('internal')
  return requireSomethingImported(report)
}

// A file of which no row could be written is the sender's error; the import stays, with all that is wrong.
function requireSomethingImported(report: Report): Report {
  if (report.status !== 'FAILED' || report.failed < report.received) return report
  const errors = report.errors.slice(0, 20).map(({ line, field, code, message }) => {
    return { path: field === null ? `line ${line}` : `line ${line}: ${field}`, message, code }
  })
  throw new AppError('nothing_imported', { importId: report.id, errors })
}

function newImport({ actor, now }: Ctx, id: string, options: ImportOptions, match: Job['match']) {
  const { entity, mode, duplicates, dryRun = false } = options
  const given = { id, entity, mode, match, duplicates, dryRun, columns: [] }
  return { ...given, workspaceId: actor.workspaceId, createdBy: actor.id, createdAt: now, updatedAt: now }
}

// The member whom the address or the id names; undefined where none is asked for.
function usualOwner({ actor }: Ctx, { defaultOwner }: ImportOptions): SQL | undefined {
  if (defaultOwner === undefined) return undefined
  const who = defaultOwner.toLowerCase()
  return sql`(SELECT u.id FROM ${users} AS u WHERE (u.email = ${who} OR u.id = ${who}) AND ${isTeamMember(sql`u.id`, actor.workspaceId)})`
}

// Judges each row of the file by itself, and stages it or what is wrong with it.
function taker(
  { actor }: Ctx,
  { entity, defaultCountry }: ImportOptions,
  match: Job['match'],
  { plan }: ImportFile,
  rows: ReturnType<typeof createStaging>,
) {
  const tagNames = new Map<string, string>()
  const rules = { entity, match, country: defaultCountry ?? actor.country }
  return (row: FileRow) => {
    if ('fault' in row) {
      const { line, fault, cells } = row
      const issue = { line, level: 'error' as const, field: null, code: 'unreadable_row', value: null, message: fault }
      return rows.refuse([issue], cells)
    }
    const { row: ready, issues } = prepareRow(row.line, row.content, plan.targets, rules, tagNames)
    if (ready) rows.add(ready, issues, row.content, tagNames)
    else rows.refuse(issues, row.content)
    // Names are needed only until the row is staged.
    if (tagNames.size > 1_000) tagNames.clear()
  }
}

// What was staged of a file that broke off. If this fails too, the cron sweeps it.
async function forget({ db }: Ctx, id: string): Promise<void> {
  const all = [importChunks, importOriginals, importIssues].map((table) =>
    db.delete(table).where(eq(table.importId, id)),
  )
  const [first, ...rest] = [...all, db.delete(imports).where(eq(imports.id, id))]
  if (first) await db.batch([first, ...rest])
}

/** Stops an import: what is written stays, and can be reverted. Throws `import_over`. */
export async function cancelImport(ctx: Ctx, id: string): Promise<Report> {
  const { db, actor, now } = ctx
  const isOpen = inArray(imports.status, ['UPLOADING', 'RUNNING'])
  const cancelled = sql`SELECT id FROM imports WHERE id = ${id} AND status = 'CANCELLED' AND workspace_id = ${actor.workspaceId}`
  const results = await db.batch([
    db
      .update(imports)
      .set({ status: 'CANCELLED', finishedAt: now, updatedAt: now, busyUntil: null })
      .where(and(eq(imports.id, id), eq(imports.workspaceId, actor.workspaceId), isOpen))
      .returning({ id: imports.id }),
    eventInsert(ctx, { verb: 'import.cancelled', subject: 'import', id, when: ifChanged }),
    ...dropStatements(ctx, cancelled),
    reportOf(ctx, id),
  ])
  const report = reportIn(results)
  if (!report) throw new AppError('not_found')
  if (results[0].length === 0) throw new AppError('import_over', { detail: `It is ${report.status}.` })
  return report
}

/**
 * Puts what an import made into the trash, but for records that somebody has touched since; as much as there is room
 * for, the rest later. Throws `import_running`, and `import_over` where there is nothing to revert.
 */
export async function revertImport(ctx: Ctx, id: string, room: Room): Promise<Report> {
  const [[job], [present]] = await ctx.db.batch([revertBegun(ctx, id), reportOf(ctx, id)])
  room.statements -= 3
  if (!present) throw new AppError('not_found')
  if (!job) {
    const isRunning = ['UPLOADING', 'RUNNING', 'REVERTING'].includes(present.status)
    if (isRunning) throw new AppError('import_running', { detail: `It is ${present.status}.` })
    const isPast = !present.dryRun && ['DONE', 'FAILED', 'CANCELLED'].includes(present.status)
    const why = isPast ? 'It made nothing, or more than 30 days ago.' : `It is ${present.status}.`
    throw new AppError('import_over', { detail: present.dryRun ? 'It was a dry run.' : why })
  }
  await advance(ctx, job, 0, room, true)
  return getImport(ctx, id)
}
