// /v1/auth: accounts and sessions over HTTP.
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
  summary: 'Make an account',
  description:
    'Makes a workspace with you as its ADMIN or, with an `invitationToken`, joins the inviting one in the invited role. ' +
    '`SIGNUP` says who may: `open` everybody, `invite` the invited (and whoever founds the first workspace), `closed` nobody.',
  request: { body: body(Registration) },
  responses: {
    201: json(SignedIn, 'The account, signed in'),
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
    'With e-mail or username. Every failure is the same 401; ten of them on an account or from an address within ' +
    '15 minutes lock it for 15.',
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
    'Gives a new access token and the next refresh token. The old one gives the same for 10 more seconds, so that two ' +
    'tabs may refresh at once. One that comes back later, or after the next one was used, ends the session: it has been ' +
    'copied.',
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
    'Ends the session of the access token: its refresh token works no more, and the access token only for everyday work.',
  responses: { 204: { description: 'Signed out' }, ...errors(...POST, 'not_found') },
})

const meRoute = createRoute({
  method: 'get',
  path: '/me',
  ...allow('account:read'),
  operationId: 'me',
  tags,
  summary: 'Who am I',
  description: 'Your account and its workspace.',
  responses: { 200: json(Me, 'You'), ...errors(...READ) },
})

const listSessionsRoute = createRoute({
  method: 'get',
  path: '/sessions',
  ...allow('account:read'),
  operationId: 'listSessions',
  tags,
  summary: 'List your sessions',
  description: 'Where you are signed in, newest first, at most 100.',
  responses: { 200: json(SessionList, 'Your living sessions'), ...errors(...READ) },
})

const endSessionRoute = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  ...allow('account:write'),
  operationId: 'endSession',
  tags,
  summary: 'End a session',
  description:
    'Its refresh token works no more; its access token runs out within 15 minutes, and until then does everyday work alone.',
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
  description: 'Ends every session but this one.',
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
