// The rate limit as middleware: what a client reads off every answer, whoever made it.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../src/errors'
import { rateLimit } from '../../src/http/rate-limit'
import { createLimiter } from '../../src/http/sliding-window'

const NOW = 2_000_000 * 900_000 + 777_000

function appWith(names: string[], { limit = 3, raw = false } = {}) {
  const limiter = createLimiter({ now: () => NOW })
  const app = new Hono<{ Bindings: Env }>()
  const subject = `ip:${crypto.randomUUID()}`
  for (const name of names) {
    const rule = { name, limit: name === 'auth' ? 1 : limit, windowSeconds: 900, reason: 'Three in a window.' }
    app.use(name === 'auth' ? '/auth/*' : '*', rateLimit({ limiter, ruleOf: () => rule, subject: () => subject }))
  }
  app.get('/json', (c) => c.json({ ok: true }))
  app.get('/raw', () => new Response('raw', { headers: { 'X-Own': 'yes' } }))
  app.get('/immutable', () => Response.redirect('https://crm.example/'))
  app.get('/etag', etag(), (c) => c.text('same'))
  app.get('/throws', () => {
    throw new Error('downstream')
  })
  app.get('/auth/login', (c) => c.json({ ok: true }))
  app.onError((error, c) => {
    const [status, after] =
      error instanceof AppError ? [429 as const, error.extras.retryAfter] : [500 as const, undefined]
    const headers: Record<string, string> = after ? { 'Retry-After': String(after) } : {}
    return raw ? new Response('{}', { status, headers }) : c.json({}, status, headers)
  })
  return (path: string, init: RequestInit = {}) => app.request(path, init, env)
}

const limits = (response: Response) => [response.headers.get('RateLimit-Policy'), response.headers.get('RateLimit')]

afterEach(() => void vi.restoreAllMocks())

describe('every answer says where the caller stands', () => {
  it.each([
    ['a handler that answers with JSON', '/json', 200],
    ['a handler that answers with a Response of its own', '/raw', 200],
    ['an answer whose headers are immutable', '/immutable', 302],
    ['an error thrown downstream', '/throws', 500],
    ['a path that does not exist', '/nowhere', 404],
  ])('on %s', async (_what, path, status) => {
    const response = await appWith(['default'])(path)
    expect(response.status).toBe(status)
    expect(limits(response)).toEqual(['"default";q=3;w=900', '"default";r=2;t=123'])
    expect(response.headers.get('RateLimit-Degraded')).toBeNull()
  })

  it('on a 304, which drops most headers', async () => {
    const get = appWith(['default'])
    const tag = (await get('/etag')).headers.get('ETag') ?? ''
    const response = await get('/etag', { headers: { 'If-None-Match': tag } })
    expect(response.status).toBe(304)
    expect(limits(response)).toEqual(['"default";q=3;w=900', '"default";r=1;t=123'])
  })

  it.each([false, true])('on a refusal, with Retry-After (onError makes a raw Response: %s)', async (raw) => {
    const get = appWith(['default'], { raw })
    for (let i = 0; i < 3; i++) expect((await get('/json')).status).toBe(200)
    const response = await get('/json')
    expect(response.status).toBe(429)
    expect(limits(response)).toEqual(['"default";q=3;w=900', '"default";r=0;t=123'])
    expect(response.headers.get('Retry-After')).toBe('423')
  })

  it('under every policy that the request counts against, outermost first', async () => {
    const get = appWith(['default', 'auth'])
    const first = await get('/auth/login')
    expect(limits(first)).toEqual(['"default";q=3;w=900, "auth";q=1;w=900', '"default";r=2;t=123, "auth";r=0;t=123'])
    const second = await get('/auth/login')
    expect(second.status).toBe(429)
    expect(limits(second)).toEqual(['"default";q=3;w=900, "auth";q=1;w=900', '"default";r=1;t=123, "auth";r=0;t=123'])
    expect(limits(await get('/json'))).toEqual(['"default";q=3;w=900', '"default";r=0;t=123'])
  })
})

it('quotes a policy name as a structured-field string', async () => {
  const response = await appWith(['a "b\\'])('/json')
  expect(response.headers.get('RateLimit')).toBe('"a \\"b\\\\";r=2;t=123')
})

it('says that it is degraded when KV is gone, and answers', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(env.KV, 'get').mockRejectedValue(new Error('KV is not answering'))
  const response = await appWith(['default'])('/json')
  expect(response.status).toBe(200)
  expect(response.headers.get('RateLimit-Degraded')).toBe('1')
})

it('leaves the writing to KV for after the answer', async () => {
  const limiter = createLimiter({ now: () => NOW })
  const subject = `ip:${crypto.randomUUID()}`
  const app = new Hono<{ Bindings: Env }>()
  app.use(
    rateLimit({
      limiter,
      ruleOf: () => ({ name: 'default', limit: 20, windowSeconds: 900, reason: 'Three in a window.' }),
      subject: () => subject,
    }),
  )
  const ctx = createExecutionContext()
  await app.fetch(new Request('https://crm.example/'), env, ctx)
  await waitOnExecutionContext(ctx)
  expect(await env.KV.get(`rl:default:${subject}`, 'json')).toEqual({ w: 2_000_000, p: 0, c: 1 })
})
