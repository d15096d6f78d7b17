// Imports: taking a file in, stopping and reverting. Reports, judging and writing are in files beside this one.
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { isTeamMember } from '../access/visible'
import { lackOfRoom, overLimit } from '../billing/limits'
import { importChunks, importIssues, importOriginals, imports, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { record } from '../events/events.record'
import type { Ctx } from '../http/context'
import type { Entity, Mapping } from './import-columns'
import { type FileRow, type ImportFile, openFile } from './import-file'
import { prepared } from './import-rows'
import { unreadable } from './import-text'
import { advance, idsOfChunk, leased, type Room, sent } from './imports.advance'
import type { Job } from './imports.judged'
import { getImport, type Report, reportIn, reportOf } from './imports.report'
import { revertBegun } from './imports.revert'
import { dropped, importMade, staging, uploadEnded } from './imports.staging'
import { writing } from './imports.write'

export type ImportOptions = Pick<Job, 'mode' | 'duplicates'> & {
  entity: Entity
  match?: Job['match'] | undefined
  dryRun?: boolean | undefined
  unknown: 'customFields' | 'ignore'
  mapping?: Mapping | undefined
  /** The e-mail address or the id of a member. */
  defaultOwner?: string | undefined
  defaultCountry?: string | undefined
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
  const rows = staging(id, options.duplicates)
  const made = (status: Row['status'], more: Partial<Row>) =>
    importMade(ctx, { ...begun(ctx, id, options, match), ...more, status }, usualOwner(ctx, options))
  const take = taker(ctx, options, match, file, rows)

  let isStaged = false
  try {
    for await (const row of file.rows) {
      take(row)
      if (!rows.isFull()) continue
      const begin = isStaged ? [] : [made('UPLOADING', { columns: file.plan.columns })]
      await sent(ctx, [...begin, ...rows.flush(ctx)], room)
      isStaged = true
    }
    if (rows.figures.received === 0) throw unreadable('The file has no rows besides its first line.')
  } catch (error) {
    if (isStaged) await forget(ctx, id)
    throw error
  }

  const rest = rows.flush(ctx)
  const chunks = rows.chunkCount()
  const end = {
    ...rows.figures,
    ...{ chunks, columns: file.plan.columns, busyUntil: leased() },
    ...(chunks > 0 ? {} : { finishedAt: ctx.now }),
  }
  const status = chunks > 0 ? 'RUNNING' : 'FAILED'
  const job = { ...begun(ctx, id, options, match), defaultOwner: options.defaultOwner ?? null, ...end }
  const first = isStaged ? [...rest, uploadEnded(ctx, id, { ...end, status })] : [made(status, end), ...rest]
  const chunk = chunks > 0 ? writing(ctx, job, 0, idsOfChunk()) : []
  const report = reportIn(await sent(ctx, [...first, ...chunk, reportOf(ctx, id)], room))
  if (!report) throw await unmade(ctx, options)
  return chunks > 1 ? finishing(ctx, job, room) : told(report)
}

async function unmade(ctx: Ctx, { dryRun }: ImportOptions): Promise<AppError> {
  const [lack] = dryRun ? [] : await lackOfRoom(ctx, 'imports')
  if (lack) return overLimit(ctx, 'imports', lack)
  return new AppError('invalid_owner', { detail: 'defaultOwner is no active member of the team.' })
}

async function finishing(ctx: Ctx, job: Job, room: Room): Promise<Report> {
  const reached = await advance(ctx, job, 1, room)
  const release = ctx.db.update(imports).set({ busyUntil: null }).where(eq(imports.id, job.id))
  const last = reached < job.chunks ? [release] : []
  const report = reportIn(await sent(ctx, [...last, reportOf(ctx, job.id)], room))
  if (!report) throw new AppError('internal')
  return told(report)
}

// A file of which no row could be written is the sender's error; the import stays, with all that is wrong.
function told(report: Report): Report {
  if (report.status !== 'FAILED' || report.failed < report.received) return report
  const errors = report.errors.slice(0, 20).map(({ line, field, code, message }) => {
    return { path: field === null ? `line ${line}` : `line ${line}: ${field}`, message, code }
  })
  throw new AppError('nothing_imported', { importId: report.id, errors })
}

function begun({ actor, now }: Ctx, id: string, options: ImportOptions, match: Job['match']) {
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
  rows: ReturnType<typeof staging>,
) {
  const tagNames = new Map<string, string>()
  const rules = { entity, match, country: defaultCountry ?? actor.country }
  return (row: FileRow) => {
    if ('fault' in row) {
      const { line, fault, cells } = row
      const issue = { line, level: 'error' as const, field: null, code: 'unreadable_row', value: null, message: fault }
      return rows.refuse([issue], cells)
    }
    const { row: ready, issues } = prepared(row.line, row.content, plan.targets, rules, tagNames)
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
    record(ctx, { verb: 'import.cancelled', subject: 'import', id, when: ifChanged }),
    ...dropped(ctx, cancelled),
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
