// Room: test/browser. The desk with the demo data: a salesperson's morning and a customer's visit, with and without a script, on
// a desk and on a phone; what changes while a page is open; and every page, looked at by axe-core and by the rules below.
import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { seedDemo } from '../../scripts/demo-data.ts'
import { migrate, withLocalDatabase } from '../../scripts/local-database.ts'
import { startWorker } from '../../scripts/worker.ts'

const PHONE = { width: 375, height: 740 }
const DESK = { width: 1280, height: 900 }
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe('the desk', () => {
  const persistTo = mkdtempSync(join(tmpdir(), 'edge-crm-'))
  let worker
  let browser
  let logins
  let slug

  before(async () => {
    ;({ logins, slug } = await withLocalDatabase({ persistTo }, async (db) => {
      await migrate(db)
      return seedDemo(db)
    }))
    const vars = { RATE_LIMIT_MAX: '100000', USER_RATE_LIMIT_MAX: '100000', AUTH_RATE_LIMIT_MAX: '1000' }
    worker = await startWorker({ persist: persistTo, vars })
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  })

  after(async () => {
    await browser?.close()
    await worker?.dispose()
    rmSync(persistTo, { recursive: true })
  })

  // Whatever is not this Worker cannot be reached.
  async function open({
    role = 'SALES',
    viewport = DESK,
    colorScheme = 'light',
    scripts = false,
    locale = 'en-GB',
  } = {}) {
    const context = await browser.newContext({
      viewport,
      colorScheme,
      javaScriptEnabled: scripts,
      locale,
      bypassCSP: true,
    })
    context.setDefaultTimeout(10_000)
    const page = await context.newPage()
    const problems = []
    page.on('pageerror', (error) => problems.push(`script error: ${error.message}`))
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.origin !== worker.url && url.protocol !== 'data:') problems.push(`left the Worker: ${url}`)
    })
    await page.goto(`${worker.url}/dashboard`)
    const { email, password } = logins.find((login) => login.role === role)
    await page.locator('#email').fill(email)
    await page.locator('#password').fill(password)
    await page.keyboard.press('Enter')
    await page.locator(role === 'CUSTOMER' ? '#tickets' : '#pool').waitFor()
    // The heading may stand before the style sheet has come.
    await page.waitForLoadState('load')
    return { page, problems, close: () => context.close() }
  }

  const card = (page, name) => page.getByRole('region', { name, exact: true })
  const said = (page) => page.getByRole('status')

  for (const [device, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
    for (const scripts of [true, false]) {
      test(`a morning of sales, on a ${device}, ${scripts ? 'with' : 'without'} a script`, async () => {
        const { page, problems, close } = await open({ viewport, scripts })
        // The follow-up that is overdue longest, its record, and what was said.
        const first = card(page, 'To do').getByRole('listitem').first()
        const name = await first.locator('.name').innerText()
        await first.locator('.name').click()
        assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), name)
        await page.getByText('Call', { exact: true }).first().waitFor()
        await page.getByLabel('What was said?').fill('Wants an offer; <b>call</b> again on Friday.')
        await page
          .locator('#log')
          .locator('..')
          .locator('..')
          .getByRole('combobox', { name: 'What is next?' })
          .selectOption('3')
        await page.getByRole('button', { name: 'Log it' }).click()
        assert.equal(await said(page).locator('p').innerText(), 'The call is in the timeline.')
        assert.ok(await page.getByText('Wants an offer; <b>call</b> again on Friday.').first().isVisible())
        // The next enquiry of the pool.
        await page.goto(`${worker.url}/dashboard`)
        await page.getByRole('button', { name: 'Claim the next' }).click()
        assert.match(await said(page).locator('p').innerText(), / is yours\./)
        const lead = page.url()
        if (scripts) await page.locator('html.scripted').waitFor({ state: 'attached' })
        await page.getByRole('combobox', { name: 'Status' }).selectOption('QUALIFIED')
        if (!scripts) await page.getByRole('button', { name: 'Change Status' }).click()
        await page.getByRole('status').getByText('Qualified').waitFor()
        await page.getByRole('button', { name: 'Undo' }).click()
        await page.getByRole('status').getByText('New').waitFor()
        await page.getByRole('button', { name: 'Make a customer' }).click()
        assert.match(await said(page).locator('p').innerText(), / is a customer now\.| gibt/)
        assert.match(page.url(), /\/dashboard\/customers\//)
        // The board.
        await page.goto(`${worker.url}/dashboard/leads/board?owner=me`)
        const column = page.locator('.column[data-status=CONTACTED]')
        const moved = column.locator('.deal').first()
        const id = await moved.getAttribute('id')
        if (scripts && device === 'desk') await moved.dragTo(page.locator('#column-QUALIFIED'))
        else {
          await moved.locator('select').selectOption('QUALIFIED')
          if (!scripts) await moved.getByRole('button').click()
        }
        assert.match(await said(page).locator('p').innerText(), /: Qualified\.$/)
        assert.equal(await page.locator(`.column[data-status=CONTACTED] #${id}`).count(), 0)
        assert.notEqual(lead, page.url())
        assert.deepEqual(problems, [])
        await close()
      })
    }
  }

  for (const [device, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
    for (const scripts of [true, false]) {
      test(`a customer’s visit, on a ${device}, ${scripts ? 'with' : 'without'} a script`, async () => {
        const { page, problems, close } = await open({ role: 'CUSTOMER', viewport, scripts })
        assert.match(page.url(), /\/dashboard\/portal$/)
        assert.ok((await card(page, 'What was said').getByRole('listitem').count()) > 0)
        // Asks for help, and is answered by a page of its own.
        const subject = `The link has expired, on a ${device} ${scripts}`
        await page.getByLabel('What is wrong?').fill(subject)
        await page.getByLabel('Tell us more').fill('It is that of the welcome mail.')
        await page.getByRole('button', { name: 'Send' }).click()
        assert.match(page.url(), /\/dashboard\/tickets\//)
        assert.ok((await page.getByRole('heading', { level: 1 }).innerText()).includes(subject))
        await page.getByLabel('Comment', { exact: true }).fill('It works again.')
        await page.getByRole('button', { name: 'Send' }).click()
        assert.ok(await page.getByText('It works again.').first().isVisible())
        // Corrects the own number; what the team alone may see is nowhere.
        await page.goto(`${worker.url}/dashboard/portal`)
        await page.getByLabel('Phone').fill('+44 7700 900999')
        await page.getByRole('button', { name: 'Save' }).click()
        assert.equal(await page.getByLabel('Phone').inputValue(), '+44 7700 900999')
        assert.ok((await card(page, 'Your tickets').innerText()).includes(subject))
        for (const path of ['/leads', '/customers', '/team', '/import']) {
          assert.equal((await page.request.get(`${worker.url}/dashboard${path}`)).status(), 403)
        }
        assert.deepEqual(problems, [])
        await close()
      })
    }
  }

  test('shows an enquiry as it arrives, says so, and leaves alone what somebody is about to press', async () => {
    const { page, problems, close } = await open({ scripts: true })
    const pool = card(page, 'Unclaimed leads')
    const number = () => pool.locator('.head .note').innerText()
    const enquire = (name) =>
      worker.fetch('/v1/enquiries', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ workspace: slug, name, email: `${name.toLowerCase()}@example.net` }),
      })
    await page.waitForEvent('websocket')
    await pool.hover()
    const before = await number()
    assert.equal((await enquire('Early')).status, 201)
    await page.waitForResponse((answer) => answer.url().endsWith('/dashboard'))
    assert.equal(await number(), before)
    await page.mouse.move(2, 2)
    await page.locator('#news').getByText('Unclaimed leads: changed just now.').waitFor()
    assert.notEqual(await number(), before)
    assert.deepEqual(problems, [])
    await close()
  })

  test('is used by keyboard alone: to the content, to the search, and a menu that closes', async () => {
    const { page, close } = await open({ scripts: true })
    await page.keyboard.press('Tab')
    const focused = () => page.locator(':focus')
    assert.equal((await focused().innerText()).trim(), 'Skip to the content')
    assert.ok((await focused().boundingBox()).y >= 0, 'seen once it has the focus')
    await page.keyboard.press('/')
    assert.equal(await focused().getAttribute('name'), 'q')
    await page.keyboard.type('an')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/dashboard/search?*')
    const menu = page.locator('.top details').first()
    await menu.locator('summary').press('Enter')
    assert.ok(await menu.getByRole('link', { name: 'Customer' }).isVisible())
    await page.keyboard.press('Escape')
    assert.ok(!(await menu.getByRole('link', { name: 'Customer' }).isVisible()))
    await close()
  })

  test('keeps what was typed, and shows both versions to who was slower', async () => {
    const [one, other] = [await open({ role: 'MANAGER' }), await open({ role: 'MANAGER' })]
    await one.page.goto(`${worker.url}/dashboard/customers`)
    await one.page.locator('.line .name').first().click()
    const address = `${one.page.url()}/edit`
    for (const { page } of [one, other]) await page.goto(address)
    await other.page.getByLabel('Company').fill('Faster Ltd')
    await other.page.getByRole('button', { name: 'Save' }).click()
    await one.page.getByLabel('Company').fill('Slower Ltd')
    await one.page.getByRole('button', { name: 'Save' }).click()
    const both = one.page.getByRole('region', { name: 'Both versions' })
    assert.ok((await both.innerText()).includes('Faster Ltd') && (await both.innerText()).includes('Slower Ltd'))
    assert.equal(await one.page.getByLabel('Company').inputValue(), 'Slower Ltd')
    await one.page.getByRole('button', { name: 'Save' }).click()
    assert.ok((await card(one.page, 'Details').innerText()).includes('Slower Ltd'))
    for (const { close } of [one, other]) await close()
  })

  test('says the figures of each chart in words and as a table', async () => {
    const { page, close } = await open()
    const charts = page.locator('svg.chart')
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

  test('speaks German to who reads German', async () => {
    const { page, close } = await open({ locale: 'de-AT' })
    assert.equal(await page.locator('html').getAttribute('lang'), 'de')
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Heute')
    await close()
  })

  /** Every page of the list, with the records that the lists name first. */
  async function pathsOf(page) {
    const firstIn = async (path, link = '.line .name') => {
      await page.goto(`${worker.url}/dashboard${path}`)
      return (await page.locator(`main ${link}`).first().getAttribute('href')).replace('/dashboard', '')
    }
    const [lead, customer, ticket] = [await firstIn('/leads'), await firstIn('/customers'), await firstIn('/tickets')]
    const [member, one] = [await firstIn('/team'), await imported(page)]
    await withWebhook()
    const webhook = await firstIn('/settings/webhooks', '.side-list a')
    const merge = await firstIn(`${customer}/merge?find=an`, 'a[href*="?with="]')
    return [
      ...['', '/leads', '/leads?status=CLOSED&q=zzzz', '/leads/board', '/leads/new', lead, `${lead}/edit`],
      ...['/customers', '/customers/new', customer, `${customer}/edit`, `${customer}/merge?find=an`, merge],
      ...['/customers/duplicates', `${customer}/relate`, `${customer}/personal-data`, '/search?q=an', '/nowhere'],
      ...['/tickets', ticket, '/import', one, '/team', member, '/settings', '/settings/notifications'],
      ...['/settings/workspace', '/settings/keys', '/settings/webhooks', webhook, '/settings/trash', '/settings/audit'],
    ]
  }

  // Past the API, which would look the host up.
  async function withWebhook() {
    const db = await worker.database()
    await db
      .prepare(
        `INSERT INTO webhooks (id, workspace_id, url, types, state, secret, cursor, recent, created_by, created_at, updated_at)
        SELECT ?1, workspace_id, 'https://hooks.example.com/crm', '["lead.*"]', 'PAUSED', '', 0, '[]', id, ?2, ?2
        FROM users WHERE role = 'ADMIN'`,
      )
      .bind(crypto.randomUUID(), new Date().toISOString())
      .run()
  }

  async function imported(page) {
    await page.goto(`${worker.url}/dashboard/import`)
    const buffer = Buffer.from('Name,E-mail\nNo address,nowhere\n')
    await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer })
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.locator('#report').waitFor()
    return new URL(page.url()).pathname.replace('/dashboard', '')
  }

  const DOORS = [
    '/sign-in',
    '/register',
    '/register?token=x',
    '/forgot-password',
    '/reset-password?token=x',
    '/verify-email?token=x',
    '/change-email?token=x',
    '/enquire/northwind',
    '/enquire/northwind?sent=1',
    '/sign-in?error=access_denied',
  ]
  /** Pages that show nothing of their own: they lead elsewhere, or are a file. */
  const ELSEWHERE = /^\/(billing|sign-out|oauth.*|follow-ups\/.*|.*\/export\/?.*|.*\/errors|.*\/file)$/

  const looked = new Set()
  let paths

  for (const colorScheme of ['light', 'dark']) {
    for (const [device, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      // axe takes longest: it sees each width and each scheme once.
      const isAsked = (colorScheme === 'light') === (device === 'desk')
      test(`is readable and in order, ${colorScheme}, on a ${device}`, async () => {
        const { page, close } = await open({ role: 'ADMIN', viewport, colorScheme, scripts: true })
        paths ??= await pathsOf(page)
        const wrong = []
        const look = async (at, path) => {
          await at.goto(`${worker.url}/dashboard${path}`)
          await at.waitForLoadState('load')
          looked.add(
            path
              .replace(/\?.*/, '')
              .replace(/[\da-f-]{36}/, '*')
              .replace('northwind', '*') || '/',
          )
          for (const fault of await at.evaluate(faults)) wrong.push(`${path}: ${fault}`)
          if (!isAsked) return
          await at.evaluate(axe)
          const { violations } = await at.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }))
          for (const { id, impact, nodes } of violations) {
            if (impact === 'serious' || impact === 'critical')
              wrong.push(`${path}: ${id}: ${nodes[0].html.slice(0, 160)}`)
          }
        }
        for (const path of paths) await look(page, path)
        await page.context().clearCookies()
        for (const path of DOORS) await look(page, path)
        await close()
        const portal = await open({ role: 'CUSTOMER', viewport, colorScheme, scripts: true })
        await look(portal.page, '/portal')
        const ticket = await portal.page.locator('#tickets').locator('..').locator('..').locator('.name').first()
        await look(portal.page, (await ticket.getAttribute('href')).replace('/dashboard', ''))
        await portal.close()
        assert.deepEqual(wrong, [])
      })
    }
  }

  test('looked at every page of the list that is one', () => {
    const sources = globSync(fileURLToPath(new URL('../../src/desk/pages/*.tsx', import.meta.url)))
    const known = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^ {2}path: '([^']+)'/gm)].map(([, path]) => path.replace(/:\w+/, '*')),
    )
    assert.ok(known.length > 35, `${known.length} pages`)
    assert.deepEqual(
      known.filter((path) => !ELSEWHERE.test(path) && !looked.has(path)),
      [],
    )
  })
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
    const chart = element.closest('svg.chart')
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
    if (control.matches('button:not(.hidden)') && seen(control) && (width < 24 || height < 24))
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
