// Every door that stands open without an account, out of the documents and forms, with what can be filled in; and a watch
// on what walks a long text.
import { z } from 'zod'
import { PAGES } from '../../src/desk/pages'
import { dialects } from '../../src/dialects/dialects'
import { documentText } from '../../src/dialects/documents'
import { worker } from './api'
import { selling } from './billing'
import { PASSWORD, unique } from './factories'
import { mailing } from './mailbox'
import { metered } from './metered'
import { withProviders } from './oauth-browser'
import { anyOne, fieldsOf, operations, queryOf } from './operations'

type Fetch = typeof fetch
export type Door = {
  name: string
  method: string
  path: string
  isOpen: boolean
  isForm?: boolean
  body: string[]
  query: string[]
  fetch: Fetch
  cost: ReturnType<typeof metered>['cost']
}

/** A Worker with everything set up, whose rows are counted. */
function set(overrides: Record<string, unknown> = {}) {
  const { DB, cost } = metered()
  return { fetch: worker(withProviders({ ...mailing(), ...selling(), ...overrides, DB })), cost }
}

const filled = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => anyOne(name))

function ofTheApi(): Door[] {
  const usual = set()
  return operations.map((operation) => ({
    name: operation.name,
    method: operation.method,
    path: filled(operation.path),
    isOpen: operation.security?.length === 0,
    body: Object.keys(fieldsOf(operation)),
    query: queryOf(operation).map(({ name }) => name),
    ...usual,
  }))
}

const Body = z.object({
  content: z.object({
    'application/json': z
      .object({ schema: z.looseObject({ properties: z.record(z.string(), z.unknown()).default({}) }) })
      .optional(),
  }),
})
const Operation = z.object({
  security: z.array(z.unknown()),
  requestBody: Body.optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string() })),
})
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })

function ofTheDialects(): Door[] {
  return dialects.flatMap((dialect) => {
    const speaking = set({ DIALECTS: dialect.name })
    const { paths } = Document.parse(JSON.parse(documentText(dialect)))
    return Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, { security, requestBody, parameters }]) => {
        const door = {
          name: `${dialect.name}: ${method.toUpperCase()} ${path}`,
          method: method.toUpperCase(),
          path: filled(path),
          isOpen: security.length === 0,
          body: Object.keys(requestBody?.content['application/json']?.schema.properties ?? {}),
          query: parameters.filter((each) => each.in === 'query').map(({ name }) => name),
          ...speaking,
        }
        return requestBody ? [door, { ...door, name: `${door.name} as a form`, isForm: true }] : [door]
      }),
    )
  })
}

// The fields that forms of the desk have, by the names that its pages use most.
const DESK_FIELDS = [
  ...['mark', 'back', 'next', 'email', 'password', 'name', 'token', 'title', 'body', 'type', 'status', 'when', 'day'],
  ...[
    'email.0',
    'phone.0',
    'fieldName.0',
    'fieldValue.0',
    'version',
    'ownerId',
    'otherId',
    'kind',
    'fromId',
    'settles',
  ],
]

function ofTheDesk(): Door[] {
  const usual = set()
  const door = (method: string, path: string): Door => ({
    name: `${method} ${path}`,
    method,
    path: path.replace(':id', anyOne('id')).replace(':provider', 'google'),
    isOpen: true,
    isForm: true,
    body: DESK_FIELDS,
    query: ['q', 'status', 'owner', 'sort', 'tag', 'find', 'with', 'token', 'next'],
    ...usual,
  })
  return PAGES.flatMap(({ path, actions }) => {
    const start = `/dashboard${path === '/' ? '' : path}`
    return [door('GET', start), ...Object.keys(actions).map((name) => door('POST', name ? `${start}/${name}` : start))]
  })
}

function ofNothing(): Door[] {
  const usual = set({ DIALECTS: dialects.map(({ name }) => name).join(',') })
  return ['/v1/nothing', '/api/nothing', '/v1/auth/nothing', '/nothing', '/problems/x'].map((path) => ({
    ...{ name: `no route ${path}`, method: 'POST', path, isOpen: true, body: ['name'], query: ['q'] },
    ...usual,
  }))
}

export const doors = [...ofTheApi(), ...ofTheDialects(), ...ofTheDesk(), ...ofNothing()]

/** What a field may well hold, by its name. */
export function likely(name: string): unknown {
  const values: Record<string, unknown> = {
    email: `${unique('eve')}@example.com`,
    password: PASSWORD,
    newPassword: PASSWORD,
    username: unique('eve'),
    workspace: 'default',
    role: 'user',
    type: 'CALL',
    metadata: {},
  }
  return values[name.toLowerCase()] ?? values[name] ?? 'Eve'
}

const WALKERS = [
  ...['normalize', 'trim', 'trimStart', 'trimEnd', 'toLowerCase', 'toUpperCase', 'toWellFormed', 'localeCompare'],
  ...['replace', 'replaceAll', 'match', 'matchAll', 'search', 'split'],
]

/** What walked, trimmed, folded or matched a text of more than `max` characters while `work` ran. */
export async function walksOver(max: number, work: () => Promise<void>): Promise<string[]> {
  const walks: string[] = []
  const undo = [
    ...WALKERS.map((name) => watch(String.prototype, name, (subject) => subject)),
    ...['exec', 'test'].map((name) => watch(RegExp.prototype, name, (_, text) => text)),
  ]
  function watch(owner: object, name: string, textOf: (subject: unknown, argument: unknown) => unknown) {
    const original: unknown = Reflect.get(owner, name)
    if (typeof original !== 'function') throw new Error(`there is no ${name}`)
    Reflect.set(owner, name, function watched(this: unknown, ...given: unknown[]) {
      const text = textOf(this, given[0])
      if (String(text).length > max) walks.push(`${name} of ${String(text).length} characters`)
      return Reflect.apply(original, this, given)
    })
    return () => Reflect.set(owner, name, original)
  }
  try {
    await work()
  } finally {
    for (const each of undo) each()
  }
  return walks
}
