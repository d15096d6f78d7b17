// The decimal digits of all scripts.

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
