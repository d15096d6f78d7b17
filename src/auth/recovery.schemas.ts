// What verifying an address and recovering an account take. They answer nothing that tells an account from none.
import { z } from '@hono/zod-openapi'
import { email, raw } from '../field-schemas'
import { Password } from './passwords'

const token = () => raw(200, 1).openapi({ description: 'From the link in the mail.' })

export const EmailVerification = z
  .strictObject({ token: token() })
  .openapi('EmailVerification', { example: { token: 'b7Jv0kq3…' } })

export const ForgottenPassword = z
  .strictObject({ email: email() })
  .openapi('ForgottenPassword', { example: { email: 'ada@example.com' } })

export const PasswordReset = z
  .strictObject({ token: token(), newPassword: Password })
  .openapi('PasswordReset', { example: { token: 'b7Jv0kq3…', newPassword: 'a longer staple than before' } })
