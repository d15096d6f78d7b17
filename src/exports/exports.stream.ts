// A file as the answer to a request: a stream of bytes that is made as fast as it is read, and no further.
import type { Context } from 'hono'
import type { AppEnv } from '../http/context'
import type { ExportFile } from './exports.service'

const encoder = new TextEncoder()

/** The file as an attachment. Its name is of letters, digits, dots and hyphens alone: it needs no escaping. */
export function download(c: Context<AppEnv>, { name, mediaType, pieces }: ExportFile) {
  return c.body(byteStream(pieces, c.var.requestId), 200, {
    'Content-Type': mediaType,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  })
}

/**
 * A stream of these pieces. Each is made when the reader has taken the one before; a reader that goes away ends the making.
 * Where it fails the stream does too, without an end, so that nobody takes a part for the whole.
 */
function byteStream(pieces: AsyncGenerator<string>, requestId: string): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (done) controller.close()
          else controller.enqueue(encoder.encode(value))
        } catch (error) {
          const name = error instanceof Error ? error.message : String(error)
          console.error(JSON.stringify({ level: 'error', event: 'export_broken', requestId, name }))
          controller.error(error)
        }
      },
      async cancel() {
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
