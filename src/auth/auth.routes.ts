// /v1/auth: registration, sign-in, sessions and the own account.
import { createRoute } from '@hono/zod-openapi'
import { requirePerson } from '../access/person'
import { errors, OPEN_POST, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow, open } from '../http/allow'
import { clientOf, ctx, publicCtx } from '../http/context'
import { body, createRouter, json } from '../http/router'
import {
  Credentials,
  Me,
  PasswordChange,
  RefreshRequest,
  Registration,
  SessionList,
  SignedIn,
  Tokens,
} from './auth.schemas'
import { changePassword, getMe, login } from './auth.service'
import { register } from './registration.service'
import { endSession, listSessions, refreshSession } from './sessions.service'

const tags = ['Auth']

const registerRoute = createRoute({
  method: 'post',
  path: '/register',
  ...open,
  operationId: 'register',
  tags,
  summary: 'Create an account',
  description:
    'Creates a workspace with you as its ADMIN or, with an `invitationToken`, joins the inviting workspace with the ' +
    'invited role. The setting `SIGNUP` decides who may register: everyone with `open`, invited people (and the first ' +
    'user of all) with `invite`, nobody with `closed`.',
  request: { body: body(Registration) },
  responses: {
    201: json(SignedIn, 'The new account, signed in'),
    ...errors(...OPEN_POST, 'email_taken', 'signup_closed', 'invalid_invitation', 'plan_limit'),
  },
})

const loginRoute = createRoute({
  method: 'post',
  path: '/login',
  ...open,
  operationId: 'login',
  tags,
  summary: 'Sign in',
  description:
    'With e-mail address or username. Every failure is the same 401. Ten failures for an account or from an IP address ' +
    'within 15 minutes lock it for 15 minutes.',
  request: { body: body(Credentials) },
  responses: { 200: json(SignedIn, 'Signed in'), ...errors(...OPEN_POST, 'invalid_credentials', 'locked_out') },
})

const refreshRoute = createRoute({
  method: 'post',
  path: '/refresh',
  ...open,
  operationId: 'refresh',
  tags,
  summary: 'Exchange a refresh token',
  description:
    'Returns a new access token and the next refresh token. For 10 more seconds the old refresh token returns the same, ' +
    'so that two tabs can refresh at once. If it is used later, or after the next one was used, it was copied, and the ' +
    'session ends.',
  request: { body: body(RefreshRequest) },
  responses: { 200: json(Tokens, 'The next tokens'), ...errors(...OPEN_POST, 'invalid_refresh_token') },
})

const logoutRoute = createRoute({
  method: 'post',
  path: '/logout',
  ...allow('account:write'),
  operationId: 'logout',
  tags,
  summary: 'Sign out',
  description:
    'Ends the session of the access token. Its refresh token becomes invalid; the access token can only read and write ' +
    'records until it expires.',
  responses: { 204: { description: 'Signed out' }, ...errors(...POST, 'not_found') },
})

const meRoute = createRoute({
  method: 'get',
  path: '/me',
  ...allow('account:read'),
  operationId: 'me',
  tags,
  summary: 'Get your account',
  description: 'Returns your account and its workspace.',
  responses: { 200: json(Me, 'You'), ...errors(...READ) },
})

const listSessionsRoute = createRoute({
  method: 'get',
  path: '/sessions',
  ...allow('account:read'),
  operationId: 'listSessions',
  tags,
  summary: 'List your sessions',
  description: 'Lists the active sessions of your account, newest first, at most 100.',
  responses: { 200: json(SessionList, 'Your active sessions'), ...errors(...READ) },
})

const endSessionRoute = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  ...allow('account:write'),
  operationId: 'endSession',
  tags,
  summary: 'End a session',
  description:
    'Its refresh token becomes invalid. Its access token expires within 15 minutes, and can only read and write records ' +
    'until then.',
  request: { params: IdParam },
  responses: { 204: { description: 'Ended' }, ...errors(...READ, 'not_found') },
})

const changePasswordRoute = createRoute({
  method: 'post',
  path: '/change-password',
  ...allow('account:write'),
  operationId: 'changePassword',
  tags,
  summary: 'Change your password',
  description: 'Ends all your other sessions.',
  request: { body: body(PasswordChange) },
  responses: { 204: { description: 'Changed' }, ...errors(...POST, 'locked_out') },
})

export const authRoutes = createRouter()
  .openapi(registerRoute, async (c) =>
    c.json(SignedIn.parse(await register(publicCtx(c), c.req.valid('json'), clientOf(c))), 201, {
      Location: '/v1/auth/me',
    }),
  )
  .openapi(loginRoute, async (c) =>
    c.json(SignedIn.parse(await login(publicCtx(c), c.req.valid('json'), clientOf(c))), 200),
  )
  .openapi(refreshRoute, async (c) =>
    c.json(Tokens.parse(await refreshSession(publicCtx(c), c.req.valid('json').refreshToken)), 200),
  )
  .openapi(logoutRoute, async (c) => {
    const context = ctx(c)
    await endSession(context, requirePerson(context.actor, 'A session').sessionId)
    return c.body(null, 204)
  })
  .openapi(meRoute, async (c) => c.json(Me.parse(await getMe(ctx(c))), 200))
  .openapi(listSessionsRoute, async (c) =>
    c.json(SessionList.parse({ data: await listSessions(ctx(c)), nextCursor: null }), 200),
  )
  .openapi(endSessionRoute, async (c) => {
    await endSession(ctx(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(changePasswordRoute, async (c) => {
    await changePassword(ctx(c), c.req.valid('json'))
    return c.body(null, 204)
  })
