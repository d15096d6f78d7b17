// Single cells as files of spreadsheets and systems write them: what wraps a text, tags, JSON, whole numbers and instants.
import { instantAt } from '../clock'
import { fieldOf, tagsCell } from '../files/csv-cells'
import { readDay } from '../text/days'
import type { Locale } from './imports.typed'

/** How many characters of a wrong value an issue shows. */
const SHOWN_CHARACTERS = 200

/** Excel keeps a text that looks like a number as the formula ="00123". */
export function withoutWrapper(cell: string): string {
  return cell.length > 2 && cell.startsWith('="') && cell.endsWith('"') ? cell.slice(2, -1).replaceAll('""', '"') : cell
}

/** All labels of Google's contacts but `myContacts`, which each of them has. */
export function labelNames(cell: string): string[] {
  const labels = cell.split(':::').map((label) => label.trim().replace(/^\* /, ''))
  return labels.filter((label) => label !== '' && label !== 'myContacts')
}

/** Tags of other systems: `"VIP","Newsletter 2025"`, `["a","b"]`, or names with commas between. */
export function tagCell(cell: string, hasCommas: boolean): string {
  if (cell.startsWith('[')) {
    const list = fieldOf(cell)
    if (Array.isArray(list))
      return tagsCell(list.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))))
  }
  if (/^"[^"]*"\s*(?:,\s*"[^"]*"\s*)*$/.test(cell))
    return tagsCell([...cell.matchAll(/"([^"]*)"/g)].map(([, tag = '']) => tag))
  return !hasCommas || cell.includes(';') || cell.includes('"')
    ? cell
    : tagsCell(cell.split(',').map((tag) => tag.trim()))
}

/** A number that JavaScript cannot write back unchanged, such as one of twenty digits, stays text. */
export function jsonValue(cell: string): unknown {
  const value = fieldOf(cell)
  return typeof value === 'number' && JSON.stringify(value) !== cell.trim() ? cell : value
}

/** Text that is not a whole number stays text: the schema refuses it and the report shows it. */
export function numberOf(value: string): number | string {
  const [, whole] = /^(\d+)(?:[.,]0+)?$/.exec(value) ?? []
  return whole === undefined ? value : Number(whole)
}

/** A date, or a date and time without an offset, is meant where the user is. */
export function instantOf(value: string, { timeZone, country }: Pick<Locale, 'timeZone' | 'country'>): string {
  const read = readDay(value, country)
  return read === undefined ? value : instantAt(timeZone, read)
}

/** A value as an issue shows it. */
export function shownValue(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…`.toWellFormed() : text.toWellFormed()
}
