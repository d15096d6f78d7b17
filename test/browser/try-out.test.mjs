// Room: test/browser. Trying out on the docs page what it offers, without touching a field: nothing may be sent that nobody
// asked for, for a filter would hide what is there and a key would make two different requests the same.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, openPage, origin } from './page.mjs'

describe('trying out an operation as the page offers it', () => {
  let browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  async function execute(method, path) {
    const { page } = await openPage(browser)
    const sent = page.waitForRequest((request) => new URL(request.url()).pathname.startsWith('/v1/'))
    await page.goto(`${origin}/doc#${method}-${path.replace(/[{}]/g, '-')}`)
    const reference = page.locator('rapi-doc')
    await reference.getByRole('button', { name: 'TRY' }).click()
    const request = await sent
    return { url: new URL(request.url()), headers: await request.allHeaders() }
  }

  for (const path of ['/v1/leads', '/v1/customers', '/v1/exports/customers'])
    test(`lists ${path} without a filter`, async () => {
      const { url } = await execute('get', path)
      assert.equal(url.search, '')
    })

  test('makes a lead without an Idempotency-Key', async () => {
    const { headers } = await execute('post', '/v1/leads')
    assert.equal(headers['idempotency-key'], undefined)
    assert.equal(headers['content-type'], 'application/json')
  })

  test('changes a lead without a condition', async () => {
    const { headers } = await execute('patch', '/v1/leads/{id}')
    assert.equal(headers['if-match'], undefined)
  })
})
