// Room: test/browser. The dashboard with the demo data: read, worked with by keyboard, on a phone, in the light and in the dark.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { chromium } from 'playwright-core'
import { seedDemo } from '../../scripts/demo-data.ts'
import { migrate, withLocalDatabase } from '../../scripts/local-database.ts'
import { startWorker } from '../../scripts/worker.ts'

const PHONE = { width: 360, height: 740 }
const DESK = { width: 1280, height: 900 }

describe('the dashboard', () => {
  const persistTo = mkdtempSync(join(tmpdir(), 'edge-crm-'))
  let worker
  let browser
  let logins

  before(async () => {
    ;({ logins } = await withLocalDatabase({ persistTo }, async (db) => {
      await migrate(db)
      return seedDemo(db)
    }))
    worker = await startWorker({ persist: persistTo, vars: { USER_RATE_LIMIT_MAX: '100000' } })
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  })

  after(async () => {
    await browser?.close()
    await worker?.dispose()
    rmSync(persistTo, { recursive: true })
  })

  // Scripts are off, as the page has none; whatever is not this Worker cannot be reached.
  async function open({ role = 'MANAGER', viewport = DESK, colorScheme = 'light' } = {}) {
    const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled: false })
    const page = await context.newPage()
    const problems = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.origin !== worker.url && url.protocol !== 'data:') problems.push(`left the Worker: ${url}`)
    })
    await page.goto(`${worker.url}/dashboard`)
    const { email, password } = logins.find((login) => login.role === role)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Unclaimed leads' }).waitFor()
    // The heading may stand before the style sheet has come.
    await page.waitForLoadState('load')
    return { page, problems, close: () => context.close() }
  }

  const card = (page, name) => page.getByRole('region', { name })

  test('signs in, claims a lead and sees it move', async () => {
    const { page, problems, close } = await open({ role: 'SALES' })
    const first = card(page, 'Unclaimed leads').getByRole('listitem').first()
    const name = await first.locator('strong').innerText()
    await first.getByRole('button', { name: `Claim ${name}` }).click()
    assert.equal(await page.getByRole('status').innerText(), `${name} is yours.`)
    assert.ok((await card(page, 'Your leads').innerText()).includes(name))
    assert.ok(!(await card(page, 'Unclaimed leads').innerText()).includes(`Claim ${name}`))
    assert.deepEqual(problems, [])
    await close()
  })

  test('completes a follow-up, and finds a customer by a part of the name', async () => {
    const { page, problems, close } = await open()
    const due = card(page, 'Follow-ups due')
    const [whom, body] = (await due.getByRole('listitem').first().innerText()).split('\n')
    await due
      .getByRole('button', { name: `Done ${whom}` })
      .first()
      .click()
    assert.equal(await page.getByRole('status').innerText(), 'Done.')
    assert.ok(
      !(await card(page, 'Follow-ups due').getByRole('listitem').first().innerText()).includes(`${whom}\n${body}`),
    )
    await page.getByRole('searchbox').fill(whom.slice(1).toUpperCase())
    await page.keyboard.press('Enter')
    await page.waitForURL('**/dashboard/search?*')
    await page.getByRole('main').getByText(whom).first().waitFor()
    assert.deepEqual(problems, [])
    await close()
  })

  test('is used by keyboard alone: to the content, to the search, to the first lead', async () => {
    const { page, close } = await open()
    await page.keyboard.press('Tab')
    const focused = () => page.locator(':focus')
    assert.equal((await focused().innerText()).trim(), 'Skip to the content')
    assert.ok((await focused().boundingBox()).y >= 0, 'seen once it has the focus')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    assert.match(await focused().innerText(), /^Claim/)
    assert.notEqual(await focused().evaluate((element) => getComputedStyle(element).outlineStyle), 'none')
    await close()
  })

  test('says the figures of each chart in words and as a table', async () => {
    const { page, close } = await open()
    const charts = page.getByRole('img')
    assert.ok((await charts.count()) >= 3)
    for (const chart of await charts.all()) {
      const labels = await chart.evaluate((svg) =>
        svg
          .getAttribute('aria-labelledby')
          .split(' ')
          .map((id) => svg.querySelector(`#${id}`)?.textContent ?? ''),
      )
      assert.ok(
        labels.every((text) => text.length > 8),
        labels.join('|'),
      )
    }
    const leads = card(page, 'New leads')
    await leads.getByText('As a table').click()
    assert.equal(await leads.getByRole('row').count(), 31)
    await close()
  })

  for (const colorScheme of ['light', 'dark']) {
    for (const [device, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      test(`is readable and in order, ${colorScheme}, on a ${device}`, async () => {
        const { page, close } = await open({ viewport, colorScheme })
        assert.deepEqual(await page.evaluate(faults), [])
        await page.goto(`${worker.url}/dashboard/search?q=an`)
        assert.deepEqual(await page.evaluate(faults), [])
        await close()
      })
    }
  }
})

// Runs in the page: what WCAG 2.2 asks of labels, headings, contrast (4.5, or 3 for large text) and reflow.
function faults() {
  const found = []
  const seen = (element) => element.checkVisibility() && element.getClientRects().length > 0
  const channels = (color) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at)
      if (channels(backgroundColor)[3] > 0) return backgroundColor
    }
    return 'white'
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (!node.textContent.trim() || !seen(element) || element.closest('.hidden, .skip, title, desc')) continue
    const style = getComputedStyle(element)
    const chart = element.closest('svg')
    const ink = chart ? style.fill : style.color
    const [light, dark] = [luminance(ink), luminance(behind(element))].sort((a, b) => b - a)
    const ratio = (light + 0.05) / (dark + 0.05)
    // A chart is scaled, and its letters with it.
    const size = Number.parseFloat(style.fontSize) * (chart?.getScreenCTM().a ?? 1)
    if (size < 11) found.push(`${size.toFixed(1)} px: ${node.textContent.trim()}`)
    if (chart) {
      const [inner, outer] = [element, chart].map((each) => each.getBoundingClientRect())
      const isCut = ['left', 'top'].some((side) => inner[side] < outer[side] - 1) || inner.right > outer.right + 1
      if (isCut || inner.bottom > outer.bottom + 1) found.push(`cut off: ${node.textContent.trim()}`)
    }
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${node.textContent.trim()}`)
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!field.labels?.length && !field.ariaLabel) found.push(`no label: ${field.outerHTML}`)
  }
  for (const control of document.querySelectorAll('a, button, summary')) {
    if (!control.textContent.trim()) found.push(`no name: ${control.outerHTML}`)
    const { width, height } = control.getBoundingClientRect()
    if (control.matches('button') && seen(control) && (width < 24 || height < 24))
      found.push(`small: ${control.outerHTML}`)
  }
  const levels = [...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => Number(tagName[1]))
  if (levels.filter((level) => level === 1).length !== 1) found.push(`headings: ${levels}`)
  if (levels.some((level, i) => level > (levels[i - 1] ?? 0) + 1)) found.push(`a level is left out: ${levels}`)
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  if (new Set(ids).size !== ids.length) found.push('an id is there twice')
  if (!document.documentElement.lang || !document.title || document.querySelectorAll('main').length !== 1) {
    found.push('no language, title or main')
  }
  const { scrollWidth } = document.documentElement
  if (scrollWidth > innerWidth) found.push(`wider than the window: ${scrollWidth}`)
  return found
}
