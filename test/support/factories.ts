// Fresh people and records for a test.
import { env } from 'cloudflare:workers'
import { v7 as uuidv7 } from 'uuid'
import { expect } from 'vitest'
import type { Role } from '../../src/access/policy'
import { workspaceIdOf } from '../../src/objects/place'
import { foldText } from '../../src/text/fold'
import { PASSWORD, workspaceInsert, writeAccount } from './accounts'
import { api } from './api'

export const unique = (prefix: string) => `${prefix}-${crypto.randomUUID().slice(0, 8)}`

export { PASSWORD }

const word = () => crypto.randomUUID().slice(0, 4)

/** A network of its own, so that failed sign-ins from it lock nobody else out. */
export const freshAddress = () => `2001:${word()}:${word()}:${word()}::1`

type Login = { email?: string; username?: string; password: string; refreshToken?: string }

/** A sign-in, from an address of its own unless the test says which. */
export function signIn(login: Login, { address = freshAddress(), fetch }: { address?: string; fetch?: Fetch } = {}) {
  return api(undefined, fetch).v1.auth.login.$post({ json: login }, { headers: { 'CF-Connecting-IP': address } })
}

type Fetch = typeof globalThis.fetch

export type Person = {
  id: string
  email: string
  token: string
  refreshToken: string
  workspaceId: string
  slug: string
  role: Role
}

/** A new workspace with its ADMIN, whose address is verified. */
export async function founder(): Promise<Person> {
  const name = unique('Workspace')
  const workspace = { workspaceId: workspaceIdOf(uuidv7()), slug: name.toLowerCase() }
  return account(workspace, 'ADMIN', 'Ada Admin', [workspaceInsert({ ...workspace, name })])
}

/** A member of the founder's workspace, whose address is verified. */
export const member = (admin: Workspace, role: Role) => account(admin, role, `${role} member`)

/** A workspace with one member of each role, and two of SALES. */
export async function team() {
  const admin = await founder()
  const [manager, sales, rival, customer] = await Promise.all([
    member(admin, 'MANAGER'),
    member(admin, 'SALES'),
    member(admin, 'SALES'),
    member(admin, 'CUSTOMER'),
  ])
  return { admin, manager, sales, rival, customer }
}

type Workspace = Pick<Person, 'workspaceId' | 'slug'>

async function account({ workspaceId, slug }: Workspace, role: Role, name: string, before?: D1PreparedStatement[]) {
  const email = `${unique(role.toLowerCase())}@example.com`
  return { email, workspaceId, slug, role, ...(await writeAccount({ workspaceId, email, name, role }, before)) }
}

/** An enquiry in the pool of a workspace; gives its id. */
export async function enquiry(
  slug: string,
  fields: { name?: string; email?: string; phone?: string; interest?: string } = {},
): Promise<string> {
  const json = { workspace: slug, name: 'Alice Student', email: `${unique('alice')}@example.com`, ...fields }
  const response = await api().v1.enquiries.$post({ json })
  expect(response.status).toBe(201)
  if (response.status !== 201) throw new Error('enquiry failed')
  return (await response.json()).id
}

type CustomerFields = {
  name?: string
  email?: string | null
  phone?: string | null
  company?: string | null
  ownerId?: string | null
  userId?: string | null
  customFields?: Record<string, unknown> | null
  deletedAt?: string | null
}

/** A customer of somebody's workspace, theirs unless said otherwise, written past the API; gives its id. */
export async function customer(person: Person, fields: CustomerFields = {}): Promise<string> {
  const id = uuidv7()
  const now = new Date().toISOString()
  const row = { name: 'Carla Customer', ownerId: person.id, ...fields }
  await env.DB.prepare(
    `INSERT INTO customers (id, workspace_id, name, sort_name, email, phone, company, owner_id, user_id, custom_fields,
      created_at, updated_at, deleted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
    .bind(
      id,
      person.workspaceId,
      row.name,
      foldText(row.name),
      row.email ?? null,
      row.phone ?? null,
      row.company ?? null,
      row.ownerId,
      row.userId ?? null,
      row.customFields ? JSON.stringify(row.customFields) : null,
      now,
      now,
      row.deletedAt ?? null,
    )
    .run()
  return id
}

/** The same person, as before they followed the link in the mail. */
export async function unproven<P extends Pick<Person, 'id'>>(person: P): Promise<P> {
  await env.DB.prepare('UPDATE users SET email_verified_at = NULL WHERE id = ?').bind(person.id).run()
  return person
}
