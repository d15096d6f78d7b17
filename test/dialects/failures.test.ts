// How the requests of every dialect fail: in the words of their dialect, and with nothing of the inside.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { dialects } from '../../src/dialects/dialects'
import { send, worker } from '../support/api'
import { failingDatabase, LOST } from '../support/bindings'
import { call, guarded, makePeople, refusalOf, tokenOf } from '../support/dialects'

beforeAll(makePeople)
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

describe('a failure', () => {
  const DB = failingDatabase(LOST)
  it.each(guarded)('of the database is a 503 of %s', async (_, request) => {
    const fetch = worker({ DIALECTS: request.dialect.name, DB })
    const response = await call(request, tokenOf(), { fetch })
    // What is refused for its input has not come to the database; the replays send good input.
    if (response.status === 400) return void (await refusalOf(response, 400))
    await refusalOf(response, 503)
    expect(response.headers.get('Retry-After')).toMatch(/^\d+$/)
  })

  it.each(dialects.map((dialect) => [dialect.name, dialect] as const))(
    'of any kind is in the words of %s',
    async (name, { signsIn }) => {
      const fetch = worker({ DIALECTS: name })
      const [path = ''] = signsIn
      const headers = { 'Content-Type': 'application/json' }
      const post = (body: string, by = fetch) => send(path, { method: 'POST', body, headers }, by)
      await refusalOf(await post('{'), 400)
      await refusalOf(await post('[]'), 400)
      await refusalOf(await post('"'.repeat(1_100_000)), 413)
      await refusalOf(await send(`${path}/nowhere`, {}, fetch), 404)
      const hasty = worker({ DIALECTS: name, AUTH_RATE_LIMIT_MAX: '1' })
      await post('{}', hasty)
      const limited = await post('{}', hasty)
      await refusalOf(limited, 429)
      expect(limited.headers.get('Retry-After')).toMatch(/^\d+$/)
      const bookmark = await send(path, { method: 'POST', headers: { 'D1-Bookmark': 'no bookmark!' } }, fetch)
      await refusalOf(bookmark, 400)
    },
  )

  it('that nobody foresaw says nothing of the inside', async () => {
    const DB = failingDatabase('D1_ERROR: no such column: secrets.colour: SQLITE_ERROR')
    for (const [, request] of guarded.filter(([, { method }]) => method === 'GET').slice(0, 20)) {
      const response = await call(request, tokenOf(), {
        fetch: worker({ DIALECTS: request.dialect.name, DB }),
      })
      if (response.status === 500)
        expect(JSON.stringify(await refusalOf(response, 500))).not.toMatch(/colour|SQLITE|D1/)
    }
  })
})
