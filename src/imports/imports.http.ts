// The HTTP side of an import: the file that a request brings, and going on after its answer or by the cron.
import type { Context } from 'hono'
import { configOf } from '../config'
import { connect } from '../db/client'
import { AppError } from '../errors'
import { MAX_FILE_BYTES } from '../files/text'
import type { AppEnv } from '../http/context'
import { runAfter } from '../http/run-after'
import { SECOND_MS } from '../time'
import { openImports, RESUMING, type Room, resume } from './imports.resume'
import type { Upload } from './imports.service'

// What a form adds to a file is less than that.
const MAX_UPLOAD = MAX_FILE_BYTES + 65_536

/** The body as it streams in; where an Idempotency-Key has had it read, as it was read. Throws `file_too_large`. */
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

/** How long a request writes before it answers, and how long an invocation does after. */
const BEFORE_ANSWER_MS = 3 * SECOND_MS
const AFTER_ANSWER_MS = 25 * SECOND_MS
const SWEEP_STATEMENTS = 8

/** What a request may do before it answers. */
export function roomOf(c: Context<AppEnv>): Room {
  return { statements: c.var.config.IMPORT_STATEMENTS, until: Date.now() + BEFORE_ANSWER_MS }
}

/** Goes on once the answer is out, with the statements that are left. On a connection of its own, as another request. */
export function continueAfterAnswer(c: Context<AppEnv>, id: string, { statements }: Pick<Room, 'statements'>): void {
  const { config, requestId } = c.var
  const { db, guarded } = connect(c.env.DB, 'first-primary')
  const room = { statements, until: Date.now() + AFTER_ANSWER_MS }
  const worker = { db, guarded, config, requestId, address: '', outgoing: new Set<string>(), begun: new Set<string>() }
  // The answer first: where the database runs in this very thread, as in development, it would wait for all of this.
  runAfter(
    c,
    scheduler
      .wait(1)
      .then(() => resume(worker, id, room))
      .catch(logLeftToCron),
  )
}

/**
 * The cron's run: imports that wait go on, one after the other, as far as an invocation may that has `spent` some of its
 * statements on mail. Those that it does not get to, a later minute takes up.
 */
export async function continueImports(env: Env, _planned: string, spent: { statements: number }): Promise<void> {
  const config = configOf(env)
  const { db, guarded } = connect(env.DB, 'first-primary')
  const now = new Date()
  const statements = config.IMPORT_STATEMENTS - SWEEP_STATEMENTS - spent.statements
  const room = { statements, until: now.getTime() + AFTER_ANSWER_MS }
  if (room.statements < RESUMING) return
  for (const id of await openImports(db, now)) {
    if (room.statements < RESUMING || Date.now() > room.until) return
    await resume(
      { db, guarded, config, requestId: 'cron', address: '', outgoing: new Set(), begun: new Set() },
      id,
      room,
    ).catch(logLeftToCron)
  }
}

// Nothing is half-written: the next answer about it, or the cron, takes it up again.
function logLeftToCron(error: unknown): void {
  const name = error instanceof Error ? error.name : 'unknown'
  console.error(JSON.stringify({ level: 'error', event: 'import_left_to_cron', name }))
}
