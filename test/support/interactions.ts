// Interactions for a test, what the database says of them, and what a request has cost.
import { env } from 'cloudflare:workers'
import { v7 as uuidv7 } from 'uuid'
import { bodyOf, costOf as headerCost } from './answers'
import { api, send } from './api'
import type { Person } from './factories'

export type NewInteraction = Parameters<ReturnType<typeof api>['v1']['interactions']['$post']>[0]['json']
export type Query = NonNullable<Parameters<ReturnType<typeof api>['v1']['interactions']['$get']>[0]>['query']

/** An interaction logged by somebody. */
export function logged(by: Person, fields: Partial<NewInteraction>) {
  return bodyOf(api(by.token).v1.interactions.$post({ json: { type: 'NOTE', body: 'A note', ...fields } }), 201)
}

/** A lead that belongs to its maker, whatever the role; gives its id. */
export async function ownLead(of: Person, fields: { email?: string } = {}): Promise<string> {
  const json = { title: 'A lead', ownerId: of.id, ...fields }
  return (await bodyOf(api(of.token).v1.leads.$post({ json }), 201)).id
}

/** A page of interactions. */
export function listed(by: Person, query: Query = {}) {
  return bodyOf(api(by.token).v1.interactions.$get({ query }), 200)
}

/** The ids of a list walked to its end by cursor. */
export async function walked(by: Person, query: Query = {}): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await listed(by, { ...query, ...(cursor ? { cursor } : {}) })
    ids.push(...page.data.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor)
  return ids
}

export type Seed = {
  customerId?: string | null
  leadId?: string | null
  ticketId?: string | null
  ownerId?: string | null
  type?: string
  body?: string
  occurredAt?: string
  followUpAt?: string | null
  doneAt?: string | null
  createdBy?: string | null
}

/** Interactions put straight into the database, in the order given, hundreds of them; gives their ids. */
export async function seedInteractions(workspaceId: string, seeds: Seed[]): Promise<string[]> {
  const now = new Date().toISOString()
  const list = seeds.map((seed) => ({ type: 'NOTE', body: 'A seed', occurredAt: now, ...seed, id: uuidv7() }))
  await env.DB.prepare(
    `INSERT INTO interactions (id, workspace_id, customer_id, lead_id, ticket_id, owner_id, type, body, occurred_at,
      follow_up_at, done_at, created_by, created_at, updated_at)
    SELECT value ->> 'id', ?2, value ->> 'customerId', value ->> 'leadId', value ->> 'ticketId', value ->> 'ownerId',
      value ->> 'type', value ->> 'body', value ->> 'occurredAt', value ->> 'followUpAt', value ->> 'doneAt',
      value ->> 'createdBy', ?3, ?3 FROM json_each(?1)`,
  )
    .bind(JSON.stringify(list), workspaceId, now)
    .run()
  return list.map(({ id }) => id)
}

/** What a GET has cost, its page, and how many rows a list of that page may read. */
export async function costOf(by: Person, path: string) {
  const response = await send(path, { token: by.token })
  const { data, nextCursor }: { data: { id: string }[]; nextCursor: string | null } = JSON.parse(await response.text())
  const { trips, read } = headerCost(response)
  return { roundTrips: trips, rowsRead: read, data, nextCursor }
}

/** The instant `minutes` after a fixed one. */
export const minute = (minutes: number) => new Date(Date.UTC(2026, 5, 1) + minutes * 60_000).toISOString()
