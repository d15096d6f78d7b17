// /health says whether the Worker runs, /ready whether its database answers; /problems/{code} explains an error.
import { createRoute, z } from '@hono/zod-openapi'
import { AppError, ERRORS, errors, isErrorCode } from '../errors'
import { raw } from '../field-schemas'
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

const explainProblemRoute = createRoute({
  method: 'get',
  path: '/problems/{code}',
  ...open,
  operationId: 'explainProblem',
  tags,
  summary: 'Explain an error',
  description: 'The `type` of a problem document links to this.',
  request: { params: z.strictObject({ code: raw(60).openapi({ example: 'already_claimed' }) }) },
  responses: {
    200: json(
      z.object({ code: z.string(), status: z.number().int(), title: z.string() }).openapi('Explanation'),
      'The error',
    ),
    ...errors('invalid', 'not_found', 'rate_limited'),
  },
})

export const healthRoutes = createRouter()
  .openapi(healthRoute, (c) => c.json({ status: 'ok' as const }, 200))
  .openapi(readyRoute, async (c) => {
    if (!(await isMigrated(publicCtx(c)))) {
      throw new AppError('unavailable', { detail: 'The database is empty: apply the migrations.', retryAfter: 60 })
    }
    return c.json({ status: 'ok' as const }, 200)
  })
  .openapi(explainProblemRoute, (c) => {
    const { code } = c.req.valid('param')
    if (!isErrorCode(code)) throw new AppError('not_found')
    const [status, title] = ERRORS[code]
    return c.json({ code, status, title }, 200)
  })
