import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig(async () => ({
  // Packages whose source maps name sources that they do not ship are no news.
  logLevel: 'error' as const,
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations('drizzle'),
          JWT_SECRET: 'test-only-secret-test-only-secret-test',
          BCRYPT_COST: '4',
          RATE_LIMIT_MAX: '1000000',
          AUTH_RATE_LIMIT_MAX: '1000000',
          MAIL_TRANSPORT: 'off',
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
    testTimeout: 60_000,
  },
}))
