// Fresh people and records for a test: workspaces and members through the API, as their users make them.
import { env } from 'cloudflare:workers'
import { v7 as uuidv7 } from 'uuid'
import { expect } from 'vitest'
import type { Role } from '../../src/access/policy'
import { accessToken, newNonce, REFRESH_MS, refreshHash, refreshTokenText } from '../../src/auth/tokens'
import { configOf } from '../../src/config'
import { foldText } from '../../src/text/fold'
import { api } from './api'

export const unique = (prefix: string) => `${prefix}-${crypto.randomUUID().slice(0, 8)}`

export const PASSWORD = 'correct horse battery'

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
  const email = `${unique('admin')}@example.com`
  const response = await api().v1.auth.register.$post({
    json: { email, password: PASSWORD, name: 'Ada Admin', workspaceName: unique('Workspace') },
  })
  expect(response.status).toBe(201)
  if (response.status !== 201) throw new Error('registration failed')
  return proven(personOf(await response.json()))
}

/** A member of the founder's workspace, whose address is verified. */
export async function member(admin: Pick<Person, 'token'>, role: Role): Promise<Person> {
  const email = `${unique(role.toLowerCase())}@example.com`
  const invited = await api(admin.token).v1.workspace.invitations.$post({ json: { email, role } })
  expect(invited.status).toBe(201)
  if (invited.status !== 201) throw new Error('invitation failed')
  const { token } = await invited.json()
  const response = await api().v1.auth.register.$post({
    json: { email, password: PASSWORD, name: `${role} member`, invitationToken: token },
  })
  expect(response.status).toBe(201)
  if (response.status !== 201) throw new Error('registration failed')
  return proven(personOf(await response.json()))
}

/** A workspace with one member of each role, of whom only the ADMIN has registered. */
export async function team() {
  const admin = await founder()
  const [manager, sales, rival, customer] = await Promise.all([
    colleague(admin, 'MANAGER'),
    colleague(admin, 'SALES'),
    colleague(admin, 'SALES'),
    colleague(admin, 'CUSTOMER'),
  ])
  return { admin, manager, sales, rival, customer }
}

/** A member as `member()` makes one, signed in with the same password, but written past the API and without an invitation. */
async function colleague({ id: adminId, workspaceId, slug }: Person, role: Role): Promise<Person> {
  const [id, sessionId, config] = [uuidv7(), uuidv7(), configOf(env)]
  const email = `${unique(role.toLowerCase())}@example.com`
  const claims = {
    id,
    workspaceId,
    sessionId,
    role,
    country: null,
    timeZone: 'UTC',
    language: null,
    emailVerified: false,
  }
  const refresh = { workspaceId, sessionId, nonce: newNonce() }
  const [token, refreshToken] = await Promise.all([accessToken(config, claims), refreshTokenText(config, refresh)])
  const [now, expiresAt] = [new Date().toISOString(), new Date(Date.now() + REFRESH_MS).toISOString()]
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (id, workspace_id, email, name, password_hash, role, status, email_verified_at, time_zone, version,
        created_at, updated_at)
      SELECT ?1, workspace_id, ?2, ?3, password_hash, ?4, 'ACTIVE', ?5, 'UTC', 1, ?5, ?5 FROM users WHERE id = ?6`,
    ).bind(id, email, `${role} member`, role, now, adminId),
    env.DB.prepare(
      `INSERT INTO sessions (id, workspace_id, user_id, refresh_hash, rotated_at, expires_at, address, created_at)
      VALUES (?, ?, ?, ?, ?, ?, 'local', ?)`,
    ).bind(sessionId, workspaceId, id, await refreshHash(refresh), now, expiresAt, now),
    env.DB.prepare(
      `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
      SELECT ?1, ?2, coalesce(max(seq), 0) + 1, 'user', ?3, 'user.registered', 'public', ?4
      FROM events WHERE workspace_id = ?2`,
    ).bind(uuidv7(), workspaceId, id, now),
  ])
  return { id, email, token, refreshToken, workspaceId, slug, role }
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

/** The same person, who has followed the link in the mail. */
async function proven(person: Person): Promise<Person> {
  await env.DB.prepare('UPDATE users SET email_verified_at = created_at WHERE id = ?').bind(person.id).run()
  return person
}

/** The same person, as before they followed the link in the mail. */
export async function unproven<P extends Pick<Person, 'id'>>(person: P): Promise<P> {
  await env.DB.prepare('UPDATE users SET email_verified_at = NULL WHERE id = ?').bind(person.id).run()
  return person
}

function personOf(signedIn: {
  user: { id: string; email: string; role: Role; workspaceId: string }
  workspace: { slug: string }
  accessToken: string
  refreshToken: string
}): Person {
  const { user, workspace, accessToken, refreshToken } = signedIn
  return { ...user, token: accessToken, refreshToken, slug: workspace.slug }
}
