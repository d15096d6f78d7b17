// What a stranger's request may cost, and bodies of the largest size to try it with.
import { expect } from 'vitest'
import { ORIGIN, send, worker } from './api'
import { storedBytes } from './database'
import { freshAddress } from './factories'
import { type Door, doors, likely, walksOver } from './strangers'

/** What a body of a stranger may have, nearly: a longer one is not read. */
export const FULL = 120_000
export const MAX_BODY = 131_072
/** No field takes more than 10,000 characters, and none looks at more than four times as many. */
const LONGEST = 65_536
const MAX_ROWS = 40
const MAX_KEPT = 16_384
const MAX_ANSWER = 65_536

export const marks = (characters: number) => `a${'\u0301\u0316'.repeat(characters / 2)}`
export const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
export const manyKeys = (bytes: number) =>
  Array.from({ length: bytes / 10 }, (_, n) => [n.toString(36).padStart(5, '_'), 1] as const)

/** A value as it stands in a body: JSON, or part of a form. */
const encoded = (value: unknown, isForm = false) =>
  isForm ? new URLSearchParams({ x: String(value) }).toString().slice(2) : JSON.stringify(value)

/** A body of fields whose values are encoded already: a large body is encoded once, not for every door. */
export function written(fields: (readonly [name: string, value: string])[], isForm = false): string {
  const all = fields.map(([name, value]) => `${encoded(name, isForm)}${isForm ? '=' : ':'}${value}`)
  return isForm ? all.join('&') : `{${all}}`
}
export const usual = ({ body, isForm }: Door) => body.map((name) => [name, encoded(likely(name), isForm)] as const)

/** Made when it is first asked for, for a form and for JSON. */
export function madeOnce<T>(make: (isForm: boolean) => T): (door: Door) => T {
  const made = new Map<boolean, T>()
  return ({ isForm = false }) => {
    const value = made.get(isForm) ?? make(isForm)
    made.set(isForm, value)
    return value
  }
}

/** One field after the other is the nasty one, the rest is as it should be. */
export const inEach = (value: (bytes: number) => unknown): ((door: Door) => string[]) => {
  const text = madeOnce((isForm) => encoded(value(isForm ? FULL / 3 : FULL), isForm))
  return (door) => {
    const names = door.body.length > 0 ? door.body : ['name']
    return names.map((nasty) => {
      const rest = usual(door).filter(([name]) => name !== nasty)
      return written([...rest, [nasty, text(door)]], door.isForm)
    })
  }
}
/** As many short keys as a body has room for, encoded. */
export const keys = madeOnce((isForm) =>
  manyKeys(isForm ? FULL / 2 : FULL).map(([name, value]) => [name, encoded(value, isForm)] as const),
)

/** The bytes that were stored when they were last counted, in the database of this test file. */
let last: number | undefined

/** A request at a door, by its path with a query. */
export const requestAt = (door: Door, path: string, init: RequestInit): Request =>
  new Request(`${ORIGIN}${path}`, { method: door.method, redirect: 'manual', ...init })

/** Sends it, and says what it cost beyond what is allowed; nothing, where all is well. */
export async function excess(door: Door, request: Request): Promise<string[]> {
  last ??= await storedBytes()
  const rows = door.cost.rowsWritten
  let response = new Response()
  const walks = await walksOver(LONGEST, async () => {
    response = await door.fetch(request)
  })
  const answer = (await response.text()).length
  const rowsWritten = door.cost.rowsWritten - rows
  const kept = door.cost.rowsWritten === rows ? 0 : (await storedBytes()) - last
  last += kept
  return [
    ...walks,
    ...(response.status >= 500 && response.status !== 501 ? [`status ${response.status}`] : []),
    ...(rowsWritten > MAX_ROWS ? [`${rowsWritten} rows written`] : []),
    ...(kept > MAX_KEPT ? [`${kept} bytes kept`] : []),
    ...(answer > MAX_ANSWER ? [`an answer of ${answer} bytes`] : []),
  ]
}

export const headersOf = ({ isForm }: Door) => ({
  'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
  'CF-Connecting-IP': freshAddress(),
  'Idempotency-Key': crypto.randomUUID(),
  Origin: ORIGIN,
})

/** The doors that are open without an account, and those of them that take a body. */
export const open = doors.filter(({ isOpen }) => isOpen)
export const taking = open.filter(({ method }) => method !== 'GET')

/** Kinds of bodies, each made for a door. */
export type Bodies = Record<string, (door: Door) => string[]>

/**
 * Sends every body of these kinds to a door, and demands that it costs no more than is allowed. Where a door has not read
 * the first, it reads no other, and the rest is left out.
 */
export async function expectCheap(door: Door, kinds: Bodies) {
  for (const [kind, bodies] of Object.entries(kinds)) {
    for (const body of bodies(door)) {
      const { length } = new TextEncoder().encode(body)
      expect([door.name, kind, length <= MAX_BODY]).toEqual([door.name, kind, true])
      const headers = { ...headersOf(door), 'Content-Length': String(length) }
      const request = requestAt(door, door.path, { headers, body })
      expect([kind, await excess(door, request)]).toEqual([kind, []])
      if (!request.bodyUsed) break
    }
  }
}

/** Sends a long value in each of these headers to a door, and demands that it costs no more than is allowed. */
export async function expectCheapHeaders(door: Door, names: readonly string[]) {
  const body = door.method === 'GET' ? {} : { body: written(usual(door), door.isForm) }
  for (const name of names) {
    for (const value of [`Bearer ${' '.repeat(9_000)}x`, `a=${'";,'.repeat(30_000)}`]) {
      const found = await excess(
        door,
        requestAt(door, door.path, { headers: { ...headersOf(door), [name]: value }, ...body }),
      )
      expect([name, found]).toEqual([name, []])
    }
  }
}

/** Makes the workspace that strangers share, which the first of them would make at their own cost. */
export async function makeSharedWorkspace() {
  const json = { name: 'Eve', email: 'first@example.com' }
  const fetch = worker({ DIALECTS: 'enquiries' })
  expect((await send('/api/enquiries/public', { method: 'POST', json }, fetch)).status).toBe(201)
  last = undefined
}
