// http: work that goes on once the answer is out.
import type { Context } from 'hono'

/** Hands work to the runtime; without an execution context, as in a unit test, it runs all the same. Its failure is its own. */
export function runAfter(c: Pick<Context, 'executionCtx'>, work: Promise<unknown>): void {
  const settled = work.catch(() => {})
  try {
    c.executionCtx.waitUntil(settled)
  } catch {
    // Nobody waits for it.
  }
}
