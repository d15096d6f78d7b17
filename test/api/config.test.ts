// Settings as the Worker reads them: what each is when nothing is said, and one clear line for all that cannot be.
import { describe, expect, it } from 'vitest'
import { configOf } from '../../src/config'
import { AppError } from '../../src/errors'

const JWT_SECRET = 'a-secret-of-this-test-that-is-long-enough'

/** The line that a Worker with these settings says; fails where it has nothing to say. */
function complaint(settings: Record<string, unknown>): string {
  try {
    configOf({ JWT_SECRET, ...settings })
  } catch (error) {
    if (error instanceof AppError && error.code === 'misconfigured') return error.extras.detail ?? ''
    throw error
  }
  return expect.fail('no complaint')
}

it('is production, shut and careful where nothing but the secret is set', () => {
  expect(configOf({ JWT_SECRET })).toEqual({
    ENVIRONMENT: 'production',
    JWT_SECRET,
    CORS_ORIGINS: [],
    SIGNUP: 'invite',
    DIALECTS: [],
    STORAGE: 'd1',
    BCRYPT_COST: 10,
    RATE_LIMIT_MAX: 100,
    USER_RATE_LIMIT_MAX: 1000,
    KEY_RATE_LIMIT_MAX: 5000,
    RATE_LIMIT_WINDOW_SECONDS: 900,
    AUTH_RATE_LIMIT_MAX: expect.any(Number),
    ENQUIRY_DAILY_MAX: expect.any(Number),
    ENQUIRY_DAILY_MAX_PER_EMAIL: expect.any(Number),
    MAILS_PER_RECIPIENT_A_DAY: 20,
    MAILS_PER_WORKSPACE_A_DAY: 1000,
    TEAM_MAILS_PER_WORKSPACE_A_DAY: 5000,
    GOOGLE_ISSUER: 'https://accounts.google.com',
    GITHUB_URL: 'https://github.com',
    EXPORT_PAGE_ROWS: 2500,
    EVENTS_KEEP_DAYS: 0,
    STRIPE_API_URL: 'https://api.stripe.com',
    GITHUB_API_URL: 'https://api.github.com',
    IMPORT_STATEMENTS: 50,
    TURNSTILE_VERIFY_URL: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
    MAIL_TRANSPORT: 'off',
    REQUIRE_VERIFIED_EMAIL: false,
    SMTP_PORT: 587,
    SMTP_SECURE: false,
    DOH_URL: 'https://cloudflare-dns.com/dns-query',
    OUTBOUND_LOCALHOST: false,
    WEBHOOK_SENDS: 40,
    WEBHOOK_TIMEOUT_SECONDS: 15,
  })
})

it('reads numbers and lists out of text, and passes over what is not its own', () => {
  const settings = { RATE_LIMIT_MAX: '7', BCRYPT_COST: ' 12 ', CORS_ORIGINS: 'https://a.example/, ,http://b:8080,' }
  const read = configOf({ JWT_SECRET, ...settings, SOMETHING: 'else', DB: {} })
  expect(read).toMatchObject({ RATE_LIMIT_MAX: 7, BCRYPT_COST: 12 })
  expect(read.CORS_ORIGINS).toEqual(['https://a.example', 'http://b:8080'])
  expect(read).not.toHaveProperty('SOMETHING')
})

it('is read once for an environment', () => {
  const env = { JWT_SECRET, RATE_LIMIT_MAX: '7' }
  expect(configOf(env)).toBe(configOf(env))
  expect(configOf({ ...env })).not.toBe(configOf(env))
})

describe('a setting that cannot be', () => {
  it.each([
    ['JWT_SECRET', undefined],
    ['JWT_SECRET', ''],
    ['JWT_SECRET', 'x'.repeat(31)],
    ['JWT_SECRET', `dev-only-${'x'.repeat(40)}`],
    ['ENVIRONMENT', 'staging'],
    ['SIGNUP', 'yes'],
    ['CORS_ORIGINS', 'example.com'],
    ['CORS_ORIGINS', 'https://*.example.com'],
    ['CORS_ORIGINS', 'https://a.example https://b.example'],
    ['BCRYPT_COST', '3'],
    ['BCRYPT_COST', '16'],
    ['RATE_LIMIT_MAX', 'many'],
    ['RATE_LIMIT_MAX', '0'],
    ['RATE_LIMIT_MAX', '1.5'],
    ['RATE_LIMIT_MAX', ''],
    ['RATE_LIMIT_WINDOW_SECONDS', '86401'],
    ['AUTH_RATE_LIMIT_MAX', '-1'],
    ['ENQUIRY_DAILY_MAX', 'Infinity'],
    ['ENQUIRY_DAILY_MAX_PER_EMAIL', '1e99'],
    ['GOOGLE_CLIENT_SECRET', ''],
    ['GOOGLE_ISSUER', 'http://accounts.google.com'],
    ['GITHUB_URL', 'github.com'],
    ['GITHUB_API_URL', 'ftp://api.github.com'],
    ['TURNSTILE_SECRET', ''],
    ['TURNSTILE_VERIFY_URL', 'not a url'],
  ])('%s: %o is named in one line, with the way to mend it', (name, value) => {
    const line = complaint({ [name]: value })
    expect(line).toMatch(new RegExp(`^${name} .+ \\(.+\\)$`))
    expect(line).toContain(name.endsWith('_SECRET') ? `npx wrangler secret put ${name}` : 'wrangler.toml')
    expect(line).not.toContain('\n')
  })

  it('comes with the others, and never shows a secret', () => {
    const line = complaint({ JWT_SECRET: 'too-short-secret', SIGNUP: 'x', RATE_LIMIT_MAX: 'y', BCRYPT_COST: '99' })
    expect(line.split('; ').map((part) => part.split(' ')[0])).toEqual([
      'JWT_SECRET',
      'SIGNUP',
      'BCRYPT_COST',
      'RATE_LIMIT_MAX',
    ])
    expect(line).not.toContain('too-short-secret')
  })

  it('is the development secret in production alone', () => {
    const secret = 'dev-only-secret-dev-only-secret-dev-only'
    expect(configOf({ ENVIRONMENT: 'development', JWT_SECRET: secret }).JWT_SECRET).toBe(secret)
    expect(complaint({ ENVIRONMENT: 'production', JWT_SECRET: secret })).toContain('development value')
  })
})
