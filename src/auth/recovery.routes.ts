// /v1/auth, by mail: proving an address, and choosing a new password when the old one is forgotten.
import { createRoute } from '@hono/zod-openapi'
import { errors, OPEN_POST, POST } from '../errors'
import { allow, open } from '../http/allow'
import { ctx, publicCtx } from '../http/context'
import { body, createRouter } from '../http/router'
import { EmailVerification, ForgottenPassword, PasswordReset } from './recovery.schemas'
import { forgotPassword, resendVerification, resetPassword, verifyEmail } from './recovery.service'

const tags = ['Auth']

const verifyEmailRoute = createRoute({
  method: 'post',
  path: '/verify-email',
  ...open,
  operationId: 'verifyEmail',
  tags,
  summary: 'Verify an e-mail address',
  description:
    'With the token of the mail that registering sends; it works once, for 24 hours. Refresh your access token ' +
    'afterwards: it says whether the address is verified.',
  request: { body: body(EmailVerification) },
  responses: { 204: { description: 'Verified' }, ...errors(...OPEN_POST, 'invalid_token') },
})

const resendVerificationRoute = createRoute({
  method: 'post',
  path: '/resend-verification',
  ...allow('account:write'),
  operationId: 'resendVerification',
  tags,
  summary: 'Send the verification mail again',
  description: 'Sends nothing where the address is verified. Three times an hour.',
  responses: { 202: { description: 'Noted' }, ...errors(...POST, 'mail_limit', 'not_configured') },
})

const forgotPasswordRoute = createRoute({
  method: 'post',
  path: '/forgot-password',
  ...open,
  operationId: 'forgotPassword',
  tags,
  summary: 'Ask for a new password',
  description:
    'Sends a link, good once and for an hour, to whoever has an account with this address. The answer is the same ' +
    'whether or not there is one. Three times an hour for an e-mail address, twenty from where you are.',
  request: { body: body(ForgottenPassword) },
  responses: { 202: { description: 'Noted' }, ...errors(...OPEN_POST, 'mail_limit', 'not_configured') },
})

const resetPasswordRoute = createRoute({
  method: 'post',
  path: '/reset-password',
  ...open,
  operationId: 'resetPassword',
  tags,
  summary: 'Choose a new password',
  description:
    'With the token of the mail. Ends every session and the calendar link, lifts a lockout, verifies the address. A mail ' +
    'tells its owner, and which accounts of providers still sign in.',
  request: { body: body(PasswordReset) },
  responses: { 204: { description: 'Changed' }, ...errors(...OPEN_POST, 'invalid_token') },
})

export const recoveryRoutes = createRouter()
  .openapi(verifyEmailRoute, async (c) => {
    await verifyEmail(publicCtx(c), c.req.valid('json').token)
    return c.body(null, 204)
  })
  .openapi(resendVerificationRoute, async (c) => {
    await resendVerification(ctx(c))
    return c.body(null, 202)
  })
  .openapi(forgotPasswordRoute, async (c) => {
    await forgotPassword(publicCtx(c), c.req.valid('json').email)
    return c.body(null, 202)
  })
  .openapi(resetPasswordRoute, async (c) => {
    await resetPassword(publicCtx(c), c.req.valid('json'))
    return c.body(null, 204)
  })
