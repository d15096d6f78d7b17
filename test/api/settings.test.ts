// Settings: what is missing or wrong is named, in the answer and in the log, with the way to mend it.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { send, worker } from '../support/api'

const GOOD = 'a-secret-of-this-test-that-is-long-enough'

async function answer(settings: Record<string, unknown>) {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const response = await send('/health', {}, worker(settings))
  return { status: response.status, body: await response.text(), logged: log.mock.calls.flat().map(String) }
}

afterEach(() => void vi.restoreAllMocks())

describe('a setting that is not right', () => {
  it.each([
    [{ JWT_SECRET: undefined }, 'JWT_SECRET is missing (set it with: npx wrangler secret put JWT_SECRET'],
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET must have at least 32 characters'],
    [{ CORS_ORIGINS: 'https://app.example.com/path' }, 'CORS_ORIGINS must be a comma-separated list of origins'],
    [{ CORS_ORIGINS: '*' }, 'CORS_ORIGINS must be a comma-separated list of origins'],
    [{ RATE_LIMIT_MAX: 'many' }, 'RATE_LIMIT_MAX must be a whole number from 1 to 1000000000'],
    [{ IMPORT_STATEMENTS: '1.5' }, 'IMPORT_STATEMENTS must be a whole number from 40 to 1000'],
    [{ IMPORT_STATEMENTS: '3000' }, 'IMPORT_STATEMENTS must be a whole number from 40 to 1000'],
    [{ SIGNUP: 'everybody' }, 'SIGNUP'],
    [
      { ENVIRONMENT: 'production', JWT_SECRET: 'dev-only-secret-never-used-in-production' },
      'JWT_SECRET is the development value',
    ],
  ])('is named at the first request and in the log: %j', async (settings, message) => {
    const { status, body, logged } = await answer(settings)
    expect(status).toBe(500)
    expect(JSON.parse(body)).toMatchObject({ code: 'misconfigured', detail: expect.stringContaining(message) })
    expect(logged).toHaveLength(1)
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      event: 'misconfigured',
      message: expect.stringContaining(message),
    })
  })

  it('never shows the value of a secret', async () => {
    const { body, logged } = await answer({ JWT_SECRET: 'short-but-secret', RATE_LIMIT_MAX: '-1' })
    expect(body + logged.join()).not.toContain('short-but-secret')
  })

  it('comes with all the others that are not right', async () => {
    const { body } = await answer({ JWT_SECRET: undefined, RATE_LIMIT_MAX: '0', BCRYPT_COST: '3' })
    for (const name of ['JWT_SECRET', 'RATE_LIMIT_MAX', 'BCRYPT_COST']) expect(body).toContain(name)
  })
})

it('a Worker in production runs with a secret of its own and nothing else set', async () => {
  const { status, logged } = await answer({
    ENVIRONMENT: undefined,
    JWT_SECRET: GOOD,
    CORS_ORIGINS: undefined,
    SIGNUP: undefined,
    BCRYPT_COST: undefined,
    RATE_LIMIT_MAX: undefined,
    USER_RATE_LIMIT_MAX: undefined,
    KEY_RATE_LIMIT_MAX: undefined,
    AUTH_RATE_LIMIT_MAX: undefined,
  })
  expect([status, logged]).toEqual([200, []])
})
