// Leads for a test, and what the database itself says of them.
import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/d1'
import { v7 as uuidv7 } from 'uuid'
import { leads } from '../../src/db/schema'
import { LEAD_FIELDS } from '../../src/leads/leads.fields'
import { type LeadRow, leadColumns } from '../../src/leads/leads.record'
import { derivedValues } from '../../src/records/fields'
import { bodyOf } from './answers'
import { api } from './api'
import { rows } from './database'
import type { Person } from './factories'

export { happenings } from './database'

export type NewLead = Parameters<ReturnType<typeof api>['v1']['leads']['$post']>[0]['json']

/** A lead made by somebody. */
export function lead(by: Person, fields: Partial<NewLead> = {}) {
  return bodyOf(api(by.token).v1.leads.$post({ json: { title: 'A lead', ...fields } }), 201)
}

/** A lead that belongs to its maker, whatever the role. */
export function ownLead(of: Person, fields: Partial<NewLead> = {}) {
  return lead(of, { ...fields, ownerId: of.id })
}

const STATUSES = ['NEW', 'CONTACTED', 'QUALIFIED', 'CLOSED']
const RECOUNT = `SELECT o.value AS owner, ${STATUSES.map((each) => `sum(status = '${each}') AS in_${each.toLowerCase()}`)}
  FROM leads, json_each(json_array('*', owner_id)) AS o
  WHERE workspace_id = ?1 AND deleted_at IS NULL AND o.value IS NOT NULL GROUP BY 1`

/** The counters that triggers keep for a workspace, and the same counted afresh. */
export async function counters(workspaceId: string) {
  const [kept, counted] = await Promise.all([
    rows(
      `SELECT owner, in_new, in_contacted, in_qualified, in_closed FROM lead_counts
      WHERE workspace_id = ? AND in_new + in_contacted + in_qualified + in_closed > 0 ORDER BY owner`,
      workspaceId,
    ),
    rows(`${RECOUNT} ORDER BY 1`, workspaceId),
  ])
  return { kept, counted }
}

type Seed = Partial<Omit<LeadRow, 'metadata'>>

/**
 * Leads put straight into the database in the order given, for what the API would take long to make: instants of the
 * past, hundreds of them. Ids follow `createdAt`, as those made by the Worker do; give it in rising order.
 */
export async function seedLeads(workspaceId: string, seeds: Seed[]): Promise<LeadRow[]> {
  const now = new Date().toISOString()
  const list = seeds.map(({ createdAt = now, updatedAt = createdAt, ...seed }) => ({
    ...{
      id: uuidv7({ msecs: Date.parse(createdAt) }),
      title: 'A seed',
      status: 'NEW',
      version: 1,
      createdAt,
      updatedAt,
    },
    ...derivedValues(LEAD_FIELDS, { title: 'A seed', ...seed }, null),
    ...seed,
    workspaceId,
  }))
  const derived = Object.keys(
    derivedValues(LEAD_FIELDS, { title: '', name: '', email: '', phone: '', interest: '' }, null),
  )
  const columns = [...Object.keys(leadColumns).filter((field) => field !== 'seq' && field !== 'metadata'), ...derived]
  const names = columns.map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  const values = columns.map((field) => `value ->> '${field}'`)
  const insert = `INSERT INTO leads (${names}) SELECT ${values} FROM json_each(?)`
  await env.DB.prepare(insert).bind(JSON.stringify(list)).run()
  return storedLeads(workspaceId)
}

/** Every lead of a workspace in the order of arrival, those in the trash included. */
export function storedLeads(workspaceId: string): Promise<LeadRow[]> {
  const db = drizzle(env.DB, { casing: 'snake_case' })
  return db.select(leadColumns).from(leads).where(eq(leads.workspaceId, workspaceId)).orderBy(leads.seq)
}
