import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { noteOn } from '../../src/dialects/dialect'
import { dialects } from '../../src/dialects/dialects'
import { api, send, worker } from '../support/api'
import { everythingStored } from '../support/database'
import { founder, type Person } from '../support/factories'
import { mailing } from '../support/mailbox'
import { withProviders } from '../support/oauth-browser'
import { routesOf } from '../support/replay'

/** The same of dialects, by permission; whatever deletes is none of it. */
const EVERYDAY_PERMISSIONS = [
  ...['account:read', 'users:read', 'tags:read', 'customers:read', 'customers:write', 'leads:read', 'leads:write'],
  ...['leads:claim', 'interactions:read', 'interactions:write', 'tickets:read', 'tickets:write', 'tickets:handle'],
]
const BULK = ['POST /api/v1/contacts/add-multiple-tags']

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const signOut = async ({ token }: Person) => expect((await api(token).v1.auth.logout.$post({})).status).toBe(204)

describe('in the dialects, with the token of an ended session', () => {
  const requests = dialects.flatMap((dialect) => {
    const spoken = worker({ ...withProviders({ DIALECTS: dialect.name }), ...mailing() })
    return routesOf(dialect).flatMap((name) => {
      const [method = '', path = ''] = name.split(' ')
      const handlers = dialect.app.routes.filter(
        (route) => route.method === method && route.path.replace(/\{[^}]*\}/g, '') === path,
      )
      const { permission } = Object.assign({}, ...handlers.map(({ handler }) => noteOn(handler)))
      return permission === undefined ? [] : [{ dialect: dialect.name, name, method, path, permission, spoken }]
    })
  })

  let admin: Person
  beforeAll(async () => {
    admin = await founder()
    await signOut(admin)
  })

  it.each(requests.map((request) => [`${request.dialect}: ${request.name}`, request] as const))(
    '%s is refused unless it is everyday work',
    async (_, { name, method, path, permission, spoken }) => {
      const isEveryday = method !== 'DELETE' && !BULK.includes(name) && EVERYDAY_PERMISSIONS.includes(permission)
      const before = await everythingStored()
      const filled = path.replace(/:\w+/g, () => crypto.randomUUID())
      const body = method === 'GET' ? {} : { json: {} }
      const { status } = await send(filled, { method, token: admin.token, ...body }, spoken)
      if (isEveryday) expect(status).not.toBe(401)
      // A body that is none is refused before anything is asked.
      else expect([400, 401]).toContain(status)
      if (!isEveryday) expect(await everythingStored()).toBe(before)
    },
  )
})
