// Reads vCards 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350) as a stream: each becomes a row with the columns of an export.
import { Buffer } from 'node:buffer'
import { CUSTOMER_FIELDS } from '../customers/customers.fields'
import { exportedFields } from '../records/fields'
import { fieldCell, fieldColumn, tagsCell } from './csv-cells'
import { faultyRow, MAX_ROW, type Raw } from './text'

type Property = { name: string; params: string; value: string }

// Pictures, sounds and keys are skipped: no field holds them, and they are long.
const IS_MEDIA = /^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]/i

/** The columns that properties fill. */
const COLUMNS = exportedFields(CUSTOMER_FIELDS).flatMap(([column, { vcard }]) =>
  vcard ? [[column, vcard] as const] : [],
)
/** Properties that become custom fields if no field has them. */
const CUSTOM = ['NOTE', 'TITLE'].filter((name) => COLUMNS.every(([, property]) => property !== name))

/** One row for each card; `line` is that of its BEGIN. */
export async function* vcardRows(text: AsyncIterable<string>): AsyncIterable<Raw<Record<string, unknown>>> {
  let [line, start, isMedia] = [0, 0, false]
  let card: string[] | undefined
  let size = 0
  for await (const each of linesOf(text)) {
    line += 1
    if (/^BEGIN:VCARD\s*$/i.test(each)) {
      if (card) yield faultyRow(start, 'is a vCard without END:VCARD', card.join('\n'))
      ;[card, start, size] = [[], line, 0]
    } else if (/^END:VCARD\s*$/i.test(each) && card) {
      if (size > MAX_ROW) yield faultyRow(start, `is longer than ${MAX_ROW} characters`, card.join('\n'))
      else yield cardRow(card, start)
      card = undefined
    } else if (card) {
      isMedia = IS_MEDIA.test(each) || (isMedia && /^[ \t]/.test(each))
      if (isMedia) continue
      size += each.length
      // A card that is too long is faulty, so its rest is not stored.
      if (size <= MAX_ROW) card.push(each)
    } else if (each.trim() !== '') yield faultyRow(line, 'stands outside of a vCard', each)
  }
  if (card) yield faultyRow(start, 'is a vCard without END:VCARD', card.join('\n'))
}

async function* linesOf(text: AsyncIterable<string>): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield line.replace(/\r$/, '')
  }
  if (rest !== '') yield rest
}

function cardRow(lines: string[], line: number): Raw<Record<string, unknown>> {
  const properties = lines
    .join('\n')
    .replace(SOFT_BREAK, (text) => text.replaceAll('=\n', ''))
    .replace(/\n[ \t]/g, '')
    .split('\n')
    .flatMap(propertyOf)
  const version = properties.find(({ name }) => name === 'VERSION')?.value.trim() ?? ''
  if (!['2.1', '3.0', '4.0'].includes(version)) {
    return faultyRow(line, `is a vCard ${version || 'without a version'}; 2.1, 3.0 and 4.0 are read`, lines.join('\n'))
  }
  const all = (name: string) => properties.filter((each) => each.name === name)
  const best = (name: string) => all(name).toSorted((a, b) => rank(a) - rank(b))[0]?.value
  const text = (name: string) => unescapeText(best(name) ?? '').trim()
  const [family = '', given = ''] = parts(best('N') ?? '', ';')
  const tags = all('CATEGORIES').flatMap(({ value }) => parts(value, ','))
  // Properties whose value is not their plain text.
  const special: Record<string, string | undefined> = {
    FN: text('FN') || `${given} ${family}`.trim(),
    TEL: text('TEL').replace(/^tel:/i, ''),
    ORG: parts(best('ORG') ?? '', ';')[0]?.trim() ?? '',
    CATEGORIES: tagsCell(tags.map((tag) => tag.trim())),
  }
  const fields = COLUMNS.map(([column, property]) => [column, special[property] ?? text(property)] as const)
  const custom = CUSTOM.map((property) => [fieldColumn(property.toLowerCase()), fieldCell(text(property) || undefined)])
  const content = Object.fromEntries([...fields, ...custom].filter(([, value]) => value !== ''))
  return { line, content }
}

// [group.]NAME[;params]:value, where a parameter in quotes may hold a colon.
function propertyOf(line: string): Property[] {
  const [, name = '', params = '', value = ''] =
    /^(?:[\w-]+\.)?([\w-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)$/.exec(line) ?? []
  const upper = params.toUpperCase()
  return name === '' ? [] : [{ name: name.toUpperCase(), params: upper, value: plain(value, upper) }]
}

// Quoted-printable, in which phones write 2.1 (RFC 2045): a line that ends with = goes on in the next one.
const SOFT_BREAK = /^[^:\n]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:](?:.*=\n)+/gim

function plain(value: string, params: string): string {
  if (!params.includes('QUOTED-PRINTABLE')) return value
  const octets = value.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(octets, 'latin1').toString(/CHARSET=(?:ISO-8859-1|WINDOWS-1252)/.test(params) ? 'latin1' : 'utf8')
}

// 4.0 says PREF=1 to 100, 3.0 TYPE=PREF.
function rank({ params }: Property): number {
  const order = /;PREF=(\d+)/.exec(params)?.[1]
  if (order !== undefined) return Number(order)
  return /[;,="]PREF\b/.test(params) ? 1 : 101
}

// Splits a list at the marks without a backslash before them.
function parts(value: string, mark: ';' | ','): string[] {
  const list: string[] = []
  let [start, at] = [0, 0]
  for (; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1
    else if (value[at] === mark) {
      list.push(unescapeText(value.slice(start, at)))
      start = at + 1
    }
  }
  return [...list, unescapeText(value.slice(start))]
}

function unescapeText(value: string): string {
  return value.replace(/\\(.)/gs, (_, mark: string) => (mark === 'n' || mark === 'N' ? '\n' : mark))
}
