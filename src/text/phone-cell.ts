// What people write where a phone number is asked for: cleaned of its signs, split into numbers, and each taken apart.
import { asciiDigits, INVISIBLE } from './characters.ts'

export const PHONE_LABELS = ['mobile', 'work', 'home', 'main', 'fax', 'pager'] as const
export type PhoneLabel = (typeof PHONE_LABELS)[number]

/**
 * One number as written: at most one plus, then digits and punctuation; `isAfterComma` where a comma, the pause of a
 * telephone, stands before the extension.
 */
export type WrittenPhone = { number: string; extension?: string; label?: PhoneLabel; isAfterComma: boolean }

// Words that say of what kind a number is; null: only that it is a number.
const WORDS: [words: string, label: PhoneLabel | null][] = [
  ['t tel telefon telephone telefono teléfono téléphone phone ph p nr no number тел т 電話 电话 전화 هاتف', null],
  ['m mob mobil mobile movil móvil celular cell cel handy natel portable gsm iphone моб мобильный 携帯 手机', 'mobile'],
  ['w work office o büro buero geschäftlich dienstlich arbeit bureau trabajo lavoro praca раб рабочий 勤務先', 'work'],
  ['h home privat private casa domicile maison dom дом домашний 自宅', 'home'],
  ['main zentrale switchboard central headquarters hq', 'main'],
  ['f fax telefax faks факс', 'fax'],
  ['pager', 'pager'],
]
const LABEL_OF = new Map(WORDS.flatMap(([words, label]) => words.split(' ').map((word) => [word, label] as const)))

const EXTENSION_WORDS =
  'ext(?:ension|n)?|extensión|xt|x|#|durchwahl|dw|apparat|app|nebenstelle|nst|klappe|kl|poste|anexo|interno|int|ramal|доб|добавочный|вн|wew|linka|toestel|tst|内線|内线|분기|내선'
const EXTENSION = new RegExp(
  `^(.*\\d[)\\]]?)(?:;ext=|[\\s,;-]*(?<!\\p{L})(?:${EXTENSION_WORDS})[\\s.:=-]*|(,+)(?=\\d{1,6}#?$))(\\d{1,20})#?$`,
  'u',
)
const SEPARATORS =
  /[\n\r\t|\\&]|:::|;(?!ext=|phone-context=|isub=)|,(?!,*\d{1,6}#?$|,)|\s(?:or|and|oder|und|ou|et|o|y|e|или|и|або)\s/u
const SHORT_ENDING = /^\d{1,6}$/

/** The text in plain signs: digits of 0 to 9, one hyphen, one space, small letters, and nothing that cannot be seen. */
export function cleanPhoneText(text: string): string {
  return asciiDigits(text.toWellFormed().replace(INVISIBLE, ''))
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/[\ufe62\u207a]/g, '+')
    .replace(/[·•‧∙]/g, '.')
    .replace(/[^\S\n\r\t]|[\u0085\u2800]/g, ' ')
    .normalize()
    .toLowerCase()
    .trim()
}

/**
 * What a spreadsheet made of a number, undone: `30901812.0`, `="030…"`, `'030…`. Null where it has rounded the number, as
 * in `4.9151E+11`: then digits are lost.
 */
export function fromSpreadsheet(cell: string): string | null {
  const text = cell
    .replace(/^=?"(.*)"$/s, '$1')
    .replace(/^'/, '')
    .trim()
  const [, whole] = /^(\+?\d{4,})[.,]0+$/.exec(text) ?? []
  if (whole !== undefined) return whole
  const [, sign = '', first = '', fraction = '', power] = /^(\+?)(\d)(?:[.,](\d+))?e\+?(\d{1,2})$/.exec(text) ?? []
  if (power === undefined) return text
  return fraction.length === Number(power) ? sign + first + fraction : null
}

/** The numbers that a cleaned text holds, as they stand in it. A plus begins a number, wherever it stands. */
export function splitPhones(cell: string): string[] {
  const apart = cell.replace(/(?<=\d)([\s)\].,/-]*)\+/g, '$1\n+')
  const parts = apart.split(SEPARATORS).map((part) => part.replace(/^[\s,./-]+|[\s,./:-]+$/g, ''))
  return parts.filter((part) => part !== '')
}

/** Whether a part is so short that it may be another ending of the number before it, or its extension. */
export function isShortEnding(part: string): boolean {
  return SHORT_ENDING.test(part)
}

/** One written number taken apart, or null where there stands something else. */
export function takeApart(part: string): WrittenPhone | null {
  const uri = part.replace(/^(?:tel|callto):/, '')
  const { rest, label } = withoutLabel(uri)
  const [, body = rest, comma, extension] = EXTENSION.exec(rest) ?? []
  const [, local = body, context] = /^(.*);phone-context=(\+\d{1,3})$/.exec(body) ?? []
  const number = (context === undefined ? local : context + local).replace(/^[([]\s*\+/, '+').replace(/^\+\s*[([]/, '+')
  if (!/^\+?[\d\s().[\]/-]+$/.test(number) || !/\d/.test(number)) return null
  const more = { ...(extension === undefined ? {} : { extension }), ...(label === null ? {} : { label }) }
  return { number, ...more, isAfterComma: comma !== undefined }
}

/** The number without `(0)`, which says that a zero is not dialled from abroad. */
export function withoutTrunk(number: string): string {
  return number.replace(/(?<=\d\s*)[([]\s*0\s*[)\]]/, '')
}

// `Mobil: 0171 …`, `tel. 2: +49 …`, `0171 … (mobile)`.
function withoutLabel(text: string): { rest: string; label: PhoneLabel | null } {
  const [before = '', first = ''] = /^([\p{L}\p{M}]+)\.?(?:(?:\s?\d)?\s?[:=-])?\s*(?=[+([\d])/u.exec(text) ?? []
  const label = LABEL_OF.get(first)
  if (label !== undefined) return { rest: text.slice(before.length), label }
  const [, number = '', last = ''] = /^(.*\d)[\s-]*[([]?\s?([\p{L}\p{M}]+)\.?\s?[)\]]?$/u.exec(text) ?? []
  const after = LABEL_OF.get(last)
  return after === undefined ? { rest: text, label: null } : { rest: number, label: after }
}
