// Recognises what a column is by its name, in many languages and in the ways in which systems put names together.
import { foldText } from '../text/fold'
import { EMAIL_WORDS, NAMES, PHONE_WORDS, QUALIFIERS } from './imports.headers.words'

/** The field that a column fills. `label` says of which kind its address or number is, such as `work`. */
export type Meaning = { field: string; label?: string | null }
/** Names of columns, normalised, and the fields that they fill. */
export type Dictionary = ReadonlyMap<string, string>

/** A longer name is no name of a field, in characters. */
const MAX_NAME = 100

/** The words of a column’s name, folded: `E-mail 1 - Value`, `firstName` and `Company.Name` are several words. */
export function headerWords(column: string): string[] {
  const spaced = column.slice(0, MAX_NAME).replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
  const words = foldText(spaced).match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? []
  // “E-mail”, “e-posta” and “e-post” are one word each.
  return words.flatMap((word, i) => {
    if (word === 'e' && i + 1 < words.length) return []
    return words[i - 1] === 'e' ? [`e${word}`] : [word]
  })
}

/** What names of columns are compared by: their folded letters and digits. */
export function headerKey(column: string): string {
  return headerWords(column).join('')
}

const setOf = (words: string) => new Set(words.split(' ').map((word) => foldText(word)))
const STRONG = { email: setOf(EMAIL_WORDS), phone: setOf(PHONE_WORDS) }
const LABELS = new Map(
  QUALIFIERS.flatMap(([words, label]) => words.split(' ').map((word) => [foldText(word), label] as const)),
)
/** Words that say only whose or what a column is: “Person - Name”, “Lead - Title”, “Name / First Name”. */
const OWNERS = new Set([
  'person',
  'people',
  'contact',
  'contacts',
  'lead',
  'leads',
  'customer',
  'kunde',
  'kontakt',
  'record',
  'properties',
  'attributes',
  'fields',
  'name',
  'tag',
  'deal',
])

const OTHER_LANGUAGES = new Map(
  Object.entries(NAMES).map(([field, names]) => [field, names.split('|').map(headerKey)] as const),
)

/** The dictionary of some fields, each with its names in English as the tables of fields have them. */
export function dictionaryOf(fields: readonly (readonly [field: string, names: string])[]): Dictionary {
  const known = new Map<string, string>()
  const learn = (name: string, field: string) => known.has(name) || known.set(name, field)
  for (const [field, names] of fields) for (const name of [headerKey(field), ...names.split(' ')]) learn(name, field)
  for (const [field] of fields) for (const name of OTHER_LANGUAGES.get(field) ?? []) learn(name, field)
  return known
}

/** What a column is by its name; undefined if that tells nothing. */
export function meaningOf(column: string, dictionary: Dictionary): Meaning | undefined {
  const words = headerWords(column)
  const contact = contactMeaning(words)
  for (let from = 0; from < words.length; from += 1) {
    const field = dictionary.get(words.slice(from).join(''))
    if (field === 'email' || field === 'phone') return contact ?? { field, label: null }
    if (field !== undefined) return { field }
    if (!OWNERS.has(words[from] ?? '')) break
  }
  return contact
}

// One word at least says that it is an address or a number, and no word says anything that is not known here.
function contactMeaning(words: string[]): Meaning | undefined {
  if (words.at(-1) === 'value') words = words.slice(0, -1)
  for (const field of ['email', 'phone'] as const) {
    const strong = STRONG[field]
    if (!words.some((word) => strong.has(word))) continue
    if (!words.every((word) => strong.has(word) || LABELS.has(word) || /^\d{1,2}$/.test(word))) continue
    const labels = words.flatMap((word) => LABELS.get(word) ?? [])
    // “Other mobile” is a mobile number: what it is says more than that it is another.
    return { field, label: labels.find((label) => label !== 'other') ?? labels[0] ?? null }
  }
  return undefined
}

type Definition = { key: string; label: string }

/** The keys of defined fields by their keys and labels, as columns are compared. Names of our own fields are those. */
export function definedNames(
  definitions: readonly Definition[],
  ownFields: readonly string[],
): ReadonlyMap<string, string> {
  const ours = new Set(ownFields.map(headerKey))
  const named = [...definitions.map(({ key, label }) => [label, key]), ...definitions.map(({ key }) => [key, key])]
  const pairs = named.map(([name = '', key = '']) => [headerKey(name), key] as const)
  return new Map(pairs.filter(([name]) => name !== '' && !ours.has(name)))
}
