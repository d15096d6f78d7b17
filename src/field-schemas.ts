// Schemas of single fields that many inputs and answers share, each with its limit in its message.
import { z } from '@hono/zod-openapi'
import { LANGUAGES } from './languages'
import { MAX_ADDRESS, mailAddress } from './text/address'
import { INVISIBLE } from './text/characters'
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

// Without it, the message for what is missing would stand for what is too long.
const tooLong = (max: number) => `Too big: expected string to have <=${max} characters`

/**
 * Text, trimmed, composed (NFC) and well-formed, 1 to `max` characters, without NUL. `missing` is the message where
 * there is none.
 */
export const text = (max: number, missing?: string) =>
  z
    .string(missing)
    .overwrite(boundedText(max, normalizeText))
    .min(1, missing)
    .max(max, { abort: true, error: tooLong(max) })
    .refine((value) => !value.includes(NUL), { error: 'must not hold a NUL character' })
    .refine((value) => !hasEndlessMarks(value), {
      error: `must not hold more than ${MAX_MARKS} combining marks in a row`,
    })

/** A name or a title for people, which holds a character that can be seen. */
export const name = (max: number) =>
  text(max).refine((value) => value === '' || foldText(value) !== '', {
    error: 'must hold a character that can be seen',
  })

/** A username in the form in which it is unique: folded. One that is not plain stays as it is, and is refused. */
export const usernameForm = (name: string) => (isPlain(name) ? foldText(name) : name)

/** Whether a username has something to see, and no character that nobody sees. */
export const isPlain = (name: string) => foldText(name) !== '' && name.search(INVISIBLE) === -1

/** A username: letters, digits, dots, dashes and underscores. */
export const username = () =>
  raw(64, 1)
    .overwrite(usernameForm)
    .max(64)
    .regex(/^[\p{L}\p{M}\p{N}._-]+$/u, 'may contain letters, digits, dots, dashes and underscores')
    .refine(isPlain, { error: 'must not hold characters that cannot be seen' })

function normalizeText(raw: string): string {
  const trimmed = raw.trim().toWellFormed()
  return hasEndlessMarks(trimmed) ? trimmed : trimmed.normalize()
}

/** A text that is used unchanged, such as a token: `min` to `max` characters. Add a pattern by `.pipe()`. */
export const raw = (max: number, min = 0, missing?: string) => {
  const bounded = z.string(missing).overwrite(boundedText(max)).max(max, tooLong(max))
  return min === 0 ? bounded : bounded.min(min, missing)
}

/**
 * An e-mail address by RFC 5321 and 6531, parsed to the form in which it is kept: lower case, the domain as its A-label.
 * `missing` is the message where there is none, `wrong` where it is none.
 */
export const email = ({ missing, wrong = 'Invalid email address' }: { missing?: string; wrong?: string } = {}) =>
  z
    .string(missing)
    .overwrite(boundedText(MAX_ADDRESS, (given) => given.trim()))
    .min(1, { error: missing ?? wrong, abort: true })
    .max(MAX_ADDRESS, { abort: true })
    .transform((given, issues) => {
      const address = mailAddress(given)
      if (address === undefined) issues.addIssue({ code: 'invalid_format', format: 'email', message: wrong })
      return address ?? z.NEVER
    })
    .openapi({ type: 'string', format: 'email', maxLength: MAX_ADDRESS, example: 'alice@example.com' })

/** An instant with an offset; parsed to ISO-8601 UTC with milliseconds. */
export const instant = () =>
  raw(64)
    .pipe(z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-11-21T15:00:00Z' }))
    .transform((value) => new Date(value).toISOString())
    .refine((value) => /^\d{4}-/.test(value), { error: 'must lie in the years 0000 to 9999, as UTC' })
    .openapi({ type: 'string', format: 'date-time', example: '2026-11-21T15:00:00.000Z' })

const INSTANT_OR_DAY = 'must be an instant such as 2026-11-21T15:00:00Z, or a day such as 2026-11-21'

/** An instant, or a day: that day where the user is. A verb makes an instant of it, by `withInstants`. */
export const instantOrDay = () =>
  z.union([instant(), z.iso.date(INSTANT_OR_DAY)], INSTANT_OR_DAY).openapi({
    type: 'string',
    description:
      'An instant; or a day such as 2026-11-21, which begins where you are, by the time zone of your account.',
    example: '2026-11-21T15:00:00.000Z',
  })

const MAX_DEPTH = 32
const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Any JSON of at most so many bytes and 32 levels: deep nesting exhausts the stack and SQLite's JSON. */
export const jsonValue = (maxBytes: number) =>
  z
    .custom<unknown>((value) => value !== undefined, { error: 'must be JSON', abort: true })
    .refine(isShallow, { error: `must be nested at most ${MAX_DEPTH} deep`, abort: true })
    .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= maxBytes, {
      error: `must be at most ${maxBytes / 1024} KB of JSON`,
      abort: true,
    })
    .pipe(z.json())

/** A JSON object of at most 16 KB and 32 levels. */
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

/** A language of the desk and of mails. */
export const language = () => z.enum(LANGUAGES)

// An offset such as +05:07 is no time zone: it has no summer time, and analytics counts days by quarter-hours.
function isTimeZone(name: string): boolean {
  if (name.length > 64 || /^[+-]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** An id of a record, in any case: ids are stored in lower case. */
export const uuid = (message?: string) => z.uuid(message).toLowerCase()

export const IdParam = z.strictObject({
  id: uuid().openapi({ param: { name: 'id', in: 'path' }, example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' }),
})

/** A filter by member: an id, or one of these words. */
export const memberOr = (...words: string[]) =>
  raw(64)
    .refine((value) => words.includes(value) || uuid().safeParse(value).success, {
      error: `must be ${words.join(', ')} or the id of a member`,
    })
    .transform((value) => (words.includes(value) ? value : value.toLowerCase()))
    .optional()

/** Ids and instants in answers. */
export const Id = z.string().openapi({ format: 'uuid', example: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' })
export const Instant = z.string().openapi({ format: 'date-time', example: '2026-11-21T15:00:00.000Z' })
