// Large imports for a test: files of many chunks, a database that dies on the way, and the cron that goes on with them.
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import app from '../../src/index'
import { worker } from './api'
import { databaseWith, LOST } from './bindings'
import { count } from './database'
import type { Person } from './factories'

/** So long that some ninety rows fill a chunk. */
const NOTE = 'n'.repeat(9_500)

/** The line of a customer, whose address is `p<i>@x.de`. */
export const line = (i: number) => `Person ${i},p${i}@x.de,${NOTE}`

/** A CSV file of so many customers, and of the lines after them. */
export const file = (count: number, also: string[] = []) =>
  `name,email,note\n${[...Array.from({ length: count }, (_, i) => line(i)), ...also].join('\n')}\n`

/** How many customers a workspace has, or those of them that fulfil a condition. */
export const customersIn = ({ workspaceId }: Person, where = 'deleted_at IS NULL') =>
  count('customers', `workspace_id = ? AND ${where}`, workspaceId)

/** A Worker whose database takes so many batches that write, and fails at every one after. */
export function dying(batches: number) {
  let sent = 0
  const DB = databaseWith((send, statements) => {
    const isWriting = statements.length > 8
    if (isWriting) sent += 1
    return isWriting && sent > batches ? Promise.reject(new Error(LOST)) : send(statements)
  })
  return worker({ DB, IMPORT_STATEMENTS: '1000' })
}

/** A minute of the cron. */
export async function cron(bindings: Env = env) {
  const execution = createExecutionContext()
  await app.scheduled(createScheduledController({ cron: '* * * * *', scheduledTime: new Date() }), bindings)
  await waitOnExecutionContext(execution)
}

/** Lets an import be gone on with now, as when the time of whoever holds it is over. */
export const freed = (id: string) => env.DB.prepare('UPDATE imports SET busy_until = NULL WHERE id = ?').bind(id).run()
