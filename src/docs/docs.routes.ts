// Room: docs. The API reference as a page: Swagger UI from the Worker's own assets, under a policy that lets nothing else in.
import { Hono } from 'hono'
import { html } from 'hono/html'

// One entry a document; a dialect adds its own here and the page shows a menu.
const documents = [{ name: 'Edge CRM', url: '/openapi.json' }]

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Edge CRM API reference</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/swagger/swagger-ui.css" />
    <link rel="stylesheet" href="/doc.css" />
    <script src="/swagger/swagger-ui-bundle.js" defer></script>
    <script src="/doc.js" defer></script>
  </head>
  <body>
    <noscript>This page needs JavaScript; the API is described in full by <a href="/openapi.json">/openapi.json</a>.</noscript>
    <div id="swagger" data-documents="${JSON.stringify(documents)}"></div>
  </body>
</html>`

export const docsRoutes = new Hono()
  .get('/', (c) => c.redirect('/doc'))
  .get('/doc', (c) => {
    c.header('Content-Security-Policy', contentSecurityPolicy)
    return c.html(page)
  })
