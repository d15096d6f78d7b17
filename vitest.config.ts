import { existsSync, globSync, readFileSync, statfsSync } from 'node:fs'
import { resolve } from 'node:path'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { makeLateModules } from './scripts/late.ts'
import { OWN } from './scripts/late-host.ts'
import { times } from './test/support/times.ts'

/** The packages of src/. Bundled, each is one module to fetch, which shortens the start of a Worker by a fifth. */
function packages(): string[] {
  const texts = globSync('src/**/!(*.d).{ts,tsx}').map((path) => readFileSync(path, 'utf8'))
  const names = texts.flatMap((text) => [...text.matchAll(/ from '([@a-z][^:'\n]+)'/g)].map(([, name = '']) => name))
  return [...new Set([...names, 'hono/jsx/jsx-runtime', 'hono/jsx/jsx-dev-runtime', 'fast-check'])]
}

const MEMORY = '/dev/shm'
const NEEDED_BYTES = 256 * 1024 * 1024

// Miniflare keeps the databases of the tests in a temporary folder and waits for the disk at every statement, reads too.
// In memory a statement takes a third of the time.
if (existsSync(MEMORY)) {
  const { bavail, bsize } = statfsSync(MEMORY)
  if (bavail * bsize >= NEEDED_BYTES) process.env.TMPDIR = MEMORY
}

// `npm run test:objects` runs the tests with the workspaces in objects.
const { STORAGE } = process.env

await makeLateModules()

export default defineConfig(async () => ({
  // Packages whose source maps name sources that they do not ship are no news.
  logLevel: 'error' as const,
  // Tests run our own late modules from their sources.
  resolve: {
    alias: Object.entries(OWN).map(([name, entry]) => ({
      find: new RegExp(`^\\./late/${name}\\.js$`),
      replacement: resolve(entry),
    })),
  },
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations('drizzle'),
          JWT_SECRET: 'test-only-secret-test-only-secret-test',
          BCRYPT_COST: '4',
          RATE_LIMIT_MAX: '1000000',
          USER_RATE_LIMIT_MAX: '1000000',
          KEY_RATE_LIMIT_MAX: '1000000',
          AUTH_RATE_LIMIT_MAX: '1000000',
          MAIL_TRANSPORT: 'off',
          OUTBOUND_LOCALHOST: 'false',
          DOH_URL: 'https://doh.test/dns-query',
          WEBHOOK_TIMEOUT_SECONDS: '1',
          ...(STORAGE === undefined ? {} : { STORAGE }),
        },
      },
    }),
  ],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    setupFiles: ['test/support/setup.ts'],
    globalSetup: ['test/support/smtp-server.mjs', 'test/support/oauth-provider.mjs', 'test/support/stripe-server.mjs'],
    // Vitest leaves a core idle by default: of two, it would use one.
    maxWorkers: 2,
    // A worker keeps its modules from file to file; test/support/setup.ts gives each file empty storage.
    isolate: false,
    reporters: ['default', times()],
    deps: { optimizer: { ssr: { enabled: true, include: packages() } } },
    testTimeout: 60_000,
    tags: [
      { name: 'long', description: 'Tests that repeat something many times: `npm run test:quick` leaves them out.' },
    ],
    // How many random filters test/filters tries of each list, and which.
    provide: { filters: { runs: Number(process.env.FILTER_RUNS ?? 120), seed: Number(process.env.FILTER_SEED ?? 1) } },
  },
}))
