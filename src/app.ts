// The table of contents: what every request passes, and the router of every resource.
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { analyticsRoutes } from './analytics/analytics.routes'
import { authRoutes } from './auth/auth.routes'
import { authenticate, revalidateSession } from './auth/authenticate'
import { recoveryRoutes } from './auth/recovery.routes'
import { billingRoutes } from './billing/billing.routes'
import { calendarRoutes } from './calendar/calendar.routes'
import { customerRoutes } from './customers/customers.routes'
import { mergeRoutes } from './customers/merge.routes'
import { relationshipRoutes } from './customers/relationships.routes'
import { dashboardRoutes, onPageError } from './dashboard/dashboard.routes'
import { dashboardSession } from './dashboard/dashboard.session'
import { dialects } from './dialects/dialects'
import { dialectAt, mountOf, noStore, pathIn } from './dialects/dispatch'
import { docsRoutes } from './docs/docs.routes'
import { openApiText } from './docs/openapi'
import { enquiryRoutes } from './enquiries/enquiries.routes'
import { AppError } from './errors'
import { eventRoutes } from './events/events.routes'
import { exportRoutes } from './exports/exports.routes'
import { healthRoutes } from './health/health.routes'
import { type AppEnv, addressOf, context } from './http/context'
import { notModified } from './http/etag'
import { boundedHead } from './http/head'
import { idempotency } from './http/idempotency'
import { knownQuery } from './http/known-query'
import { admission, rateLimit } from './http/rate-limit'
import { notFound, onError } from './http/respond'
import { createRouter } from './http/router'
import { createLimiter } from './http/sliding-window'
import { importRoutes } from './imports/imports.routes'
import { interactionRoutes } from './interactions/interactions.routes'
import { timelineRoutes } from './interactions/timeline.routes'
import { continueJobs } from './jobs/jobs.dispatch'
import { jobRoutes } from './jobs/jobs.routes'
import { keyRoutes } from './keys/keys.routes'
import { claimRoutes } from './leads/claims.routes'
import { leadRoutes } from './leads/leads.routes'
import { dispatch } from './mail/mail.dispatch'
import { outboxRoutes } from './mail/outbox.routes'
import { accountRoutes } from './oauth/accounts.routes'
import { oauthRoutes } from './oauth/oauth.routes'
import { personalDataRoutes } from './personal-data/personal-data.routes'
import { taggingRoutes } from './tags/tagging.routes'
import { tagRoutes } from './tags/tags.routes'
import { ticketRoutes } from './tickets/tickets.routes'
import { notificationRoutes } from './users/notifications.routes'
import { userRoutes } from './users/users.routes'
import { workspaceRoutes } from './workspaces/workspaces.routes'

const MAX_BODY = 1_048_576
const IMPORTS = '/v1/imports'
const EXPOSED = [
  'Content-Disposition',
  'D1-Bookmark',
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Degraded',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'X-Request-Id',
]

const SIGN_IN = [
  '/v1/auth/register',
  '/v1/auth/login',
  '/v1/auth/refresh',
  '/v1/auth/oauth/token',
  '/v1/auth/verify-email',
  '/v1/auth/forgot-password',
  '/v1/auth/reset-password',
  ...dialects.flatMap((dialect) => dialect.signsIn.map((path) => mountOf(dialect) + path)),
]
const CALLBACKS = [
  '/v1/auth/oauth/:provider/callback',
  ...dialects.flatMap((dialect) => (dialect.callbacks ?? []).map((path) => mountOf(dialect) + path)),
]
// A monitor asks every few seconds, and must not be told that the service is down because it asked; Stripe tells of
// all workspaces from a few addresses.
const MACHINES = [
  '/health',
  '/ready',
  '/v1/billing/webhook',
  ...dialects.flatMap((dialect) => (dialect.probes ?? []).map((path) => mountOf(dialect) + path)),
]

const rule = (c: Context<AppEnv>, name: string, limit: number) => ({
  name,
  limit,
  windowSeconds: c.var.config.RATE_LIMIT_WINDOW_SECONDS,
})
const defaultRule = (c: Context<AppEnv>) =>
  MACHINES.includes(c.req.path)
    ? rule(c, 'machine', 10 * c.var.config.RATE_LIMIT_MAX)
    : rule(c, 'default', c.var.config.RATE_LIMIT_MAX)
const signInRule = (c: Context<AppEnv>) => rule(c, 'auth', c.var.config.AUTH_RATE_LIMIT_MAX)
const address = (c: Context<AppEnv>) => `address ${addressOf(c)}`
const caller = (c: Context<AppEnv>) => (c.var.actor ? `${c.var.actor.type} ${c.var.actor.id}` : address(c))
// A machine's address may use many keys, each looked up every few seconds; a flood of made-up ones meets this instead.
const lookUps = (c: Context<AppEnv>) => rule(c, 'key-lookup', 10 * c.var.config.RATE_LIMIT_MAX)

const smallBody = bodyLimit({
  maxSize: MAX_BODY,
  onError: (c) => {
    const isFile = c.req.path === IMPORTS
    throw new AppError('body_too_large', isFile ? { detail: 'Without an Idempotency-Key, a file may have 50 MB.' } : {})
  },
})
// A file is read as it comes in and has a limit of its own. An Idempotency-Key has to see the whole of it first.
const isStreamed = (c: Context<AppEnv>) =>
  c.req.path === IMPORTS && c.req.method === 'POST' && c.req.header('Idempotency-Key') === undefined

const crossOrigin = (options: { credentials?: boolean }) =>
  cors({
    origin: (origin, c) => (c.var.config.CORS_ORIGINS.includes(origin) ? origin : null),
    exposeHeaders: EXPOSED,
    maxAge: 86_400,
    ...options,
  })
const corsUsual = crossOrigin({})
// Frontends of other systems may send every request with credentials, and are given no answer that does not allow it.
const corsOfDialects = crossOrigin({ credentials: true })

function failureAt(path: string) {
  return path.startsWith('/dashboard') ? onPageError : (dialectAt(dialects, path)?.onError ?? onError)
}

/** An app of its own, with a rate limiter of its own: one per isolate. */
export function createApp() {
  const app = createRouter({ getPath: pathIn(dialects) })
  const limiter = createLimiter()

  app.onError((error, c) => failureAt(c.req.path)(error, c))
  app.notFound((c) => {
    const dialect = dialectAt(dialects, c.req.path)
    return dialect ? dialect.onError(new AppError('not_found'), c) : notFound(c)
  })
  app.use(requestId())
  app.use(secureHeaders())
  app.use(boundedHead)
  for (const dialect of dialects) if (dialect.translate) app.use(`${mountOf(dialect)}/*`, dialect.translate)
  app.use(context)
  app.use((c, next) => (dialectAt(dialects, c.req.path) ? corsOfDialects : corsUsual)(c, next))
  app.use(authenticate(admission<AppEnv>({ limiter, policy: lookUps, subject: address })))
  app.on(['GET', 'POST'], ['/dashboard', '/dashboard/*'], dashboardSession)
  app.use(rateLimit<AppEnv>({ limiter, policy: defaultRule, subject: caller }))
  app.on(
    'POST',
    [...SIGN_IN, '/dashboard/sign-in'],
    rateLimit<AppEnv>({ limiter, policy: signInRule, subject: address }),
  )
  app.on('GET', CALLBACKS, rateLimit<AppEnv>({ limiter, policy: signInRule, subject: address }))
  app.use((c, next) => (isStreamed(c) ? next() : smallBody(c, next)))
  app.use(revalidateSession)
  app.use(notModified)
  app.use('/v1/*', idempotency)
  app.use('/v1/*', knownQuery(app))
  for (const dialect of dialects) app.use(`${mountOf(dialect)}/*`, noStore, idempotency)
  app.use(dispatch)
  app.use(continueJobs)

  const routes = app
    .route('/', healthRoutes)
    .route('/v1/auth', authRoutes)
    .route('/v1/auth', recoveryRoutes)
    .route('/v1/auth/oauth', accountRoutes)
    .route('/v1/auth/oauth', oauthRoutes)
    .route('/v1/workspace', workspaceRoutes)
    .route('/v1/users', notificationRoutes)
    .route('/v1/users', userRoutes)
    .route('/v1/enquiries', enquiryRoutes)
    .route('/v1/leads', claimRoutes)
    .route('/v1/leads', leadRoutes)
    .route('/v1', timelineRoutes)
    .route('/v1/interactions', interactionRoutes)
    .route('/v1/customers', mergeRoutes)
    .route('/v1/customers', customerRoutes)
    .route('/v1/customers', relationshipRoutes)
    .route('/v1/customers', taggingRoutes)
    .route('/v1/customers', personalDataRoutes)
    .route('/v1/tags', tagRoutes)
    .route('/v1/tickets', ticketRoutes)
    .route('/v1/analytics', analyticsRoutes)
    .route('/v1', calendarRoutes)
    .route('/v1/exports', exportRoutes)
    .route('/v1/events', eventRoutes)
    .route('/v1/outbox', outboxRoutes)
    .route('/v1/imports', importRoutes)
    .route('/v1/jobs', jobRoutes)
    .route('/v1/api-keys', keyRoutes)
    .route('/v1/billing', billingRoutes)

  for (const dialect of dialects) app.route(mountOf(dialect), dialect.app)

  let openApi: string | undefined
  app.route('/', docsRoutes(dialects))
  app.route('/dashboard', dashboardRoutes)
  app.get('/openapi.json', (c) => {
    openApi ??= openApiText(app)
    return c.body(openApi, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=300' })
  })
  return routes
}

export type AppType = ReturnType<typeof createApp>
