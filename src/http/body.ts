// Bodies as text: UTF-8 and nothing else, and JSON whose mistakes are named with their place.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { AppError } from '../errors'
import type { AppEnv } from './context'

const UTF8_NAMES = /^(utf-?8|us-ascii|ascii)$/i

/** The body as text, without a byte order mark. Throws `unsupported_encoding`, which names the encoding. */
export async function bodyText(c: Pick<Context, 'req'>): Promise<string> {
  const bytes = new Uint8Array(await c.req.arrayBuffer())
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw encodingError(encodingOf(bytes, c.req.header('Content-Type') ?? ''))
  }
}

/** Paths whose file is read as it arrives, in any encoding and up to a limit of its own. */
export const STREAMED = ['/v1/imports', '/v1/imports/preview']

/** Throws `unsupported_encoding` where a body is not UTF-8: lenient decoding would store other letters. */
export const requireUtf8 = createMiddleware<AppEnv>(async function requireUtf8(c, next) {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && !STREAMED.includes(c.req.path)) await bodyText(c)
  await next()
})

/** Throws `unsupported_encoding` where escapes such as %F6 in the address are no UTF-8. */
export function requireUtf8Escapes(text: string): void {
  if (!/%[89a-f]/i.test(text)) return
  try {
    decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    throw encodingError('Its escapes such as %F6 are Latin-1 or Windows-1252.')
  }
}

function encodingError(what: string): AppError {
  return new AppError('unsupported_encoding', { detail: `${what} Send it as UTF-8.` })
}

function encodingOf(bytes: Uint8Array, contentType: string): string {
  const [, charset = 'utf-8'] = /;\s*charset="?([\w.:-]{1,40})/i.exec(contentType) ?? []
  if (!UTF8_NAMES.test(charset)) return `It is ${charset}.`
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'It is UTF-16.'
  const at = bytes.findIndex((byte, i) => byte >= 0x80 && !isSequence(bytes, i))
  return `It may be Latin-1 or Windows-1252: see byte ${at + 1}.`
}

// Whether the byte begins or continues a sequence of UTF-8, roughly: enough to point at the first that does neither.
function isSequence(bytes: Uint8Array, at: number): boolean {
  const isMore = (i: number) => ((bytes[i] ?? 0) & 0xc0) === 0x80
  const isFirst = (bytes[at] ?? 0) >= 0xc2 && (bytes[at] ?? 0) <= 0xf4
  return isFirst ? isMore(at + 1) : isMore(at) && at > 0 && (bytes[at - 1] ?? 0) >= 0x80
}

/** The value of a JSON text. Throws `malformed_json`, whose detail names the place. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformedJsonError(text)
  }
}

/** `malformed_json` with the line and column of the first mistake. */
export function malformedJsonError(text: string): AppError {
  if (text === '')
    return new AppError('malformed_json', {
      detail: 'It is empty: send {}, or no Content-Type where no body is needed.',
    })
  const { at, wanted } = firstMistake(text)
  let [line, start] = [1, 0]
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', start)) {
    line += 1
    start = end + 1
  }
  const found = at >= text.length ? 'the end' : JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))
  return new AppError('malformed_json', {
    detail: `At line ${line}, column ${at - start + 1} (position ${at}) stands ${found} instead of ${wanted}.`,
  })
}

type Mistake = { at: number; wanted: string }
type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'next'

// Reads the grammar of RFC 8259 without recursion and without matching long texts: a body may be deep, or one long line.
function firstMistake(text: string): Mistake {
  const open: string[] = []
  let expected: Expected = 'value'
  let at = 0
  for (;;) {
    while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at += 1
    const char = text.charAt(at)
    const closes = open.at(-1) === '{' ? '}' : ']'
    if (expected === 'next') {
      if (open.length === 0) return { at, wanted: 'the end' }
      if (char === closes) open.pop()
      else if (char === ',') expected = open.at(-1) === '{' ? 'name' : 'value'
      else return { at, wanted: `, or ${closes}` }
      at += 1
    } else if (expected === 'colon') {
      if (char !== ':') return { at, wanted: ':' }
      at += 1
      expected = 'value'
    } else if (expected.startsWith('first') && char === closes) {
      open.pop()
      at += 1
      expected = 'next'
    } else if (char === '"') {
      const end = endOfText(text, at)
      if (typeof end !== 'number') return end
      at = end
      expected = expected.endsWith('name') ? 'colon' : 'next'
    } else if (expected.endsWith('name')) return { at, wanted: 'a name in double quotes' }
    else if (char === '{' || char === '[') {
      open.push(char)
      at += 1
      expected = char === '{' ? 'first name' : 'first value'
    } else {
      const [word] =
        /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/.exec(text.slice(at, at + 1000)) ?? []
      if (word === undefined) return { at, wanted: 'a value' }
      at += word.length
      expected = 'next'
    }
  }
}

function endOfText(text: string, from: number): number | Mistake {
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '"') return at + 1
    if (char < ' ') return { at, wanted: 'an escape such as \\n' }
    if (char !== '\\') continue
    at += 1
    const isUnicode = text.charAt(at) === 'u'
    const isGood = isUnicode ? /^[0-9a-f]{4}$/i.test(text.slice(at + 1, at + 5)) : /^["\\/bfnrt]$/.test(text.charAt(at))
    if (!isGood) return { at, wanted: 'an escape that JSON knows' }
    if (isUnicode) at += 4
  }
  return { at: text.length, wanted: 'the closing "' }
}
