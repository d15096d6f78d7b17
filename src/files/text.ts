// Decodes an upload as a stream of text within the size limit. Errors name other file types and their remedy.
import { AppError } from '../errors'
import { type Guess, guessEncoding } from './encoding'
import { type EncodingName, MAX_FILE_BYTES, unreadableError } from './unreadable'

/** The same chunks. Throws `file_too_large` after 50 MB, and `unreadable_import` if the client disconnects. */
export async function* limitBytes(bytes: AsyncIterable<Uint8Array>, max = MAX_FILE_BYTES): AsyncIterable<Uint8Array> {
  let size = 0
  const source = bytes[Symbol.asyncIterator]()
  const next = () =>
    source.next().catch(() => {
      throw unreadableError('The upload broke off before its end: send it again.')
    })
  for (let { done, value } = await next(); !done; { done, value } = await next()) {
    size += value.length
    if (size > max) throw new AppError('file_too_large', { detail: 'Split the file: an import takes 50 MB at a time.' })
    yield value
  }
}

// Joins small chunks, because each chunk makes the reader scan an unfinished row again.
const PIECE = 32_768

export type Decoded = {
  text: AsyncIterable<string>
  /** The encoding, known once the text is read; `isSure` is false, if its letters alone tell it. */
  guess: () => Guess
}

const SAMPLE_BYTES = 65_536
/** The longest character of UTF-8, in octets. */
const UTF8_OCTETS = 4

async function* only(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/**
 * Bytes as text without a byte order mark, in the encoding that is named, or found. Throws `unsupported_encoding`, or
 * `unreadable_import` for a file that is not text.
 */
export function decodeText(bytes: AsyncIterable<Uint8Array>, named?: EncodingName): Decoded {
  let guess: Guess = { encoding: named ?? 'utf-8', isSure: true }
  async function* pieces(): AsyncIterable<string> {
    const { head, rest } = await peekBytes(bytes)
    requireText(head)
    const marked = named === undefined ? markedEncoding(head) : undefined
    if (marked !== undefined) guess = { encoding: marked, isSure: true }
    yield* named === undefined && marked === undefined ? found(rest) : decoded(rest, guess.encoding)
  }

  // UTF-8 as far as it goes. Where it does not, what came before was ASCII, which is the same in every other encoding.
  async function* found(source: AsyncIterable<Uint8Array>): AsyncIterable<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
    const chunks = source[Symbol.asyncIterator]()
    let [isAscii, line] = [true, 1]
    let held: Uint8Array = new Uint8Array()
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      let chunk = concatBytes(held, next.value)
      held = new Uint8Array()
      const beyond = isAscii ? chunk.findIndex((byte) => byte > 127) : -1
      // A character may go on in the next chunk, and if it is none, its bytes are still needed.
      if (beyond !== -1 && beyond > chunk.length - UTF8_OCTETS) {
        held = chunk.slice(beyond)
        chunk = chunk.subarray(0, beyond)
      }
      const text = textOrNothing(() => decoder.decode(chunk, { stream: true }))
      if (text === undefined) {
        if (!isAscii) throw encodingError(`It is UTF-8 up to line ${line}, and then it is not.`)
        const { sample, rest } = await sampleOf(chunk, chunks)
        guess = await guessEncoding(sample)
        return yield* decoded(rest, guess.encoding)
      }
      isAscii &&= beyond === -1 || held.length > 0
      line += lineEnds(text)
      yield text
    }
    if (held.length > 0) {
      const text = textOrNothing(() => decoder.decode(held, { stream: true }))
      if (text === undefined) {
        guess = await guessEncoding(held)
        return yield* decoded(only(held), guess.encoding)
      }
      yield text
    }
    const end = textOrNothing(() => decoder.decode())
    if (end === undefined) throw encodingError('Its last character is cut off.')
    yield end
  }
  return { text: joined(withoutNul(pieces())), guess: () => guess }
}

async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: EncodingName): AsyncIterable<string> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false })
  const read = (chunk?: Uint8Array) => {
    const text = textOrNothing(() => (chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()))
    if (text === undefined) throw encodingError(`It is not ${encoding}, or it is cut off.`)
    return text
  }
  for await (const chunk of bytes) yield read(chunk)
  yield read()
}

async function* withoutNul(pieces: AsyncIterable<string>): AsyncIterable<string> {
  for await (const piece of pieces) {
    if (piece.includes('\u0000')) throw unreadableError('The file holds NUL characters: it is no text file.')
    yield piece
  }
}

async function* joined(pieces: AsyncIterable<string>): AsyncIterable<string> {
  let piece = ''
  for await (const each of pieces) {
    piece += each
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

/** The first bytes, at least a thousand if there are so many; `rest` begins with them. */
export async function peekBytes(bytes: AsyncIterable<Uint8Array>) {
  const source = bytes[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  for (let next = await source.next(); !next.done; next = await source.next()) {
    head = concatBytes(head, next.value)
    if (head.length >= 1_000) break
  }
  async function* rest() {
    if (head.length > 0) yield head
    yield* { [Symbol.asyncIterator]: () => source }
  }
  return { head, rest: rest() }
}

// Enough bytes to guess by, from the first chunk beyond ASCII on; `rest` begins with them.
async function sampleOf(first: Uint8Array, source: AsyncIterator<Uint8Array>) {
  let sample = first
  while (sample.length < SAMPLE_BYTES) {
    const { done, value } = await source.next()
    if (done) break
    sample = concatBytes(sample, value)
  }
  async function* rest() {
    yield sample
    yield* { [Symbol.asyncIterator]: () => source }
  }
  return { sample, rest: rest() }
}

// By its byte order mark; or by the zeros of UTF-16, which every other of its bytes is where the text is Latin.
function markedEncoding(head: Uint8Array): EncodingName | undefined {
  const [a, b] = head
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  const zeros = [0, 0]
  const looked = head.subarray(0, 1_000)
  for (const [i, byte] of looked.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  const isMost = (count: number, other: number) => count * 5 > looked.length && other * 50 < looked.length
  if (isMost(odd, even)) return 'utf-16le'
  return isMost(even, odd) ? 'utf-16be' : undefined
}

function textOrNothing(decode: () => string): string | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}

function encodingError(what: string): AppError {
  return new AppError('unsupported_encoding', { detail: `${what} Send encoding=, or save it as “CSV UTF-8”.` })
}

/** Whether a file is a zip archive, as Excel’s workbooks are. */
export function isZip([a, b, c, d]: Uint8Array): boolean {
  return a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04
}

// Recognises other file types by their first bytes.
function requireText(head: Uint8Array): void {
  const [a, b, c, d] = head
  if (isZip(head)) throw unreadableError('This is an archive, not a text file.')
  if (a === 0xd0 && b === 0xcf)
    throw unreadableError('This is an old Excel workbook (.xls): save it as .xlsx or as CSV UTF-8.')
  if (a === 0x25 && b === 0x50 && c === 0x44 && d === 0x46) throw unreadableError('This is a PDF, not a text file.')
  if (a === 0x1f && b === 0x8b) throw unreadableError('The file is compressed: send it unpacked.')
}

/** A row that was read from a text and the line where it begins, or the fault of an unreadable row. */
export type Raw<Content> = { line: number; content: Content } | FaultyRow
export type FaultyRow = { line: number; fault: string; cells: string[] }

/** A row as cells, or a line that is no record, which is told and not counted. */
export type FileRow =
  | Raw<readonly (string | undefined)[]>
  | { line: number; skipped: string; value: string; code?: string }

const SHOWN = 1_000

export function faultyRow(line: number, fault: string, text: string): FaultyRow {
  return { line, fault, cells: [text.slice(0, SHOWN).toWellFormed()] }
}

/** The longest row, in characters: a longer one would not fit into a record. */
export const MAX_ROW = 100_000

/** How many lines a text ends: CRLF, LF and a CR alone end one each. */
export function lineEnds(text: string): number {
  let lines = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) lines += 1
  }
  return lines
}
