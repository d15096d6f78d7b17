// Replaying what the README of a dialect lists, and holding its table of states to what was replayed.
import { expect } from 'vitest'
import type { Dialect } from '../../src/dialects/dialect'
import { send } from './api'

type Call = {
  token?: string
  json?: unknown
  body?: string
  params?: Record<string, string>
  query?: string
  headers?: Record<string, string>
  fetch?: typeof globalThis.fetch
  /** The media type of the answer, where that is not JSON; text is then given. */
  type?: string
  /** How many round trips to the database it may take, where that is more than one. */
  trips?: number
}

/** What takes two: a password is hashed between them, and an import reads what the workspace defines of its fields first. */
const IN_TWO = /\/(login|sign-?in|updatePassword|import\/customer_data)$/i

/** What a README of a dialect says of each request: the statuses, and whether it works. */
export function statesOf(readme: string): Map<string, { statuses: string; state: string }> {
  const rows = [...readme.matchAll(/^\| `([A-Z]+ \/[^`]*)` \| ([\d, ]*) ?\| ([^|]*) \|/gm)]
  return new Map(
    rows.map(([, request = '', statuses = '', state = '']) => [
      request,
      { statuses: statuses.trim(), state: state.trim() },
    ]),
  )
}

/** The requests that a dialect has routes for. */
export function routesOf({ app }: Dialect): string[] {
  return [...new Set(app.routes.map(({ method, path }) => `${method} ${path.replace(/\{[^}]*\}/g, '')}`))]
}

/** The statuses that every README says of every request, in its line "Everywhere". */
const EVERYWHERE = [401, 402, 413, 429, 500, 503]

/** The statuses that were answered and do not stand in the table of a README, by request. */
export function unlisted(readme: string, seen: Map<string, Set<number>>): string[] {
  const listed = new Map(
    [...statesOf(readme)].map(([request, { statuses }]) => [unnamed(request), statuses.split(', ')]),
  )
  return [...seen].flatMap(([request, statuses]) => {
    const known = [...(listed.get(unnamed(request)) ?? []), ...EVERYWHERE.map(String)]
    const missing = [...statuses].filter((status) => !known.includes(String(status)))
    return missing.length > 0 ? [`${request}: ${missing.sort().join(', ')}`] : []
  })
}

// An id has another name in each README.
const unnamed = (request: string) => request.replace(/:\w+/g, ':')

/** Asks what the table of a README lists, and notes what was asked. */
export function replaying(dialect: Dialect, readme: string) {
  const seen = new Map<string, Set<number>>()

  /** Sends a request such as `GET /api/leads/:id`, which must be answered with this status, and gives the answer's JSON. */
  async function replay(request: string, status: number, call: Call = {}) {
    const {
      params = {},
      query = '',
      fetch,
      type = 'application/json',
      trips = IN_TWO.test(request) ? 2 : 1,
      ...init
    } = call
    const [method, path = ''] = request.split(' ')
    const filled = path.replace(
      /:(\w+)/g,
      (_, name: string) => params[name] ?? expect.fail(`no ${name} for ${request}`),
    )
    const response = await send(`${filled}${query}`, { method, ...init }, fetch)
    const text = await response.text()
    const [, taken = ''] = /round trips (\d+)/.exec(response.headers.get('Server-Timing') ?? '') ?? []
    expect(Number.parseInt(taken, 10), `round trips of ${request}`).toBeLessThanOrEqual(trips)
    expect(response.status, `${request}: ${text}`).toBe(status)
    expect((response.headers.get('Content-Type') ?? '').split(';')[0]).toBe(type)
    expect(text).not.toMatch(/"(password|passwordHash)":|\$2[aby]\$/i)
    seen.set(request, (seen.get(request) ?? new Set()).add(status))
    return type === 'application/json' ? JSON.parse(text) : text
  }

  /** The README lists exactly the routes and the statuses that were replayed. */
  function demandHonesty() {
    const works = [...statesOf(readme)].filter(([, { state }]) => state.startsWith('works'))
    expect(works.map(([request]) => unnamed(request)).sort()).toEqual(routesOf(dialect).map(unnamed).sort())
    expect([...seen.keys()].map(unnamed).sort()).toEqual(routesOf(dialect).map(unnamed).sort())
    expect(unlisted(readme, seen)).toEqual([])
  }
  return { replay, demandHonesty }
}
