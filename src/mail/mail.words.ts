// The words of a mail: in the language of its reader, with instants by the reader's clock.
import type { Language } from '../languages'
import { de } from './mail.words.de'
import { en, type MailWords } from './mail.words.en'

/** The words of mails by language. */
export const MAIL_WORDS: Record<Language, MailWords> = { en, de }

/** Who reads a mail: in which language, and in which time zone. */
export type Reader = { language: Language; timeZone: string }

/** The words for a reader; `instant` writes an instant with its zone, `local` without. */
export type ReaderWords = MailWords & { instant: (at: string) => string; local: (at: string) => string }

/** The words of a mail for its reader. */
export function wordsFor({ language, timeZone }: Reader): ReaderWords {
  const words = MAIL_WORDS[language]
  const day = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const
  const format = (at: string, options: Intl.DateTimeFormatOptions) =>
    at === '' ? '' : new Intl.DateTimeFormat(words.locale, { ...day, ...options, timeZone }).format(new Date(at))
  return {
    ...words,
    instant: (at) => format(at, { timeZoneName: 'short' }),
    local: (at) => format(at, { weekday: 'short' }),
  }
}
