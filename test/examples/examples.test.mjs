// Room: test/examples. The examples as a reader starts them, used in Chromium and at the command line.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const CRM_URL = process.env.WORKER_URL
// scripts/browser-tests.ts lets pages of these ports call.
const [PAGE_PORT, FORM_PORT] = [5174, 3001]
const ADA = { email: 'ada@example.com', password: 'correct horse battery' }
const folderOf = (name) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))

function start(name, env) {
  const options = { cwd: folderOf(name), env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }
  const child = spawn('npm', ['start'], { ...options, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = new Promise((resolve) => child.on('close', resolve))
  const stop = () => {
    try {
      process.kill(-child.pid)
    } catch {
      // It has ended by itself.
    }
    return ended
  }
  return { ended, stop, output: () => output }
}

async function serves(url, { output }) {
  for (let i = 0; i < 600; i += 1) {
    if (await fetch(url).catch(() => undefined)) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  assert.fail(`${url} does not answer\n${output()}`)
}

async function call(path, { token, json, method = json ? 'POST' : 'GET' } = {}) {
  const response = await fetch(`${CRM_URL}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    ...(json ? { body: JSON.stringify(json) } : {}),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text && JSON.parse(text)
}

describe('the examples', () => {
  const running = []
  let browser
  let page
  let token

  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
    const react = start('react', { PORT: String(PAGE_PORT), VITE_CRM_URL: CRM_URL })
    running.push(react)
    await serves(`http://localhost:${PAGE_PORT}`, react)
    page = await (await browser.newContext()).newPage()
    page.setDefaultTimeout(60_000)
  })
  after(async () => {
    await browser?.close()
    for (const each of running) await each.stop()
  })

  test('the page registers a team, and a reload keeps the session', async () => {
    await page.goto(`http://localhost:${PAGE_PORT}`)
    await page.getByRole('button', { name: 'Register' }).click()
    await page.getByLabel('Name').fill('Ada Lovelace')
    await page.getByLabel('Team').fill('Engines')
    await page.getByLabel('E-mail').fill(ADA.email)
    await page.getByLabel('Password').fill(ADA.password)
    await page.getByRole('button', { name: 'Register' }).click()
    await page.getByRole('heading', { name: 'Unclaimed' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Unclaimed' }).waitFor()
    ;({ accessToken: token } = await call('/v1/auth/login', { json: ADA }))
  })

  test('the form of the website sends an enquiry, which the page shows by itself and claims', async () => {
    const { slug } = await call('/v1/workspace', { token })
    const form = start('form', { PORT: String(FORM_PORT), CRM_URL, WORKSPACE: slug })
    running.push(form)
    await serves(`http://localhost:${FORM_PORT}`, form)
    const website = await browser.newPage()
    await website.goto(`http://localhost:${FORM_PORT}`)
    for (const name of ['Alice Student', 'Bob Buyer']) {
      await website.getByLabel('Name').fill(name)
      await website.getByLabel('E-mail').fill(`${name.split(' ')[0].toLowerCase()}@example.com`)
      await website.getByRole('button', { name: 'Send' }).click()
      await website.getByText('Thank you.').waitFor()
      await website.reload()
    }
    const lead = page
      .getByRole('region', { name: 'Unclaimed' })
      .getByRole('listitem')
      .filter({ hasText: 'Alice Student' })
    await lead.getByRole('button', { name: 'Claim' }).click()
    await page.getByText('Alice Student is yours.').waitFor()
    await page.getByRole('region', { name: 'Mine' }).getByText('Alice Student').waitFor()
  })

  test('the page goes on when its session expires, with one renewal for two tabs', async () => {
    const other = await page.context().newPage()
    const renewals = []
    const count = (request) =>
      request.url().endsWith('/v1/auth/refresh') && request.method() === 'POST' && renewals.push(1)
    for (const each of [page, other]) each.on('request', count)
    await other.goto(`http://localhost:${PAGE_PORT}`)
    await other.getByRole('heading', { name: 'Unclaimed' }).waitFor()
    await page.evaluate(() => {
      const [[key, text]] = Object.entries(localStorage)
      localStorage.setItem(key, JSON.stringify({ ...JSON.parse(text), expiresAt: 0 }))
    })
    await Promise.all([page, other].map((each) => each.reload()))
    for (const each of [page, other]) await each.getByRole('heading', { name: 'Unclaimed' }).waitFor()
    assert.equal(renewals.length, 1)
    await other.close()
  })

  test('the page waits where a 429 says so, and goes on after a dead network', async () => {
    let refused = 0
    await page.route('**/v1/leads?*', (route) => {
      refused += 1
      if (refused > 1) return route.fallback()
      const headers = {
        'Retry-After': '1',
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Expose-Headers': 'Retry-After',
      }
      return route.fulfill({
        status: 429,
        headers,
        contentType: 'application/problem+json',
        body: '{"code":"rate_limited"}',
      })
    })
    await page.reload()
    await page.getByRole('region', { name: 'Mine' }).getByText('Alice Student').waitFor()
    assert.equal(await page.getByRole('alert').count(), 0)
    await page.unroute('**/v1/leads?*')
    await page.context().setOffline(true)
    await page.getByText('The CRM does not answer.').first().waitFor()
    await page.context().setOffline(false)
    await page.getByRole('alert').first().waitFor({ state: 'detached' })
    await page.getByRole('region', { name: 'Mine' }).getByText('Alice Student').waitFor()
  })

  test('the page tells who was faster', async () => {
    const { token: invitation } = await call('/v1/workspace/invitations', {
      token,
      json: { email: 'grace@example.com', role: 'SALES' },
    })
    const json = { email: 'grace@example.com', password: 'a compiler of my own', name: 'Grace Hopper' }
    const grace = await call('/v1/auth/register', { json: { ...json, invitationToken: invitation } })
    const claim = page.getByRole('button', { name: 'Claim' })
    await claim.waitFor()
    await page.route('**/v1/leads?*', (route) => route.abort())
    const { data } = await call('/v1/leads?owner=none', { token: grace.accessToken })
    await call(`/v1/leads/${data[0].id}/claim`, { token: grace.accessToken, method: 'POST' })
    await claim.click()
    await page.getByText('Grace Hopper was faster.').waitFor()
    await page.unroute('**/v1/leads?*')
  })

  test('the page asks for a new password, and says so where a link is of no use', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Forgot the password?' }).click()
    await page.getByLabel('E-mail').fill(ADA.email)
    await page.getByRole('button', { name: 'Mail me a link' }).click()
    await page.getByText('a mail is on its way').waitFor()
    await page.goto(`http://localhost:${PAGE_PORT}/reset-password#token=made-up`)
    await page.getByLabel('Password').fill('another long password')
    await page.getByRole('button', { name: 'Choose a new password' }).click()
    await page.getByRole('alert').waitFor()
  })

  test('the script copies the customers, then what has changed, then what is gone', async () => {
    const { key } = await call('/v1/api-keys', {
      token,
      json: { name: 'Copy', scopes: ['customers:read', 'customers:write'] },
    })
    const { id } = await call('/v1/customers', { token, json: { name: 'Mary Somerville' } })
    const COPY = join(tmpdir(), `copy-${process.pid}.json`)
    const run = async (says) => {
      const { ended, output } = start('sync', { CRM_URL, CRM_KEY: key, COPY })
      assert.equal(await ended, 0, output())
      assert.ok(output().includes(says), output())
      return JSON.parse(readFileSync(COPY, 'utf8')).customers
    }
    try {
      assert.equal((await run('1 changed'))[id].name, 'Mary Somerville')
      await call(`/v1/customers/${id}`, { token, method: 'PATCH', json: { name: 'Mary Fairfax' } })
      assert.equal((await run('1 changed'))[id].name, 'Mary Fairfax')
      assert.deepEqual(Object.keys(await run('0 changed')), [id])
      await call(`/v1/customers/${id}`, { token, method: 'DELETE' })
      assert.deepEqual(await run('1 changed'), {})
    } finally {
      if (existsSync(COPY)) rmSync(COPY)
    }
  })
})
