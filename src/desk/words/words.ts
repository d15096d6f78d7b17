// The words of the desk by language.
import type { Language } from '../../languages'
import { de } from './de'
import { en, type Words } from './en'

export type { Words }

/** A new language is a file beside this one, with the same keys, and a line here. */
export const WORDS: Record<Language, Words> = { en, de }

/** The languages that can be chosen, each with its own name. */
export const languages = Object.entries(WORDS).map(([value, { name }]) => ({ value, label: name }))
