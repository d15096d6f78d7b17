// /health says whether the Worker runs, /ready whether its database answers.
import { createRoute, z } from '@hono/zod-openapi'
import { AppError, errors } from '../errors'
import { open } from '../http/allow'
import { publicCtx } from '../http/context'
import { createRouter, json } from '../http/router'
import { isMigrated } from './health.service'

const tags = ['Health']
const Health = z.object({ status: z.literal('ok') }).openapi('Health', { example: { status: 'ok' } })

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  ...open,
  operationId: 'health',
  tags,
  summary: 'Check that the Worker runs',
  description: 'Does not read the database.',
  responses: { 200: json(Health, 'It runs'), ...errors('invalid', 'rate_limited') },
})

const readyRoute = createRoute({
  method: 'get',
  path: '/ready',
  ...open,
  operationId: 'ready',
  tags,
  summary: 'Check that the database answers',
  description: 'Reads one row. A 503 means that the database does not answer or has not been migrated.',
  responses: { 200: json(Health, 'It answers'), ...errors('invalid', 'rate_limited', 'unavailable') },
})

export const healthRoutes = createRouter()
  .openapi(healthRoute, (c) => c.json({ status: 'ok' as const }, 200))
  .openapi(readyRoute, async (c) => {
    if (!(await isMigrated(publicCtx(c)))) {
      throw new AppError('unavailable', { detail: 'The database is empty: apply the migrations.', retryAfter: 60 })
    }
    return c.json({ status: 'ok' as const }, 200)
  })
