// Which changes of an OpenAPI document would break a client, by the rules of docs/versioning.md.
import { z } from 'zod'

const METHODS = ['get', 'put', 'post', 'patch', 'delete']
const MAX_DEPTH = 12

const Schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
})
type Schema = z.infer<typeof Schema>
const Content = z.record(
  z.string(),
  z.looseObject({ schema: z.unknown().optional(), examples: z.unknown().optional() }),
)
const Parameter = z.looseObject({
  $ref: z.string().optional(),
  name: z.string().optional(),
  in: z.string().optional(),
  required: z.boolean().optional(),
  schema: z.unknown().optional(),
})
const Operation = z.looseObject({
  'x-permission': z.string().optional(),
  parameters: z.array(Parameter).default([]),
  requestBody: z.looseObject({ required: z.boolean().optional(), content: Content }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: Content.optional() })),
})
type Operation = z.infer<typeof Operation>
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
})
type Document = z.infer<typeof Document>
type Direction = 'input' | 'output'
type Pair<T> = { before: T; after: T }

function resolved(document: Document, value: unknown): Schema {
  const schema = Schema.safeParse(value ?? {})
  if (!schema.success) return {}
  const [, , kind = '', name = ''] = schema.data.$ref?.split('/') ?? []
  return schema.data.$ref ? resolved(document, document.components[kind]?.[name]) : schema.data
}

const typesOf = ({ type }: Schema): string[] => (type === undefined ? [] : [type].flat())
const numberOf = (schema: Schema, name: string) => (typeof schema[name] === 'number' ? schema[name] : undefined)

/** What a client that is written for `before` cannot do with `after`, as lines. */
export function breakingChanges(released: unknown, present: unknown): string[] {
  const [old, now] = [Document.parse(released), Document.parse(present)]

  function schemas(at: string, direction: Direction, given: Pair<unknown>, depth = 0): string[] {
    const [before, after] = [resolved(old, given.before), resolved(now, given.after)]
    if (
      depth > MAX_DEPTH ||
      (JSON.stringify(before) === JSON.stringify(after) && !JSON.stringify(before).includes('$ref'))
    )
      return []
    return [
      ...types(at, direction, { before, after }),
      ...(direction === 'input' ? bounds(at, { before, after }) : []),
      ...fields(at, direction, { before, after }, depth),
      ...(before.items && after.items
        ? schemas(`${at}[]`, direction, { before: before.items, after: after.items }, depth + 1)
        : []),
      ...variants(at, direction, { before, after }, depth),
    ]
  }

  function types(at: string, direction: Direction, { before, after }: Pair<Schema>): string[] {
    const [from, to] = [typesOf(before), typesOf(after)]
    const [wide, narrow] = direction === 'input' ? [to, from] : [from, to]
    const isOther = wide.length > 0 && narrow.some((type) => !wide.includes(type))
    if (isOther) return [`${at} is ${to.join(' or ')}, was ${from.join(' or ')}`]
    const gone =
      direction === 'input' && after.enum ? (before.enum ?? []).filter((value) => !after.enum?.includes(value)) : []
    const isNarrowed = direction === 'input' && after.enum && !before.enum && after.enum.length > 0 && from.length > 0
    return [
      ...gone.map((value) => `${at} no longer takes ${value}`),
      ...(isNarrowed ? [`${at} takes only some values`] : []),
    ]
  }

  function bounds(at: string, { before, after }: Pair<Schema>): string[] {
    const tighter = (name: string, isTighter: (a: number, b: number) => boolean) => {
      const [from, to] = [numberOf(before, name), numberOf(after, name)]
      return to !== undefined && (from === undefined || isTighter(to, from)) ? [`${at} has a tighter ${name}`] : []
    }
    return [
      ...['maxLength', 'maximum', 'maxItems'].flatMap((name) => tighter(name, (a, b) => a < b)),
      ...['minLength', 'minimum', 'minItems'].flatMap((name) => tighter(name, (a, b) => a > b)),
      ...(after.pattern !== undefined && after.pattern !== before.pattern ? [`${at} has another pattern`] : []),
    ]
  }

  function fields(at: string, direction: Direction, { before, after }: Pair<Schema>, depth: number): string[] {
    const [from, to] = [before.properties ?? {}, after.properties ?? {}]
    const known = Object.keys(from).flatMap((name) => {
      if (!(name in to)) return [`${at}.${name} is gone`]
      return schemas(`${at}.${name}`, direction, { before: from[name], after: to[name] }, depth + 1)
    })
    const [needed, lost] = [after.required ?? [], before.required ?? []]
    const harder =
      direction === 'input'
        ? needed.filter((name) => !lost.includes(name)).map((name) => `${at}.${name} is now required`)
        : lost.filter((name) => name in to && !needed.includes(name)).map((name) => `${at}.${name} may now be missing`)
    return [...known, ...harder]
  }

  // Each variant must still be there, in whatever place.
  function variants(at: string, direction: Direction, { before, after }: Pair<Schema>, depth: number): string[] {
    return ['anyOf', 'oneOf', 'allOf'].flatMap((name) => {
      const [from, to] = [before[name], after[name]]
      if (!Array.isArray(from)) return []
      if (!Array.isArray(to)) return [`${at} has no variants any more`]
      const isThere = (variant: unknown) =>
        to.some((other) => schemas(at, direction, { before: variant, after: other }, depth + 1).length === 0)
      return from.flatMap((variant, i) => (isThere(variant) ? [] : [`${at} lacks its variant ${i + 1}`]))
    })
  }

  function contents(at: string, direction: Direction, given: Pair<z.infer<typeof Content> | undefined>): string[] {
    return Object.entries(given.before ?? {}).flatMap(([type, { schema }]) => {
      const other = given.after?.[type]
      if (!other) return [`${at} has no ${type}`]
      return schemas(at, direction, { before: schema, after: other.schema })
    })
  }

  function parameters(at: string, { before, after }: Pair<Operation>): string[] {
    const named = (document: Document, list: Operation['parameters']) =>
      new Map(
        list.map((each) => Parameter.parse(resolved(document, each))).map((each) => [`${each.in} ${each.name}`, each]),
      )
    const [from, to] = [named(old, before.parameters), named(now, after.parameters)]
    const added = [...to].filter(([name, { required }]) => required && !from.get(name)?.required)
    const changed = [...from].flatMap(([name, { schema }]) => {
      const other = to.get(name)
      return other
        ? schemas(`${at}, ${name}`, 'input', { before: schema, after: other.schema })
        : [`${at}, ${name} is gone`]
    })
    return [...changed, ...added.map(([name]) => `${at}, ${name} is now required`)]
  }

  function operations(at: string, { before, after }: Pair<Operation>): string[] {
    const isClosed = before['x-permission'] !== after['x-permission']
    const isNeeded = !before.requestBody?.required && after.requestBody?.required
    const answers = Object.entries(before.responses).filter(([status]) => status < '400')
    return [
      ...(isClosed ? [`${at} needs ${after['x-permission']}, needed ${before['x-permission']}`] : []),
      ...(isNeeded ? [`${at} now needs a body`] : []),
      ...parameters(at, { before, after }),
      ...contents(`${at}, body`, 'input', { before: before.requestBody?.content, after: after.requestBody?.content }),
      ...answers.flatMap(([status, { content }]) => {
        const other = after.responses[status]
        return other
          ? contents(`${at}, ${status}`, 'output', { before: content, after: other.content })
          : [`${at} no longer answers ${status}`]
      }),
    ]
  }

  const changes = Object.entries(old.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).flatMap((method) => {
      const at = `${method.toUpperCase()} ${path}`
      const other = now.paths[path]?.[method]
      if (other === undefined) return [`${at} is gone`]
      return operations(at, { before: Operation.parse(item[method]), after: Operation.parse(other) })
    }),
  )
  return [...new Set([...changes, ...codes(old, now)])]
}

// The examples of refusals name each code under its status.
function statusesOf({ paths }: Document): Map<string, string> {
  const all = Object.values(paths).flatMap((item) => METHODS.flatMap((method) => item[method] ?? []))
  const pairs = all.flatMap((operation) =>
    Object.entries(Operation.parse(operation).responses).flatMap(([status, { content }]) =>
      Object.keys(content?.['application/problem+json']?.examples ?? {}).map((code): [string, string] => [
        code,
        status,
      ]),
    ),
  )
  return new Map(pairs)
}

function codes(old: Document, now: Document): string[] {
  const [from, to] = [statusesOf(old), statusesOf(now)]
  return [...from].flatMap(([code, status]) => {
    const other = to.get(code)
    return other === undefined || other === status ? [] : [`the error ${code} is a ${other}, was a ${status}`]
  })
}
