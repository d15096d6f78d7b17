// Each test file has an empty database with every migration applied and an empty KV, and leaves no clock or spy behind.
import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, vi } from 'vitest'
import { directoryOf, everywhere } from './everywhere'
import { RESOLVER, resolved } from './receiver'

const real = globalThis.fetch
// The one host of which every test may ask: it stands for DNS. Receivers of webhooks are not there, unless a test makes them.
globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.origin + url.pathname === RESOLVER) return resolved(url)
  if (url.hostname.endsWith('example.com')) throw new TypeError('No such receiver')
  return real(input, init)
}

// What a test looks up is in D1, or in the objects of workspaces.
const d1 = directoryOf(env)
if (env.STORAGE === 'objects') Object.defineProperty(env, 'DB', { value: everywhere(d1), configurable: true })

beforeAll(async () => {
  await reset()
  await applyD1Migrations(d1, env.TEST_MIGRATIONS)
})

afterAll(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})
