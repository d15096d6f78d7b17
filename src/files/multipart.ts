// The file in a multipart/form-data body (RFC 7578), streamed: of all parts the first that has a file name.
import { unreadableError } from './unreadable'

export type Part = { type: string; name: string; bytes: AsyncIterable<Uint8Array> }

const MAX_HEADERS = 16_384
const [CR, LF] = [13, 10]

/** The boundary that a content type names. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? []
  return quoted ?? bare
}

/** The first file of the body. Throws `unreadable_import` where there is none. */
export async function filePart(body: AsyncIterable<Uint8Array>, boundary: string): Promise<Part> {
  const source = body[Symbol.asyncIterator]()
  const mark = new TextEncoder().encode(`\r\n--${boundary}`)
  // The first boundary has no line end before it: this one makes it look like the others.
  let rest: Uint8Array = Uint8Array.of(CR, LF)
  let isOver = false
  const more = async () => {
    const { done, value } = await source.next()
    if (done) isOver = true
    else rest = concatBytes(rest, value)
  }

  // Yields the bytes before the next boundary, and skips the boundary.
  async function* untilMark(): AsyncIterable<Uint8Array> {
    for (;;) {
      const at = indexOf(rest, mark)
      const safe = at === -1 ? rest.length - mark.length : at
      if (safe > 0) {
        yield rest.subarray(0, safe)
        rest = rest.subarray(safe)
      }
      if (at !== -1) {
        rest = rest.subarray(mark.length)
        return
      }
      if (isOver) throw unreadableError('The multipart body ends in the middle of a part.')
      await more()
    }
  }

  async function headers(): Promise<string | undefined> {
    const end = Uint8Array.of(CR, LF, CR, LF)
    for (;;) {
      if (rest[0] === 45 && rest[1] === 45) return undefined
      const at = indexOf(rest, end)
      if (at !== -1) {
        const text = new TextDecoder().decode(rest.subarray(0, at))
        rest = rest.subarray(at + end.length)
        return text
      }
      if (isOver || rest.length > MAX_HEADERS) throw unreadableError('The multipart body cannot be read.')
      await more()
    }
  }

  const nameOf = (head: string) => /^content-disposition:.*\bfilename="?([^"\r\n]*)/im.exec(head)?.[1] ?? ''

  // What stands behind the file: a second file, or a parameter, would be ignored without a word.
  async function* onlyFile(): AsyncIterable<Uint8Array> {
    yield* untilMark()
    for (let head = await headers(); head !== undefined; head = await headers()) {
      requireIgnorable(head)
      if (nameOf(head) !== '') throw unreadableError('The form holds two files: send each by itself.')
      for await (const _ of untilMark());
    }
  }

  for await (const _ of untilMark());
  for (let head = await headers(); head !== undefined; head = await headers()) {
    const name = nameOf(head)
    requireIgnorable(head)
    const type = /^content-type:\s*([^\r\n]+)/im.exec(head)?.[1] ?? ''
    if (name !== '') return { type, name, bytes: onlyFile() }
    for await (const _ of untilMark());
  }
  throw unreadableError('The form holds no file: send it as a part with a file name, such as -F file=@customers.csv.')
}

// A field of the form that is called as a parameter is meant to be one.
function requireIgnorable(head: string): void {
  const field = /^content-disposition:[^\r\n]*;\s*name="?(\w{1,40})"?/im.exec(head)?.[1] ?? ''
  if (!PARAMETERS.includes(field)) return
  throw unreadableError(`“${field}” stands in the form: send it in the address, as ?${field}=…`)
}

const PARAMETERS = [
  ...['entity', 'mode', 'match', 'dryRun', 'duplicates', 'unknown', 'defaultOwner', 'defaultCountry', 'mapping'],
  ...['values', 'statusMapping', 'system', 'encoding', 'sheet'],
]

function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  const [first = 0] = wanted
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at
  }
  return -1
}
