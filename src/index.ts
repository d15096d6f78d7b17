// The entry point of the Worker: answers requests and runs the jobs of the schedule.
import { createApp } from './app'
import { jobsOf, runJobs } from './schedule'

export { Workspace } from './object'

const app = createApp()

export default {
  fetch: app.fetch,
  async scheduled({ cron, scheduledTime }, env) {
    await runJobs(jobsOf(cron, env), env, new Date(scheduledTime).toISOString())
  },
} satisfies ExportedHandler<Env>
