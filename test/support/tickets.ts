// Tickets for a test, lists of them walked page by page, and what a request has cost.
import { env } from 'cloudflare:workers'
import { v7 as uuidv7 } from 'uuid'
import { expect } from 'vitest'
import type { Status } from '../../src/tickets/tickets.status'
import { bodyOf, costOf as headerCost } from './answers'
import { api, send, worker } from './api'
import { rows } from './database'
import { customer, type Person } from './factories'

export type NewTicket = Parameters<ReturnType<typeof api>['v1']['tickets']['$post']>[0]['json']
export type TicketPatch = Parameters<ReturnType<typeof api>['v1']['tickets'][':id']['$patch']>[0]['json']
export type TicketQuery = NonNullable<Parameters<ReturnType<typeof api>['v1']['tickets']['$get']>[0]>['query']

export const STATUSES: Status[] = ['OPEN', 'IN_PROGRESS', 'RESOLVED', 'CLOSED']

/** A request to open a ticket. */
export const opening = (by: Person, json: Partial<NewTicket>) =>
  api(by.token).v1.tickets.$post({ json: { title: 'A ticket', ...json } })

/** A ticket opened by somebody, for a customer of theirs unless said otherwise. */
export async function ticket(by: Person, json: Partial<NewTicket> = {}) {
  return bodyOf(opening(by, { customerId: json.customerId ?? (await customer(by)), ...json }), 201)
}

export const reading = (by: Person, id: string) => api(by.token).v1.tickets[':id'].$get({ param: { id }, query: {} })

export const patching = (by: Person, id: string, json: TicketPatch, version?: string) =>
  api(by.token).v1.tickets[':id'].$patch({ param: { id }, json, header: version ? { 'if-match': version } : {} })

export const assigning = (by: Person, id: string, assigneeId: string | null) =>
  api(by.token).v1.tickets[':id'].assign.$post({ param: { id }, json: { assigneeId }, header: {} })

export const trashing = (by: Person, id: string) =>
  api(by.token).v1.tickets[':id'].$delete({ param: { id }, header: {} })

export const restoring = (by: Person, id: string) => api(by.token).v1.tickets[':id'].restore.$post({ param: { id } })

export const commenting = (by: Person, id: string, body: string) =>
  api(by.token).v1.tickets[':id'].comments.$post({ param: { id }, json: { body } })

export const readingComments = (by: Person, id: string, query: { limit?: string; cursor?: string } = {}) =>
  api(by.token).v1.tickets[':id'].comments.$get({ param: { id }, query })

/** Brings a ticket into a status past the API. */
export const putInto = (id: string, status: Status) =>
  env.DB.prepare('UPDATE tickets SET status = ? WHERE id = ?').bind(status, id).run()

/** A page of tickets. */
export const page = (by: Person, query: TicketQuery = {}) => bodyOf(api(by.token).v1.tickets.$get({ query }), 200)

/** The ids of a list of tickets, walked to its end by cursor. */
export async function walked(by: Person, query: TicketQuery = {}): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null | undefined
  do {
    const { data, nextCursor } = await page(by, { ...query, ...(cursor ? { cursor } : {}) })
    ids.push(...data.map(({ id }) => id))
    cursor = nextCursor
    expect(ids.length, 'a walk that does not end').toBeLessThan(5000)
  } while (cursor)
  return ids
}

export type Seed = {
  customerId: string
  ownerId: string | null
  assigneeId?: string | null
  status?: Status
  priority?: string
  createdAt?: string
}

/** Tickets put straight into the database in the order given, hundreds of them; gives their ids. */
export async function seedTickets(workspaceId: string, seeds: Seed[]): Promise<string[]> {
  const now = new Date().toISOString()
  const list = seeds.map(({ createdAt = now, ...seed }, i) => {
    const id = uuidv7({ msecs: Date.parse(createdAt) })
    return { status: 'OPEN', priority: 'NORMAL', ...seed, createdAt, id, number: i + 1 }
  })
  await env.DB.prepare(
    `INSERT INTO tickets (id, workspace_id, number, customer_id, owner_id, assignee_id, title, status, priority, created_at, updated_at)
      SELECT value ->> 'id', ?1, value ->> 'number', value ->> 'customerId', value ->> 'ownerId', value ->> 'assigneeId',
        'A seed', value ->> 'status', value ->> 'priority', value ->> 'createdAt', value ->> 'createdAt' FROM json_each(?2)`,
  )
    .bind(workspaceId, JSON.stringify(list))
    .run()
  return list.map(({ id }) => id)
}

type Told = { verb: string; actorId: string | null; changes: Record<string, [unknown, unknown]> | null }

/** What happened to a record, oldest first. */
export async function told(subjectId: string): Promise<Told[]> {
  const list = await rows<{ verb: string; actor_id: string | null; changes: string | null }>(
    'SELECT verb, actor_id, changes FROM events WHERE subject_id = ? ORDER BY seq',
    subjectId,
  )
  return list.map(({ verb, actor_id, changes }) => ({
    verb,
    actorId: actor_id,
    changes: JSON.parse(changes ?? 'null'),
  }))
}

const development = worker({ ENVIRONMENT: 'development' })

/** What a GET costs the database, and how many rows its page has. */
export async function costOf(by: Person, path: string) {
  const answer = await send(path, { token: by.token }, development)
  const { trips, read } = headerCost(answer)
  const { data }: { data: unknown[] } = JSON.parse(await answer.text())
  return { trips, read, rows: data.length }
}
