// The file of an import, as a request brings it.
import type { Context } from 'hono'
import { AppError } from '../errors'
import type { AppEnv } from '../http/context'
import { MAX_FILE_BYTES } from './import-text'
import type { Upload } from './imports.service'

// What a form adds to a file is less than that.
const MAX_UPLOAD = MAX_FILE_BYTES + 65_536

/** The body as it streams in; where an Idempotency-Key has had it read, as it was read. Throws `file_too_large`. */
export async function uploadOf(c: Context<AppEnv>): Promise<Upload> {
  if (Number(c.req.header('Content-Length')) > MAX_UPLOAD) throw new AppError('file_too_large')
  const contentType = c.req.header('Content-Type') ?? ''
  if (c.req.header('Idempotency-Key') === undefined) return { body: c.req.raw.body ?? none(), contentType }
  return { body: whole(new Uint8Array(await c.req.arrayBuffer())), contentType }
}

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

async function* none(): AsyncIterable<Uint8Array> {}
