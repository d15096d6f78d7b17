// API keys for a test, and requests with them.
import { SCOPES, type Scope } from '../../src/access/policy'
import { bodyOf } from './answers'
import { api } from './api'
import type { Person } from './factories'

/** A key that somebody makes, for all scopes unless said otherwise. */
export function newKey(
  by: Person,
  fields: { name?: string; scopes?: Scope[]; expiresAt?: string } = {},
  fetch?: typeof globalThis.fetch,
) {
  const json = { name: 'A machine', scopes: SCOPES, ...fields }
  return bodyOf(api(by.token, fetch).v1['api-keys'].$post({ json }), 201)
}
