// Kinds of characters that no script's letters are: decimal digits, what cannot be seen, and white space.

const DIGIT = /^\p{Nd}$/u
const OTHER_DIGITS = /[^\P{Nd}0-9]/gu
const known = new Map<string, string>()

/** The text with each decimal digit of any script (Arabic-Indic, full width, Devanagari …) as one of 0 to 9. */
export function asciiDigits(text: string): string {
  return text.replace(OTHER_DIGITS, (digit) => {
    const value = known.get(digit) ?? valueOfDigit(digit)
    known.set(digit, value)
    return value
  })
}

// Unicode keeps the digits of a script in a row from 0 to 9, and nothing else between such rows that touch.
function valueOfDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let zero = code
  while (DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String((code - zero) % 10)
}

/** Unicode's default ignorable code points (joiners, direction marks, fillers …), and controls that are no white space. */
export const INVISIBLE = /\p{Default_Ignorable_Code_Point}|(?![\s\u0085])\p{Cc}/gu

/** White space in a row. U+0085 (next line) and U+2800 (an empty Braille cell) look like what \s knows. */
export const WHITE_SPACE = /[\s\u0085\u2800]+/gu
