// The entry point of the Worker: answers requests and runs the jobs of the schedule.
import { createApp } from './app'
import { runJobs, SCHEDULE } from './schedule'

export { Workspace } from './live/live.object'

const app = createApp()

export default {
  fetch: app.fetch,
  async scheduled({ cron, scheduledTime }, env) {
    await runJobs(SCHEDULE[cron] ?? [], env, new Date(scheduledTime).toISOString())
  },
} satisfies ExportedHandler<Env>
