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
  if (digits.length < SIZE) return undefined
  let [gram, grams] = [0, SIGN_MARK]
  for (let at = 0; at < digits.length; at += 1) {
    const value = DIGITS.indexOf(digits.charAt(at))
    if (value === -1) return undefined
    // The digit before the last four falls out.
    gram = (gram * DIGITS.length + value) % DIGITS.length ** SIZE
    if (at >= SIZE - 1) grams += String.fromCharCode(FIRST_GRAM + gram) + SIGN_MARK
  }
  return grams
}
