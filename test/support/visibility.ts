// Records of every kind, and who looks for them through every operation that the API has.
import { env } from 'cloudflare:workers'
import { decode } from 'hono/jwt'
import { v7 as uuidv7 } from 'uuid'
import { expect } from 'vitest'
import { isScope, POLICY, type Role } from '../../src/access/policy'
import { ROLES } from '../../src/db/schema/users'
import { bodyOf } from './answers'
import { api, problemOf } from './api'
import { founder, member, type Person, unique } from './factories'
import { imported } from './imports'
import { newKey } from './keys'
import { lead } from './leads'
import { call, exampleBody, NEEDS_SETTINGS, type Operation, operations, permissionOf, queryOf } from './operations'

/** A kind of record: where it is addressed, and one of it that belongs to `owner`, with `marker` in all its texts. */
export type Kind = { at: string; make: (owner: Person, admin: Person, marker: string) => Promise<string> }

/** Every kind of record with an id. Whoever adds one to the API adds it here. */
export const KINDS: Record<string, Kind> = {
  lead: { at: '/v1/leads/{id}', make: async (owner, admin, marker) => (await markedLead(owner, admin, marker)).id },
  'lead in the trash': {
    at: '/v1/leads/{id}',
    make: async (owner, admin, marker) => {
      const { id } = await markedLead(owner, admin, marker)
      await bodyless(api(admin.token).v1.leads[':id'].$delete({ param: { id }, header: {} }))
      return id
    },
  },
  customer: { at: '/v1/customers/{id}', make: async (owner, admin, marker) => (await marked(owner, admin, marker)).id },
  'customer in the trash': {
    at: '/v1/customers/{id}',
    make: async (owner, admin, marker) => {
      const { id } = await marked(owner, admin, unique(marker))
      await bodyless(api(admin.token).v1.customers[':id'].$delete({ param: { id }, header: {} }))
      return id
    },
  },
  interaction: {
    at: '/v1/interactions/{id}',
    make: async (owner, admin, marker) => {
      const { id: customerId } = await marked(owner, admin, unique(marker))
      const json = { customerId, type: 'NOTE' as const, body: marker, followUpAt: '2030-01-01T00:00:00Z' }
      return (await bodyOf(api(admin.token).v1.interactions.$post({ json }), 201)).id
    },
  },
  ticket: {
    at: '/v1/tickets/{id}',
    make: async (owner, admin, marker) => {
      const { id: customerId } = await marked(owner, admin, unique(marker))
      const json = { customerId, title: marker, description: marker }
      return (await bodyOf(api(admin.token).v1.tickets.$post({ json }), 201)).id
    },
  },
  tag: {
    at: '/v1/tags/{id}',
    make: async (owner, admin, marker) => {
      const { id } = await marked(owner, admin, unique(marker))
      await bodyless(api(admin.token).v1.customers[':id'].tags[':name'].$put({ param: { id, name: marker } }))
      const { data } = await bodyOf(api(admin.token).v1.tags.$get({ query: { q: marker } }), 200)
      return data[0]?.id ?? ''
    },
  },
  field: {
    at: '/v1/fields/{id}',
    make: async (_owner, admin, marker) => {
      const json = { entity: 'lead' as const, key: unique(marker), type: 'text' as const }
      return (await bodyOf(api(admin.token).v1.fields.$post({ json }), 201)).id
    },
  },
  stage: {
    at: '/v1/stages/{id}',
    make: async (_owner, admin, marker) => {
      const json = { entity: 'lead' as const, name: unique(marker), status: 'NEW' as const }
      return (await bodyOf(api(admin.token).v1.stages.$post({ json }), 201)).id
    },
  },
  view: {
    at: '/v1/views/{id}',
    make: async (owner, _admin, marker) => {
      const filter = { field: 'id', op: 'notEmpty' as const }
      const json = { entity: owner.role === 'CUSTOMER' ? ('ticket' as const) : ('lead' as const), name: marker, filter }
      return (await bodyOf(api(owner.token).v1.views.$post({ json }), 201)).id
    },
  },
  user: { at: '/v1/users/{id}', make: async (owner) => owner.id },
  invitation: {
    at: '/v1/workspace/invitations/{id}',
    make: async (_owner, admin, marker) => {
      const json = { email: `${unique(marker)}@example.com`, role: 'SALES' as const }
      return (await bodyOf(api(admin.token).v1.workspace.invitations.$post({ json }), 201)).id
    },
  },
  import: {
    at: '/v1/imports/{id}',
    make: async (_owner, admin, marker) => {
      const query = { dryRun: 'true', duplicates: 'refuse' }
      return (await imported(admin, `name,email\n${marker},a@x.de\n${marker},a@x.de\n`, { query })).id
    },
  },
  job: {
    at: '/v1/jobs/{id}',
    make: async (_owner, { workspaceId, id: adminId }, marker) => {
      const id = uuidv7()
      await env.DB.prepare(
        `INSERT INTO jobs (id, workspace_id, kind, state, input, last_error, due_at, actor_type, actor_id, created_at, updated_at)
        VALUES (?1, ?2, 'tag-deletion', 'DONE', '{}', ?3, ?4, 'user', ?5, ?4, ?4)`,
      )
        .bind(id, workspaceId, marker, new Date().toISOString(), adminId)
        .run()
      return id
    },
  },
  'API key': {
    at: '/v1/api-keys/{id}',
    make: async (_owner, admin, marker) => (await newKey(admin, { name: marker })).id,
  },
  'account at a provider, which is addressed by the provider’s name': {
    at: '/v1/auth/oauth/{provider}',
    make: async (owner, _admin, marker) => {
      await env.DB.prepare("INSERT INTO oauth_accounts VALUES ('google', ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')")
        .bind(marker, owner.workspaceId, owner.id, `${marker}@example.com`)
        .run()
      return 'google'
    },
  },
  webhook: {
    at: '/v1/webhooks/{id}',
    make: async (_owner, admin, marker) => {
      const json = { url: `https://${marker.toLowerCase()}.example.com/crm`, types: ['lead.*'], description: marker }
      return (await bodyOf(api(admin.token).v1.webhooks.$post({ json }), 201)).id
    },
  },
  session: { at: '/v1/auth/sessions/{id}', make: async (owner) => String(decode(owner.token).payload.sid) },
}

async function bodyless(pending: Promise<{ status: number }>) {
  expect((await pending).status).toBe(204)
}

/** A customer of `owner`, whom a second one resembles, so that it stands among the duplicates as well. */
async function marked(owner: Person, admin: Person, marker: string) {
  const texts = {
    name: marker,
    company: marker,
    jobTitle: marker,
    phone: '+44 20 7946 0958',
    customFields: { marker },
    ownerId: owner.id,
  }
  const made = await bodyOf(
    api(admin.token).v1.customers.$post({ json: { ...texts, email: `${marker}@example.com` } }),
    201,
  )
  await bodyOf(api(admin.token).v1.customers.$post({ json: texts }), 201)
  return made
}

function markedLead(owner: Person, admin: Person, marker: string) {
  const texts = { title: marker, name: marker, phone: marker, interest: marker, message: marker, source: marker }
  const followUpAt = '2030-01-01T00:00:00Z'
  return lead(admin, { ...texts, followUpAt, email: `${marker}@example.com`, metadata: { marker }, ownerId: owner.id })
}

/** What an operation may answer to a role about a record that the role must not see, where that is no plain 404. */
export const ELSEWISE: Record<string, number> = { 'POST /v1/leads/{id}/claim': 409 }
/** Where the example of a body holds a field that the role may send for no record at all. */
const REFUSED_BY_FIELD: Record<string, Role> = { 'PATCH /v1/tickets/{id}': 'CUSTOMER' }

export const configured = operations.filter(({ name }) => !NEEDS_SETTINGS.includes(name))
export const addressed = configured.filter(({ path }) => path.startsWith('/v1/') && path.includes('{'))
/** Definitions of fields and stages are read by every member of the workspace. */
export const addressedByColleagues = addressed.filter(
  ({ name }) => name !== 'GET /v1/fields/{id}' && name !== 'GET /v1/stages/{id}',
)
const lists = configured.filter(
  ({ method, path }) => method === 'GET' && path.startsWith('/v1/') && !path.includes('{'),
)
/** Who looks: somebody in a role, or an API key with every scope. */
export type Viewer = { token: string; role: Role | 'KEY' }
const has = (role: Viewer['role'], operation: Operation) => {
  const permission = permissionOf(operation)
  return permission !== undefined && (role === 'KEY' ? isScope(permission) : POLICY[role][permission] !== undefined)
}

export type Owned = { person: Person; marker: string; ids: Record<string, string> }

/** Somebody with a record of each kind. */
async function owning(person: Person, admin: Person): Promise<Owned> {
  const marker = unique('zq')
  const ids: Record<string, string> = {}
  for (const [kind, { make }] of Object.entries(KINDS)) ids[kind] = await make(person, admin, marker)
  return { person, marker, ids }
}

/** Queries that could lure another's records out of a list: every value of every parameter, and `owned`'s own words. */
export function lures(operation: Operation, { person, marker, ids }: Owned): Record<string, string>[] {
  const baits: Record<string, string[]> = {
    q: [marker, marker.slice(0, 2)],
    source: [marker],
    ...Object.fromEntries(
      ['name', 'email', 'phone', 'company', 'jobTitle', 'tag'].map((part) => [part, [marker, '7946']]),
    ),
    'customFields.marker': [marker],
    ...Object.fromEntries(['owner', 'assignee', 'author'].map((who) => [who, [person.id, 'none', 'me']])),
    ...Object.fromEntries(['subject', 'customer', 'lead'].map((record) => [record, Object.values(ids)])),
  }
  const parameters = queryOf(operation)
  const some = (name: string, value: string) => (parameters.some((each) => each.name === name) ? { [name]: value } : {})
  const one = parameters.flatMap(({ name, values }) =>
    [...values, ...(baits[name] ?? [])].map((value) => ({ [name]: value })),
  )
  return [{}, ...one].map((query) => ({ ...some('limit', '100'), ...some('total', 'true'), ...query }))
}

/** `told` has, by the path of a list, what it tells every member of the workspace. */
export async function expectUnseen(viewer: Viewer, owned: Owned, told: Record<string, string[]> = {}) {
  for (const operation of lists.filter((each) => has(viewer.role, each))) {
    for (const query of lures(operation, owned)) {
      const what = `${operation.name} ${JSON.stringify(query)}`
      const response = await call(operation, { token: viewer.token, query })
      const body = await response.text()
      // Who may change nothing has no trash to look into, and no API key is `me`.
      const mayRefuse = query.trashed === 'true' || (viewer.role === 'KEY' && Object.values(query).includes('me'))
      // Who is no customer has no record of their own.
      const mayLack = operation.path === '/v1/customers/me'
      expect([200, 400, ...(mayRefuse ? [403] : []), ...(mayLack ? [404] : [])], what).toContain(response.status)
      const shown = told[operation.path] ?? []
      const secrets = [owned.marker, owned.person.email, ...Object.values(owned.ids)]
      for (const secret of secrets.filter((each) => !shown.includes(each))) {
        expect(body, what).not.toContain(secret)
      }
      if (!/^application\/(problem\+)?json/.test(response.headers.get('Content-Type') ?? '')) continue
      const page: { data?: unknown[]; total?: number; nextCursor?: string | null } = JSON.parse(body)
      if (page.total !== undefined && page.nextCursor === null) expect(page.data, what).toHaveLength(page.total)
    }
  }
}

export async function expectOutOfReach(
  viewer: Viewer,
  owned: Owned,
  operation: Operation,
  elsewise: Record<string, number>,
) {
  for (const [kind, { at }] of Object.entries(KINDS).filter(([, kind]) => operation.path.startsWith(kind.at))) {
    const what = `${operation.name} of a ${kind} as ${viewer.role}`
    const id = owned.ids[kind] ?? ''
    const ids = { id, provider: id }
    const response = await call(operation, { token: viewer.token, ids, json: exampleBody(operation) })
    // Who loses a claim learns who has the lead.
    const { code, status, claimedBy, ...rest } = await problemOf(response)
    const usual = kind.endsWith('in the trash') ? 404 : (elsewise[operation.name] ?? 404)
    const may = has(viewer.role, operation) && REFUSED_BY_FIELD[operation.name] !== viewer.role
    expect(status, `${what}, at ${at}`).toBe(may ? usual : 403)
    expect(response.headers.get('ETag'), what).toBeNull()
    expect(JSON.stringify(rest), what).not.toContain(owned.marker)
    expect(JSON.stringify(rest), what).not.toContain(owned.person.id)
  }
}

export type Scene = { own: Owned; foreign: Owned; viewerOf: (role: Viewer['role']) => Viewer }

/** A workspace with a viewer of each role and a colleague's records, and another workspace with records. */
export async function makeScene(): Promise<Scene> {
  const team = new Map<Viewer['role'], Viewer>()
  const [admin, stranger] = await Promise.all([founder(), founder()])
  for (const role of ROLES) team.set(role, role === 'ADMIN' ? admin : await member(admin, role))
  team.set('KEY', { token: (await newKey(admin)).key, role: 'KEY' })
  const own = await owning(await member(admin, 'SALES'), admin)
  const foreign = await owning(stranger, stranger)
  return { own, foreign, viewerOf: (role) => team.get(role) ?? expect.fail(`no ${role}`) }
}
