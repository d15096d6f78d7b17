// The present API against that of the last release, and whether the comparison finds what it must.
// `npm run openapi:release` makes the present document the released one; without `--release` it lists what would break.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { breakingChanges } from './api-changes.ts'
import { root } from './run.ts'

const PRESENT = join(root, 'openapi', 'edge-crm.json')
const RELEASED = join(root, 'openapi', 'released', 'edge-crm.json')

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** The changes since the last release that would break a client. */
export const changesSinceRelease = (): string[] => breakingChanges(read(RELEASED), read(PRESENT))

/** Whether /v1 is promised: from 1.0.0 on. */
export const isPromised = (): boolean =>
  !z
    .object({ version: z.string() })
    .parse(read(join(root, 'package.json')))
    .version.startsWith('0.')

/** Each of these must be found, or must not be: a path to a place of the document, and what is put there. */
const PLANTED: [string, string[], unknown, boolean][] = [
  ['an operation that is gone', ['paths', '/v1/leads', 'get'], undefined, true],
  ['a field of an answer that is gone', ['components', 'schemas', 'Lead', 'properties', 'title'], undefined, true],
  [
    'a field of an answer that is another type',
    ['components', 'schemas', 'Lead', 'properties', 'title', 'type'],
    'number',
    true,
  ],
  ['an input that is gone', ['components', 'schemas', 'NewLead', 'properties', 'title'], undefined, true],
  ['an input that is required', ['components', 'schemas', 'NewLead', 'required'], ['title', 'source'], true],
  ['a shorter text', ['components', 'schemas', 'NewLead', 'properties', 'source', 'maxLength'], 1, true],
  ['another permission', ['paths', '/v1/leads', 'get', 'x-permission'], 'customers:read', true],
  ['a filter that is gone', ['paths', '/v1/leads', 'get', 'parameters'], [], true],
  ['a new field of an answer', ['components', 'schemas', 'Lead', 'properties', 'planted'], { type: 'string' }, false],
  ['a new optional input', ['components', 'schemas', 'NewLead', 'properties', 'planted'], { type: 'string' }, false],
  ['a new operation', ['paths', '/v1/planted'], { get: { responses: {} } }, false],
  ['another description', ['paths', '/v1/leads', 'get', 'description'], 'planted', false],
]

/** The planted changes that are judged wrong. */
export function selfTest(): string[] {
  return PLANTED.flatMap(([what, path, value, isBreaking]) => {
    const changed = structuredClone(read(PRESENT))
    plant(changed, path, value)
    return breakingChanges(read(PRESENT), changed).length > 0 === isBreaking
      ? []
      : [`scripts/api-changes.ts judges wrong: ${what}`]
  })
}

function plant(target: unknown, [key = '', ...rest]: string[], value: unknown): void {
  const holder = z.looseObject({}).safeParse(target)
  if (typeof target !== 'object' || target === null || !holder.success)
    throw new Error(`There is no ${key} to plant in.`)
  if (rest.length > 0) plant(Reflect.get(target, key), rest, value)
  else if (value === undefined) Reflect.deleteProperty(target, key)
  else Reflect.set(target, key, value)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--release')) {
    mkdirSync(dirname(RELEASED), { recursive: true })
    writeFileSync(RELEASED, readFileSync(PRESENT))
  }
  const changes = changesSinceRelease()
  for (const change of changes) console.log(change)
  console.log(`${changes.length} changes since the last release would break a client`)
}
