// ETags in HTTP: `If-Match` guards a change against an older reading, `If-None-Match` spares a body.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { etagOf, type Versioned, versionIn } from '../etag'
import type { AppEnv } from './context'

/** Header schema of routes that change a record. */
export const IfMatch = z.object({
  'if-match': z
    .string()
    .trim()
    .regex(/^(\*|(W\/)?"[^"]*")$/, 'must be one ETag as it was given, in its quotes, such as "3"; or *')
    .optional()
    .openapi({
      description:
        'The ETag you read; the change is refused with 412 when the record has changed since. `*` matches any. One ' +
        'alone: lists of them are not taken.',
      example: '"3"',
    }),
})

/** The version that `If-Match` demands; undefined where it demands none. */
export function ifVersion(headers: z.infer<typeof IfMatch>): number | undefined {
  const tag = headers['if-match']
  return tag === undefined || tag === '*' ? undefined : versionIn(tag)
}

/** Sets the ETag of the record that is answered, and gives the record back. */
export function withEtag<R extends Versioned>(c: Context<AppEnv>, record: R): R {
  c.header('ETag', etagOf(record))
  return record
}

/** Answers 304 where the client's `If-None-Match` names what a GET would give. */
export const notModified = createMiddleware<AppEnv>(async function notModified(c, next) {
  await next()
  const known = c.req.header('If-None-Match')
  if (!known || c.req.method !== 'GET' || c.res.status !== 200) return
  const tag = c.res.headers.get('ETag')
  if (tag && known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag))
    c.res = new Response(null, { status: 304, headers: c.res.headers })
})
