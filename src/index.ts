// The Worker: answers requests, and does by the clock what the schedule lists.
import { createApp } from './app'
import { runJobs, SCHEDULE } from './schedule'

const app = createApp()

export default {
  fetch: app.fetch,
  async scheduled({ cron, scheduledTime }, env) {
    await runJobs(SCHEDULE[cron] ?? [], env, new Date(scheduledTime).toISOString())
  },
} satisfies ExportedHandler<Env>
