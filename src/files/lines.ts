// Lines of a text that comes in pieces: ended by LF, CRLF or CR alone, each looked at once, however long it is.
import { unreadableError } from './unreadable'

/** A line without an end is refused at this length, in characters. */
const MAX_LINE = 1_000_000

/** The lines of a text without their ends. Throws `unreadable_import` for a line that does not end. */
export async function* linesOf(text: AsyncIterable<string>): AsyncIterable<string> {
  let pieces: string[] = []
  let [length, endsInCr] = [0, false]
  for await (const chunk of text) {
    const given = endsInCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk
    if (chunk !== '') endsInCr = chunk.endsWith('\r')
    const lines = given.split(/\r\n|\r|\n/)
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      yield pieces.length > 0 ? pieces.join('') + line : line
      ;[pieces, length] = [[], 0]
    }
    if (rest === '') continue
    pieces.push(rest)
    length += rest.length
    if (length > MAX_LINE) throw unreadableError('A line of the file does not end.')
  }
  if (pieces.length > 0) yield pieces.join('')
}
