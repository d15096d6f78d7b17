// What `npm run dev` shows of wrangler: nothing of its start while that goes well, all of it afterwards.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

const PATIENCE_MS = 20_000
const TRIES = 20

/** The first free port from this one on. */
export async function freePort(from: number): Promise<number> {
  for (let port = from; port < from + TRIES; port += 1) {
    const probe = createServer().listen(port)
    const isFree = await Promise.race([
      once(probe, 'listening').then(() => true),
      once(probe, 'error').then(() => false),
    ]).catch(() => false)
    await new Promise((resolve) => probe.close(resolve))
    if (isFree) return port
  }
  throw new Error(`The ports from ${from} to ${from + TRIES - 1} are taken: name one with -- --port N.`)
}

/**
 * The address of the Worker, once it answers; undefined if wrangler ends before. Its output is held back until then, and
 * shown at once if it tells of an error or takes long.
 */
export async function readyOutput(server: ChildProcess): Promise<string | undefined> {
  let held: [NodeJS.WriteStream, Buffer][] | undefined = []
  let text = ''
  const release = () => {
    for (const [stream, chunk] of held ?? []) stream.write(chunk)
    held = undefined
  }
  const url = await new Promise<string | undefined>((resolve) => {
    const impatient = setTimeout(release, PATIENCE_MS)
    server.once('close', () => {
      clearTimeout(impatient)
      release()
      resolve(undefined)
    })
    const pass = (stream: NodeJS.WriteStream) => (chunk: Buffer) => {
      if (held) held.push([stream, chunk])
      else stream.write(chunk)
      if (text.length < 100_000) text += chunk
      if (held && /\bERROR\b/.test(text)) release()
      const [, ready] = /Ready on (http\S+)/.exec(text) ?? []
      if (ready) clearTimeout(impatient)
      if (ready) resolve(ready)
    }
    server.stdout?.on('data', pass(process.stdout))
    server.stderr?.on('data', pass(process.stderr))
  })
  if (url !== undefined) await fetch(`${url}/health`).catch(() => undefined)
  held = undefined
  return url
}
