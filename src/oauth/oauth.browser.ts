// What a browser is given in a sign-in: the sealed flow in a cookie, the address to go back to, the last page.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import type { Config } from '../config'
import { invalidError } from '../errors'
import { type AppEnv, publicCtx } from '../http/context'
import { consentUrl } from './oauth.client'
import { beginFlow, FLOW_SECONDS, type Flow, type FlowOptions, openFlow, sealFlow } from './oauth.flow'
import type { Provider } from './oauth.providers'

/**
 * Begins a flow and gives the address to send the browser to; the provider sends it back to `callback`. Throws
 * `not_configured`, `provider_unavailable`.
 */
export async function beginSignIn(c: Context<AppEnv>, provider: Provider, callback: URL, wishes: FlowOptions = {}) {
  const context = publicCtx(c)
  const flow = beginFlow(context, provider, wishes)
  const url = await consentUrl(context, flow, callback.href)
  setCookie(c, cookieOf(c, flow.state), await sealFlow(context.config, flow), cookieOptions(c, callback))
  return url
}

/** The flow that this browser began, taken out of its cookie at the callback. Throws `invalid_oauth_state`. */
export async function takeFlow(c: Context<AppEnv>, provider: Provider, state: string): Promise<Flow> {
  const name = cookieOf(c, state)
  const flow = await openFlow(publicCtx(c), provider, state, getCookie(c, name))
  deleteCookie(c, name, cookieOptions(c, new URL(c.req.url)))
  return flow
}

// A cookie for each sign-in, so that two tabs may be on their way at once.
function cookieOf(c: Context<AppEnv>, state: string): string {
  return `${isLocal(c) ? '' : '__Secure-'}oauth-${state.slice(0, 16)}`
}

// Lax, for the provider's redirect is a navigation from another site.
function cookieOptions(c: Context<AppEnv>, { pathname: path }: URL) {
  return { path, maxAge: FLOW_SECONDS, httpOnly: true, sameSite: 'Lax' as const, secure: !isLocal(c) }
}

function isLocal(c: Context<AppEnv>): boolean {
  return c.var.config.ENVIRONMENT === 'development'
}

/**
 * The address as browsers read it, if its origin is exactly one of CORS_ORIGINS. Throws `invalid`. Backslashes and
 * userinfo are refused although they would come to the right host: nobody means them, and readers of URLs differ.
 */
export function requireAllowedReturn({ CORS_ORIGINS }: Config, redirectTo: string): string {
  const url = URL.canParse(redirectTo) ? new URL(redirectTo) : undefined
  const isPlain = /^https?:\/\/[^\s\\]+$/i.test(redirectTo) && !url?.username && !url?.password
  if (url && isPlain && CORS_ORIGINS.includes(url.origin)) return url.href
  const message = 'must be a whole address, with an origin that CORS_ORIGINS names'
  throw invalidError('query.redirectTo', message, 'redirect_not_allowed')
}

/** The address of the frontend with what came of the sign-in: a code to exchange, or the code of an error. */
export function returnUrl(redirectTo: string, result: { code: string } | { error: string }): string {
  const url = new URL(redirectTo)
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value)
  return url.href
}

/** Nothing may be loaded, framed, run or sent from the page. */
export const PAGE_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type Page = { title: string; text: string; token?: string }

/** The page; a token is shown for whoever tries out the API without a frontend. */
export function page({ title, text, token }: Page) {
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
