// What signing in by a provider takes and gives.
import { z } from '@hono/zod-openapi'
import { PROVIDERS } from '../db/schema/oauth'
import { Instant, raw } from '../field-schemas'

const provider = z.enum(PROVIDERS)

export const ProviderParam = z.strictObject({
  provider: provider.openapi({ param: { name: 'provider', in: 'path' }, example: 'google' }),
})

const sha256 = raw(43).regex(/^[\w-]{43}$/, 'must be the SHA-256 of the codeVerifier, as base64url: 43 characters')
const verifier = raw(128).regex(/^[\w.~-]{43,128}$/, 'must be 43 to 128 letters, digits, and any of - . _ ~')

export const SignInQuery = z
  .strictObject({
    redirectTo: raw(1000).optional().openapi({
      description:
        'Where your frontend awaits the person with `?code=` or `?error=`; its origin is one of CORS_ORIGINS.',
    }),
    codeChallenge: sha256.optional().openapi({
      description: 'Goes with `redirectTo`: SHA-256 of a random `codeVerifier` that your frontend keeps, as base64url.',
    }),
    invitationToken: raw(200).optional().openapi({ description: 'Joins the inviting workspace.' }),
  })
  .refine(({ redirectTo, codeChallenge }) => redirectTo === undefined || codeChallenge !== undefined, {
    path: ['codeChallenge'],
    error: 'is needed with redirectTo: the SHA-256 of a random codeVerifier that only this browser keeps',
  })
  .refine(({ redirectTo, codeChallenge }) => codeChallenge === undefined || redirectTo !== undefined, {
    path: ['redirectTo'],
    error: 'is needed with codeChallenge: the address that gets the code',
  })

/** What a provider sends along is the provider's affair: nothing unknown is refused. */
export const CallbackQuery = z.looseObject({
  state: raw(200).optional(),
  code: raw(4000).optional(),
  error: raw(200).optional(),
})

export const CodeExchange = z
  .strictObject({
    code: raw(4000, 1).openapi({ description: 'From the address that `redirectTo` was called with.' }),
    codeVerifier: verifier.openapi({ description: 'Whose SHA-256 was the `codeChallenge`.' }),
  })
  .openapi('CodeExchange', {
    example: { code: 'Vd3k….pQ9…', codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' },
  })

export const LinkedAccount = z
  .object({
    provider,
    email: z.string().nullable().openapi({ description: 'The address there, when it was linked.' }),
    createdAt: Instant,
  })
  .openapi('LinkedAccount', {
    example: { provider: 'google', email: 'ada@example.com', createdAt: '2026-11-21T15:00:00.000Z' },
  })

export const LinkedAccountList = z
  .object({ data: z.array(LinkedAccount), nextCursor: z.null() })
  .openapi('LinkedAccountList')
