// Operations tried with the token of an ended session or of a role that is gone: which are everyday work, and how to try one.

import { expect } from 'vitest'
import { bodyOf } from './answers'
import { api, worker } from './api'
import { selling } from './billing'
import { ownCustomer } from './customers'
import { rows } from './database'
import { member, type Person } from './factories'
import { imported } from './imports'
import { logged } from './interactions'
import { newKey } from './keys'
import { ownLead } from './leads'
import { mailing } from './mailbox'
import { obtainCode, someone, withProviders } from './oauth-browser'
import { call, exampleBody, type Operation, operations } from './operations'
import { ticket } from './tickets'
import { webhook } from './webhooks'

/** Everyday reading and writing, which a token may do for its 15 minutes. Whoever adds such an operation adds it here. */
export const EVERYDAY = [
  ...['GET /v1/analytics/engagement', 'GET /v1/analytics/funnel', 'GET /v1/analytics/summary'],
  ...['GET /v1/analytics/team', 'GET /v1/analytics/trends'],
  ...['GET /v1/auth/me', 'GET /v1/auth/oauth', 'GET /v1/auth/sessions', 'GET /v1/calendar'],
  ...['GET /v1/customers', 'GET /v1/customers/duplicates', 'GET /v1/customers/me', 'GET /v1/customers/{id}'],
  ...['GET /v1/customers/{id}/relationships', 'GET /v1/customers/{id}/tags', 'GET /v1/customers/{id}/timeline'],
  'GET /v1/events/types',
  ...['GET /v1/interactions', 'GET /v1/interactions/{id}', 'GET /v1/leads', 'GET /v1/leads/{id}'],
  ...['GET /v1/leads/{id}/tags', 'GET /v1/tickets/{id}/tags', 'PUT /v1/leads/{id}/tags/{name}'],
  'PUT /v1/tickets/{id}/tags/{name}',
  ...['GET /v1/fields', 'GET /v1/fields/{id}', 'GET /v1/views', 'GET /v1/views/{id}'],
  ...['POST /v1/views', 'PATCH /v1/views/{id}', 'GET /v1/stages', 'GET /v1/stages/{id}'],
  ...[
    'GET /v1/leads/{id}/timeline',
    'GET /v1/search',
    'GET /v1/tags',
    'GET /v1/tags/{id}',
    'GET /v1/tickets',
    'GET /v1/tickets/{id}',
  ],
  ...['GET /v1/tickets/{id}/comments', 'GET /v1/users', 'GET /v1/users/me/notifications', 'GET /v1/users/{id}'],
  'GET /v1/workspace',
  ...['PATCH /v1/customers/me', 'PATCH /v1/customers/{id}', 'PATCH /v1/interactions/{id}', 'PATCH /v1/leads/{id}'],
  ...['PATCH /v1/tickets/{id}', 'POST /v1/customers', 'POST /v1/interactions', 'POST /v1/interactions/{id}/done'],
  ...['POST /v1/leads', 'POST /v1/leads/claim-next', 'POST /v1/leads/{id}/claim', 'POST /v1/leads/{id}/convert'],
  ...['POST /v1/leads/{id}/release', 'POST /v1/tickets', 'POST /v1/tickets/{id}/comments', 'PUT /v1/customers'],
  ...['leads', 'customers', 'interactions', 'tickets'].map((records) => `POST /v1/${records}/query`),
  ...['PUT /v1/customers/{id}/relationships/{otherId}', 'PUT /v1/customers/{id}/tags/{name}'],
]

export const fetch = worker({ ...withProviders(), ...mailing(), ...selling() })
export const guarded = operations.filter(({ security }) => security?.length !== 0)
export const asking = guarded.filter(({ name }) => !EVERYDAY.includes(name))
export const each = (list: Operation[]) => list.map((operation) => [operation.name, operation] as const)

export const signOut = async ({ token }: Person) => expect((await api(token).v1.auth.logout.$post({})).status).toBe(204)

/** What `{id}` may stand for, by the first word of the path: a record of each kind, of somebody's workspace. */
export async function recordsFor(admin: Person): Promise<Record<string, string>> {
  const customerId = (await ownCustomer(admin)).id
  const tagging = { param: { id: customerId, name: 'vip' } }
  await api(admin.token).v1.customers[':id'].tags[':name'].$put(tagging)
  const [tagged] = await rows<{ id: string }>('SELECT id FROM tags WHERE workspace_id = ?', admin.workspaceId)
  const note = { customerId, type: 'NOTE' as const, body: 'said' }
  const invitation = { email: `${crypto.randomUUID()}@example.com`, role: 'SALES' as const }
  return {
    customers: customerId,
    tags: tagged?.id ?? expect.fail('no tag'),
    interactions: (await logged(admin, note)).id,
    fields: (await bodyOf(api(admin.token).v1.fields.$post({ json: { entity: 'lead', key: 'f', type: 'text' } }), 201))
      .id,
    stages: (
      await bodyOf(api(admin.token).v1.stages.$post({ json: { entity: 'lead', name: 'S', status: 'NEW' } }), 201)
    ).id,
    views: (await bodyOf(api(admin.token).v1.views.$post({ json: { entity: 'lead', name: 'Mine' } }), 201)).id,
    leads: (await ownLead(admin)).id,
    tickets: (await ticket(admin, { customerId })).id,
    imports: (await imported(admin, 'name\nAnn\n')).id,
    users: (await member(admin, 'SALES')).id,
    'api-keys': (await newKey(admin)).id,
    webhooks: (await webhook(admin)).id,
    workspace: (await bodyOf(api(admin.token).v1.workspace.invitations.$post({ json: invitation }), 201)).id,
  }
}

export async function tried(operation: Operation, by: Person, records: Record<string, string>) {
  const [, , kind = ''] = operation.path.split('/')
  const isLinking = operation.operationId === 'linkAccount'
  const { code, codeVerifier } = isLinking ? await obtainCode(someone()) : {}
  const json = isLinking ? { code, codeVerifier } : exampleBody(operation)
  const id = records[kind]
  return call(operation, { token: by.token, json, fetch, ids: id === undefined ? {} : { id } })
}
