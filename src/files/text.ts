// Decodes an upload as a stream of UTF-8 text within the size limit. Errors name other file types and their remedy.
import { AppError } from '../errors'

export const MAX_FILE_BYTES = 50 * 1_048_576

/** The error of a file that cannot be read at all. */
export function unreadableError(detail: string): AppError {
  return new AppError('unreadable_import', { detail })
}

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

/** UTF-8 as text, without its byte order mark. Throws `unsupported_encoding`, or `unreadable_import` for a file that is not text. */
export async function* decodeUtf8(bytes: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  let [isFirst, piece] = [true, '']
  for await (const chunk of bytes) {
    if (chunk.length === 0) continue
    if (isFirst) requireText(chunk)
    isFirst = false
    const text = decodeOr(() => decoder.decode(chunk, { stream: true }))
    if (text.includes('\u0000')) throw unreadableError('The file holds NUL characters: it is no text file in UTF-8.')
    piece += text
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  piece += decodeOr(() => decoder.decode())
  if (piece !== '') yield piece
}

function decodeOr(decode: () => string): string {
  try {
    return decode()
  } catch {
    throw encodingError('It may be Latin-1 or Windows-1252.')
  }
}

function encodingError(what: string): AppError {
  return new AppError('unsupported_encoding', { detail: `${what} Save it as “CSV UTF-8” and send it again.` })
}

// Recognises other file types by their first bytes.
function requireText(chunk: Uint8Array): void {
  const [a, b, c, d] = chunk
  const isUtf16 = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)
  if (isUtf16) throw encodingError('It is UTF-16.')
  if (a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04) {
    throw unreadableError('This is a workbook or an archive, not a text file: save the sheet as CSV UTF-8.')
  }
  if (a === 0xd0 && b === 0xcf) throw unreadableError('This is an old Excel workbook: save the sheet as CSV UTF-8.')
  if (a === 0x25 && b === 0x50 && c === 0x44 && d === 0x46) throw unreadableError('This is a PDF, not a text file.')
  if (a === 0x1f && b === 0x8b) throw unreadableError('The file is compressed: send it unpacked.')
}

/** A row that was read from a text and the line where it begins, or the fault of an unreadable row. */
export type Raw<Content> = { line: number; content: Content } | FaultyRow
export type FaultyRow = { line: number; fault: string; cells: string[] }

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
