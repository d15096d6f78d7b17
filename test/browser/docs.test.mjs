// Room: test/browser. The documentation as a reader meets it: pages with contents and a search, and the same as Markdown.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, openPage, origin } from './page.mjs'

describe('/docs', () => {
  let browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  test('has every page of its contents, with no link that leads nowhere, under a strict policy', async () => {
    const { page, problems } = await openPage(browser)
    const first = await page.goto(`${origin}/docs/`)
    assert.match(first.headers()['content-security-policy'], /default-src 'none'/)
    const pages = await page.locator('.contents a').evaluateAll((links) => links.map(({ href }) => href))
    assert.ok(pages.length > 12, `${pages.length} pages`)
    const links = new Set()
    for (const url of pages) {
      await page.goto(url)
      assert.equal(await page.locator('main h1').count(), 1, url)
      const found = await page.locator('a[href^="/"]').evaluateAll((all) => all.map(({ href }) => href.split('#')[0]))
      for (const link of found) links.add(link)
    }
    for (const link of links) {
      const { status } = await fetch(link)
      assert.ok(status === 200 || status === 401, `${link} is a ${status}`)
    }
    assert.deepEqual(problems, [])
  })

  test('is searched from the keyboard alone', async () => {
    const { page, problems } = await openPage(browser)
    await page.goto(`${origin}/docs/`)
    await page.keyboard.press('/')
    await page.keyboard.type('USER_RATE_LIMIT_MAX')
    await page.locator('#found a', { hasText: 'Settings' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/docs\/./)
    assert.deepEqual(problems, [])
  })

  test('is there as Markdown, and listed in /llms.txt', async () => {
    const text = await (await fetch(`${origin}/llms.txt`)).text()
    assert.match(text, /^# Edge CRM\n\n> /)
    const paths = [...text.matchAll(/\]\((\/docs\/[^)]+)\)/g)].map(([, path]) => path)
    assert.ok(paths.length > 12, `${paths.length} pages`)
    for (const path of paths) {
      const answer = await fetch(origin + path)
      assert.equal(answer.headers.get('content-type'), 'text/markdown; charset=utf-8', path)
      assert.match(await answer.text(), /^# /, path)
    }
  })

  test('has the API as a collection whose requests are all those of the document', async () => {
    const { item: folders, auth } = await (await fetch(`${origin}/docs/edge-crm.postman.json`)).json()
    const { paths } = await (await fetch(`${origin}/openapi.json`)).json()
    const asked = (method, path) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`
    const operations = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((key) => asked(key, path)))
    const requests = folders.flatMap(({ item }) =>
      item.map(({ request }) => asked(request.method, `/${request.url.path.join('/')}`)),
    )
    assert.deepEqual(requests.toSorted(), operations.toSorted())
    assert.equal(auth.bearer[0].value, '{{accessToken}}')
  })
})
