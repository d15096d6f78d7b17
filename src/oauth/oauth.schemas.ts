// Schemas of sign-in with a provider, and of linked accounts.
import { z } from '@hono/zod-openapi'
import { PROVIDERS } from '../db/schema/oauth'
import { Instant, raw } from '../field-schemas'

const provider = z.enum(PROVIDERS)

/** Path parameter with the name of a provider. */
export const ProviderParam = z.strictObject({
  provider: provider.openapi({ param: { name: 'provider', in: 'path' }, example: 'google' }),
})

const sha256 = raw(43).regex(/^[\w-]{43}$/, 'must be the SHA-256 of the codeVerifier, as base64url: 43 characters')
const verifier = raw(128).regex(/^[\w.~-]{43,128}$/, 'must be 43 to 128 letters, digits, and any of - . _ ~')

/** Query of beginning a sign-in: `redirectTo` and `codeChallenge` (RFC 7636, S256) go together. */
export const SignInQuery = z
  .strictObject({
    redirectTo: raw(1000).optional().openapi({
      description:
        'The address of your frontend that receives `?code=` or `?error=`; its origin is one of CORS_ORIGINS.',
    }),
    codeChallenge: sha256.optional().openapi({
      description:
        'Required with `redirectTo`: SHA-256 of a random `codeVerifier` that your frontend keeps, as base64url.',
    }),
    invitationToken: raw(200).optional().openapi({ description: 'Joins the inviting workspace.' }),
  })
  .refine(({ redirectTo, codeChallenge }) => redirectTo === undefined || codeChallenge !== undefined, {
    path: ['codeChallenge'],
    error: 'is required with redirectTo: the SHA-256 of a random codeVerifier that only this browser keeps',
  })
  .refine(({ redirectTo, codeChallenge }) => codeChallenge === undefined || redirectTo !== undefined, {
    path: ['redirectTo'],
    error: 'is required with codeChallenge: the address that receives the code',
  })

/** Unknown parameters are allowed: providers add their own. */
export const CallbackQuery = z.looseObject({
  state: raw(200).optional(),
  code: raw(4000).optional(),
  error: raw(200).optional(),
})

/** Input of exchanging the code of a sign-in. */
export const CodeExchange = z
  .strictObject({
    code: raw(4000, 1).openapi({ description: 'The `code` parameter that `redirectTo` received.' }),
    codeVerifier: verifier.openapi({ description: 'The verifier whose SHA-256 was the `codeChallenge`.' }),
  })
  .openapi('CodeExchange', {
    example: { code: 'Vd3k….pQ9…', codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' },
  })

/** A provider account that is linked to the user. */
export const LinkedAccount = z
  .object({
    provider,
    email: z.string().nullable().openapi({ description: 'The address of the provider account when it was linked.' }),
    createdAt: Instant,
  })
  .openapi('LinkedAccount', {
    example: { provider: 'google', email: 'ada@example.com', createdAt: '2026-11-21T15:00:00.000Z' },
  })

/** All linked accounts, in the shape of a page without a next one. */
export const LinkedAccountList = z
  .object({ data: z.array(LinkedAccount), nextCursor: z.null() })
  .openapi('LinkedAccountList')
