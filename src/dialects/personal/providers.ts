// dialect personal: sign-in with a provider, which redirects the browser to an address of this system.
import type { Hono } from 'hono'
import { type AppEnv, publicCtx } from '../../http/context'
import { beginSignIn, takeFlow } from '../../oauth/oauth.browser'
import { fetchIdentity } from '../../oauth/oauth.client'
import { proofOf } from '../../oauth/oauth.flow'
import { PROVIDERS, TITLES } from '../../oauth/oauth.providers'
import { signIn } from '../../oauth/sign-in.service'
import { client, describe, validates } from '../dialect'
import * as wire from './wire'

/** The paths that lead to a provider, and the paths to which it redirects. */
export const signInPaths = PROVIDERS.map((provider) => `/auth/${provider}`)
export const callbacks = signInPaths.map((path) => `${path}/callback`)

export function addProviders(app: Hono<AppEnv>, base: string): void {
  for (const provider of PROVIDERS) {
    const path = `${base}/auth/${provider}`
    app.post(path, describe(`Sign in with ${TITLES[provider]}`, { 303: 'Redirects to the provider' }), async (c) =>
      c.redirect(await beginSignIn(c, provider, new URL(`${path}/callback`, c.req.url)), 303),
    )
    app.get(
      `${path}/callback`,
      describe(`Finish the sign-in with ${TITLES[provider]}`, { 200: wire.withData(wire.SignedIn) }),
      validates('query', wire.Returned),
      async (c) => {
        const context = publicCtx(c)
        const flow = await takeFlow(c, provider, c.req.valid('query').state)
        const proof = proofOf(flow, await fetchIdentity(context, flow, new URL(c.req.url)))
        const data = wire.SignedIn.parse(await signIn(context, proof, client(c), true))
        return c.json({ message: 'User logged in successfully', data }, 200)
      },
    )
  }
}
