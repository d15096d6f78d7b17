// HTML forms in a body: their texts as pairs of name and value, in their order. Files are left out.
import type { Context } from 'hono'
import { AppError, invalidError } from '../errors'
import { bodyText } from './body'

export type Pair = readonly [name: string, value: string]

// JavaScript puts this character where bytes are no UTF-8.
const LOST = '\ufffd'

/** Whether the body is a form of parts, as `multipart/form-data` with a boundary says. */
export function isMultipart(contentType: string): boolean {
  return /^multipart\/form-data\b.*\bboundary=/i.test(contentType.slice(0, 1_000))
}

/** The texts of a form of parts. Throws `invalid` where it cannot be read, and `unsupported_encoding`. */
export async function multipartPairs(c: Pick<Context, 'req'>): Promise<Pair[]> {
  const form = await c.req.formData().catch(() => {
    throw invalidError('body', 'The form ends in the middle, or has another boundary', 'form')
  })
  const pairs = [...form].flatMap(([name, value]): Pair[] => (typeof value === 'string' ? [[name, value]] : []))
  // A file in the form may be anything: only where a text has lost characters is the whole form looked at.
  if (pairs.some(hasLost)) await bodyText(c)
  return pairs
}

/** The texts of a form like `a=1&b=2`. Throws `unsupported_encoding` where their escapes are no UTF-8. */
export function urlencodedPairs(text: string): Pair[] {
  const pairs = [...new URLSearchParams(text)]
  if (pairs.some(hasLost) && !isUtf8(text)) {
    throw new AppError('unsupported_encoding', { detail: 'The form may be Latin-1 or Windows-1252. Send it as UTF-8.' })
  }
  return pairs
}

function hasLost([name, value]: Pair): boolean {
  return name.includes(LOST) || value.includes(LOST)
}

function isUtf8(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
