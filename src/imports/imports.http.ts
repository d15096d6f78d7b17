// The HTTP side of imports: reads the upload, and continues an import after the response or by the cron.
import type { Context } from 'hono'
import { configOf } from '../config'
import { connect } from '../db/client'
import { AppError } from '../errors'
import { MAX_FILE_BYTES } from '../files/unreadable'
import { type AppEnv, runAfter } from '../http/context'
import { loadImports } from '../late'
import { HOST } from '../late/imports.host.mjs'
import { databaseOf } from '../objects/place'
import { SECOND_MS } from '../time'
import type { Budget } from './imports.resume'
import type { Upload } from './imports.service'

// A multipart form adds less than 64 KB to its file.
const MAX_UPLOAD = MAX_FILE_BYTES + 65_536

/** The verbs of imports, of the module that does their work. */
export const loadImportVerbs = () => loadImports(HOST)

/** The body of the request as a stream; with an Idempotency-Key it is already in memory. Throws `file_too_large`. */
export async function readUpload(c: Context<AppEnv>): Promise<Upload> {
  if (Number(c.req.header('Content-Length')) > MAX_UPLOAD) throw new AppError('file_too_large')
  const contentType = c.req.header('Content-Type') ?? ''
  if (c.req.header('Idempotency-Key') === undefined) return { body: c.req.raw.body ?? noBody(), contentType }
  return { body: wholeBody(new Uint8Array(await c.req.arrayBuffer())), contentType }
}

async function* wholeBody(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

async function* noBody(): AsyncIterable<Uint8Array> {}

/** How long a request writes before its response, and how long an invocation writes after it or by the cron. */
const BEFORE_RESPONSE_MS = 3 * SECOND_MS
const AFTER_RESPONSE_MS = 25 * SECOND_MS
const SWEEP_STATEMENTS = 8

/** What a request may do before its response. */
export function requestBudget(c: Context<AppEnv>): Budget {
  return { statements: c.var.config.IMPORT_STATEMENTS, until: Date.now() + BEFORE_RESPONSE_MS }
}

/** Resumes the import after the response with the statements that are left, on a new connection. */
export function continueAfterResponse(
  c: Context<AppEnv>,
  id: string,
  { statements }: Pick<Budget, 'statements'>,
): void {
  const { config, requestId } = c.var
  const { db, guarded } = connect(databaseOf(c.env, c.var.actor?.workspaceId ?? ''), 'first-primary')
  const budget = { statements, until: Date.now() + AFTER_RESPONSE_MS }
  const worker = { db, guarded, config, requestId, address: '', outgoing: new Set<string>(), begun: new Set<string>() }
  // The wait lets the response go first: in development the database runs in this thread and would delay it.
  runAfter(
    c,
    scheduler
      .wait(1)
      .then(loadImportVerbs)
      .then(({ resumeImport }) => resumeImport(worker, id, budget))
      .catch(logLeftToCron),
  )
}

/**
 * The cron's run: resumes waiting imports one after the other, with the statements that mail has not `spent`. A later
 * run resumes the rest.
 */
export async function continueImports(env: Env, _planned: string, spent: { statements: number }): Promise<void> {
  const config = configOf(env)
  const { RESUME_STATEMENTS, resumeImport, sweepImports } = await loadImportVerbs()
  const { db, guarded } = connect(env.DB, 'first-primary')
  const now = new Date()
  const statements = config.IMPORT_STATEMENTS - SWEEP_STATEMENTS - spent.statements
  const budget = { statements, until: now.getTime() + AFTER_RESPONSE_MS }
  if (budget.statements < RESUME_STATEMENTS) return
  const worker = { db, guarded, config, requestId: 'cron', address: '' }
  for (const id of await sweepImports(db, now)) {
    if (budget.statements < RESUME_STATEMENTS || Date.now() > budget.until) return
    await resumeImport({ ...worker, outgoing: new Set(), begun: new Set() }, id, budget).catch(logLeftToCron)
  }
}

// No chunk is half-written: the next GET of the import or the cron resumes it.
function logLeftToCron(error: unknown): void {
  const name = error instanceof Error ? error.name : 'unknown'
  console.error(JSON.stringify({ level: 'error', event: 'import_left_to_cron', name }))
}
