// The Worker: answers requests, and every minute sends the mail that is due and goes on with imports.
import { createApp } from './app'
import { sweep } from './mail/mail.dispatch'
import { continueImports } from './transfer/imports.continue'

const app = createApp()

export default {
  fetch: app.fetch,
  async scheduled(_, env) {
    await sweep(env)
    await continueImports(env)
  },
} satisfies ExportedHandler<Env>
