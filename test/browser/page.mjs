// Room: test/browser. A page that can reach only the Worker under test and keeps a record of whatever goes wrong on it.
import { chromium } from 'playwright-core'

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

export const origin = process.env.WORKER_URL

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM, args: flags.split(' ') })
}

export async function openPage(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const problems = []
  await page.route(
    (url) => url.origin !== origin && url.protocol !== 'data:',
    (route) => {
      problems.push(`left the Worker: ${route.request().url()}`)
      return route.abort()
    },
  )
  page.on('pageerror', (error) => problems.push(`script error: ${error.message}`))
  // A policy violation is reported by Chromium as a console error too.
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  return { page, problems }
}
