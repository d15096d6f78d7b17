// The languages of the desk. English is at hand; any other is a module that is loaded when somebody reads it.
import { LANGUAGES, type Language } from '../../languages'
import { loadGerman } from '../../late'
import { HOST } from '../../late/german.host.mjs'
import { en, type Words } from './en'

export type { Words }

/** The words of a language. A new one is a folder of files like those of German, and a line here and in src/late.ts. */
export async function wordsOf(language: Language): Promise<Words> {
  return language === 'de' ? (await loadGerman(HOST)).de : en
}

/** The languages that can be chosen, each with its own name. */
export const languages = LANGUAGES.map((value) => ({
  value,
  label: new Intl.DisplayNames([value], { type: 'language' }).of(value) ?? value,
}))
