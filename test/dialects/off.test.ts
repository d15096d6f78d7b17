// A dialect answers nothing unless it is on.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { DIALECTS } from '../../src/config'
import { problemOf, send, worker } from '../support/api'
import { ask, each, makePeople, tokenOf } from '../support/dialects'

beforeAll(makePeople)
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

describe('a dialect that is not on', () => {
  const none = worker({ DIALECTS: '' })
  it.each(each)('does not answer %s, however its path is written', async (_, request) => {
    expect(await problemOf(await ask(request, undefined, { fetch: none }))).toMatchObject({ code: 'not_found' })
    const disguised = { ...request, path: `/@${request.dialect.name}${request.path}` }
    for (const fetch of [none, request.fetch]) {
      expect((await ask(disguised, tokenOf(), { fetch })).status).toBe(404)
      const encoded = { ...disguised, path: disguised.path.replace('/@', '/%40') }
      expect((await ask(encoded, tokenOf(), { fetch })).status).toBe(404)
    }
  })

  it('has no document', async () => {
    await problemOf(await send('/openapi/leads.json', {}, none))
    expect(await (await send('/doc', {}, none)).text()).not.toContain('/openapi/')
    const page = await (await send('/doc', {}, worker({ DIALECTS: 'leads' }))).text()
    expect(page.match(/\/openapi\/\w+\.json/g)).toEqual(['/openapi/leads.json'])
  })

  it('leaves /v1 as it is', async () => {
    const token = tokenOf()
    for (const fetch of [none, worker({ DIALECTS: DIALECTS.join(' , ') })]) {
      expect((await send('/v1/leads', { token }, fetch)).status).toBe(200)
      await problemOf(await send('/v1/nowhere', { token }, fetch))
      await problemOf(await send('/nowhere', {}, fetch))
    }
  })
})
