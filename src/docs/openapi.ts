// The OpenAPI 3.1 document: built once per isolate out of the routes, with what holds for all of them added.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { PERMISSIONS, POLICY } from '../access/policy'
import type { AppEnv } from '../http/context'
import { documentHeaders } from './openapi.headers'

const INFO = {
  title: 'Edge CRM',
  version: '1.0.0',
  description:
    'A CRM for a small team: public enquiries, race-safe claiming, leads, customers, tickets, and one timeline of all that ' +
    'was said. Sign in, and send the `accessToken` as `Authorization: Bearer …`. Errors are problem documents (RFC 9457) ' +
    'with a stable `code`; a 429 says in `Retry-After` how many seconds to wait. Every answer carries `X-Request-Id`, ' +
    '`RateLimit` and, after a query, a `D1-Bookmark`: send that back to read your own writes. What was made is at ' +
    '`Location`. Answers of records carry an `ETag`; send it as `If-Match` to change only what you read.',
  license: { name: 'MIT', identifier: 'MIT' },
}

const TAGS = {
  Auth: 'Accounts, sessions, tokens.',
  OAuth: 'Signing in with Google or GitHub, and the accounts that are linked to yours.',
  Workspace: 'The workspace and invitations to it.',
  Users: 'Members of the workspace.',
  Enquiries: 'The public form.',
  Leads: 'Leads, the unclaimed pool, claiming and converting.',
  Customers: 'Customers; contacts are the same record.',
  Tags: 'Tags of customers.',
  Tickets: 'What customers want done, and who does it.',
  Interactions: 'Calls, notes, meetings, follow-ups: the timeline of customers and leads.',
  Analytics: 'Figures over days, by who asks and in whose clock.',
  Calendar: 'A feed of follow-ups and meetings for calendar programs.',
  Exports: 'What one sees, as a file.',
  Imports: 'Files of customers and leads.',
  Events: 'The audit trail.',
  Outbox: 'Mail: sent, waiting, failed.',
  'API keys': 'Keys for machines.',
  Billing: 'The plan, its limits, and Stripe.',
  Health: 'For monitoring.',
}

const IdempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'Makes a repeat harmless: the same key and body within 24 hours give the first answer again, marked `Idempotency-Replayed: true`; what was refused can be mended and sent again. A UUID will do.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
}

/** The document as JSON text. */
export function openApiText(app: OpenAPIHono<AppEnv>): string {
  const { openAPIRegistry: registry } = app
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `accessToken` of a sign-in.',
  })
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'ecrm_<workspace>_<prefix>_<secret>',
    description: 'The `key` of an API key, in the same header; an operation names the scope that it needs.',
  })
  registry.registerComponent('parameters', 'IdempotencyKey', IdempotencyKey)
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: '/', description: 'This Worker' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  })
  for (const item of Object.values(document.paths ?? {})) {
    const { get, put, post, patch, delete: remove } = item
    for (const parameter of [get, put, post, patch, remove].flatMap((operation) => operation?.parameters ?? [])) {
      if ('$ref' in parameter || parameter.required) continue
      // The docs page fills examples in: of what may be left out, they would be filters that nobody asked for.
      delete parameter.example
      if (!parameter.schema || '$ref' in parameter.schema) continue
      delete parameter.schema.example
      // Of an object without an example the page makes one up.
      if (parameter.schema.type === 'object') parameter.schema.example = {}
    }
    if (post) post.parameters = [...(post.parameters ?? []), { $ref: '#/components/parameters/IdempotencyKey' }]
  }
  documentHeaders(document)
  return JSON.stringify({ ...document, 'x-permissions': PERMISSIONS, 'x-policy': POLICY })
}
