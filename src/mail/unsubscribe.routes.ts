// /v1/unsubscribe: stops mail to an address, by the link in a mail (RFC 8058).
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { html } from 'hono/html'
import { errors } from '../errors'
import { raw } from '../field-schemas'
import { open } from '../http/allow'
import { type AppEnv, publicCtx } from '../http/context'
import { createRouter } from '../http/router'
import { acceptedLanguage, type Language } from '../languages'
import { MAIL_WORDS } from './mail.words'
import { addressOfStopLink, stopMail } from './unsubscribe.service'

const StopQuery = z.strictObject({
  token: raw(1000, 1).openapi({
    param: { name: 'token', in: 'query', required: true },
    description: 'From the link.',
    example: '5f6a7b8c9d0e.b7Jv0k.q3…',
  }),
})
const page = { 'text/html': { schema: z.string() } }
const failures = errors('invalid', 'invalid_token', 'rate_limited', 'unavailable')
const tags = ['Mail']

const askToStopRoute = createRoute({
  method: 'get',
  path: '/',
  ...open,
  operationId: 'askToStopMail',
  tags,
  summary: 'Ask whether to stop mail',
  description: 'A page with one button. Programs that follow every link of a mail thus stop nothing.',
  request: { query: StopQuery },
  responses: { 200: { description: 'The page', content: page }, ...failures },
})

const stopRoute = createRoute({
  method: 'post',
  path: '/',
  ...open,
  operationId: 'stopMail',
  tags,
  summary: 'Stop mail',
  description:
    'The workspace sends no more mail to the address of the link, unless it belongs to a member and concerns the account. ' +
    'Mail programs call this by their own button (RFC 8058, one click); the body does not matter.',
  request: { query: StopQuery },
  responses: { 200: { description: 'Stopped', content: page }, ...failures },
})

const CSP =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

export const unsubscribeRoutes = createRouter()
  .openapi(askToStopRoute, async (c) => {
    const address = await addressOfStopLink(publicCtx(c), c.req.valid('query').token)
    c.header('Content-Security-Policy', CSP)
    c.header('Cache-Control', 'no-store')
    const { language, stop } = wordsOf(c)
    const text = html`<p>${stop.question(address)}</p>
      <form method="post"><button class="strong">${stop.button}</button></form>`
    return c.html(stopPage(language, stop.title, text), 200)
  })
  .openapi(stopRoute, async (c) => {
    const address = await stopMail(publicCtx(c), c.req.valid('query').token)
    c.header('Content-Security-Policy', CSP)
    const { language, stop } = wordsOf(c)
    return c.html(stopPage(language, stop.stopped, html`<p>${stop.done(address)}</p>`), 200)
  })

function wordsOf(c: Context<AppEnv>) {
  const language = acceptedLanguage(c.req.header('Accept-Language')) ?? 'en'
  c.header('Vary', 'Accept-Language')
  return { language, stop: MAIL_WORDS[language].stop }
}

// In the look of the desk.
function stopPage(language: Language, title: string, content: ReturnType<typeof html>) {
  return html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <title>${title}</title>
    <link rel="icon" href="/desk.svg" />
    <link rel="stylesheet" href="/desk.css" />
  </head>
  <body class="bare">
    <main>
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>`
}
