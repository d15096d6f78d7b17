// /v1/auth: verifying and changing an e-mail address, and resetting a forgotten password, by mail.
import { createRoute } from '@hono/zod-openapi'
import { errors, OPEN_POST, POST } from '../errors'
import { allow, open } from '../http/allow'
import { ctx, publicCtx } from '../http/context'
import { body, createRouter } from '../http/router'
import { EmailChange, EmailVerification, ForgottenPassword, PasswordReset } from './auth.schemas'
import { confirmEmailChange, requestEmailChange } from './email-change.service'
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
    'With the token from the registration mail. It is valid once, for 24 hours. Refresh your access token afterwards, ' +
    'because the token says whether the address is verified.',
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
  description: 'Sends nothing if the address is verified. At most three times an hour.',
  responses: { 202: { description: 'Accepted' }, ...errors(...POST, 'mail_limit', 'not_configured') },
})

const forgotPasswordRoute = createRoute({
  method: 'post',
  path: '/forgot-password',
  ...open,
  operationId: 'forgotPassword',
  tags,
  summary: 'Ask for a new password',
  description:
    'Mails a link to the owner of this address, if an account has it. The link is valid once, for an hour. The answer ' +
    'does not reveal whether there is an account. At most three times an hour for an e-mail address, and twenty times ' +
    'from an IP address.',
  request: { body: body(ForgottenPassword) },
  responses: { 202: { description: 'Accepted' }, ...errors(...OPEN_POST, 'mail_limit', 'not_configured') },
})

const resetPasswordRoute = createRoute({
  method: 'post',
  path: '/reset-password',
  ...open,
  operationId: 'resetPassword',
  tags,
  summary: 'Choose a new password',
  description:
    'With the token from the mail. Ends all sessions and the calendar link, clears a lockout, and verifies the address. ' +
    'A mail tells the owner about it, and which provider accounts can still sign in.',
  request: { body: body(PasswordReset) },
  responses: { 204: { description: 'Changed' }, ...errors(...OPEN_POST, 'invalid_token') },
})

const changeEmailRoute = createRoute({
  method: 'post',
  path: '/change-email',
  ...allow('account:write', { isRecent: true }),
  operationId: 'changeEmail',
  tags,
  summary: 'Change your e-mail address',
  description:
    'Mails a link to the new address, valid once, for an hour, and tells the present one. Your address changes when the ' +
    'link is used. The answer does not reveal whether another account has the address. Needs a sign-in within the last ' +
    '15 minutes. At most three times an hour.',
  request: { body: body(EmailChange) },
  responses: {
    202: { description: 'Accepted' },
    ...errors(...POST, 'mail_limit', 'not_configured', 'reauthentication_required'),
  },
})

const confirmEmailRoute = createRoute({
  method: 'post',
  path: '/confirm-email',
  ...open,
  operationId: 'confirmEmail',
  tags,
  summary: 'Confirm a new e-mail address',
  description:
    'With the token from the mail to the new address, which thereby is verified. A mail tells the address before.',
  request: { body: body(EmailVerification) },
  responses: { 204: { description: 'Changed' }, ...errors(...OPEN_POST, 'invalid_token', 'email_taken') },
})

export const recoveryRoutes = createRouter()
  .openapi(changeEmailRoute, async (c) => {
    await requestEmailChange(ctx(c), c.req.valid('json').newEmail)
    return c.body(null, 202)
  })
  .openapi(confirmEmailRoute, async (c) => {
    await confirmEmailChange(publicCtx(c), c.req.valid('json').token)
    return c.body(null, 204)
  })
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
