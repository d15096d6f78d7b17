// The headers of answers, added to the OpenAPI document: ETag and 304, Location, Retry-After.
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../http/context'

type Document = ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>

/** The schemas of records with a version: their answers have an ETag. */
const VERSIONED = [
  ...['Customer', 'WrittenCustomer', 'Interaction', 'Lead', 'Tag', 'Ticket'],
  ...['User', 'Notifications', 'View', 'Workspace'],
  ...['ListedCustomer', 'ListedInteraction', 'ListedLead', 'ListedTicket'],
].map((name) => `#/components/schemas/${name}`)

/** Operations whose new record its maker cannot read. */
const UNREADABLE = ['submitEnquiry']

const text = { type: 'string' as const }
const ETAG = { description: 'The version of the record, for `If-Match` and `If-None-Match`.', schema: text }
const LOCATION = { description: 'The address of the new record.', schema: text }
const RETRY_AFTER = { description: 'Seconds to wait.', schema: { type: 'integer' as const, minimum: 1 } }
const NOT_MODIFIED = { description: 'The record still has an ETag of `If-None-Match`.', headers: { ETag: ETAG } }
const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header' as const,
  required: false,
  description: 'ETags that you have read: if one is still current, the answer is a 304 without a body.',
  schema: text,
}

/** Adds the headers of its answers to every operation. */
export function documentHeaders({ paths = {} }: Document): void {
  for (const { get, put, post, patch, delete: remove } of Object.values(paths)) {
    for (const operation of [get, put, post, patch, remove]) if (operation) describe(operation)
    if (!get?.responses?.['200']?.headers?.ETag) continue
    get.parameters = [...(get.parameters ?? []), IF_NONE_MATCH]
    get.responses['304'] = NOT_MODIFIED
  }
}

function describe({ operationId = '', responses = {} }: Operation): void {
  for (const [status, answer] of Object.entries(responses)) {
    const isRecord = VERSIONED.includes(answer.content?.['application/json']?.schema?.$ref)
    const isCreated = status === '201' && !UNREADABLE.includes(operationId)
    const headers = {
      ...answer.headers,
      ...(isRecord ? { ETag: ETAG } : {}),
      ...(isCreated ? { Location: LOCATION } : {}),
      ...(status === '429' || status === '503' ? { 'Retry-After': RETRY_AFTER } : {}),
    }
    if (Object.keys(headers).length > 0) answer.headers = headers
  }
}
