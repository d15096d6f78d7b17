// `npm run screenshots`: the pictures of the README, of the dashboard with the demo data, into docs/images/.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContextOptions, chromium } from 'playwright-core'
import { seedDemo } from './demo-data.ts'
import { migrate, withLocalDatabase } from './local-database.ts'
import { root } from './run.ts'
import { startWorker } from './worker.ts'

const SHOTS: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1200, height: 860 }, colorScheme: 'light' },
  dark: { viewport: { width: 1200, height: 860 }, colorScheme: 'dark' },
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
  for (const [name, options] of Object.entries(SHOTS)) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    await page.goto(`${worker.url}/dashboard`)
    await page.getByLabel('E-mail').fill(login.email)
    await page.getByLabel('Password').fill(login.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Unclaimed leads' }).waitFor()
    await page.screenshot({ path: join(root, 'docs', 'images', `dashboard-${name}.png`) })
    await context.close()
  }
} finally {
  await browser.close()
  await worker.dispose()
  rmSync(persistTo, { recursive: true })
}
