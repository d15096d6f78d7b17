// The OpenAPI 3.1 document: built once per isolate out of the routes, with what holds for all of them added.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { PERMISSIONS, POLICY } from '../access/policy'
import type { AppEnv } from '../http/context'

const INFO = {
  title: 'Edge CRM',
  version: '1.0.0',
  description:
    'A CRM for a small team: public enquiries, race-safe claiming, leads. Errors are problem documents (RFC 9457) with a ' +
    'stable `code`. Every answer carries `X-Request-Id`, `RateLimit` and, after a query, a `D1-Bookmark`: send that back ' +
    'to read your own writes. Answers of records carry an `ETag`; send it as `If-Match` to change only what you read.',
  license: { name: 'MIT', identifier: 'MIT' },
}

const TAGS = {
  Auth: 'Accounts, sessions, tokens.',
  Workspace: 'The workspace and invitations to it.',
  Users: 'Members of the workspace.',
  Enquiries: 'The public form.',
  Leads: 'Leads, the unclaimed pool, claiming and converting.',
  Customers: 'Customers; contacts are the same record.',
  Events: 'The audit trail.',
  Outbox: 'Mail: sent, waiting, failed.',
  Health: 'For monitoring.',
}

const IdempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'Makes a repeat harmless: the same key and body within 24 hours give the first answer again, marked `Idempotency-Replayed: true`.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
  example: '5f9d7e2c-1b7a-4b1e-9a3f-0c2d4e6f8a1b',
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
  registry.registerComponent('parameters', 'IdempotencyKey', IdempotencyKey)
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: '/', description: 'This Worker' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  })
  for (const item of Object.values(document.paths ?? {})) {
    const { post } = item
    if (post) post.parameters = [...(post.parameters ?? []), { $ref: '#/components/parameters/IdempotencyKey' }]
  }
  return JSON.stringify({ ...document, 'x-permissions': PERMISSIONS, 'x-policy': POLICY })
}
