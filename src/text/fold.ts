// Folding: text as it is compared, searched and sorted by. One rule for tags, names, user names, the index and the question.
import { asciiDigits, INVISIBLE, WHITE_SPACE } from './characters.ts'
import { LETTERS, SIGNS } from './letters.ts'
import { cutLongRows } from './marks.ts'

/** A folded text is at most so many times as long, in UTF-16 units: U+FDFA becomes 18 letters. */
export const FOLD_FACTOR = 18

// Marks of no script or of one whose readers leave them out. Kana voicing (U+3099, U+309A) and nukta (U+1133B) make letters.
const ACCENT =
  /[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Latin}\p{Script=Ethiopic}\p{Script=Coptic}]/u
const MAKES_A_LETTER = /[\u3099\u309a\u{1133b}]/u
const ACCENTS = new RegExp(`(?!${MAKES_A_LETTER.source})(?=\\p{M})${ACCENT.source}`, 'gu')
// Where Unicode has a character for the letter or sign with its mark, it is another one: й, ї, ў, ≠.
const MARKED = /[\p{Script=Cyrillic}\p{S}]\p{M}+/gu
const STRESSED = new Map([...'ЁЕёеЀЕѐеЍИѝи'].flatMap((char, i, all) => (i % 2 ? [] : [[char, all[i + 1] ?? char]])))
const ASCII = /^[\x20-\x5f\x61-\x7e]*$/

/**
 * The text without case, accents, invisible characters and surplus space, its letters and signs in one form each. It is
 * idempotent, takes linear time, and is the same for canonically equivalent texts. Empty, where there is nothing to see.
 */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase().replace(/ +/g, ' ').trim()
  const visible = text.toWellFormed().replace(INVISIBLE, '')
  const decomposed = cutLongRows(visible, ACCENTS).replace(SIGNS.before, SIGNS.turn).normalize('NFKD')
  const bare = decomposed.replace(INVISIBLE, '').replace(MARKED, compose).replace(ACCENTS, '')
  const lower = lowerCase(bare).replace(LETTERS.all, LETTERS.turn).replace(SIGNS.after, SIGNS.turn)
  return asciiDigits(lower).normalize().replace(WHITE_SPACE, ' ').trim()
}

/** The words of a text, folded: runs of letters, marks and digits, in the order of the text. */
export function foldedWords(text: string): string[] {
  return foldText(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
}

/**
 * What a name is known by among duplicates: its folded letters and digits, without space and punctuation. A name of signs
 * alone is known by its signs.
 */
export function nameKey(name: string): string {
  const folded = foldText(name)
  return folded.replace(/[^\p{L}\p{M}\p{N}]/gu, '') || folded
}

// Stress falls, and ё is е, for few people write its dots.
function compose(marked: string): string {
  const [first = '', ...rest] = marked.normalize()
  return (STRESSED.get(first) ?? first) + rest.join('')
}

// Through upper case, so that ß is ss, ſ is s and ı is i; the sigma at the end of a word is no other letter.
function lowerCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ')
}
