// Watches the stream: opens it by a ticket, and again after it broke, where it had ended.
import type { components } from './schema.js'

/** A message of the stream. */
export type StreamMessage = components['schemas']['StreamMessage']

export type WatchOptions = {
  /** The `sequence` of the last message that was handled, to resume from. */
  after?: string
  /** Ends the stream. */
  signal?: AbortSignal
  /** Called when the session, the key or the role has ended: sign in, and watch anew. */
  onEnded?: () => void
  /** For environments without a WebSocket, and for tests. */
  WebSocket?: typeof globalThis.WebSocket
}

type Opening = { baseUrl: string; ticket: () => Promise<string | undefined> }

const ENDED = 4401
const PING_MS = 30_000
const LONGEST_WAIT_MS = 30_000

/**
 * Calls `handle` for each message, in order, until `signal` is aborted or the viewer may watch no more. A break is mended
 * after a wait that grows from one to thirty seconds, and nothing is missed: it resumes after the last message.
 */
export async function watchStream(
  { baseUrl, ticket }: Opening,
  handle: (message: StreamMessage) => void,
  { after, signal, onEnded, WebSocket = globalThis.WebSocket }: WatchOptions,
): Promise<void> {
  let position = after
  let breaks = 0
  while (!signal?.aborted) {
    const path = await ticket().catch(() => undefined)
    const code = path === undefined ? undefined : await listen(path)
    if (code === ENDED) return onEnded?.()
    if (signal?.aborted) return
    await wait(Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** breaks) * (0.5 + Math.random() / 2), signal)
    breaks += 1
  }

  // The code with which the connection closed.
  function listen(path: string): Promise<number> {
    const query = position === undefined ? '' : `&after=${position}`
    const socket = new WebSocket(`${baseUrl.replace(/^http/, 'ws')}${path}${query}`)
    // A connection on which nothing is said is cut by what stands between.
    const beat = setInterval(() => socket.readyState === socket.OPEN && socket.send('ping'), PING_MS)
    const stop = () => socket.close(1000)
    signal?.addEventListener('abort', stop)
    return new Promise((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        if (data === 'pong') return
        const message: StreamMessage = JSON.parse(String(data))
        breaks = 0
        position = message.sequence
        handle(message)
      })
      socket.addEventListener('close', ({ code }) => {
        clearInterval(beat)
        signal?.removeEventListener('abort', stop)
        resolve(code)
      })
    })
  }
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
