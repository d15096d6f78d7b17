// The languages of the desk.
import { de } from './de'
import { en, type Words } from './en'

export type { Words }

/** A new language is a file beside this one, with the same keys, and a line here. */
const LANGUAGES: Record<string, Words> = { en, de }

/** The languages that can be chosen, each with its own name. */
export const languages = Object.values(LANGUAGES).map(({ lang, name }) => ({ value: lang, label: name }))

/** The words of a language tag such as `de-AT`; undefined where there are none. */
export function wordsOf(tag: string): Words | undefined {
  const [language = ''] = tag.toLowerCase().split('-')
  return Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined
}
