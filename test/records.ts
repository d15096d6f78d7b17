// Leads for a test, and what the database itself says of them.
import { env } from 'cloudflare:workers'
import { bodyOf } from './answers'
import { api } from './api'
import type { Person } from './factories'

type NewLead = Parameters<ReturnType<typeof api>['v1']['leads']['$post']>[0]['json']

/** A lead made by somebody. */
export function lead(by: Person, fields: Partial<NewLead> = {}) {
  return bodyOf(api(by.token).v1.leads.$post({ json: { title: 'A lead', ...fields } }), 201)
}

/** A lead that its SALES, MANAGER or ADMIN has claimed. */
export async function ownLead(of: Person, fields: Partial<NewLead> = {}) {
  return lead(of, { ...fields, ownerId: of.id })
}

/** The verbs of what happened to a record, oldest first. */
export async function happenings(subjectId: string): Promise<string[]> {
  const { results } = await env.DB.prepare('SELECT verb FROM events WHERE subject_id = ? ORDER BY seq')
    .bind(subjectId)
    .all<{ verb: string }>()
  return results.map(({ verb }) => verb)
}

type Count = { owner: string; status: string; count: number }
const COUNTERS = `SELECT owner, status, count FROM lead_counts WHERE workspace_id = ?1 AND count <> 0`
const RECOUNT = `SELECT owner, status, count(*) AS count FROM
  (SELECT coalesce(owner_id, '') AS owner, status FROM leads WHERE workspace_id = ?1 AND deleted_at IS NULL
   UNION ALL SELECT '*', status FROM leads WHERE workspace_id = ?1 AND deleted_at IS NULL) GROUP BY owner, status`

/** The counters that triggers keep, and the same counted afresh, both in one order. */
export async function counters(workspaceId: string): Promise<{ kept: Count[]; counted: Count[] }> {
  const [kept, counted] = await env.DB.batch<Count>(
    [COUNTERS, RECOUNT].map((query) => env.DB.prepare(`${query} ORDER BY owner, status`).bind(workspaceId)),
  )
  return { kept: kept?.results ?? [], counted: counted?.results ?? [] }
}
