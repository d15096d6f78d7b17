// Room: test/browser. The docs page as a developer meets it: rendered without a CDN, and able to call the API.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, openPage, origin } from './page.mjs'

describe('/doc', () => {
  let browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  async function openDocs(hash = '') {
    const opened = await openPage(browser)
    const response = await opened.page.goto(`${origin}/doc${hash}`)
    await opened.page.locator('.opblock').first().waitFor()
    return { ...opened, response }
  }

  test('renders every operation from its own origin under a strict policy', async () => {
    const { page, problems, response } = await openDocs()
    const policy = response.headers()['content-security-policy']
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)

    const { paths } = await (await fetch(`${origin}/openapi.json`)).json()
    const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
    const operations = Object.values(paths).flatMap((item) => Object.keys(item).filter((key) => methods.includes(key)))
    assert.equal(await page.locator('.opblock').count(), operations.length)
    assert.deepEqual(problems, [])
  })

  test('names itself and its language, for readers and for search', async () => {
    const { page } = await openDocs()
    assert.match(await page.title(), /Edge CRM/)
    assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  })

  test('points to the document where scripts are off', async () => {
    const text = await (await fetch(`${origin}/doc`)).text()
    assert.match(text, /<noscript>.*href="\/openapi\.json".*<\/noscript>/s)
  })

  test('tries out GET /health and shows the 200', async () => {
    const { page, problems } = await openDocs()
    const health = page.locator('.opblock-get', { has: page.locator('[data-path="/health"]') })
    await health.locator('.opblock-summary-control').click()
    await health.getByRole('button', { name: 'Execute' }).click()

    const live = health.locator('.live-responses-table')
    await live.waitFor()
    assert.equal((await live.locator('.response-col_status').last().innerText()).split('\n')[0].trim(), '200')
    assert.match(await live.innerText(), /status/)
    assert.deepEqual(problems, [])
  })
})
