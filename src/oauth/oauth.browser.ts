// What a browser keeps while its person is at the provider: the sealed flow, in a cookie that the callback alone is sent.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { type AppEnv, publicCtx } from '../http/context'
import { beginFlow, FLOW_SECONDS, type Flow, openFlow, sealFlow, type Wishes } from './oauth.flow'
import { consentUrl } from './oauth.provider'
import type { Provider } from './oauth.settings'

/**
 * Begins a flow and gives the address to send the browser to; the provider sends it back to `callback`. Throws
 * `not_configured`, `provider_unavailable`.
 */
export async function setOff(c: Context<AppEnv>, provider: Provider, callback: URL, wishes: Wishes = {}) {
  const context = publicCtx(c)
  const flow = beginFlow(context, provider, wishes)
  const url = await consentUrl(context, flow, callback.href)
  setCookie(c, cookieOf(c, flow.state), await sealFlow(context.config, flow), cookieOptions(c, callback))
  return url
}

/** The flow that this browser began, taken out of its cookie at the callback. Throws `invalid_oauth_state`. */
export async function flowBack(c: Context<AppEnv>, provider: Provider, state: string): Promise<Flow> {
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
