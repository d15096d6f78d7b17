// Digits as the trigram index has them: each four of them as one character, between marks that become the workspace's sign.
// A term of the index then stands for four or five digits of one workspace. Terms of three digits are in nearly every
// number of everyone, and it takes long to look through them all.

/** `x` stands before an extension. */
const DIGITS = '0123456789x'
const FIRST_GRAM = 0x4e00
const SIZE = 4
/** Where the sign of the workspace comes in the index. No folded text has it. */
export const SIGN_MARK = '\u0001'

/** The digits in fours; undefined where they are fewer, or where there is something else. */
export function gramsOf(digits: string): string | undefined {
  const values = Array.from(digits, (digit) => DIGITS.indexOf(digit))
  if (values.length < SIZE || values.includes(-1)) return undefined
  const grams = values.slice(SIZE - 1).map((_, start) => {
    const gram = values.slice(start, start + SIZE).reduce((number, value) => number * DIGITS.length + value, 0)
    return String.fromCodePoint(FIRST_GRAM + gram)
  })
  return SIGN_MARK + grams.map((gram) => gram + SIGN_MARK).join('')
}
