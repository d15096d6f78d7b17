// Tells the object of a workspace that something happened. After a response src/webhooks/webhooks.dispatch.ts asks for it.
import { connect } from '../db/client'
import { watchedAndBusy } from './live.presence'

/** The run of the schedule: tells of what jobs, imports and the schedule itself have done. */
export async function tellBusy(
  { DB, WORKSPACES: objects }: Env,
  now: string,
  spent: { statements: number },
): Promise<void> {
  if (!objects) return
  spent.statements += 1
  await tellWatchers(objects, await watchedAndBusy(connect(DB, 'first-primary').db, now))
}

/** Tells the objects of these workspaces; one that does not answer hinders no other. */
export async function tellWatchers(objects: DurableObjectNamespace, workspaces: readonly string[]): Promise<void> {
  await Promise.allSettled(
    workspaces.map((id) => objects.get(objects.idFromName(id)).fetch('https://workspace/', { method: 'POST' })),
  )
}
