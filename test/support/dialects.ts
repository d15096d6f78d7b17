// Every request of every dialect, called by people of every role, with the statuses that were answered.
import { expect } from 'vitest'
import type { Role } from '../../src/access/policy'
import { ROLES } from '../../src/db/schema/users'
import { noteOn } from '../../src/dialects/dialect'
import { dialects } from '../../src/dialects/dialects'
import { bodyOf } from './answers'
import { send, worker } from './api'
import { founder, freshAddress, member, PASSWORD, type Person, signIn } from './factories'
import { withProviders } from './oauth-browser'
import { routesOf, unlisted } from './replay'

const readmes = import.meta.glob<string>('../../src/dialects/*/README.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})
export const readmeOf = (name: string) => readmes[`../../src/dialects/${name}/README.md`] ?? ''

/** Every request of every dialect, with what is noted on it, and a Worker that speaks this dialect alone. */
export const requests = dialects.flatMap((dialect) => {
  const fetch = worker(withProviders({ DIALECTS: dialect.name }))
  return routesOf(dialect).map((name) => {
    const [method = '', path = ''] = name.split(' ')
    const handlers = dialect.app.routes.filter(
      (route) => route.method === method && route.path.replace(/\{[^}]*\}/g, '') === path,
    )
    const { permission, summary } = Object.assign({}, ...handlers.map(({ handler }) => noteOn(handler)))
    return { name: `${dialect.name}: ${name}`, dialect, method, path, permission, summary, fetch }
  })
})
export type Request = (typeof requests)[number]
export const each = requests.map((request) => [request.name, request] as const)
export const guarded = each.filter(([, { permission }]) => permission !== undefined)

/** The statuses that were answered, by dialect and request. */
const walked = new Map<string, Map<string, Set<number>>>()
function note({ dialect, method, path }: Request, { status }: Response) {
  const seen = walked.get(dialect.name) ?? new Map<string, Set<number>>()
  walked.set(dialect.name, seen)
  const name = `${method} ${path}`
  seen.set(name, (seen.get(name) ?? new Set()).add(status))
}

export type Calling = { body?: string; fetch?: typeof fetch; id?: string }
export async function call(request: Request, token?: string, calling: Calling = {}) {
  const response = await ask(request, token, calling)
  note(request, response)
  return response
}

/** A request whose status is not noted. */
export function ask({ method, path, fetch }: Request, token?: string, call: Calling = {}) {
  const filled = path.replace(/:\w+/g, () => call.id ?? crypto.randomUUID())
  const body = method === 'GET' ? {} : { body: call.body ?? '{}' }
  const headers = { 'Content-Type': 'application/json', 'CF-Connecting-IP': freshAddress() }
  return send(filled, { method, token, headers, ...body }, call.fetch ?? fetch)
}

/** The refusal of a dialect: JSON with a sentence, and nothing of a problem document. */
export async function refusalOf(response: Response, status: number) {
  expect([response.status, response.headers.get('Content-Type')]).toEqual([status, 'application/json'])
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  const body = await response.json<Record<string, unknown>>()
  expect(body.message ?? body.error).toEqual(expect.any(String))
  for (const field of ['type', 'title', 'detail', 'code', 'requestId']) expect(body).not.toHaveProperty(field)
  return body
}

const people = new Map<Role, Person>()
const ENDING = /log-?out|sign-?out|password/i

/** Signs up a person of each role, and forgets what the files before answered. */
export async function makePeople(): Promise<void> {
  walked.clear()
  const admin = await founder()
  for (const role of ROLES) people.set(role, role === 'ADMIN' ? admin : await member(admin, role))
}

/** The token that a role has throughout a file. */
export const tokenOf = (role: Role = 'ADMIN') => people.get(role)?.token

/** A token for one request: that of a session of its own if the request may end it. */
export async function tokenFor({ path }: Request, role: Role): Promise<string | undefined> {
  if (!ENDING.test(path)) return tokenOf(role)
  return (await bodyOf(signIn({ email: people.get(role)?.email ?? '', password: PASSWORD }), 200)).accessToken
}

/** Fails for a status that was answered in this file and does not stand in the README of its dialect. */
export function expectListed(): void {
  for (const { name } of dialects) {
    expect([name, unlisted(readmeOf(name), walked.get(name) ?? new Map())]).toEqual([name, []])
  }
}
