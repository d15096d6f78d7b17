// `npm run screenshots`: the pictures of the README, of the desk with the demo data, into docs/images/.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContextOptions, chromium } from 'playwright-core'
import { seedDemo } from './demo-data.ts'
import { migrate, withLocalDatabase } from './local-database.ts'
import { root } from './run.ts'
import { startWorker } from './worker.ts'

type Shot = { path: string; options: BrowserContextOptions }
const DESK = { width: 1280, height: 860 }
const PHONE = { width: 375, height: 780 }
const SHOTS: Record<string, Shot> = {
  'today-light': { path: '', options: { viewport: DESK, colorScheme: 'light' } },
  'today-dark': { path: '', options: { viewport: DESK, colorScheme: 'dark' } },
  'customer-dark': { path: '/customers/{id}', options: { viewport: DESK, colorScheme: 'dark' } },
  'board-light': { path: '/leads/board?owner=me', options: { viewport: DESK, colorScheme: 'light' } },
  'today-phone': { path: '', options: { viewport: PHONE, colorScheme: 'light', deviceScaleFactor: 2 } },
  'customer-phone': {
    path: '/customers/{id}',
    options: { viewport: PHONE, colorScheme: 'dark', deviceScaleFactor: 2 },
  },
}

const persistTo = mkdtempSync(join(tmpdir(), 'edge-crm-'))
const { logins } = await withLocalDatabase({ persistTo }, async (db) => {
  await migrate(db)
  return seedDemo(db)
})
const worker = await startWorker({ persist: persistTo })
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  mkdirSync(join(root, 'docs', 'images'), { recursive: true })
  const login = logins.find(({ role }) => role === 'SALES')
  if (!login) throw new Error('The demo data has no login of a seller.')
  for (const [name, { path, options }] of Object.entries(SHOTS)) {
    const context = await browser.newContext({ ...options, locale: 'en-GB' })
    const page = await context.newPage()
    await page.goto(`${worker.url}/dashboard/sign-in`)
    await page.getByLabel('E-mail').fill(login.email)
    await page.getByLabel('Password').fill(login.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Unclaimed leads' }).waitFor()
    // The customer with whom was talked last.
    await page.goto(`${worker.url}/dashboard/customers?sort=-lastInteractionAt`)
    const customer = (await page.locator('.line .name').first().getAttribute('href')) ?? ''
    await page.goto(worker.url + (path.includes('{id}') ? customer : `/dashboard${path}`))
    await page.waitForLoadState('load')
    await page.screenshot({ path: join(root, 'docs', 'images', `${name}.png`) })
    await context.close()
  }
} finally {
  await browser.close()
  await worker.dispose()
  rmSync(persistTo, { recursive: true })
}
