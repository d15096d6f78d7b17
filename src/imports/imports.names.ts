// Puts the parts of a person’s name together, as files of many systems and languages have them.
import { foldedWords } from '../text/fold'

export type NameParts = Partial<Record<'name' | 'firstName' | 'middleName' | 'lastName' | 'nameSuffix', string>>

// Written family name first, and without a space between.
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]+$/u

/**
 * The whole name, and the parts that it does not hold. A column “Name” beside “Vorname” is the family name, and one beside
 * “Cognome” the given name. Where it holds neither, it is another name than that of the parts, and stands.
 */
export function composedName(parts: NameParts): { name?: string; left: (keyof NameParts)[] } {
  const { name, firstName, middleName, lastName, nameSuffix } = parts
  if (name === undefined) return { name: joined(firstName, middleName, lastName, nameSuffix), left: [] }
  const words = new Set(foldedWords(name))
  const isHeld = (part: string | undefined) =>
    part === undefined || foldedWords(part).every((word) => words.has(word)) || name.includes(part)
  const hasFirst = isHeld(firstName)
  const hasLast = isHeld(lastName)
  const isOther = !hasFirst && !hasLast
  const first = isOther || hasFirst ? undefined : firstName
  const last = isOther || hasLast ? undefined : lastName
  const whole = joined(first, name, last)
  const left = (['firstName', 'middleName', 'lastName', 'nameSuffix'] as const).filter((part) => {
    if (part === 'firstName' || part === 'lastName') return isOther && parts[part] !== undefined
    return !isHeld(parts[part])
  })
  return { name: whole, left }
}

function joined(...parts: (string | undefined)[]): string | undefined {
  const present = parts.filter((part) => part !== undefined)
  const [first, ...rest] = present
  if (present.length === 2 && present.every((part) => EAST_ASIAN.test(part))) return `${rest[0]}${first}`
  return first === undefined ? undefined : present.join(' ')
}
