// The entry point of the Worker: answers requests and runs the jobs of the schedule.
import { createApp } from './app'
import { dialectsOn } from './config'
import { handOverObjects, loadDialects } from './late'
import { HOST } from './late/dialects.host.mjs'
import { HOST as HOST_OF_OBJECTS } from './late/objects.host.mjs'
import { jobsOf, runJobs } from './schedule'

export { Workspace } from './object/object'

handOverObjects(HOST_OF_OBJECTS)

/** Answers requests. The app that has the dialects is made when DIALECTS names one. */
function createFetch(): ExportedHandlerFetchHandler<Env> {
  const app = createApp()
  let speaking: Promise<ReturnType<typeof createApp>> | undefined
  return async (request, env, execution) => {
    if (dialectsOn(env).length === 0) return app.fetch(request, env, execution)
    speaking ??= loadDialects(HOST).then(createApp)
    return (await speaking).fetch(request, env, execution)
  }
}

export default {
  fetch: createFetch(),
  async scheduled({ cron, scheduledTime }, env) {
    await runJobs(jobsOf(cron, env), env, new Date(scheduledTime).toISOString())
  },
} satisfies ExportedHandler<Env>
