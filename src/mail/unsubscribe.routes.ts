// /v1/unsubscribe: stops mail to an address, by the link in a mail (RFC 8058).
import { createRoute, z } from '@hono/zod-openapi'
import { html } from 'hono/html'
import { errors } from '../errors'
import { raw } from '../field-schemas'
import { open } from '../http/allow'
import { publicCtx } from '../http/context'
import { createRouter } from '../http/router'
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

const CSP = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

export const unsubscribeRoutes = createRouter()
  .openapi(askToStopRoute, async (c) => {
    const address = await addressOfStopLink(publicCtx(c), c.req.valid('query').token)
    c.header('Content-Security-Policy', CSP)
    c.header('Cache-Control', 'no-store')
    const text = html`<p>No more mail to ${address}?</p>
      <form method="post"><button>Stop this mail</button></form>`
    return c.html(stopPage('Stop mail', text), 200)
  })
  .openapi(stopRoute, async (c) => {
    const address = await stopMail(publicCtx(c), c.req.valid('query').token)
    c.header('Content-Security-Policy', CSP)
    return c.html(stopPage('Mail stopped', html`<p>No more of this mail goes to ${address}.</p>`), 200)
  })

function stopPage(title: string, content: ReturnType<typeof html>) {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <title>${title}</title>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>`
}
