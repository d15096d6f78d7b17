// The Worker: answers requests, and every minute sends the mail that is due.
import { createApp } from './app'
import { sweep } from './mail/mail.dispatch'

const app = createApp()

export default {
  fetch: app.fetch,
  async scheduled(_, env) {
    await sweep(env)
  },
} satisfies ExportedHandler<Env>
