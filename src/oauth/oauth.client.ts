// Requests to a provider: authorization code flow (RFC 6749, 4.1) with PKCE (RFC 7636), by oauth4webapi.
import type { PublicCtx } from '../context'
import { sha256 } from '../crypto'
import { email, name } from '../field-schemas'
import { loadOAuth } from '../late'
import { withProviderErrors } from './oauth.errors'
import type { Flow, Identity } from './oauth.flow'
import {
  credentialsOf,
  githubProfile,
  githubServer,
  googleProfile,
  googleServer,
  type OAuthProfile,
  type Provider,
  requestOptions,
} from './oauth.providers'

const PROVIDERS = {
  google: { scope: 'openid email profile', serverOf: googleServer, profileOf: googleProfile },
  github: { scope: 'user:email', serverOf: githubServer, profileOf: githubProfile },
}

/** The provider's address for the user's consent. Throws `not_configured`, `provider_unavailable`. */
export function consentUrl(ctx: PublicCtx, flow: Flow, callback: string): Promise<string> {
  const { id } = credentialsOf(ctx.config, flow.provider)
  const { scope, serverOf } = PROVIDERS[flow.provider]
  return withProviderErrors(ctx, flow.provider, async () => {
    const { authorization_endpoint = '' } = await serverOf(ctx.config)
    const url = new URL(authorization_endpoint)
    const parameters = {
      response_type: 'code',
      client_id: id,
      redirect_uri: callback,
      scope,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await sha256(flow.verifier),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  })
}

/**
 * Exchanges the code in the callback's address for the user's identity at the provider. Throws `oauth_denied`,
 * `oauth_failed`, `provider_unavailable`, `not_configured`.
 */
export function fetchIdentity(ctx: PublicCtx, flow: Flow, callback: URL): Promise<Identity> {
  const { config } = ctx
  const { id, secret } = credentialsOf(config, flow.provider)
  const { serverOf, profileOf } = PROVIDERS[flow.provider]
  return withProviderErrors(ctx, flow.provider, async () => {
    const [oauth, server] = await Promise.all([loadOAuth(), serverOf(config)])
    const client = { client_id: id }
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(secret),
      oauth.validateAuthResponse(server, client, callback, flow.state),
      `${callback.origin}${callback.pathname}`,
      flow.verifier,
      await requestOptions(server.token_endpoint ?? ''),
    )
    const profile = await profileOf({ config, server, client, response, nonce: flow.nonce })
    return identityOf(flow.provider, profile)
  })
}

function identityOf(provider: Provider, profile: OAuthProfile): Identity {
  const address = email().safeParse(profile.email).data ?? null
  const given = name(200).safeParse(profile.name?.slice(0, 200)).data
  return { provider, subject: profile.subject, name: given ?? address?.split('@')[0] ?? '', email: address }
}
