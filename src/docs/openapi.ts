// The OpenAPI 3.1 document: built from the routes once in each isolate, with the parts that all routes share.
import type { OpenAPIHono, z } from '@hono/zod-openapi'
import { PERMISSIONS, POLICY } from '../access/policy'
import { EVENT_TYPES } from '../events/event-types'
import { FEED_RECORDS } from '../feed/feed.records'
import { eventSchemaOf, exampleOf } from '../feed/feed.schemas'
import type { AppEnv } from '../http/context'
import { documentHeaders } from './openapi.headers'

const INFO = {
  title: 'Edge CRM',
  version: '1.0.0',
  description:
    'A CRM for a small team: public enquiries, claiming without races, leads, customers, tickets, and one timeline for each ' +
    'customer. Sign in, and send the `accessToken` as `Authorization: Bearer …`. Errors are problem documents (RFC 9457) ' +
    'with a stable `code`; a 429 has in `Retry-After` the seconds to wait. Every answer has `X-Request-Id`, ' +
    '`RateLimit` and, after a query, a `D1-Bookmark`: send it back to read your own writes. `Location` is the address of a ' +
    'new record. The answer of a record has an `ETag`: send it as `If-Match` to change only the version that you read.',
  license: { name: 'MIT', identifier: 'MIT' },
}

/** In the order in which one learns them. */
const TAGS = {
  Auth: 'Accounts, sessions and tokens: begin with `POST /v1/auth/register`.',
  Enquiries: 'The public form: an enquiry becomes a lead in the pool.',
  Leads: 'Leads, the pool of unclaimed ones, claiming and converting.',
  Customers: 'Customers. A contact is a customer too.',
  Interactions: 'Calls, notes, meetings and follow-ups: the timeline of customers and leads.',
  Tags: 'Tags of customers, leads and tickets.',
  Fields: 'Which custom fields customers, leads and tickets have.',
  Stages: 'How a workspace names the steps of leads and tickets, each a part of one status.',
  Views: 'Saved questions of lists, private or shared.',
  Tickets: 'Requests of customers, and the members who handle them.',
  Search: 'One search over customers, leads, tickets and what was said.',
  Users: 'Members of the workspace.',
  Workspace: 'The workspace and invitations to it.',
  Analytics: 'Figures of days, for your records and in your time zone.',
  Calendar: 'A feed of follow-ups and meetings for calendar programs.',
  Imports: 'Files of customers and leads.',
  Exports: 'The records that you see, as a file.',
  Jobs: 'Work on many records, which goes on after its request.',
  Events: 'The audit trail, and the feed of what happens.',
  Webhooks: 'Where events go, signed, in order, and again if they fail.',
  Outbox: 'Mails of the workspace: sent, waiting or failed.',
  Mail: 'Ending reminders from the link in a mail.',
  'API keys': 'Keys for programs.',
  OAuth: 'Sign-in with Google or GitHub, and the accounts that are linked to yours.',
  Billing: 'The plan, its limits, and Stripe.',
  Health: 'For monitoring, and what errors mean.',
}

const IdempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'Makes a repeat safe: within 24 hours, the same key and body get the first answer again, with `Idempotency-Replayed: true`. A refused request can be corrected and sent again. Use a UUID.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
}

// OpenAPI 3.1 calls `webhooks` what the service sends by itself.
function registerWebhooks({ openAPIRegistry: registry }: OpenAPIHono<AppEnv>): void {
  const schemas = new Map<string, z.ZodType>()
  for (const event of EVENT_TYPES) {
    const name = FEED_RECORDS[event.subject]?.name ?? 'OtherEvent'
    const schema = schemas.get(name) ?? eventSchemaOf(event.subject).openapi(name)
    schemas.set(name, schema)
    registry.registerWebhook({
      method: 'post',
      path: event.type,
      operationId: `on_${event.type.replace('.', '_')}`,
      tags: ['Events'],
      summary: event.description,
      description: 'Signed by Standard Webhooks 1.0: docs/events.md says how to verify it.',
      security: [],
      request: { body: { required: true, content: { 'application/json': { schema, example: exampleOf(event) } } } },
      responses: {
        '2XX': { description: 'Any status from 200 to 299 within 15 seconds. The body is not read.' },
        410: { description: 'Ends the webhook.' },
      },
    })
  }
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
    description: 'The `key` of an API key, in the same header. Each operation names the scope that it needs.',
  })
  registry.registerComponent('parameters', 'IdempotencyKey', IdempotencyKey)
  registerWebhooks(app)
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: INFO,
    servers: [
      { url: '/', description: 'This Worker' },
      { url: 'http://localhost:8787', description: '`npm run dev`' },
    ],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  })
  for (const item of Object.values(document.paths ?? {})) {
    const { get, put, post, patch, delete: remove } = item
    for (const parameter of [get, put, post, patch, remove].flatMap((operation) => operation?.parameters ?? [])) {
      if ('$ref' in parameter || parameter.required) continue
      // The docs page sends examples: for optional parameters, they would be unwanted filters.
      delete parameter.example
      if (!parameter.schema || '$ref' in parameter.schema) continue
      delete parameter.schema.example
      // The page invents an example for an object that has none.
      if (parameter.schema.type === 'object') parameter.schema.example = {}
    }
    if (post) post.parameters = [...(post.parameters ?? []), { $ref: '#/components/parameters/IdempotencyKey' }]
  }
  documentHeaders(document)
  return JSON.stringify({ ...document, 'x-permissions': PERMISSIONS, 'x-policy': POLICY })
}
