// Keyset pages: a cursor is the position of the last row of a page, signed together with the query.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { decodeBase64Url } from 'hono/utils/encode'
import { base64url, mac, sameText } from '../crypto'
import type { Page, PageRequest, Position } from '../db/page'
import { AppError } from '../errors'
import { raw } from '../field-schemas'
import type { AppEnv } from './context'

const Flag = z.enum(['true', 'false']).transform((value) => value === 'true')
export const flag = (description: string) =>
  Flag.optional().openapi({ type: 'string', enum: ['true', 'false'], description })

/** The query parameters of every list. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .openapi({ description: 'Rows of a page, 1 to 100.', example: 20 }),
  cursor: raw(1000).optional().openapi({ description: 'The `nextCursor` of the previous page.' }),
}

/** One page of a list as an answer: reads the cursor, calls `list`, and adds the next cursor. */
export async function paged<Q extends { limit: number; cursor?: string }, Row>(
  c: Context<AppEnv>,
  query: Q,
  list: (query: Omit<Q, 'cursor'> & PageRequest) => Promise<Page<Row>>,
) {
  const { cursor, ...rest } = query
  const after = cursor === undefined ? undefined : await readCursor(c, query, cursor)
  const { rows, next, total, totalCapped } = await list({ ...rest, after })
  const nextCursor = next ? await writeCursor(c, query, next) : null
  return { data: rows, nextCursor, ...(total === undefined ? {} : { total }), ...(totalCapped ? { totalCapped } : {}) }
}

/** The schema of a page. It has `total` only for a request with `total=true`. */
export function pageOf<S extends z.ZodType>(item: S, name: string) {
  return z
    .object({
      data: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .openapi({ description: 'Send it as `cursor` for the next page; null at the end.' }),
      total: z.number().int().optional(),
      totalCapped: z
        .literal(true)
        .optional()
        .openapi({ description: 'Counting stopped at `total`: there may be more.' }),
    })
    .openapi(name)
}

async function writeCursor(c: Context<AppEnv>, query: object, position: Position): Promise<string> {
  const payload = base64url(JSON.stringify(position))
  return `${payload}.${await sign(c, query, payload)}`
}

async function readCursor(c: Context<AppEnv>, query: object, cursor: string): Promise<Position> {
  const [payload = '', tag = '', ...rest] = cursor.split('.')
  if (rest.length > 0 || !sameText(tag, await sign(c, query, payload))) throw new AppError('invalid_cursor')
  return JSON.parse(new TextDecoder().decode(decodeBase64Url(payload)))
}

// The tag covers path and filters: a cursor works for its own query only, in which the page size may change.
async function sign(c: Context<AppEnv>, query: object, payload: string): Promise<string> {
  const filters = Object.entries(query).filter(([name]) => !['cursor', 'limit', 'total'].includes(name))
  const signed = JSON.stringify([c.req.path, filters.sort(), payload])
  return (await mac(c.get('config').JWT_SECRET, 'cursor', signed)).slice(0, 16)
}
