// Who may call what: role × every operation of the OpenAPI document, so that a new endpoint is covered the day it appears.
import { beforeAll, describe, expect, it } from 'vitest'
import { isScope, PERMISSIONS, POLICY, type Role, SCOPES, type Scope } from '../../src/access/policy'
import { createApp } from '../../src/app'
import { ROLES } from '../../src/db/schema/users'
import { ERRORS } from '../../src/errors'
import { bodyOf } from '../support/answers'
import { problemOf, send } from '../support/api'
import { founder, member, PASSWORD, type Person, signIn } from '../support/factories'
import { newKey } from '../support/keys'
import { call, exampleBody, type Operation, operations, permissionOf } from '../support/operations'

/** What anybody may call, on purpose. Whoever adds an open operation adds it here. */
const OPEN = [
  'GET /health',
  'GET /problems/{code}',
  'GET /ready',
  'GET /v1/auth/oauth/{provider}',
  'GET /v1/auth/oauth/{provider}/callback',
  'GET /v1/calendar.ics',
  'GET /v1/stream',
  'GET /v1/unsubscribe',
  'POST /v1/auth/confirm-email',
  'POST /v1/auth/forgot-password',
  'POST /v1/auth/login',
  'POST /v1/auth/oauth/token',
  'POST /v1/auth/refresh',
  'POST /v1/auth/register',
  'POST /v1/auth/reset-password',
  'POST /v1/auth/verify-email',
  'POST /v1/billing/webhook',
  'POST /v1/enquiries',
  'POST /v1/unsubscribe',
]
/**
 * What is no part of the API that the document describes: the documents, and the page that shows them. The desk has a matrix
 * of its own; its forms are routes where they have a limit of their own.
 */
const UNDOCUMENTED = ['GET /', ...['GET /doc', 'GET /openapi.json', 'GET /openapi/{document}', 'GET /problems']]

/** Where the example of a body holds a field that takes a second scope. */
const TAKES_MORE = ['PATCH /v1/tickets/{id}']

const guarded = operations.filter(({ name }) => !OPEN.includes(name))
const isOpen = ({ security }: Operation) => security?.length === 0

const people = new Map<Role, Person>()
const as = (role: Role) => people.get(role)?.token ?? ''
/** A session of its own, for what may end it. */
const anew = async (role: Role) =>
  (await bodyOf(signIn({ email: people.get(role)?.email ?? '', password: PASSWORD }), 200)).accessToken
const keys = new Map<Scope, string>()

beforeAll(async () => {
  const admin = await founder()
  for (const role of ROLES) people.set(role, role === 'ADMIN' ? admin : await member(admin, role))
  for (const scope of SCOPES) keys.set(scope, (await newKey(admin, { scopes: [scope] })).key)
})

describe('the OpenAPI document', () => {
  it('says of every operation whether it is open, and these are all that are', () => {
    expect(
      operations
        .filter(isOpen)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(OPEN)
  })

  it('names for every other operation one permission that there is', () => {
    for (const operation of guarded) {
      const permission = permissionOf(operation)
      expect(permission, operation.name).toBeDefined()
      const byKey = permission && isScope(permission) ? [{ apiKey: [permission] }] : []
      expect(operation.security, operation.name).toEqual([{ bearer: [] }, ...byKey])
    }
  })

  it('leaves no permission that opens nothing', () => {
    // `keepIds` of an import asks for the second one.
    const used = new Set([...operations.map(permissionOf), 'imports:move'])
    expect(Object.keys(PERMISSIONS).filter((name) => ![...used].some((each) => each === name))).toEqual([])
  })

  it('lists every code by which a refusal can be told', async () => {
    type Listed = { components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } } }
    const { components } = await (await send('/openapi.json')).json<Listed>()
    expect(components.schemas.Problem.properties.code.enum).toEqual(Object.keys(ERRORS))
  })

  it('describes every route that the Worker has', () => {
    const documented = new Set(operations.map(({ name }) => name))
    const routes = createApp()
      // Those of dialects have documents of their own, and test/dialects/ looks at them.
      .routes.filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/@'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(routes).toContain('GET /v1/leads/{id}')
    const hidden = [...new Set(routes)].filter((name) => !documented.has(name) && !name.includes(' /dashboard/'))
    expect(hidden.sort()).toEqual(UNDOCUMENTED)
  })

  it.each(operations)('$name is told in full: name, summary, description, example, every error', (operation) => {
    const { name, operationId, summary, description, requestBody, responses } = operation
    expect(operationId).toMatch(/^[a-z][A-Za-z]+$/)
    expect(operations.filter((each) => each.operationId === operationId)).toHaveLength(1)
    expect(summary?.length).toBeGreaterThan(5)
    expect(description?.length).toBeGreaterThan(10)
    if (requestBody) expect(exampleBody(operation), name).toBeDefined()
    const statuses = Object.keys(responses)
    expect(statuses.some((status) => /^[23]/.test(status))).toBe(true)
    const known: string[] = Object.values(ERRORS).map(([status]) => String(status))
    const failures = statuses.filter((status) => /^[45]/.test(status))
    expect(failures.length).toBeGreaterThan(0)
    for (const status of failures) {
      expect(known).toContain(status)
      expect(Object.keys(responses[status]?.content ?? {})).toEqual(['application/problem+json'])
    }
    const always = isOpen(operation) ? ['429'] : ['401', '403', '429', '503']
    expect(failures).toEqual(expect.arrayContaining(requestBody ? [...always, '400', '413', '415'] : always))
  })
})

describe('without a token, or with one that is none', () => {
  it.each(guarded)('$name answers 401', async (operation) => {
    for (const token of [undefined, 'not.a.token']) {
      const response = await call(operation, { token })
      expect(await problemOf(response)).toMatchObject({ status: 401, code: 'unauthenticated' })
      expect(response.headers.get('WWW-Authenticate')).toContain('Bearer')
    }
  })
})

describe.each(ROLES)('as %s', (role) => {
  const may = (operation: Operation) => {
    const permission = permissionOf(operation)
    return permission !== undefined && POLICY[role][permission] !== undefined
  }
  const [allowed, refused] = [guarded.filter(may), guarded.filter((operation) => !may(operation))]

  if (refused.length > 0) {
    it.each(refused)('$name answers 403, whatever is sent', async (operation) => {
      for (const json of [{}, exampleBody(operation), 'nonsense']) {
        const problem = await problemOf(await call(operation, { token: as(role), json }))
        expect(problem).toMatchObject({ status: 403, code: 'forbidden' })
        expect(problem.detail).toBe(`Role ${role} lacks the permission ${operation['x-permission']}.`)
      }
    })
  }

  it.each(allowed)('$name is let through, and answers what it documents', async (operation) => {
    const { status } = await call(operation, { token: await anew(role) })
    expect([401, 403]).not.toContain(status)
    expect(Object.keys(operation.responses)).toContain(String(status))
    expect(status).not.toBe(500)
  })
})

describe.each(SCOPES)('an API key with the scope %s alone', (scope) => {
  it('is let through to every operation of that scope, and to no other', async () => {
    for (const operation of guarded) {
      const permission = permissionOf(operation)
      const json = TAKES_MORE.includes(operation.name) ? {} : exampleBody(operation)
      const response = await call(operation, { token: keys.get(scope), json })
      if (permission === scope) {
        expect([401, 403], operation.name).not.toContain(response.status)
        expect(Object.keys(operation.responses), operation.name).toContain(String(response.status))
      } else {
        const { code, detail } = await problemOf(response)
        expect([response.status, code], operation.name).toEqual([403, 'forbidden'])
        const isKept = permission === undefined || !isScope(permission)
        expect(detail).toContain(
          isKept ? `No API key has the permission ${permission}:` : `The API key lacks the scope ${permission}.`,
        )
      }
    }
  })
})

describe('the policy', () => {
  const holders = (permission: keyof typeof PERMISSIONS) => ROLES.filter((role) => POLICY[role][permission])

  it('keeps to ADMIN what could make more ADMINs or take the workspace', () => {
    for (const permission of ['workspace:write', 'invitations:write', 'users:admin'] as const) {
      expect(holders(permission), permission).toEqual(['ADMIN'])
    }
    expect(ROLES.filter((role) => POLICY[role]['users:write'] === 'all')).toEqual(['ADMIN'])
  })

  it('keeps API keys to ADMIN, and one’s own account, claiming and keys from every API key', () => {
    for (const permission of ['api-keys:read', 'api-keys:write'] as const) {
      expect(holders(permission), permission).toEqual(['ADMIN'])
    }
    const kept = Object.keys(PERMISSIONS).filter((name) => !isScope(name))
    expect(kept.sort()).toEqual([
      'account:read',
      'account:write',
      'api-keys:read',
      'api-keys:write',
      'leads:claim',
      'self:write',
    ])
  })

  it('keeps the audit trail and assigning to ADMIN and MANAGER', () => {
    for (const permission of ['events:read', 'leads:assign'] as const) {
      expect(holders(permission), permission).toEqual(['ADMIN', 'MANAGER'])
    }
  })

  it('lets SALES reach their own leads, and a CUSTOMER no lead', () => {
    for (const permission of ['leads:read', 'leads:write'] as const) {
      expect(
        ROLES.map((role) => POLICY[role][permission]),
        permission,
      ).toEqual(['all', 'all', 'own', undefined])
    }
    expect(holders('leads:claim')).toEqual(['ADMIN', 'MANAGER', 'SALES'])
  })
})
