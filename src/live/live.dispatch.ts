// Tells the object of a workspace that something happened: after the response that caused it, and by the schedule.
import { createMiddleware } from 'hono/factory'
import { connect } from '../db/client'
import { type AppEnv, runAfter } from '../http/context'
import { watchedAmong, watchedAndBusy } from './live.presence'

/** Middleware that tells those who watch what a request has caused, after its response. */
export const tellWatchers = createMiddleware<AppEnv>(async function tellWatchers(c, next) {
  await next()
  const { happened, asked } = c.var
  const { WORKSPACES: objects, DB } = c.env
  // An object that holds its workspace sees for itself what happens.
  if (!objects || asked || happened.size === 0 || c.res.status >= 400) return
  const run = async () => {
    await tell(objects, await watchedAmong(connect(DB, 'first-primary').db, [...happened]))
  }
  // The wait lets the response go first: in development the database runs in this thread and would delay it.
  runAfter(c, scheduler.wait(1).then(run))
})

/** The run of the schedule: tells of what jobs, imports and the schedule itself have done. */
export async function tellBusy(
  { DB, WORKSPACES: objects }: Env,
  now: string,
  spent: { statements: number },
): Promise<void> {
  if (!objects) return
  spent.statements += 1
  await tell(objects, await watchedAndBusy(connect(DB, 'first-primary').db, now))
}

async function tell(objects: DurableObjectNamespace, workspaces: readonly string[]): Promise<void> {
  await Promise.allSettled(
    workspaces.map((id) => objects.get(objects.idFromName(id)).fetch('https://workspace/', { method: 'POST' })),
  )
}
