// Room: test/browser. An admin's first hour in an empty workspace: from registering to a file that is imported and taken back.
// With and without a script, on a desk and on a phone; mails go through a real SMTP server, and their links are opened as printed.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { startWorker } from '../../scripts/worker.ts'
import { launch } from './page.mjs'

const DEVICES = { desk: { width: 1280, height: 900 }, phone: { width: 375, height: 740 } }
const PASSWORD = 'correct horse battery'
const ROWS = 200

/** A port that is free now. */
function freePort() {
  return new Promise((resolve) => {
    const placeholder = createServer().listen(0, '127.0.0.1', () => {
      const { port } = placeholder.address()
      placeholder.close(() => resolve(port))
    })
  })
}

describe('an admin’s first hour', () => {
  const mails = []
  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, { envelope }, done) {
      const chunks = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push({ to: envelope.rcptTo[0].address, text: textOf(Buffer.concat(chunks).toString('utf8')) })
        done()
      })
    },
  })
  let worker
  let browser

  before(async () => {
    await new Promise((resolve) => smtp.listen(0, '127.0.0.1', resolve))
    const port = await freePort()
    worker = await startWorker({
      port,
      vars: {
        ...{ MAIL_TRANSPORT: 'smtp', SMTP_HOST: '127.0.0.1', SMTP_PORT: String(smtp.server.address().port) },
        ...{ SMTP_FROM: 'Edge CRM <crm@mail.test>', WORKER_URL: `http://127.0.0.1:${port}` },
        ...{ RATE_LIMIT_MAX: '100000', USER_RATE_LIMIT_MAX: '100000', AUTH_RATE_LIMIT_MAX: '1000' },
      },
    })
    browser = await launch()
  })

  after(async () => {
    await browser?.close()
    await worker?.dispose()
    smtp.close()
  })

  const open = async (viewport, javaScriptEnabled) => {
    const context = await browser.newContext({ viewport, javaScriptEnabled, locale: 'en-GB' })
    context.setDefaultTimeout(10_000)
    const page = await context.newPage()
    return { page, close: () => context.close() }
  }
  const said = (page) => page.getByRole('status').locator('p')

  /** The link in the newest mail to an address, as it is printed. */
  async function linkTo(address) {
    for (let tries = 0; tries < 100; tries += 1) {
      const mail = mails.findLast(({ to }) => to === address)
      const [link] = /^https?:\S+$/m.exec(mail?.text ?? '') ?? []
      if (link) return link
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`no mail to ${address}`)
  }

  async function register(page, { name, email, workspace }) {
    await page.getByLabel('Your name').fill(name)
    if (workspace) await page.getByLabel('Name of your team or company').fill(workspace)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.locator('main').getByRole('button').first().click()
    await said(page).getByText(`Welcome, ${name}.`).waitFor()
  }

  for (const [device, viewport] of Object.entries(DEVICES)) {
    for (const scripts of [true, false]) {
      const way = `${device}-${scripts ? 'script' : 'plain'}`
      test(`on a ${device}, ${scripts ? 'with' : 'without'} a script`, async () => {
        const admin = await open(viewport, scripts)
        const { page } = admin
        const [email, colleague] = [`ada-${way}@example.com`, `grace-${way}@example.com`]

        // Founds a workspace, and proves the address.
        await page.goto(`${worker.url}/dashboard`)
        await page.getByRole('link', { name: 'Create a workspace' }).click()
        await register(page, { name: 'Ada', email, workspace: `Engines ${way}` })
        await page.goto(await linkTo(email))
        await page.locator('main').getByRole('button').first().click()

        // The empty start leads by the hand.
        await page.goto(`${worker.url}/dashboard`)
        const steps = page.getByRole('region', { name: 'Begin here' })
        await steps.getByRole('link', { name: 'Invite' }).click()
        await page.getByLabel('E-mail').fill(colleague)
        await page.getByRole('button', { name: /invit/i }).click()
        assert.match(await said(page).innerText(), new RegExp(colleague))

        // The colleague opens the mailed link.
        const grace = await open(viewport, scripts)
        await grace.page.goto(await linkTo(colleague))
        await register(grace.page, { name: 'Grace', email: colleague })
        assert.ok(await grace.page.getByRole('region', { name: 'Unclaimed leads' }).isVisible())

        // The form of the website, pasted into a page of another site, as its visitor fills it.
        await page.goto(`${worker.url}/dashboard`)
        await steps.getByRole('link', { name: 'Show' }).click()
        const snippet = await page.locator('textarea.code').inputValue()
        const visitor = await open(viewport, scripts)
        await visitor.page.route('http://shop.example/', (route) =>
          route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Shop</title>${snippet}` }),
        )
        await visitor.page.goto('http://shop.example/')
        await visitor.page.getByLabel('Name').fill('Vera Visitor')
        await visitor.page.getByLabel('E-mail').fill(`vera-${way}@example.net`)
        await visitor.page.getByLabel('Message').fill('Do you mend looms?')
        await visitor.page.getByRole('button', { name: 'Send' }).click()
        await visitor.page.getByRole('heading', { name: 'Thank you' }).waitFor()

        // It arrives, and the colleague claims it.
        await grace.page.goto(`${worker.url}/dashboard`)
        const pool = grace.page.getByRole('region', { name: 'Unclaimed leads' })
        assert.match(await pool.innerText(), /Vera Visitor[\s\S]*Do you mend looms\?/)
        await pool.getByRole('button', { name: 'Claim Vera Visitor' }).click()
        assert.match(await said(grace.page).innerText(), /Vera Visitor is yours/)

        // A file with a column that is not understood, which is put right.
        const file = {
          name: 'customers.csv',
          mimeType: 'text/csv',
          buffer: Buffer.from(
            `Name,E-mail,Blurb\n${Array.from({ length: ROWS }, (_, n) => `Person ${n},p${n}-${way}@example.org,Mill ${n % 7}`).join('\n')}\n`,
          ),
        }
        await page.goto(`${worker.url}/dashboard/import`)
        await page.getByLabel('File', { exact: true }).setInputFiles(file)
        await page.getByRole('button', { name: 'Check it' }).click()
        const columns = page.getByRole('region', { name: 'Columns' })
        await columns.getByLabel('Blurb').selectOption({ label: 'Company' })
        // A page that came without a script cannot hold the file.
        const again = columns.getByLabel('The same file once more')
        if (scripts) assert.match(await again.inputValue(), /customers\.csv$/)
        else await again.setInputFiles(file)
        await columns.getByRole('button', { name: 'Import', exact: true }).click()
        const heading = page.getByRole('heading', { level: 1 })
        const reload = async (text) => {
          for (let tries = 0; tries < 60 && !(await heading.innerText()).toLowerCase().includes(text); tries += 1) {
            await page.waitForTimeout(250)
            if (!scripts) await page.goto(page.url())
          }
          await heading.getByText(text, { exact: false }).waitFor()
        }
        await reload('done')
        assert.match(await page.locator('.tiles').innerText(), new RegExp(`${ROWS}[\\s\\S]*${ROWS}`))
        const imported = page.url()
        await page.goto(`${worker.url}/dashboard/customers`)
        assert.match(await page.getByRole('navigation', { name: 'Pages' }).innerText(), /200 customers/)
        assert.match(await page.locator('.line').first().innerText(), /Mill \d/)

        // And taken back.
        await page.goto(imported)
        const revert = page.getByRole('button', { name: 'Take it back' })
        await revert.click()
        if (scripts) await page.getByRole('button', { name: 'Take it back?' }).click()
        await reload('taken back')
        await page.goto(`${worker.url}/dashboard/customers`)
        assert.equal(await page.locator('.line').count(), 0)
        for (const { close } of [admin, grace, visitor]) await close()
      })
    }
  }
})

/** The plain text of a mail. */
function textOf(raw) {
  const [, part = ''] = /Content-Type: text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(raw) ?? []
  const bytes = part
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)))
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n')
}
