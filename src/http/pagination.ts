// Keyset pages: a cursor is the position of the last row of a page, sealed for its query and its caller.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { seal, unseal } from '../crypto'
import type { Page, PageRequest, Position } from '../db/page'
import { AppError } from '../errors'
import { raw } from '../field-schemas'
import type { AppEnv } from './context'

const Flag = z.enum(['true', 'false']).transform((value) => value === 'true')
export const flag = (description: string) =>
  Flag.optional().openapi({ type: 'string', enum: ['true', 'false'], description })

const MAX_VALUES = 20

/** A parameter with one or more of these values, separated by commas or repeated. */
export function someOf<const T extends readonly [string, ...string[]]>(values: T) {
  const each = z.enum(values, { error: `must be one or more of ${values.join(', ')}, separated by commas` })
  return z
    .union([raw(1000), z.array(raw(1000)).max(MAX_VALUES)])
    .transform((given) => [given].flat().flatMap((text) => text.split(',').map((value) => value.trim())))
    .pipe(z.array(each).max(MAX_VALUES))
    .transform((chosen) => [...new Set(chosen)])
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string', enum: [...values] },
      param: { style: 'form', explode: false },
      description: 'One or more, separated by commas.',
      example: values.slice(0, 2),
    })
}

/** A parameter that may be repeated, each time with another value. */
export function repeated<S extends z.ZodType<string>>(value: S, description: string) {
  return z
    .union([value, z.array(value).max(MAX_VALUES)])
    .transform((given) => [...new Set([given].flat())])
    .optional()
    .openapi({ type: 'array', items: { type: 'string' }, description: `${description} May be repeated.` })
}

/** The query parameters of every list. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .openapi({ description: 'Rows of a page, 1 to 100.', example: 20 }),
  cursor: raw(2000).optional().openapi({ description: 'The `nextCursor` of the previous page.' }),
}

/** One page of a list as an answer: reads the cursor, calls `list`, and adds the next cursor. */
export async function paged<Q extends { limit: number; cursor?: string }, Row>(
  c: Context<AppEnv>,
  query: Q,
  list: (query: Omit<Q, 'cursor'> & PageRequest) => Promise<Page<Row>>,
) {
  const { cursor, ...rest } = query
  const after = cursor === undefined ? undefined : await readCursor(c, query, cursor)
  const { rows, next, partial, scanned, total, totalCapped } = await list({ ...rest, after })
  const nextCursor = next ? await writeCursor(c, query, next) : null
  const optional = Object.entries({ partial, scanned, total, totalCapped }).filter(([, value]) => value !== undefined)
  return { data: rows, nextCursor, ...Object.fromEntries(optional) }
}

const Scanned = z
  .object({
    rows: z.number().int().openapi({ description: 'The number of rows looked through.', example: 5000 }),
    to: z.string().optional().openapi({
      description: 'The value of the order in the last of them.',
      example: '2026-11-21T15:00:00.000Z',
    }),
  })
  .openapi('Scanned', {
    description:
      'How far a page has looked for rows if no index answers what was asked. Where it ended before it was full, ' +
      '`nextCursor` goes on. Of a search or the trash in another order than `createdAt`, the newest 1,000 rows are sorted, ' +
      'and `to` is the `createdAt` of the oldest of them.',
  })

/** The schema of a page. It has `total` only for a request with `total=true`. */
export function pageOf<S extends z.ZodType>(item: S, name: string) {
  return z
    .object({
      data: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .openapi({ description: 'Send it as `cursor` for the next page; null at the end.' }),
      partial: z.literal(true).optional().openapi({
        description:
          'No index answers what was asked, so that the page looked through a part of the rows: see `scanned`.',
      }),
      scanned: Scanned.optional(),
      total: z.number().int().optional(),
      totalCapped: z
        .literal(true)
        .optional()
        .openapi({ description: 'Counting stopped at `total`: there may be more.' }),
    })
    .openapi(name)
}

async function writeCursor(c: Context<AppEnv>, query: object, position: Position): Promise<string> {
  return seal(c.get('config'), 'cursor', JSON.stringify(position), { context: contextOf(c, query), isStable: true })
}

async function readCursor(c: Context<AppEnv>, query: object, cursor: string): Promise<Position> {
  const position = await unseal(c.get('config'), 'cursor', cursor, contextOf(c, query)).catch(() => undefined)
  if (position === undefined) throw new AppError('invalid_cursor')
  return JSON.parse(position)
}

// A cursor works for its own caller, path and filters only; the size and the shape of a page may change.
function contextOf(c: Context<AppEnv>, query: object): string {
  const filters = Object.entries(query).filter(
    ([name]) => !['cursor', 'limit', 'total', 'fields', 'include'].includes(name),
  )
  return JSON.stringify([c.get('actor')?.id, c.req.path, filters.sort()])
}
