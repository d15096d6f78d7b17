// The table of contents: the middleware of every request in its order, and the router of every resource.
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { analyticsRoutes } from './analytics/analytics.routes'
import { authRoutes } from './auth/auth.routes'
import { authenticate, revalidateSession } from './auth/authenticate'
import { recoveryRoutes } from './auth/recovery.routes'
import { billingRoutes } from './billing/billing.routes'
import { bulkRoutes } from './bulk/bulk.routes'
import { calendarRoutes } from './calendar/calendar.routes'
import { customerRoutes } from './customers/customers.routes'
import { mergeRoutes } from './customers/merge.routes'
import { relationshipRoutes } from './customers/relationships.routes'
import { deskGuard, isDeskPath, onDeskError, openDesk } from './desk/desk.door'
import type * as Spoken from './dialects/spoken'
import { docsRoutes } from './docs/docs.routes'
import { enquiryRoutes } from './enquiries/enquiries.routes'
import { eventRoutes } from './events/events.routes'
import { exportRoutes } from './exports/exports.routes'
import { feedRoutes } from './feed/feed.routes'
import { fieldRoutes } from './fields/fields.routes'
import { healthRoutes } from './health/health.routes'
import { requireUtf8 } from './http/body'
import { context } from './http/context'
import { crossOrigin } from './http/cors'
import { notModified } from './http/etag'
import { idempotency } from './http/idempotency'
import { knownQuery } from './http/known-query'
import { createLimits } from './http/limits'
import { noRouteError, onError } from './http/respond'
import { createRouter, methodsOf, tidyPath } from './http/router'
import { limitBody, limitHead } from './http/size-limits'
import { importRoutes } from './imports/imports.routes'
import { interactionRoutes } from './interactions/interactions.routes'
import { timelineRoutes } from './interactions/timeline.routes'
import { continueJobs } from './jobs/jobs.dispatch'
import { jobRoutes } from './jobs/jobs.routes'
import { keyRoutes } from './keys/keys.routes'
import { loadBackground } from './late'
import { HOST } from './late/background.host.mjs'
import { claimRoutes } from './leads/claims.routes'
import { leadRoutes } from './leads/leads.routes'
import { liveRoutes } from './live/live.routes'
import { dispatch } from './mail/mail.dispatch'
import { outboxRoutes } from './mail/outbox.routes'
import { unsubscribeRoutes } from './mail/unsubscribe.routes'
import { accountRoutes } from './oauth/accounts.routes'
import { oauthRoutes } from './oauth/oauth.routes'
import { personalDataRoutes } from './personal-data/personal-data.routes'
import { problemRoutes } from './problems/problems.routes'
import { searchRoutes } from './search/search.routes'
import { stageRoutes } from './stages/stages.routes'
import { customerTagRoutes, leadTagRoutes, ticketTagRoutes } from './tags/tagging.routes'
import { tagRoutes } from './tags/tags.routes'
import { ticketRoutes } from './tickets/tickets.routes'
import { notificationRoutes } from './users/notifications.routes'
import { userRoutes } from './users/users.routes'
import { viewRoutes } from './views/views.routes'
import { deliveryRoutes } from './webhooks/deliveries.routes'
import { notify } from './webhooks/webhooks.dispatch'
import { webhookRoutes } from './webhooks/webhooks.routes'
import { workspaceRoutes } from './workspaces/workspaces.routes'

/** A new app with its own rate limiter, one for each isolate; with the dialects, if they are given. */
export function createApp(spoken?: typeof Spoken) {
  const app = createRouter({ getPath: spoken?.routedPath ?? tidyPath })
  const dialectAt = (path: string) => spoken?.dialectAt(path)
  const errorHandlerAt = (path: string) => (isDeskPath(path) ? onDeskError : (dialectAt(path)?.onError ?? onError))
  const limits = createLimits(spoken?.limitedPaths, (c) => dialectAt(c.req.path) !== undefined)

  app.onError((error, c) => errorHandlerAt(c.req.path)(error, c))
  app.notFound((c) => errorHandlerAt(c.req.path)(noRouteError(c, methodsOf(app, c.req.path)), c))
  app.use(requestId(), secureHeaders(), limitHead)
  if (spoken) app.use(spoken.nameDialect, spoken.translate)
  app.use(context)
  app.use(crossOrigin((c) => dialectAt(c.req.path) !== undefined))
  app.use(authenticate(limits.keyLookup))
  app.use('/dashboard/*', deskGuard)
  app.use(limits.everyRequest)
  app.on('POST', limits.signInPaths, limits.signIn)
  app.on('GET', limits.callbackPaths, limits.signIn)
  app.use(limitBody, revalidateSession, notModified)
  app.use('/v1/*', requireUtf8, idempotency, knownQuery(app))
  if (spoken)
    for (const dialect of spoken.dialects) app.use(`${spoken.mountOf(dialect)}/*`, spoken.noStore, idempotency)
  app.use(
    dispatch,
    notify,
    continueJobs(async () => (await loadBackground(HOST)).JOB_KINDS),
  )

  const routes = app
    .route('/', healthRoutes)
    .route('/', problemRoutes)
    .route('/v1/auth', authRoutes)
    .route('/v1/auth', recoveryRoutes)
    .route('/v1/auth/oauth', accountRoutes)
    .route('/v1/auth/oauth', oauthRoutes)
    .route('/v1/workspace', workspaceRoutes)
    // Before the users, whose /v1/users/{id} would take `me` for an id.
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
    .route('/v1/customers', customerTagRoutes)
    .route('/v1/leads', leadTagRoutes)
    .route('/v1/tickets', ticketTagRoutes)
    .route('/v1/customers', personalDataRoutes)
    .route('/v1/tags', tagRoutes)
    .route('/v1/fields', fieldRoutes)
    .route('/v1/stages', stageRoutes)
    .route('/v1/views', viewRoutes)
    .route('/v1/tickets', ticketRoutes)
    .route('/v1/search', searchRoutes)
    .route('/v1/analytics', analyticsRoutes)
    .route('/v1', calendarRoutes)
    .route('/v1/exports', exportRoutes)
    .route('/v1/events', feedRoutes)
    .route('/v1/events', eventRoutes)
    .route('/v1/outbox', outboxRoutes)
    .route('/v1/unsubscribe', unsubscribeRoutes)
    .route('/v1/imports', importRoutes)
    .route('/v1/jobs', jobRoutes)
    .route('/v1', bulkRoutes)
    .route('/v1/api-keys', keyRoutes)
    .route('/v1/stream', liveRoutes)
    .route('/v1/webhooks', deliveryRoutes)
    .route('/v1/webhooks', webhookRoutes)
    .route('/v1/billing', billingRoutes)

  if (spoken) for (const dialect of spoken.dialects) app.route(spoken.mountOf(dialect), dialect.app)
  app.route('/', docsRoutes(app, spoken))
  app.all('/dashboard/*', openDesk)
  return routes
}

export type AppType = ReturnType<typeof createApp>
