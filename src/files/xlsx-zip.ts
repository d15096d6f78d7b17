// The entries of a zip archive (APPNOTE 6.3.10) in memory, and their contents as streams within a limit.
import { AppError } from '../errors'
import { unreadableError } from './unreadable'

export type ZipEntry = { name: string; isDeflated: boolean; compressed: Uint8Array; size: number }

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END_OCTETS = 22
const MAX_COMMENT = 65_535
/** A workbook has some dozens. */
const MAX_ENTRIES = 2_000
/** How much all that is read of an archive may hold unpacked, in bytes. */
export const MAX_UNZIPPED = 60 * 1_048_576

const brokenError = () => unreadableError('The workbook is damaged: open it in Excel, and save it again.')

export function tooLargeError(): AppError {
  const detail = 'A workbook may have 10 MB, and 60 MB unpacked: save the sheet as CSV UTF-8, which may have 50 MB.'
  return new AppError('file_too_large', { detail })
}

/** The entries of an archive by name. Throws `unreadable_import` for a broken one, and `file_too_large`. */
export function zipEntries(zip: Uint8Array): Map<string, ZipEntry> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  const end = endOf(view)
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (count > MAX_ENTRIES) throw tooLargeError()
  const entries = new Map<string, ZipEntry>()
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > zip.length || view.getUint32(at, true) !== CENTRAL) throw brokenError()
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)]
    const nameLength = view.getUint16(at + 28, true)
    const name = new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameLength))
    const local = view.getUint32(at + 42, true)
    if ((flags & 1) === 1) throw unreadableError('The workbook has a password: save it without one.')
    if (local + 30 > zip.length || view.getUint32(local, true) !== LOCAL) throw brokenError()
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    if ((method !== 0 && method !== 8) || begin + packed > zip.length) throw brokenError()
    entries.set(name, { name, isDeflated: method === 8, compressed: zip.subarray(begin, begin + packed), size })
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

function endOf(view: DataView): number {
  for (let at = view.byteLength - END_OCTETS; at >= 0 && at >= view.byteLength - END_OCTETS - MAX_COMMENT; at -= 1) {
    if (view.getUint32(at, true) === END) return at
  }
  throw brokenError()
}

/** What is left of MAX_UNZIPPED. What an archive says of itself is not believed. */
export type Room = { left: number }

/** The text of an entry in UTF-8, piece by piece. Throws `file_too_large` once the room is used up. */
export async function* entryText({ isDeflated, compressed }: ZipEntry, room: Room): AsyncIterable<string> {
  const packed = new Blob([compressed]).stream()
  const stream = isDeflated ? packed.pipeThrough(new DecompressionStream('deflate-raw')) : packed
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: false })
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw brokenError()
      })
      if (done) break
      room.left -= value.length
      if (room.left < 0) throw tooLargeError()
      yield decoder.decode(value, { stream: true })
    }
    yield decoder.decode()
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
