// What an attacker aims at: every place of the API that takes text or an id, and somebody's records to aim with.
import { v7 as uuidv7 } from 'uuid'
import { bodyOf } from './answers'
import { api } from './api'
import { rows, selectAll } from './database'
import { customer, type Person } from './factories'
import { newKey } from './keys'
import { lead } from './leads'
import { call, exampleBody, fieldsOf, type Operation } from './operations'
import { webhook } from './webhooks'

/** Ids by the collection that addresses them, such as `leads`; `marker` stands in the text of each record. */
export type Belongings = { person: Person; marker: string; ids: Record<string, string> }

/** One record of each kind, of a person's own; an ADMIN of the workspace makes what the person may not. */
export async function belongings(person: Person, admin = person): Promise<Belongings> {
  const marker = `zq${uuidv7().slice(-12)}`
  const client = api(admin.token).v1
  const ownerId = person.role === 'CUSTOMER' ? null : person.id
  const customers = await customer(person, {
    ownerId,
    userId: ownerId === null ? person.id : null,
    name: marker,
    email: `${marker}@example.com`,
  })
  const note = { customerId: customers, type: 'NOTE' as const, body: marker }
  await client.customers[':id'].tags[':name'].$put({ param: { id: customers, name: marker } })
  const tags = await bodyOf(client.tags.$get({ query: { q: marker } }), 200)
  const ids = {
    leads: (await lead(admin, { title: marker, ownerId })).id,
    customers,
    interactions: (await bodyOf(client.interactions.$post({ json: note }), 201)).id,
    tickets: (await bodyOf(client.tickets.$post({ json: { customerId: customers, title: marker } }), 201)).id,
    tags: tags.data[0]?.id ?? '',
    users: person.id,
    invitations: (
      await bodyOf(client.workspace.invitations.$post({ json: { email: `${marker}@b.de`, role: 'SALES' } }), 201)
    ).id,
    'api-keys': (await newKey(admin, { name: marker })).id,
    webhooks: (await webhook(admin, { description: marker })).id,
  }
  return { person, marker, ids }
}

/** A place in a request: where it is, and whether it is meant for an id. */
export type Slot = { at: 'path' | 'query' | 'body'; name: string; takesId: boolean; isList: boolean }

/** Every place of an operation that takes text, and may be given anything. */
export function slotsOf(operation: Operation): Slot[] {
  const parameters = operation.parameters.flatMap((each): Slot[] => {
    if (!('name' in each) || each.schema.enum || (each.in !== 'path' && each.in !== 'query')) return []
    return [{ at: each.in, name: each.name, takesId: each.schema.format === 'uuid', isList: false }]
  })
  const fields = Object.entries(fieldsOf(operation)).flatMap(([name, { type, format, items }]): Slot[] => {
    const isList = [type].flat().includes('array')
    if (!isList && ![type].flat().includes('string')) return []
    return [{ at: 'body', name, takesId: (format ?? items?.format) === 'uuid', isList }]
  })
  return [...parameters, ...fields]
}

/** Calls an operation as its document says, on records of one's own, with something else in one place. */
export function aim(operation: Operation, mine: Belongings, slot: Slot, value: string, token = mine.person.token) {
  const collection = operation.path.split('/{')[0]?.split('/').at(-1) ?? ''
  const path = { id: mine.ids[collection] ?? '', otherId: crypto.randomUUID(), name: 'some', code: 'invalid' }
  const ids = { ...path, ...(slot.at === 'path' ? { [slot.name]: encodeURIComponent(value) } : {}) }
  const example = exampleBody(operation)
  const body = typeof example === 'object' && example !== null ? example : {}
  const json = slot.at === 'body' ? { ...body, [slot.name]: slot.isList ? [value] : value } : body
  const query = slot.at === 'query' ? { [slot.name]: value } : {}
  return call(operation, { token, ids, json, query })
}

/** Every row of a workspace, in every table, as one text. */
export async function everythingOf(workspaceId: string): Promise<string> {
  const tables = await rows<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND sql GLOB '*workspace_id*' AND name NOT GLOB '*_fts*' ORDER BY name`,
  )
  const queries = tables.map(({ name }) => `SELECT * FROM ${name} WHERE workspace_id = ?`)
  return JSON.stringify(await selectAll(queries, workspaceId))
}

/** Whether an answer is a failure of ours; a feature whose settings are missing is none. */
export const isFailure = ({ status }: Response) => status >= 500 && status !== 501

/** How often a text stands in another. */
export const occurrences = (text: string, part: string) => text.split(part).length - 1
