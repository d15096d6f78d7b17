// Imports for a test: a file sent as somebody, and what the workspace then holds.
import type { z } from 'zod'
import { ImportReport } from '../../src/imports/imports.schemas'
import { send } from './api'
import { rows } from './database'
import type { Person } from './factories'

export type Report = z.infer<typeof ImportReport>
type Options = { type?: string; query?: Record<string, string>; fetch?: typeof fetch; headers?: Record<string, string> }

/** A file sent to be imported, customers as CSV unless said otherwise. */
export function importing(by: Person, file: string | Uint8Array | ReadableStream, options: Options = {}) {
  const { type = 'text/csv', query = {}, fetch, headers = {} } = options
  const search = new URLSearchParams({ entity: 'customers', ...query })
  const init = { method: 'POST', token: by.token, body: file, headers: { 'Content-Type': type, ...headers } }
  return send(`/v1/imports?${search}`, init, fetch)
}

/** The report of an import that must be accepted. */
export async function imported(by: Person, file: string | Uint8Array, options: Options = {}): Promise<Report> {
  const answer = await importing(by, file, options)
  const text = await answer.text()
  if (answer.status >= 300) throw new Error(`${answer.status} ${text}`)
  return ImportReport.parse(JSON.parse(text))
}

export async function reportOf(by: Person, id: string, fetch?: typeof globalThis.fetch): Promise<Report> {
  return ImportReport.parse(await (await send(`/v1/imports/${id}`, { token: by.token }, fetch)).json())
}

export const figures = ({ received, created, updated, unchanged, superseded, failed }: Report) => ({
  ...{ received, created, updated, unchanged, superseded, failed },
})

export type Stored = {
  id: string
  name: string
  email: string | null
  phone: string | null
  phone_e164: string | null
  company: string | null
  owner: string | null
  fields: Record<string, unknown> | null
  tags: string[]
  version: number
}

/** The living customers of a workspace by name, each with its owner's address and its tags. */
export async function customersOf({ workspaceId }: Person): Promise<Stored[]> {
  const found = await rows<Omit<Stored, 'fields' | 'tags'> & { fields: string; tags: string }>(
    `SELECT c.id, c.name, c.email, c.phone, c.phone_e164, c.company, c.version, c.custom_fields AS fields,
      (SELECT email FROM users WHERE id = c.owner_id) AS owner,
      (SELECT json_group_array(t.name) FROM customer_tags ct JOIN tags t ON t.id = ct.tag_id WHERE ct.customer_id = c.id) AS tags
    FROM customers c WHERE c.workspace_id = ? AND c.deleted_at IS NULL ORDER BY c.name, c.seq`,
    workspaceId,
  )
  return found.map((row) => ({ ...row, fields: JSON.parse(row.fields ?? 'null'), tags: JSON.parse(row.tags) }))
}
