// Every operation of the API, out of its OpenAPI document, for tests that must hold for each of them, new ones included.
import { z } from 'zod'
import { isPermission, type Permission, POLICY } from '../../src/access/policy'
import { send } from './api'

const Reference = z.object({ $ref: z.string() })
const Field = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  items: z.looseObject({ format: z.string().optional() }).optional(),
})
const Schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), Field).optional(),
  enum: z.array(z.string()).optional(),
  /** Of an order: those by name, and a pattern for those by a custom field. */
  anyOf: z.array(z.looseObject({ enum: z.array(z.string()).optional() })).optional(),
  items: z.looseObject({ enum: z.array(z.string()).optional() }).optional(),
  example: z.json().optional(),
})
const Content = z.record(z.string(), z.looseObject({ schema: Schema }))

const Operation = z.looseObject({
  operationId: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  'x-permission': z.string().optional(),
  parameters: z
    .array(
      z.union([
        Reference,
        z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: Schema }),
      ]),
    )
    .default([]),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({
      description: z.string(),
      headers: z.record(z.string(), z.unknown()).default({}),
      content: Content.optional(),
    }),
  ),
})

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), Schema) }),
})

const document = Document.parse(await (await send('/openapi.json')).json())

export type Operation = z.infer<typeof Operation> & { name: string; method: string; path: string }

/** All operations; `name` is such as `GET /v1/leads/{id}`. */
export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([verb, operation]) => {
    const method = verb.toUpperCase()
    return { ...operation, method, path, name: `${method} ${path}` }
  }),
)

/** What is a 501 wherever no mail is set up, as in most tests; those of mail and recovery try it with mail. */
const NEEDS_MAIL = [
  'POST /v1/auth/change-email',
  'POST /v1/auth/forgot-password',
  'POST /v1/auth/resend-verification',
  'POST /v1/outbox/{id}/retry',
]

/** What takes a sealed link out of a mail, and asks nothing of the database before; test/mail/ and test/live/ try it. */
const NEEDS_LINK = ['GET /v1/stream', 'GET /v1/unsubscribe', 'POST /v1/unsubscribe']

/** What leads to a provider or comes from one: a 501 where none is set up; test/oauth/ tries it with providers. */
export const NEEDS_PROVIDER = [
  'GET /v1/auth/oauth/{provider}',
  'GET /v1/auth/oauth/{provider}/callback',
  'POST /v1/auth/oauth',
  'POST /v1/auth/oauth/token',
]

/** A 501 where plans are not sold; test/billing/billing.test.ts tries it with a stand-in for Stripe. */
const NEEDS_STRIPE = [
  'GET /v1/billing',
  'POST /v1/billing/checkout',
  'POST /v1/billing/portal',
  'POST /v1/billing/webhook',
]

/** All that most tests, which set none of these up, cannot try. */
export const NEEDS_SETTINGS = [...NEEDS_MAIL, ...NEEDS_LINK, ...NEEDS_PROVIDER, ...NEEDS_STRIPE]

/** The permission that an operation says it needs; undefined where it says none, or one that there is not. */
export function permissionOf(operation: Operation): Permission | undefined {
  const name = operation['x-permission']
  return isPermission(name) ? name : undefined
}

/** Who of the two may call an operation: the ADMIN, or a customer what is for customers alone. */
export function whoMay<P>(operation: Operation, admin: P, customer: P): P {
  const permission = permissionOf(operation)
  return permission !== undefined && POLICY.ADMIN[permission] === undefined ? customer : admin
}

function bodySchema({ requestBody }: Operation) {
  const schema = requestBody?.content['application/json']?.schema
  return schema?.$ref ? document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] : schema
}

/** The example of an operation's request body; undefined where it has no body. */
export function exampleBody(operation: Operation): unknown {
  return bodySchema(operation)?.example
}

/** The fields of an operation's request body, by name; none where it has no body. */
export function fieldsOf(operation: Operation): Record<string, z.infer<typeof Field>> {
  return bodySchema(operation)?.properties ?? {}
}

/** The query parameters that an operation takes, each with its values, or those of its list, where they are few. */
export function queryOf({ parameters }: Operation): { name: string; values: string[] }[] {
  return parameters.flatMap((each) =>
    'name' in each && each.in === 'query'
      ? [{ name: each.name, values: each.schema.enum ?? each.schema.anyOf?.[0]?.enum ?? each.schema.items?.enum ?? [] }]
      : [],
  )
}

/** The query that an operation cannot do without, each parameter with its first value or its example. */
export function neededQuery({ parameters }: Pick<Operation, 'parameters'>): string {
  const needed = parameters.flatMap((each) =>
    'name' in each && each.in === 'query' && each.required
      ? [[each.name, each.schema.enum?.[0] ?? String(each.schema.example ?? '')]]
      : [],
  )
  return needed.length > 0 ? `?${new URLSearchParams(needed)}` : ''
}

type Call = {
  token?: string
  ids?: Record<string, string>
  json?: unknown
  query?: Record<string, string>
  fetch?: typeof globalThis.fetch
}

/** Calls an operation: path parameters out of `ids`, else a random UUID, and a body only where it takes one. */
export function call(operation: Operation, asked: Call = {}): Promise<Response> {
  const { token, ids = {}, json, query = {}, fetch } = asked
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? anyOne(name))
  const search = new URLSearchParams(query).toString()
  const body = operation.requestBody ? { json: json ?? {} } : {}
  return send(
    `${path}${search ? `?${search}` : neededQuery(operation)}`,
    { method: operation.method, token, ...body },
    fetch,
  )
}

/** What stands in a path where no record is meant: a provider by name, all else by an id that nothing has. */
export function anyOne(parameter: string): string {
  return parameter === 'provider' ? 'google' : crypto.randomUUID()
}
