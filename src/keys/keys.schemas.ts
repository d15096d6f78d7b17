// Schemas of API keys. Only the response to creating a key contains its secret.
import { z } from '@hono/zod-openapi'
import { SCOPES } from '../access/policy'
import { Id, Instant, instant, name } from '../field-schemas'
import { pageOf, pageQuery } from '../http/pagination'

const Scopes = z.array(z.enum(SCOPES))

/** An API key without its secret. */
export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    prefix: z
      .string()
      .openapi({ description: 'The part of the key after the workspace’s id, by which people recognize a key.' }),
    scopes: Scopes,
    createdBy: Id,
    makerLeft: z.boolean().openapi({
      description:
        'Whether its maker is no longer an active ADMIN. The key stays valid, and the maker may still have it.',
    }),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable().openapi({ description: 'Precise to a minute.' }),
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

// Not by extend(), which would copy the example, and that has no key.
export const IssuedApiKey = z
  .object({
    ...ApiKey.shape,
    key: z.string().openapi({
      description: 'Shown only here. Send it as `Authorization: Bearer …`.',
      example: 'ecrm_5f6a7b8c9d0e_mzxw6ytboi4t_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG',
    }),
  })
  .openapi('IssuedApiKey')

/** Input of creating an API key. */
export const NewApiKey = z
  .strictObject({
    name: name(100).openapi({ description: 'What uses the key. Mails that its requests cause name it.' }),
    scopes: Scopes.min(1)
      .max(SCOPES.length)
      .transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope)))
      .openapi({
        description:
          'The permissions of the key, each in the whole workspace. Permission to write does not include reading. A key ' +
          'with `invitations:write` or `users:admin` can create an ADMIN.',
      }),
    expiresAt: instant().nullable().optional().openapi({ description: 'When the key expires; never by default.' }),
  })
  .openapi('NewApiKey', { example: { name: 'Website', scopes: ['leads:write'] } })

export const ApiKeyQuery = z.strictObject(pageQuery)
export const ApiKeyPage = pageOf(ApiKey, 'ApiKeyPage')
