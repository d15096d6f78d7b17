// dialects: the OpenAPI document of each, made from its routes and the notes on their handlers.
import { z } from 'zod'
import { type Answers, type Dialect, type Note, noteOn } from './dialect'

const ERROR = { type: 'object', description: 'The error, in the format of this system.' }
const USUAL = { '4XX': 'The request is refused.', '5XX': 'The service failed, or the database is not answering.' }

/** The document as JSON text. */
export function documentText({ title, name, app }: Dialect): string {
  const plain = (path: string) => path.replace(/\{[^}]*\}/g, '')
  const routes = Map.groupBy(app.routes, ({ method, path }) => `${method.toLowerCase()} ${plain(path)}`)
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [key, handlers] of routes) {
    const [method = '', path = ''] = key.split(' ')
    const written = path.replace(/:(\w+)/g, '{$1}').replace(/\/$/, '')
    const described = operation(
      key,
      handlers.map(({ handler }) => noteOn(handler)),
    )
    paths[written] = { ...paths[written], [method]: described }
  }
  return JSON.stringify({
    openapi: '3.1.0',
    info: {
      title,
      version: '1.0.0',
      description: `The API of another system, which Edge CRM answers as the dialect \`${name}\`.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This Worker' }],
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  })
}

function operation(key: string, list: Note[]) {
  const { summary = '', answers = {}, permission, file }: Note = Object.assign({}, ...list)
  const parts = list.flatMap(({ takes }) => (takes ? [takes] : []))
  const method = key.split(' ')[0]
  const isReading = method === 'get'
  const body = parts.find(({ target }) => target === 'json' || (target === 'either' && !isReading))
  return {
    operationId: key.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, ''),
    summary,
    security: permission === undefined ? [] : [{ bearer: [] }],
    ...(permission === undefined ? {} : { 'x-permission': permission }),
    parameters: parts.filter(({ target }) => target !== 'json').flatMap((part) => fields(part, method)),
    ...(body ? { requestBody: bodyOf(body) } : {}),
    ...(file ? { requestBody: { required: true, content: filesOf(file) } } : {}),
    responses: responses(answers),
  }
}

function responses(answers: Answers) {
  const all: Record<string, Answers[number]> = { ...USUAL, ...answers }
  const entries = Object.entries(all).map(([status, answer]) => {
    if (status.startsWith('3')) return [status, { description: answer }]
    if (typeof answer === 'string') return [status, { description: answer, content: json(ERROR) }]
    if (answer && 'types' in answer) return [status, { description: 'The file', content: filesOf(answer.types) }]
    return [status, { description: 'Done', content: json(answer ? schemaOf(answer, 'output') : ERROR) }]
  })
  return Object.fromEntries(entries)
}

const Properties = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
})

type Part = NonNullable<Note['takes']>

// A field that may also stand in the query is required in neither place.
function bodyOf({ target, schema }: Part) {
  const { required, ...described } = schemaOf(schema)
  const isEither = target === 'either'
  return { required: !isEither, content: json(isEither || !required ? described : { ...described, required }) }
}

// Of fields that may stand in the body too, a change or a new record has its ids in the query.
function fields({ target, schema }: Part, method: string | undefined) {
  const { properties, required } = Properties.parse(schemaOf(schema))
  const isInBody = target === 'either' && method !== 'get'
  const names = Object.keys(properties).filter((name) => !isInBody || method === 'delete' || /Id$/.test(name))
  return names.map((name) => ({
    name,
    in: target === 'param' ? 'path' : 'query',
    required: target === 'param' || (required.includes(name) && !isInBody),
    schema: properties[name],
  }))
}

const filesOf = (types: readonly string[]) =>
  Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }]))
const json = (schema: unknown) => ({ 'application/json': { schema } })

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input') {
  const { $schema, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return described
}
