// /v1/auth/oauth/{provider}: redirects to the provider, handles its callback, and exchanges the code for tokens.
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { SignedIn } from '../auth/auth.schemas'
import { AppError, ERRORS, errors, OPEN_POST } from '../errors'
import { open } from '../http/allow'
import { type AppEnv, clientOf, publicCtx } from '../http/context'
import { body, createRouter, json } from '../http/router'
import { beginSignIn, PAGE_CSP, requireAllowedRedirect, returnUrl, signInPage, takeFlow } from './oauth.browser'
import { fetchIdentity } from './oauth.client'
import { type Flow, openCode, proofOf, sealCode } from './oauth.flow'
import { CallbackQuery, CodeExchange, ProviderParam, SignInQuery } from './oauth.schemas'
import { signIn } from './sign-in.service'

const tags = ['OAuth']
const OPEN_GET = ['invalid', 'rate_limited', 'unavailable', 'not_configured', 'provider_unavailable'] as const
const SIGN_IN_ERRORS = [
  'invalid_credentials',
  'invalid_invitation',
  'oauth_email_unverified',
  'signup_closed',
  'email_taken',
  'account_unverified',
  'provider_taken',
] as const

const beginOAuthRoute = createRoute({
  method: 'get',
  path: '/{provider}',
  ...open,
  operationId: 'beginOAuth',
  tags,
  summary: 'Sign in with a provider',
  description:
    'Navigate the browser here; do not use fetch. The browser is redirected to the provider, then to `redirectTo`, with ' +
    '`?code=` to exchange within 60 seconds, or with `?error=` and the code of an error. Without `redirectTo` the ' +
    'callback itself answers: with the same JSON as a sign-in, or with a page if the client accepts HTML.',
  request: { params: ProviderParam, query: SignInQuery },
  responses: { 302: { description: 'Redirect to the provider' }, ...errors(...OPEN_GET) },
})

const endOAuthRoute = createRoute({
  method: 'get',
  path: '/{provider}/callback',
  ...open,
  operationId: 'endOAuth',
  tags,
  summary: 'Handle the callback of a provider',
  description:
    'The provider redirects the browser here: enter this address when you register your app at the provider. Works ' +
    'once, in the browser that began the sign-in, for 10 minutes.',
  request: { params: ProviderParam, query: CallbackQuery },
  responses: {
    200: {
      description: 'Signed in, without `redirectTo`',
      content: { 'application/json': { schema: SignedIn }, 'text/html': { schema: z.string() } },
    },
    302: { description: 'Redirect to `redirectTo`, with `?code=` or `?error=`' },
    ...errors(
      ...OPEN_GET,
      ...SIGN_IN_ERRORS,
      'invalid_oauth_state',
      'invalid_oauth_code',
      'oauth_failed',
      'oauth_denied',
    ),
  },
})

const exchangeOAuthCodeRoute = createRoute({
  method: 'post',
  path: '/token',
  ...open,
  operationId: 'exchangeOAuthCode',
  tags,
  summary: 'Exchange the code of a sign-in',
  description:
    'With the `codeVerifier` of the browser that began the sign-in. Signs in as the user to whom the provider account is ' +
    'linked. Otherwise links it to the account with the same address, if provider and account have both verified the ' +
    'address. Otherwise creates an account like registration, if `SIGNUP` or an invitation allows it.',
  request: { body: body(CodeExchange) },
  responses: { 200: json(SignedIn, 'Signed in'), ...errors(...OPEN_POST, ...SIGN_IN_ERRORS, 'invalid_oauth_code') },
})

export const oauthRoutes = createRouter()
  .openapi(beginOAuthRoute, async (c) => {
    const { redirectTo, ...options } = c.req.valid('query')
    const allowed = redirectTo === undefined ? undefined : requireAllowedRedirect(c.var.config, redirectTo)
    try {
      const { provider } = c.req.valid('param')
      const callback = new URL(`${c.req.path}/callback`, c.req.url)
      return c.redirect(await beginSignIn(c, provider, callback, { ...options, redirectTo: allowed }), 302)
    } catch (error) {
      return failureResponse(c, error, allowed)
    }
  })
  .openapi(endOAuthRoute, async (c) => {
    const context = publicCtx(c)
    const { provider } = c.req.valid('param')
    const { state = '' } = c.req.valid('query')
    let flow: Flow | undefined
    try {
      flow = await takeFlow(c, provider, state)
      const proof = proofOf(flow, await fetchIdentity(context, flow, new URL(c.req.url)))
      if (flow.redirectTo !== undefined && flow.codeChallenge !== undefined) {
        const code = await sealCode(context, proof, flow.codeChallenge)
        return c.redirect(returnUrl(flow.redirectTo, { code }), 302)
      }
      const signedIn = SignedIn.parse(await signIn(context, proof, clientOf(c)))
      if (!acceptsHtml(c)) return c.json(signedIn, 200)
      const { user, workspace, accessToken } = signedIn
      const text = `You are ${user.name} (${user.email}), ${user.role} of ${workspace.name}.`
      c.header('Content-Security-Policy', PAGE_CSP)
      return c.html(signInPage({ title: 'You are signed in', text, token: accessToken }), 200)
    } catch (error) {
      return failureResponse(c, error, flow?.redirectTo)
    }
  })
  .openapi(exchangeOAuthCodeRoute, async (c) => {
    const context = publicCtx(c)
    const proof = await openCode(context, c.req.valid('json'))
    return c.json(SignedIn.parse(await signIn(context, proof, clientOf(c))), 200)
  })

function acceptsHtml(c: Context<AppEnv>): boolean {
  return c.req.header('Accept')?.includes('text/html') ?? false
}

// Sends an error to the frontend, or shows it as a page. A client that does not accept HTML gets the problem document.
function failureResponse(c: Context<AppEnv>, error: unknown, redirectTo: string | undefined) {
  if (!(error instanceof AppError)) throw error
  const { code, extras } = error
  if (redirectTo !== undefined) return c.redirect(returnUrl(redirectTo, { error: code }), 302)
  if (!acceptsHtml(c)) throw error
  const [status, title] = ERRORS[code]
  if (extras.retryAfter !== undefined) c.header('Retry-After', String(extras.retryAfter))
  c.header('Content-Security-Policy', PAGE_CSP)
  return c.html(signInPage({ title, text: extras.detail ?? 'Go back and start again.' }), status)
}
