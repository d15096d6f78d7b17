// Schemas of single fields that many inputs and answers share, each with its limit in its message.
import { z } from '@hono/zod-openapi'
import { foldText } from './text/fold'
import { hasEndlessMarks, MAX_MARKS } from './text/marks'

const NUL = '\u0000'
// Trimming and composing may shorten a text, but hardly ever to a quarter.
const SHRINKS_BY = 4

/**
 * `settle` of a raw text. A text that is far longer than `max` characters is cut to a length that `max()` still refuses,
 * so that no code walks an endless text.
 */
export const boundedText =
  (max: number, settle = (raw: string) => raw) =>
  (raw: string) =>
    raw.length > SHRINKS_BY * max ? raw.slice(0, 2 * (max + 1)) : settle(raw)

/**
 * Text, trimmed, composed (NFC) and well-formed, 1 to `max` characters, without NUL. `missing` is the message where
 * there is none.
 */
export const text = (max: number, missing?: string) =>
  z
    .string(missing)
    .overwrite(boundedText(max, normalizeText))
    .min(1, missing)
    .max(max, { abort: true })
    .refine((value) => !value.includes(NUL), { error: 'must not hold a NUL character' })
    .refine((value) => !hasEndlessMarks(value), {
      error: `must not hold more than ${MAX_MARKS} combining marks in a row`,
    })

/** A name: a text in which there is something to see. */
export const name = (max: number) =>
  text(max).refine((value) => value === '' || foldText(value) !== '', {
    error: 'must contain a letter, a digit or a symbol',
  })

function normalizeText(raw: string): string {
  const trimmed = raw.trim().toWellFormed()
  return hasEndlessMarks(trimmed) ? trimmed : trimmed.normalize()
}

/** A text that is used unchanged, such as a token: `min` to `max` characters. Add a pattern by `.pipe()`. */
export const raw = (max: number, min = 0, missing?: string) => {
  const bounded = z.string(missing).overwrite(boundedText(max)).max(max)
  return min === 0 ? bounded : bounded.min(min, missing)
}

export const email = () =>
  z
    .string()
    .overwrite(boundedText(254, (given) => given.trim()))
    .max(254)
    .pipe(z.email())
    .transform((address) => address.toLowerCase())
    .openapi({ type: 'string', format: 'email', maxLength: 254, example: 'alice@example.com' })

/** An instant with an offset; parsed to ISO-8601 UTC with milliseconds. */
export const instant = () =>
  raw(64)
    .pipe(z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-11-21T15:00:00Z' }))
    .transform((value) => new Date(value).toISOString())
    .refine((value) => /^\d{4}-/.test(value), { error: 'must lie in the years 0000 to 9999, as UTC' })
    .openapi({ type: 'string', format: 'date-time', example: '2026-11-21T15:00:00.000Z' })

const MAX_DEPTH = 32
const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A JSON object of at most 16 KB and 32 levels: deep nesting exhausts the stack and SQLite's JSON. */
export const jsonObject = () =>
  z
    .custom<Record<string, unknown>>(isRecord, { error: 'must be a JSON object', abort: true })
    .refine(isShallow, { error: `must be nested at most ${MAX_DEPTH} deep`, abort: true })
    .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= 16_384, {
      error: 'must be at most 16 KB of JSON',
    })
    .pipe(z.record(z.string(), z.json()))
    .openapi({ type: 'object', example: { campaign: 'autumn' } })

function isShallow(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return false
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return true
}

export const timeZone = () =>
  raw(64).refine((name) => isTimeZone(name), { error: 'must be an IANA time zone such as Europe/Berlin' })

// An offset such as +05:07 is no time zone: it has no summer time, and analytics counts days by quarter-hours.
function isTimeZone(name: string): boolean {
  if (name.length > 64 || /^[+-]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export const IdParam = z.strictObject({
  id: z.uuid().openapi({ param: { name: 'id', in: 'path' }, example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' }),
})

/** A filter by member: an id, or one of these words. */
export const memberOr = (...words: string[]) =>
  raw(64)
    .refine((value) => words.includes(value) || z.uuid().safeParse(value).success, {
      error: `must be ${words.join(', ')} or the id of a member`,
    })
    .optional()

/** Ids and instants in answers. */
export const Id = z.string().openapi({ format: 'uuid', example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' })
export const Instant = z.string().openapi({ format: 'date-time', example: '2026-11-21T15:00:00.000Z' })
