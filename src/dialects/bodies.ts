// dialects: bodies as the frameworks of these systems read them: JSON, HTML forms (express.urlencoded, multer), and JSON
// under any other content type, as curl and Gin send and read it.
import type { Context } from 'hono'
import { AppError } from '../errors'
import { bodyText, parseJson } from '../http/body'
import { isMultipart, multipartPairs, type Pair, urlencodedPairs } from '../http/forms'

type Fields = { [name: string]: unknown }

/** qs, which Express reads forms with, takes as many fields and as many brackets. */
const MAX_FIELDS = 1_000
const MAX_DEPTH = 5

/** The body of a request as one value; an object without fields where it is empty. Throws `malformed_json`. */
export async function readBody(c: Pick<Context, 'req'>): Promise<unknown> {
  const contentType = c.req.header('Content-Type') ?? ''
  // Many clients of these systems name multipart/form-data without a boundary, and send JSON.
  if (isMultipart(contentType)) {
    const isForm = new Uint8Array(await c.req.arrayBuffer()).slice(0, 2).every((byte) => byte === 45)
    if (isForm) return nested(await multipartPairs(c))
  }
  const text = await bodyText(c)
  const [first = ''] = text.slice(0, 1_000).trim()
  if (text.length < 1_000 && first === '') return {}
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType) && first !== '{' && first !== '[') {
    return nested(urlencodedPairs(text))
  }
  return parseJson(text)
}

/** Fields of a form as one object: `a[b]=1`, `a[]=1&a[]=2` and `a=1&a=2`, as qs reads them. */
export function nested(pairs: readonly Pair[]): Fields {
  if (pairs.length > MAX_FIELDS)
    throw new AppError('body_too_large', { detail: `A form may have ${MAX_FIELDS} fields.` })
  const fields: Fields = Object.create(null)
  for (const [name, value] of pairs) {
    const [, root = name, brackets = ''] = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name.slice(0, 1_000)) ?? []
    put(fields, [root, ...[...brackets.matchAll(/\[([^[\]]*)\]/g)].map(([, key = '']) => key)], value)
  }
  return fields
}

function put(fields: Fields, path: readonly string[], value: string): void {
  let at = fields
  for (const [i, key] of path.slice(0, MAX_DEPTH).entries()) {
    const rest = path.slice(i + 1)
    const isLast = rest.length === 0 || i === MAX_DEPTH - 1
    // `a[]` and `a[0]` are items of a list.
    const isList = rest.length === 1 && /^\d{0,3}$/.test(rest[0] ?? '')
    const present = at[key]
    if (isLast || isList) {
      at[key] = present === undefined ? (isList ? [value] : value) : [...[present].flat(), value]
      return
    }
    const inner: Fields = isFields(present) ? present : Object.create(null)
    at[key] = inner
    at = inner
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
