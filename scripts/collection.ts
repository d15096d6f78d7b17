// The API as a collection for Postman, which Bruno, Insomnia and Hoppscotch import as well: a folder for each tag, in the
// order of the document; signing in keeps the token for the other requests.
import { z } from 'zod'

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'
const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const MAX_DEPTH = 6
/** Operations whose answer has an access token. */
const SIGNS_IN = ['login', 'register', 'refresh']

const Schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  example: z.unknown().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  items: z.unknown().optional(),
})
const Parameter = z.looseObject({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  description: z.string().default(''),
  schema: z.unknown().optional(),
  example: z.unknown().optional(),
})
const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().default(''),
  tags: z.array(z.string()),
  security: z.array(z.unknown()).default([]),
  parameters: z.array(z.unknown()).default([]),
  requestBody: z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })) }).optional(),
})
const Document = z.looseObject({
  info: z.looseObject({ title: z.string(), description: z.string() }),
  tags: z.array(z.looseObject({ name: z.string(), description: z.string().default('') })),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.record(z.string(), z.record(z.string(), z.unknown())),
})
type Document = z.infer<typeof Document>

function dereferenced(document: Document, value: unknown): unknown {
  const ref = z.object({ $ref: z.string() }).safeParse(value)
  if (!ref.success) return value
  const [, , kind = '', name = ''] = ref.data.$ref.split('/')
  return dereferenced(document, document.components[kind]?.[name])
}

/** A value that a schema takes: its example, else its required fields and those with an example. */
function exampleOf(document: Document, value: unknown, depth = 0): unknown {
  const { success, data: schema } = Schema.safeParse(dereferenced(document, value))
  if (!success || depth > MAX_DEPTH) return undefined
  if (schema.example !== undefined) return schema.example
  if (schema.properties) {
    const { properties, required } = schema
    const entries = Object.entries(properties).map(
      ([name, each]) => [name, exampleOf(document, each, depth + 1)] as const,
    )
    return Object.fromEntries(
      entries
        .filter(([name, each]) => each !== undefined || required.includes(name))
        .map(([name, each]) => [name, each ?? '']),
    )
  }
  const items = schema.items === undefined ? undefined : exampleOf(document, schema.items, depth + 1)
  if (schema.items !== undefined) return items === undefined ? undefined : [items]
  return schema.default ?? schema.enum?.[0]
}

const script = (exec: string[]) => [{ listen: 'test', script: { type: 'text/javascript', exec } }]
const KEEP_TOKEN = script([
  'const { accessToken, refreshToken } = pm.response.json();',
  "if (accessToken) pm.collectionVariables.set('accessToken', accessToken);",
  "if (refreshToken) pm.collectionVariables.set('refreshToken', refreshToken);",
])

function requestOf(document: Document, path: string, method: string, operation: z.infer<typeof Operation>) {
  const parameters = operation.parameters.map((each) => Parameter.parse(dereferenced(document, each)))
  const named = (place: string) => parameters.filter((each) => each.in === place)
  const sampleOf = ({ example, schema }: z.infer<typeof Parameter>) =>
    String(example ?? exampleOf(document, schema) ?? '')
  const query = named('query').map((each) => ({
    key: each.name,
    value: sampleOf(each),
    description: each.description,
    disabled: !each.required,
  }))
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const isJson = type === 'application/json'
  const body = isJson ? JSON.stringify(exampleOf(document, content?.schema) ?? {}, null, 2) : ''
  const segments = path
    .slice(1)
    .split('/')
    .map((segment) => segment.replace(/\{(\w+)\}/, ':$1'))
  const asked = query.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}=${value}`)
  return {
    method: method.toUpperCase(),
    description: operation.description,
    header: type ? [{ key: 'Content-Type', value: type }] : [],
    url: {
      raw: `{{baseUrl}}/${segments.join('/')}${asked.length ? `?${asked.join('&')}` : ''}`,
      host: ['{{baseUrl}}'],
      path: segments,
      query,
      variable: named('path').map((each) => ({ key: each.name, value: sampleOf(each), description: each.description })),
    },
    ...(type ? { body: { mode: 'raw', raw: body, options: { raw: { language: isJson ? 'json' : 'text' } } } } : {}),
    ...(operation.security.length === 0 ? { auth: { type: 'noauth' } } : {}),
  }
}

/** The collection of an OpenAPI document. */
export function collectionOf(openApi: unknown) {
  const document = Document.parse(openApi)
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] ? [{ path, method, operation: Operation.parse(item[method]) }] : [])),
  )
  const folders = document.tags.map(({ name, description }) => ({
    name,
    description,
    item: operations
      .filter(({ operation }) => operation.tags.includes(name))
      .map(({ path, method, operation }) => ({
        name: operation.summary,
        ...(SIGNS_IN.includes(operation.operationId) ? { event: KEEP_TOKEN } : {}),
        request: requestOf(document, path, method, operation),
      })),
  }))
  const variable = (key: string, value: string) => ({ key, value, type: 'string' })
  return {
    info: { name: document.info.title, description: document.info.description, schema: SCHEMA },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] },
    variable: [variable('baseUrl', 'http://localhost:8787'), variable('accessToken', ''), variable('refreshToken', '')],
    item: folders,
  }
}
