// What the README of another system tells its users, as a table of requests and answers, and its replay against the dialect.
import { expect, it } from 'vitest'
import type { Dialect } from '../../src/dialects/dialect'
import { ORIGIN, worker } from './api'
import { routesOf } from './replay'

/** One thing that a README says. In paths, headers and bodies, `<name>` stands for what an earlier answer had there. */
export type Said = {
  says: string
  /** Such as `GET /customers/<john>?page=2`. */
  request: string
  /** The name of the token that is sent, as `<name>` of an earlier answer. */
  by?: string
  json?: unknown
  /** The body as it stands in a curl line, under the content type that it names. */
  raw?: string
  headers?: Record<string, string>
  status: number
  /** The answer: values, or matchers for what is different each time. A text is one that the answer contains. */
  answer?: unknown
  /** Values to keep, each by its path in the answer. */
  keep?: Record<string, string>
}

type Replay = {
  system: Dialect
  /** The header in which this system's clients send the token. */
  tokenIn?: 'Authorization' | 'token'
  settings?: Record<string, unknown>
  said: Said[]
  /** How many checks the table makes: one of each status, and one of each answer that it shows. */
  checks: number
}

export const text = expect.any(String)
export const id = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
export const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/)
/** The same without milliseconds. */
export const second = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
export const nullable = expect.toSatisfy((value: unknown) => value === null || typeof value === 'string')
export const whole = expect.any(Number)
export const list = expect.any(Array)
export const holding = (item: object) => expect.arrayContaining([expect.objectContaining(item)])
export const all = (item: unknown) =>
  expect.toSatisfy((list: unknown[]) => {
    for (const each of list) expect(each).toEqual(item)
    return list.length > 0
  })

/** Replays the table in its order, a test for each thing that is said, and counts the checks. */
export function replayDocumented({ system, tokenIn = 'Authorization', settings = {}, said, checks }: Replay): void {
  const fetch = worker({ DIALECTS: system.name, ...settings })
  const kept = new Map<string, string>()
  const asked = new Set<string>()
  const filled = (given: string) =>
    given.replace(/<(\w+)>/g, (_, name: string) => kept.get(name) ?? expect.fail(`nothing is kept as ${name}`))

  it.each(said.map((each) => [each.says, each] as const))(
    '%s',
    async (_, { request, by, json, raw, headers, ...expected }) => {
      const [method = '', path = ''] = request.split(' ')
      const sent = new Headers(headers)
      if (by !== undefined) sent.set(tokenIn, filled(tokenIn === 'token' ? `<${by}>` : `Bearer <${by}>`))
      if (json !== undefined && !sent.has('Content-Type')) sent.set('Content-Type', 'application/json')
      const body = raw ?? (json === undefined ? undefined : JSON.stringify(json))
      const init = {
        method,
        headers: sent,
        redirect: 'manual' as const,
        ...(body === undefined ? {} : { body: filled(body) }),
      }
      const response = await fetch(`${ORIGIN}${filled(path)}`, init)
      const answer = await response.text()
      asked.add(request.replace(/\?.*/, ''))
      expect(response.status, answer).toBe(expected.status)
      // The clients of these systems store no password that a server shows them.
      expect(answer).not.toMatch(/\$2[aby]\$\d|"password":/i)
      if (typeof expected.answer === 'string') expect(answer).toContain(expected.answer)
      else if (expected.answer !== undefined) expect(JSON.parse(answer)).toEqual(expected.answer)
      for (const [name, at] of Object.entries(expected.keep ?? {})) kept.set(name, valueAt(JSON.parse(answer), at))
    },
  )

  it(`asks each request that the README lists, with ${checks} checks in all`, () => {
    const isAsked = (route: string) => {
      const pattern = new RegExp(`^${route.replace(/:\w+/g, '[^/]+').replace(/\/$/, '/?')}$`)
      return [...asked].some((request) => pattern.test(request))
    }
    expect(routesOf(system).filter((route) => !isAsked(route))).toEqual([])
    expect(said.length + said.filter(({ answer }) => answer !== undefined).length).toBe(checks)
  })
}

function valueAt(answer: unknown, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), answer)
  return typeof value === 'string' ? value : expect.fail(`there is no text at ${path}`)
}
