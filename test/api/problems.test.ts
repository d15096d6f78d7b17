// What errors mean: a page for people, JSON for programs.
import { describe, expect, it } from 'vitest'
import { ERRORS, isErrorCode } from '../../src/errors'
import { EXPLANATIONS } from '../../src/problems/problems.texts'
import { send } from '../support/api'

const CODES = Object.keys(ERRORS).filter(isErrorCode)

describe('an error', () => {
  it.each(CODES)('%s says why it happens and what to do, as a page and as JSON', async (code) => {
    const { why, mend } = EXPLANATIONS[code]
    const json = await send(`/problems/${code}`)
    expect(json.headers.get('Content-Type')).toContain('application/json')
    const [status, title] = ERRORS[code]
    expect(await json.json()).toMatchObject({ code, status, title, why, mend, example: { code, status, title } })
    const page = await send(`/problems/${code}`, {
      headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    })
    expect([page.status, page.headers.get('Vary')]).toEqual([200, expect.stringContaining('Accept')])
    const text = (await page.text()).replace(/<\/?code>/g, '')
    expect(text).toContain(`<h1>${title.replaceAll("'", '&#39;')}</h1>`)
    expect(text).toContain(code)
  })

  it('stands in the list of all, once, with a link to its page', async () => {
    const text = await (await send(`/problems`)).text()
    const links = [...text.matchAll(/href="\/problems\/(\w+)"/g)].map(([, code]) => code)
    expect(links).toEqual(CODES)
  })

  it('names only settings and paths that there are', async () => {
    const document = await (await send(`/openapi.json`)).json<{
      paths: Record<string, Record<string, unknown>>
    }>()
    const named = Object.values(EXPLANATIONS).flatMap(({ why, mend }) =>
      [...`${why} ${mend}`.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`?]*)(?:\?[^`]*)?`/g)].map(
        ([, method = '', path = '']) => ({ method, path }),
      ),
    )
    expect(named.length).toBeGreaterThan(10)
    for (const { method, path } of named)
      expect(document.paths[path]?.[method.toLowerCase()], `${method} ${path}`).toBeDefined()
  })
})
