// ETags in HTTP: `If-Match` guards a change against an older reading, `If-None-Match` spares a body.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { etagOf, type Versioned, versionIn } from '../etag'
import type { AppEnv } from './context'

/** The headers of routes that change a record. */
export const IfMatch = z.object({
  'if-match': z
    .string()
    .trim()
    .regex(/^(\*|(W\/)?"[^"]*")$/, 'must be one unchanged ETag in its quotes, such as "3", or *')
    .optional()
    .openapi({
      description:
        'The ETag that you read. If the record has changed since, the answer is a 412. `*` matches any version. Send one ' +
        'ETag, not a list.',
      example: '"3"',
    }),
})

/** The version that `If-Match` demands; undefined where it demands none. */
export function ifVersion(headers: z.infer<typeof IfMatch>): number | undefined {
  const tag = headers['if-match']
  return tag === undefined || tag === '*' ? undefined : versionIn(tag)
}

/** Sets the ETag of a record, and returns the record. */
export function withEtag<R extends Versioned>(c: Context<AppEnv>, record: R): R {
  c.header('ETag', etagOf(record))
  return record
}

/** Answers a GET with 304 where `If-None-Match` contains the ETag of the answer. */
export const notModified = createMiddleware<AppEnv>(async function notModified(c, next) {
  await next()
  const known = c.req.header('If-None-Match')
  if (!known || c.req.method !== 'GET' || c.res.status !== 200) return
  const tag = c.res.headers.get('ETag')
  if (tag && known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag))
    c.res = new Response(null, { status: 304, headers: c.res.headers })
})
