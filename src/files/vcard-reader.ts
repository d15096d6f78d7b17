// Reads vCards 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350) as a stream: each becomes an object with a key for what it says.
import { Buffer } from 'node:buffer'
import { linesOf } from './lines'
import { faultyRow, MAX_ROW, type Raw } from './text'
import { cardObject, type Property } from './vcard-object'

type Fields = Record<string, unknown>
type Line = { text: string; length: number }

// Pictures, sounds and keys: no field holds them, and they are long.
const IS_MEDIA = /^(?:[\w-]{1,50}\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]/i
/** How much of such a property is kept, in characters. */
const MEDIA_CHARACTERS = 80

/** One object for each card; `line` is that of its BEGIN. */
export async function* vcardRows(text: AsyncIterable<string>): AsyncIterable<Raw<Fields>> {
  let [line, start, isMedia, size] = [0, 0, false, 0]
  let card: Line[] | undefined
  const textOf = (lines: Line[]) => lines.map((each) => each.text).join('\n')
  for await (const each of linesOf(text)) {
    line += 1
    if (/^BEGIN:VCARD\s*$/i.test(each)) {
      if (card) yield faultyRow(start, 'is a vCard without END:VCARD', textOf(card))
      ;[card, start, size] = [[], line, 0]
    } else if (/^END:VCARD\s*$/i.test(each) && card) {
      if (size > MAX_ROW) yield faultyRow(start, `is longer than ${MAX_ROW} characters`, textOf(card))
      else yield cardRow(card, start)
      card = undefined
    } else if (card) {
      const isContinued = isMedia && (/^[ \t]/.test(each) || each === '')
      isMedia = IS_MEDIA.test(each) || isContinued
      const last = card.at(-1)
      if (isContinued && last) {
        last.length += each.length
        continue
      }
      const kept = isMedia ? each.slice(0, MEDIA_CHARACTERS) : each
      size += kept.length
      // A card that is too long is faulty, so its rest is not stored.
      if (size <= MAX_ROW) card.push({ text: kept, length: each.length })
    } else if (each.trim() !== '') yield faultyRow(line, 'stands outside of a vCard', each)
  }
  if (card) yield faultyRow(start, 'is a vCard without END:VCARD', textOf(card))
}

function cardRow(lines: Line[], line: number): Raw<Fields> {
  const properties = unfolded(lines).flatMap(propertyOf)
  const version = properties.find(({ name }) => name === 'VERSION')?.value.trim() ?? ''
  const all = lines.map((each) => each.text).join('\n')
  if (!['2.1', '3.0', '4.0'].includes(version)) {
    return faultyRow(line, `is a vCard ${version || 'without a version'}; 2.1, 3.0 and 4.0 are read`, all)
  }
  const kind = properties.find(({ name }) => name === 'KIND' || name === 'X-ADDRESSBOOKSERVER-KIND')?.value.trim() ?? ''
  if (/^group$/i.test(kind)) return faultyRow(line, 'is a group of cards, not a person', all)
  return { line, content: cardObject(properties) }
}

// Lines that go on in the next one: with a space at its start, or in quoted-printable (RFC 2045) with = at the end.
function unfolded(lines: Line[]): Line[] {
  const whole: { parts: string[]; length: number; isQuoted: boolean }[] = []
  for (const { text, length } of lines) {
    const last = whole.at(-1)
    const end = last?.parts.at(-1) ?? ''
    if (last?.isQuoted && end.endsWith('=')) {
      last.parts[last.parts.length - 1] = end.slice(0, -1)
      last.parts.push(text)
    } else if (last && /^[ \t]/.test(text)) last.parts.push(text.slice(1))
    else if (text !== '') {
      const head = text.slice(0, text.indexOf(':') + 1)
      whole.push({ parts: [text], length, isQuoted: /;(?:ENCODING=)?QUOTED-PRINTABLE\b/i.test(head) })
    }
  }
  return whole.map(({ parts, length }) => ({ text: parts.join(''), length }))
}

// [group.]NAME[;params]:value, where a parameter in quotes may hold a colon.
function propertyOf({ text, length }: Line): Property[] {
  let [colon, isQuoted] = [-1, false]
  for (let at = 0; at < text.length && colon === -1; at += 1) {
    if (text[at] === '"') isQuoted = !isQuoted
    else if (text[at] === ':' && !isQuoted) colon = at
  }
  const head = text.slice(0, colon)
  const semicolon = head.indexOf(';')
  const [, group = '', name = ''] =
    /^(?:([\w-]+)\.)?([\w-]+)$/.exec(semicolon === -1 ? head : head.slice(0, semicolon)) ?? []
  if (colon === -1 || name === '') return [{ group: '', name: 'UNREADABLE', params: '', value: text, length }]
  const params = semicolon === -1 ? '' : head.slice(semicolon).toUpperCase()
  return [{ group, name: name.toUpperCase(), params, value: decoded(text.slice(colon + 1), params), length }]
}

// Values in quoted-printable, in which phones write 2.1, in the character set that the property names.
function decoded(value: string, params: string): string {
  if (!params.includes('QUOTED-PRINTABLE')) return value
  const octets = value.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  // What is not quoted is text already.
  if ([...octets].some((each) => each.charCodeAt(0) > 255)) return octets
  const charset = /;CHARSET="?([\w:-]+)/.exec(params)?.[1] ?? 'UTF-8'
  const bytes = Buffer.from(octets, 'latin1')
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}
