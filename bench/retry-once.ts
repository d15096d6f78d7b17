// Asks Miniflare again where a connection was closed: after a statement of many seconds the next one may be
// sent on one that was idle for too long. For what may be asked twice.
import { setTimeout } from 'node:timers/promises'

const PAUSE_MS = 500

/** Does `ask`, and once more half a second later where the connection failed. */
export function retryOnce<T>(ask: () => Promise<T>): Promise<T> {
  return ask().catch((error: Error) => {
    if (error.message !== 'fetch failed') throw error
    return setTimeout(PAUSE_MS).then(ask)
  })
}
