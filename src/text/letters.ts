// Letters and signs that Unicode takes apart no further, though people write one for the other.

type Turn = { turn: (char: string) => string }

// Read in pairs, the characters and what they are folded to. Docs: docs/decisions/056-one-way-to-fold-text.md.
const LETTER_PAIRS: [from: string, to: string][] = [
  ['ⱥ', 'a'],
  ['æ', 'ae'],
  ['ƀɓƃ', 'b'],
  ['ƈȼ', 'c'],
  ['đðɖɗƌ', 'd'],
  ['ɇəǝɛ', 'e'],
  ['ƒ', 'f'],
  ['ǥɠ', 'g'],
  ['ħⱨ', 'h'],
  ['ıɨɩ', 'i'],
  ['ɉȷ', 'j'],
  ['ƙⱪ', 'k'],
  ['łƚɫⱡ', 'l'],
  ['ŋɲƞ', 'n'],
  ['øɔɵ', 'o'],
  ['œ', 'oe'],
  ['ƥᵽ', 'p'],
  ['ĸ', 'q'],
  ['ɍɽ', 'r'],
  ['ŧƭʈⱦ', 't'],
  ['þ', 'th'],
  ['ʉ', 'u'],
  ['ʋ', 'v'],
  ['ⱳ', 'w'],
  ['ɏƴ', 'y'],
  ['ƶȥⱬ', 'z'],
  // Keyboards of Persian and Urdu, and of Egypt, write these for the Arabic letters; the stretch of a line is no letter.
  ['یى', 'ي'],
  ['ک', 'ك'],
  ['ـ', ''],
  // Yiddish ligatures.
  ['װ', 'וו'],
  ['ױ', 'וי'],
  ['ײ', 'יי'],
]

const SIGN_PAIRS: [from: string, to: string][] = [
  ['`‘’‚‛‹›′‵ʹʻʼʽʾʿˈ՚׳ꞌ', "'"],
  ['“”„‟«»״', '"'],
  ['−⁃˗־', '-'],
  ['〜', '~'],
  ['⁄∕', '/'],
]
// NFKD would make a space with an accent, or two signs, of these. U+1FFD and U+1FEF are the same as ´ and ` to Unicode.
const SIGNS_BEFORE: [from: string, to: string][] = [
  ['´\u1ffd\u1fbd', "'"],
  ['″‶', '"'],
]

const letters = mapOf(LETTER_PAIRS)
const signs = mapOf([...SIGN_PAIRS, ...SIGNS_BEFORE])

/** Letters, in lower case. */
export const LETTERS: Turn & { all: RegExp } = {
  all: classOf(LETTER_PAIRS),
  turn: (char) => letters.get(char) ?? char,
}

/** Signs, turned before NFKD and after it. All dashes are one hyphen. */
export const SIGNS: Turn & { before: RegExp; after: RegExp } = {
  before: classOf(SIGNS_BEFORE),
  after: classOf(SIGN_PAIRS, '\\p{Pd}'),
  turn: (char) => signs.get(char) ?? '-',
}

function mapOf(pairs: [from: string, to: string][]) {
  return new Map(pairs.flatMap(([from, to]) => Array.from(from, (char) => [char, to] as const)))
}

function classOf(pairs: [from: string, to: string][], more = ''): RegExp {
  return new RegExp(`[${pairs.map(([from]) => from).join('')}${more}]`, 'gu')
}
