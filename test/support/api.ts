// How tests call the Worker: through the typed client, as somebody.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { createApp } from '../../src/app'
import * as spoken from '../../src/dialects/spoken'
import { Problem } from '../../src/errors'
import { createClient } from './client'

export const ORIGIN = 'http://crm.test'
export type Bindings = typeof env

/** The Worker as a fetch function, with settings or bindings of the test's own in place of the usual ones. */
export function worker(overrides: Partial<Record<keyof Env | string, unknown>> = {}): typeof fetch {
  const app = createApp(spoken)
  const bindings = { ...env, ...overrides }
  return async (input, init) => {
    const execution = createExecutionContext()
    const request = input instanceof Request && !init ? input : new Request(input, init)
    const response = await app.fetch(request, bindings, execution)
    await waitOnExecutionContext(execution)
    return response
  }
}

const usual = worker()

/** A client of the Worker as it is usually set up. */
export function api(token?: string, fetch = usual) {
  return createClient(ORIGIN, { token, fetch })
}

/** A plain request, for what the typed client cannot say. */
export function send(path: string, init: RequestInit & { token?: string; json?: unknown } = {}, fetch = usual) {
  const { token, json, ...rest } = init
  const headers = new Headers(rest.headers)
  if (token) headers.set('Authorization', `Bearer ${token}`)
  if (json !== undefined) headers.set('Content-Type', 'application/json')
  return fetch(`${ORIGIN}${path}`, { ...rest, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) })
}

/** The problem document of a refusal; fails where the answer is anything else. */
export async function problemOf(response: Pick<Response, 'status' | 'headers' | 'text'>) {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  const problem = Problem.strict().parse(JSON.parse(await response.text()))
  expect(problem.status).toBe(response.status)
  return problem
}
