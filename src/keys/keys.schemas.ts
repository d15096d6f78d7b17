// An API key as shown and as made. The secret is in one answer, that of its making.
import { z } from '@hono/zod-openapi'
import { SCOPES } from '../access/policy'
import { Id, Instant, instant, text } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'

const Scopes = z.array(z.enum(SCOPES))

export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    prefix: z.string().openapi({ description: 'The part of the key after `ecrm_`, to tell keys apart by.' }),
    scopes: Scopes,
    createdBy: Id,
    makerLeft: z.boolean().openapi({
      description: 'Whether its maker is no active ADMIN any more. The key goes on, and the maker may know it.',
    }),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable().openapi({ description: 'To the minute.' }),
  })
  .openapi('ApiKey', {
    example: {
      id: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d11',
      name: 'Website',
      prefix: 'mzxw6ytboi4t',
      scopes: ['leads:write'],
      createdBy: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e',
      makerLeft: false,
      createdAt: '2026-11-21T15:00:00.000Z',
      expiresAt: null,
      lastUsedAt: '2026-11-21T15:04:00.000Z',
    },
  })

// Not by extend(): that would take the example along, which has no key.
export const IssuedApiKey = z
  .object({
    ...ApiKey.shape,
    key: z.string().openapi({
      description: 'Shown this once: send it as `Authorization: Bearer …`.',
      example: 'ecrm_mzxw6ytboi4t_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG',
    }),
  })
  .openapi('IssuedApiKey')

export const NewApiKey = z
  .strictObject({
    name: text(100).openapi({ description: 'What uses it; the mails that it causes are signed with this.' }),
    scopes: Scopes.min(1)
      .max(SCOPES.length)
      .transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope)))
      .openapi({
        description:
          'What it may do, each in the whole workspace; a key that writes does not read by that. Whoever holds ' +
          '`invitations:write` or `users:admin` can make an ADMIN.',
      }),
    expiresAt: instant().nullable().optional().openapi({ description: 'When it ends; never unless said.' }),
  })
  .openapi('NewApiKey', { example: { name: 'Website', scopes: ['leads:write'] } })

export const ApiKeyQuery = z.strictObject(pageQuery)
export const ApiKeyPage = pageOf(ApiKey, 'ApiKeyPage')
