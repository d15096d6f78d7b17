// The API reference: the OpenAPI documents, and a page that shows them with RapiDoc, which the Worker serves itself.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { html } from 'hono/html'
import type { Config } from '../config'
import type { Dialect } from '../dialects/dialect'
import { AppError } from '../errors'
import type { AppEnv } from '../http/context'
import { loadJsonSchema } from '../late'
import { openApiText } from './openapi'

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

const page = (documents: { name: string; url: string }[]) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Edge CRM API reference</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/doc.css" />
    <script src="/doc-styles.js" defer></script>
    <script src="/doc.js" defer></script>
    <script src="/rapidoc/rapidoc-min.js" defer></script>
  </head>
  <body>
    <noscript>This page needs JavaScript. The whole API is described in <a href="/openapi.json">/openapi.json</a>.</noscript>
    <rapi-doc
      data-documents="${JSON.stringify(documents)}"
      render-style="focused"
      show-header="false"
      load-fonts="false"
      persist-auth="true"
      show-method-in-nav-bar="as-colored-text"
      schema-description-expanded="true"
      allow-server-selection="false"
      allow-advanced-search="true"
      show-components="false"
      regular-font="system-ui, sans-serif"
      mono-font="ui-monospace, monospace"
    >
      <div class="links" slot="nav-logo">
        <a href="/docs/">Documentation</a> <a href="/dashboard">Desk</a>
        <select id="api" aria-label="API" hidden></select>
      </div>
    </rapi-doc>
  </body>
</html>`

const DOCUMENT = { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=300' }

/** What there is at this address, for programs. */
const indexOf = (origin: string) => ({
  name: 'Edge CRM',
  api: `${origin}/v1`,
  openapi: `${origin}/openapi.json`,
  reference: `${origin}/doc`,
  documentation: `${origin}/docs/`,
  problems: `${origin}/problems`,
  desk: `${origin}/dashboard`,
  health: `${origin}/health`,
})

/** The dialects, and what writes the document of one. */
type Spoken = { dialects: readonly Dialect[]; documentText: (dialect: Dialect) => string }

/** The page, the document of `app`, and the documents of the dialects that are on. The document of `app` is built once. */
export function docsRoutes(app: OpenAPIHono<AppEnv>, spoken?: Spoken) {
  let text: string | undefined
  const onOf = ({ DIALECTS }: Config) => spoken?.dialects.filter(({ name }) => DIALECTS.includes(name)) ?? []
  return new Hono<AppEnv>()
    .get('/', (c) => {
      c.header('Vary', 'Accept')
      const isBrowser = accepts(c, { header: 'Accept', supports: ['text/html', 'application/json'], default: 'json' })
      return isBrowser === 'text/html' ? c.redirect('/dashboard') : c.json(indexOf(new URL(c.req.url).origin))
    })
    .get('/doc', (c) => {
      const theirs = onOf(c.var.config).map(({ name, title }) => ({ name: title, url: `/openapi/${name}.json` }))
      c.header('Content-Security-Policy', contentSecurityPolicy)
      return c.html(page([{ name: 'Edge CRM', url: '/openapi.json' }, ...theirs]))
    })
    .get('/openapi.json', async (c) => {
      // The lengths of texts and the bounds of numbers, too, are read by zod's writer of JSON Schema.
      await loadJsonSchema()
      text ??= openApiText(app)
      return c.body(text, 200, DOCUMENT)
    })
    .get('/openapi/:document', async (c) => {
      const asked = onOf(c.var.config).find(({ name }) => c.req.param('document') === `${name}.json`)
      if (!spoken || !asked) throw new AppError('not_found')
      await loadJsonSchema()
      return c.body(spoken.documentText(asked), 200, DOCUMENT)
    })
}
