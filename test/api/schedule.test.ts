// What runs by the clock: every expression of wrangler.toml has its jobs, and one that fails stops no other.
/// <reference types="vite/types/importMeta.d.ts" />
import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'
import { AppError } from '../../src/errors'
import handler from '../../src/index'
import { runJobs, SCHEDULE } from '../../src/schedule'

const texts = import.meta.glob<string>(['../../wrangler.toml', '../../docs/deploying.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

afterEach(() => void vi.restoreAllMocks())

it('is what wrangler.toml triggers and the documents tell, no more and no less', () => {
  const toml = texts['../../wrangler.toml'] ?? ''
  const crons = [...toml.matchAll(/^crons = \[(.*)\]$/gm)].flatMap(
    ([, list = '']) => list.match(/[^",\s][^",]*/g) ?? [],
  )
  expect(crons).toEqual(Object.keys(SCHEDULE))
  const told = [...(texts['../../docs/deploying.md'] ?? '').matchAll(/^\| `([\d*/, -]+)` \|/gm)].map(([, cron]) => cron)
  expect(told).toEqual(crons)
})

it('runs one job after the other; one that fails is logged, without what it was given, and stops no other', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const ran: string[] = []
  const failing = (error: Error) => async () => {
    throw error
  }
  const wrapped = new Error('Failed query, params: alice@example.com', { cause: new Error('no such column') })
  await runJobs(
    [
      { name: 'first', run: failing(wrapped) },
      { name: 'second', run: failing(new AppError('misconfigured', { detail: 'X is missing' })) },
      { name: 'third', run: async (_, now) => ran.push(now) },
    ],
    env,
    '2026-11-21T15:00:00.000Z',
  )
  expect(ran).toEqual(['2026-11-21T15:00:00.000Z'])
  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)))
  expect(lines).toMatchObject([
    { event: 'job_failed', job: 'first', name: 'Error', stack: expect.stringContaining('no such column') },
    { event: 'job_failed', job: 'second', code: 'misconfigured', detail: 'X is missing' },
  ])
  expect(JSON.stringify(lines)).not.toContain('alice')
})

it('does nothing for an expression that it does not know', async () => {
  await handler.scheduled(createScheduledController({ cron: '0 0 1 1 *' }), env)
})
