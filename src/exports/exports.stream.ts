// Sends an export as the response: a stream that creates each piece only when the client reads it.
import type { Context } from 'hono'
import type { AppEnv } from '../http/context'
import type { ExportFile } from './exports.service'

const encoder = new TextEncoder()

/** The file as an attachment. Its name has only letters, digits, dots and hyphens, so it needs no escaping. */
export function download(c: Context<AppEnv>, { name, mediaType, pieces }: ExportFile) {
  return c.body(byteStream(pieces, c.var.requestId), 200, {
    'Content-Type': mediaType,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  })
}

/**
 * A stream of the pieces. If the client disconnects, it creates no more. After an error the stream aborts without an end,
 * so that the client cannot take a part for the whole file.
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
