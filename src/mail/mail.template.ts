// What a template of a mail is: its fields, and the content that it writes in the words of the reader.
import { brief, oneLine } from './mail.text'
import { type Reader, type ReaderWords, wordsFor } from './mail.words'

/** An item of a list in a mail: a link with a short note below it. */
export type Item = { title: string; note: string; link: string }

/** The content of a mail before rendering. A fact without a value is left out; `quote` may have several lines. */
export type MailContent = {
  subject: string
  paragraphs: string[]
  facts?: [label: string, value: string][]
  quote?: { label?: string; text: string }
  items?: Item[]
  action?: { label: string; link: string }
}

/** The fields of a template. People wrote `names`, `lines` and `texts`; only `texts` may have several lines. */
type Fields<K> = { plain: readonly K[]; names?: readonly K[]; lines?: readonly K[]; texts?: readonly K[] }
type Filled<K extends string> = Record<K | 'workspace', string>

/**
 * A template: its fields, its subject and the rest of its content. Fields that people wrote, and `workspace`, are empty if
 * the audience does not allow such text.
 */
export function template<const K extends string>(
  { plain, names = [], lines = [], texts = [] }: Fields<K>,
  subject: (words: ReaderWords, filled: Filled<K>) => string,
  write: (words: ReaderWords, filled: Filled<K>) => Omit<MailContent, 'subject'>,
) {
  const as = (clean: (text: string) => string, fields: readonly string[], payload: Payload) =>
    fields.map((field) => [field, clean(payload[field] ?? '')] as const)
  const fill = (payload: Payload, clean: typeof brief) =>
    Object.fromEntries([
      ...as(String, [...plain, ...texts], payload),
      ...as(brief, [...names, 'workspace'], payload),
      ...as(clean, lines, payload),
    ]) as Filled<K>
  return {
    fields: [...plain, ...names, ...lines, ...texts],
    /** The fields that people wrote. */
    userTexts: [...names, ...lines, ...texts] as readonly string[],
    write(payload: Payload, reader: Reader): MailContent {
      const words = wordsFor(reader)
      return {
        subject: subject(words, fill(payload, brief)),
        ...write(
          words,
          fill(payload, (text) => oneLine(text)),
        ),
      }
    },
  }
}
type Payload = Record<string, string | null>
