// Optimistic concurrency: a record's ETag is its version; `If-Match` guards a write, `If-None-Match` spares a body.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { etagOf, type Versioned } from '../records/version'
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

/**
 * The version that `If-Match` demands; undefined when it demands none, 0 (which no record has) for a foreign tag. A
 * weak tag counts as well: a proxy that compresses an answer, Cloudflare's own included, weakens the tag on its way.
 */
export function ifVersion(headers: z.infer<typeof IfMatch>): number | undefined {
  const tag = headers['if-match']
  if (tag === undefined || tag === '*') return undefined
  return Number(/^(?:W\/)?"(\d+)[\d-]*"$/.exec(tag)?.[1] ?? 0)
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
