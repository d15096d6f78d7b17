// Doors: the way to a provider and back, by the same callback that other frontends use.

import { randomToken, sha256 } from '../../crypto'
import { AppError, isErrorCode } from '../../errors'
import { clientOf } from '../../http/context'
import { beginSignIn } from '../../oauth/oauth.browser'
import { openCode } from '../../oauth/oauth.flow'
import { signIn } from '../../oauth/sign-in.service'
import { type Desk, failureOf, HOME, safePath } from '../desk'
import { keepFlash, keepFlow, keepSession, takeFlow } from '../desk.session'
import { at, page } from '../page'
import { providersOf } from '../parts/providers'

export const oauthDonePage = page({
  path: '/oauth/done',
  needs: 'nobody',
  load: (desk) => ({ to: finish(desk) }),
  view: (desk, { to }) => desk.c.redirect(to, 303),
})

export const oauthPage = page({
  path: '/oauth/:provider',
  needs: 'nobody',
  load: (desk) => ({ to: begin(desk) }),
  view: (desk, { to }) => desk.c.redirect(to, 302),
})

async function begin(desk: Desk): Promise<string> {
  const { c, query } = desk
  const provider = providersOf(desk.base.config).find((name) => name === desk.params.provider)
  if (!provider) throw new AppError('not_found')
  const verifier = randomToken()
  await keepFlow(c, { verifier, next: safePath(query.get('next') ?? '') })
  const origin = desk.base.config.WORKER_URL ?? new URL(c.req.url).origin
  return beginSignIn(c, provider, new URL(`/v1/auth/oauth/${provider}/callback`, c.req.url), {
    redirectTo: new URL(at('oauth/done'), origin).href,
    codeChallenge: await sha256(verifier),
    invitationToken: query.get('invitation')?.slice(0, 200) || undefined,
  })
}

// An error of the provider is said where one signs in.
async function finish(desk: Desk): Promise<string> {
  const { c, query, base } = desk
  const flow = await takeFlow(c)
  try {
    const error = query.get('error')
    if (error !== null) throw new AppError(isErrorCode(error) ? error : 'oauth_failed')
    if (!flow) throw new AppError('invalid_oauth_state')
    const proof = await openCode(base, { code: query.get('code') ?? '', codeVerifier: flow.verifier })
    await keepSession(c, await signIn(base, proof, clientOf(c)))
    return flow.next
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    await keepFlash(c, { text: failureOf(desk, error).text, isBad: true })
    return `${HOME}/sign-in`
  }
}
