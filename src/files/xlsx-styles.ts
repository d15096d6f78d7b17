// The number formats of a workbook (ECMA-376, 18.8.30): which cells are days, which are times, and which have leading zeros.
import type { Reader } from './xlsx-xml'

/** `width`: digits with zeros in front, of formats such as `00000`. */
export type CellStyle = { kind: 'number' | 'day' | 'time' | 'instant'; width: number }

/** Built-in formats of days, times, and both. */
const DAYS = [14, 15, 16, 17, 27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58]
const TIMES = [18, 19, 20, 21, 32, 33, 45, 46, 47]
const INSTANTS = [22]

/** The styles of cells, by their number. */
export async function stylesOf(read: Reader): Promise<CellStyle[]> {
  const formats = new Map<number, string>()
  const styles: CellStyle[] = []
  let isCells = false
  await read({
    open(name, { numFmtId, formatCode = '' }) {
      if (name === 'numFmt') formats.set(Number(numFmtId), formatCode)
      if (name === 'cellXfs') isCells = true
      if (name === 'xf' && isCells) styles.push(styleOf(Number(numFmtId ?? 0), formats))
    },
    close(name) {
      if (name === 'cellXfs') isCells = false
    },
  })
  return styles
}

function styleOf(id: number, formats: ReadonlyMap<number, string>): CellStyle {
  if (DAYS.includes(id)) return { kind: 'day', width: 0 }
  if (TIMES.includes(id)) return { kind: 'time', width: 0 }
  if (INSTANTS.includes(id)) return { kind: 'instant', width: 0 }
  // What stands in quotes or brackets, or behind a backslash, is no part of the format.
  const format = (formats.get(id) ?? '').split(';')[0]?.replace(/"[^"]*"|\[[^\]]*\]|\\./g, '') ?? ''
  const zeros = /^0{2,20}$/.exec(format)?.[0].length ?? 0
  const [hasDay, hasTime] = [/[dy]/i.test(format), /[hs]/i.test(format)]
  if (hasDay && hasTime) return { kind: 'instant', width: 0 }
  if (hasDay || /^m+$/i.test(format)) return { kind: 'day', width: 0 }
  return { kind: hasTime ? 'time' : 'number', width: zeros }
}

/** A day as `2026-11-30`, an instant as `2026-11-30 14:30:00`, a time as `14:30:00`. */
export function dateOf(local: string, kind: 'day' | 'time' | 'instant'): string {
  const [day = '', time = ''] = local.split('T')
  if (kind === 'time') return day <= '1900-01-01' ? time : `${day} ${time}`
  return kind === 'day' && time === '00:00:00' ? day : `${day} ${time}`
}
