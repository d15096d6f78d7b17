// /v1/auth/oauth/{provider}: to the provider and back in the browser; then the frontend exchanges its code for tokens.
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { SignedIn } from '../auth/auth.schemas'
import { AppError, ERRORS, errors, OPEN_POST } from '../errors'
import { open } from '../http/allow'
import { type AppEnv, clientOf, publicCtx } from '../http/context'
import { body, createRouter, json } from '../http/router'
import { beginSignIn, PAGE_CSP, page, requireAllowedReturn, returnUrl, takeFlow } from './oauth.browser'
import { identify } from './oauth.client'
import { type Flow, openCode, proofOf, sealCode } from './oauth.flow'
import { CallbackQuery, CodeExchange, ProviderParam, SignInQuery } from './oauth.schemas'
import { signIn } from './sign-in.service'

const tags = ['OAuth']
const OPEN_GET = ['invalid', 'rate_limited', 'unavailable', 'not_configured', 'provider_unavailable'] as const
const REFUSALS = [
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
    'Send the browser here, not a fetch: it goes on to the provider, comes back, and ends at `redirectTo`, with `?code=` ' +
    'to exchange within 60 seconds or `?error=` and the code of an error. Without `redirectTo` the callback itself ' +
    'answers: with the body of a sign-in as JSON, to a browser with a page.',
  request: { params: ProviderParam, query: SignInQuery },
  responses: { 302: { description: 'To the provider' }, ...errors(...OPEN_GET) },
})

const endOAuthRoute = createRoute({
  method: 'get',
  path: '/{provider}/callback',
  ...open,
  operationId: 'endOAuth',
  tags,
  summary: 'Come back from a provider',
  description:
    'Where the provider sends the browser: give this address to the provider when you register the app there. Works ' +
    'once, in the browser that began, for 10 minutes.',
  request: { params: ProviderParam, query: CallbackQuery },
  responses: {
    200: {
      description: 'Signed in, where there is no `redirectTo`',
      content: { 'application/json': { schema: SignedIn }, 'text/html': { schema: z.string() } },
    },
    302: { description: 'To `redirectTo`, with `?code=` or `?error=`' },
    ...errors(...OPEN_GET, ...REFUSALS, 'invalid_oauth_state', 'invalid_oauth_code', 'oauth_failed', 'oauth_denied'),
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
    'With the `codeVerifier` of the browser that began. Signs in as the user to whom the provider’s account is linked; ' +
    'else links it to the account with the same address, if provider and account both have verified that; else makes ' +
    'an account as registering does, by `SIGNUP` or an invitation.',
  request: { body: body(CodeExchange) },
  responses: { 200: json(SignedIn, 'Signed in'), ...errors(...OPEN_POST, ...REFUSALS, 'invalid_oauth_code') },
})

export const oauthRoutes = createRouter()
  .openapi(beginOAuthRoute, async (c) => {
    const { redirectTo, ...wishes } = c.req.valid('query')
    const safe = redirectTo === undefined ? undefined : requireAllowedReturn(c.var.config, redirectTo)
    try {
      const { provider } = c.req.valid('param')
      const callback = new URL(`${c.req.path}/callback`, c.req.url)
      return c.redirect(await beginSignIn(c, provider, callback, { ...wishes, redirectTo: safe }), 302)
    } catch (error) {
      return failureAnswer(c, error, safe)
    }
  })
  .openapi(endOAuthRoute, async (c) => {
    const context = publicCtx(c)
    const { provider } = c.req.valid('param')
    const { state = '' } = c.req.valid('query')
    let flow: Flow | undefined
    try {
      flow = await takeFlow(c, provider, state)
      const proof = proofOf(flow, await identify(context, flow, new URL(c.req.url)))
      if (flow.redirectTo !== undefined && flow.codeChallenge !== undefined) {
        const code = await sealCode(context, proof, flow.codeChallenge)
        return c.redirect(returnUrl(flow.redirectTo, { code }), 302)
      }
      const signedIn = SignedIn.parse(await signIn(context, proof, clientOf(c)))
      if (!wantsPage(c)) return c.json(signedIn, 200)
      const { user, workspace, accessToken } = signedIn
      const text = `As ${user.name} (${user.email}), ${user.role} of ${workspace.name}.`
      c.header('Content-Security-Policy', PAGE_CSP)
      return c.html(page({ title: 'You are signed in', text, token: accessToken }), 200)
    } catch (error) {
      return failureAnswer(c, error, flow?.redirectTo)
    }
  })
  .openapi(exchangeOAuthCodeRoute, async (c) => {
    const context = publicCtx(c)
    const proof = await openCode(context, c.req.valid('json'))
    return c.json(SignedIn.parse(await signIn(context, proof, clientOf(c))), 200)
  })

function wantsPage(c: Context<AppEnv>): boolean {
  return c.req.header('Accept')?.includes('text/html') ?? false
}

// How a refusal reaches a person: by the frontend, else as a page. Whoever did not ask for HTML gets the problem.
function failureAnswer(c: Context<AppEnv>, error: unknown, redirectTo: string | undefined) {
  if (!(error instanceof AppError)) throw error
  const { code, extras } = error
  if (redirectTo !== undefined) return c.redirect(returnUrl(redirectTo, { error: code }), 302)
  if (!wantsPage(c)) throw error
  const [status, title] = ERRORS[code]
  if (extras.retryAfter !== undefined) c.header('Retry-After', String(extras.retryAfter))
  c.header('Content-Security-Policy', PAGE_CSP)
  return c.html(page({ title, text: extras.detail ?? 'Go back to where you came from, and begin again.' }), status)
}
