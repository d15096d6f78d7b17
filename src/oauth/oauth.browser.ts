// The browser's side of a sign-in: the encrypted flow in a cookie, the return address, and the final page.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import type { Config } from '../config'
import { invalidError } from '../errors'
import { type AppEnv, publicCtx } from '../http/context'
import { consentUrl } from './oauth.client'
import { createFlow, FLOW_SECONDS, type Flow, type FlowOptions, openFlow, sealFlow } from './oauth.flow'
import type { Provider } from './oauth.providers'

/**
 * Begins a flow and returns the provider's address to redirect to; the provider redirects to `callback`. Throws
 * `not_configured`, `provider_unavailable`.
 */
export async function beginSignIn(c: Context<AppEnv>, provider: Provider, callback: URL, options: FlowOptions = {}) {
  const context = publicCtx(c)
  const flow = createFlow(context, provider, options)
  const url = await consentUrl(context, flow, callback.href)
  setCookie(c, cookieName(c, flow.state), await sealFlow(context.config, flow), cookieOptions(c, callback))
  return url
}

/** Reads the flow from its cookie, at the callback, and deletes the cookie. Throws `invalid_oauth_state`. */
export async function takeFlow(c: Context<AppEnv>, provider: Provider, state: string): Promise<Flow> {
  const name = cookieName(c, state)
  const flow = await openFlow(publicCtx(c), provider, state, getCookie(c, name))
  deleteCookie(c, name, cookieOptions(c, new URL(c.req.url)))
  return flow
}

// One cookie for each sign-in, so that two tabs can sign in at the same time.
function cookieName(c: Context<AppEnv>, state: string): string {
  return `${isDevelopment(c) ? '' : '__Secure-'}oauth-${state.slice(0, 16)}`
}

// Lax, because the provider's redirect is a navigation from another site.
function cookieOptions(c: Context<AppEnv>, { pathname: path }: URL) {
  return { path, maxAge: FLOW_SECONDS, httpOnly: true, sameSite: 'Lax' as const, secure: !isDevelopment(c) }
}

function isDevelopment(c: Context<AppEnv>): boolean {
  return c.var.config.ENVIRONMENT === 'development'
}

/**
 * The normalized address, if its origin is one of CORS_ORIGINS; else throws `invalid`. Backslashes and userinfo are
 * refused even for an allowed host, because URL parsers disagree about them.
 */
export function requireAllowedRedirect({ CORS_ORIGINS }: Config, redirectTo: string): string {
  const url = URL.canParse(redirectTo) ? new URL(redirectTo) : undefined
  const isPlain = /^https?:\/\/[^\s\\]+$/i.test(redirectTo) && !url?.username && !url?.password
  if (url && isPlain && CORS_ORIGINS.includes(url.origin)) return url.href
  const message = 'must be an absolute URL whose origin is one of CORS_ORIGINS'
  throw invalidError('query.redirectTo', message, 'redirect_not_allowed')
}

/** The frontend's address with the result of the sign-in: a code to exchange, or the code of an error. */
export function returnUrl(redirectTo: string, result: { code: string } | { error: string }): string {
  const url = new URL(redirectTo)
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value)
  return url.href
}

/** Content-Security-Policy of the page: it loads and runs nothing, is not framed, and sends no form. */
export const PAGE_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type Page = { title: string; text: string; token?: string }

/** The final page of a sign-in without a frontend. It shows an access token for trying out the API. */
export function signInPage({ title, text, token }: Page) {
  const tokenField = html`<p>
        An access token for the next 15 minutes, for the API reference at <a href="/doc">/doc</a>:
      </p>
      <textarea readonly rows="8" cols="60" aria-label="Access token">${token}</textarea>`
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p>${text}</p>
      ${token === undefined ? '' : tokenField}
    </main>
  </body>
</html>`
}
