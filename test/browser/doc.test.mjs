// Room: test/browser. The docs page as a developer meets it: rendered without a CDN, and able to call the API.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { launch, openPage, origin } from './page.mjs'

const MAX_BYTES = 400_000

describe('/doc', () => {
  let browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  async function openDocs(path = '') {
    const opened = await openPage(browser)
    const weights = []
    opened.page.on('response', async (response) => weights.push(response.body().then((body) => gzipSync(body).length)))
    const response = await opened.page.goto(`${origin}/doc${path}`)
    const reference = opened.page.locator('rapi-doc')
    await reference.locator('.nav-bar-path').first().waitFor()
    return { ...opened, response, reference, weights }
  }

  test('renders every operation from its own origin under a strict policy', async () => {
    const { reference, problems, response } = await openDocs()
    const policy = response.headers()['content-security-policy']
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)

    const { paths, webhooks = {} } = await (await fetch(`${origin}/openapi.json`)).json()
    const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
    const operations = Object.values(paths).flatMap((item) => Object.keys(item).filter((key) => methods.includes(key)))
    const shown = operations.length + Object.keys(webhooks).length
    assert.equal(await reference.locator('.nav-bar-path').count(), shown)
    assert.deepEqual(problems, [])
  })

  test('comes over the wire with less than 400 KB, the API document included', async () => {
    const { weights } = await openDocs()
    const sizes = await Promise.all(weights)
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    assert.ok(bytes > 200_000 && bytes < MAX_BYTES, `${bytes} bytes gzipped`)
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
    const { reference, problems } = await openDocs('#get-/health')
    await reference.getByRole('button', { name: 'TRY' }).click()
    await reference.getByText('Response Status: OK:200').waitFor()
    assert.deepEqual(problems, [])
  })

  test('finds an operation by a word of its name, from the keyboard alone', async () => {
    const { page, reference, problems } = await openDocs()
    await page.keyboard.press('/')
    await page.keyboard.type('duplicates')
    await page.keyboard.press('Enter')
    await reference.locator('.nav-bar-path', { hasText: 'List leads' }).waitFor({ state: 'detached' })
    await reference.locator('.nav-bar-path', { hasText: 'Find duplicates' }).focus()
    await page.keyboard.press('Enter')
    await reference.getByRole('heading', { name: 'Find duplicates' }).waitFor()
    assert.deepEqual(problems, [])
  })

  test('is dark where the reader’s system is', async () => {
    const { page, reference } = await openDocs()
    const background = () => reference.evaluate((element) => getComputedStyle(element).backgroundColor)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.waitForFunction(() => document.querySelector('rapi-doc').getAttribute('theme') === 'dark')
    const dark = await background()
    await page.emulateMedia({ colorScheme: 'light' })
    await page.waitForFunction(() => document.querySelector('rapi-doc').getAttribute('theme') === 'light')
    assert.notEqual(await background(), dark)
  })

  test('keeps a token over a reload and into the document of a dialect', async () => {
    const json = { email: 'reader@example.com', password: 'correct horse battery', name: 'R', workspaceName: 'Reader' }
    const registered = await fetch(`${origin}/v1/auth/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(json),
    })
    const { accessToken } = await registered.json()
    const { page, reference } = await openDocs('#auth')
    await reference.locator('.api-key-input').first().fill(accessToken)
    await reference.getByRole('button', { name: 'SET' }).first().click()
    for (const path of ['#get-/v1/leads', '?api=CRM+Backend+%28leads%29#get-/api/leads']) {
      await page.goto('about:blank')
      await page.goto(`${origin}/doc${path}`)
      await reference.getByRole('button', { name: 'TRY' }).click()
      await reference.getByText('Response Status: OK:200').waitFor()
    }
  })

  test('is the RapiDoc that docs/decisions names', async () => {
    const file = readFileSync(new URL('../../public/rapidoc/rapidoc-min.js', import.meta.url))
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', file)).toString('hex')
    const page = readFileSync(new URL('../../docs/decisions/082-rapidoc-shows-the-api.md', import.meta.url), 'utf8')
    assert.ok(page.includes(hash), hash)
  })
})
