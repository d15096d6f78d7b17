// Every door that is open without an account, out of the OpenAPI documents in openapi/ and the dashboard's form, and the
// nasty bodies that `bench/strangers.ts` sends to it.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../scripts/run.ts'

export type Door = { name: string; method: string; path: string; fields: string[]; isForm: boolean }
type Encode = (name: string, value: unknown) => string

const Properties = z.object({ properties: z.record(z.string(), z.unknown()).default({}) })
const Body = z.object({
  content: z.record(z.string(), z.object({ schema: Properties.extend({ $ref: z.string().optional() }) })),
})
const Operation = z.object({ security: z.array(z.unknown()).optional(), requestBody: Body.optional() })
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), Properties.loose()).optional() }),
})

/** All doors; one that takes a body stands there twice, for JSON and for a form. */
export function openDoors(): Door[] {
  const files = globSync('openapi/*.json', { cwd: root }).sort()
  const documented = files.flatMap((file) =>
    ofDocument(Document.parse(JSON.parse(readFileSync(join(root, file), 'utf8')))),
  )
  const signIn = { name: 'POST /dashboard/sign-in', method: 'POST', path: '/dashboard/sign-in' }
  return [...documented, { ...signIn, fields: ['email', 'password', 'mark'], isForm: true }]
}

function ofDocument({ paths, components }: z.infer<typeof Document>): Door[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([verb, { security, requestBody }]) => {
      if (security === undefined || security.length > 0) return []
      const method = verb.toUpperCase()
      const schema = requestBody?.content['application/json']?.schema
      const named = components.schemas?.[schema?.$ref?.split('/').at(-1) ?? ''] ?? schema
      const door = {
        name: `${method} ${path}`,
        method,
        path: path.replace(/\{provider\}/, 'google').replace(/\{\w+\}/g, crypto.randomUUID()),
        fields: Object.keys(named?.properties ?? {}),
        isForm: false,
      }
      return requestBody ? [door, { ...door, name: `${door.name} as a form`, isForm: true }] : [door]
    }),
  )
}

const asJson: Encode = (name, value) => `${JSON.stringify(name)}:${JSON.stringify(value)}`
const asForm: Encode = (name, value) => new URLSearchParams([[name, String(value)]]).toString()

const marks = (length: number) => `a${'\u0301\u0316'.repeat(length / 4)}`
const deep = (length: number) => `${'['.repeat(length / 2)}${']'.repeat(length / 2)}`
const keysOf = (length: number) =>
  Array.from({ length: Math.floor(length / 10) }, (_, n) => [`k${n.toString(36)}`, 1] as const)

/** What a body of so many bytes may be filled with; each is cut to its length. */
const FILLINGS: Record<string, (length: number, encode: Encode) => string> = {
  'combining marks': (length, encode) => encode('name', marks(length)),
  'one long line': (length, encode) => encode('email', 'x'.repeat(length)),
  blanks: (length, encode) => encode('password', ' '.repeat(length)),
  'an address of many dots': (length, encode) => encode('email', `a@${'b.'.repeat(length / 2)}c`),
  'many short keys': (length, encode) =>
    keysOf(length)
      .map(([name, value]) => encode(name, value))
      .join(encode === asForm ? '&' : ','),
  'keys in keys': (length, encode) => encode('metadata', Object.fromEntries(keysOf(length))),
  'deep arrays': (length, encode) =>
    encode === asForm ? `a${'[x]'.repeat(length / 3)}=1` : `"metadata":${deep(length)}`,
  'a wide array': (length, encode) => encode('metadata', Array(Math.floor(length / 4)).fill([])),
  'huge numbers': (length, encode) =>
    encode === asForm ? `n=${'9'.repeat(length)}` : `"metadata":${'9'.repeat(length)}`,
  'escaped text': (length, encode) =>
    encode === asForm ? `x=${'%F0%9F'.repeat(length / 6)}` : `"name":"${'\\u0301'.repeat(length / 6)}"`,
}

/** The bodies of a door at this length, by their kind, each with the door's other fields as they should be. */
export function nastyBodies({ fields, isForm }: Door, length: number): [kind: string, body: string][] {
  const encode = isForm ? asForm : asJson
  const rest = fields.map((name) => encode(name, usual(name)))
  return Object.entries(FILLINGS).map(([kind, fill]) => {
    const all = [...rest, fill(length, encode)]
    return [kind, isForm ? all.join('&') : `{${all.join(',')}}`]
  })
}

/** The usual body of a door. */
export const shortBody = (door: Door) => nastyBodies(door, 40)[1]?.[1] ?? ''

function usual(name: string): unknown {
  if (/email/i.test(name)) return `eve-${crypto.randomUUID()}@example.com`
  if (/password/i.test(name)) return 'a long password'
  if (/username/i.test(name)) return `eve${crypto.randomUUID().slice(0, 8)}`
  return { workspace: 'default', role: 'user', metadata: {} }[name.toLowerCase()] ?? 'Eve'
}

/** Long headers of the kinds that the Worker reads. */
export const LONG_HEADERS: Record<string, string> = {
  Authorization: `Bearer ${' '.repeat(6_000)}x`,
  Cookie: `a=${'";,'.repeat(2_000)}`,
  'Idempotency-Key': 'k'.repeat(6_000),
  'If-None-Match': `"${'",W/"'.repeat(1_200)}"`,
  Accept: 'a/b;q=0.1,'.repeat(600),
  token: 'x.'.repeat(3_000),
}
