// What a template of a mail is: its fields, and the content that it writes.
import { brief, oneLine } from './mail.text'

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

/** An instant in UTC: `2026-11-21 15:00 UTC`. */
export function formatInstant(instant: string): string {
  return instant === '' ? '' : `${instant.slice(0, 16).replace('T', ' ')} UTC`
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
  subject: (filled: Filled<K>) => string,
  write: (filled: Filled<K>) => Omit<MailContent, 'subject'>,
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
    write: (payload: Payload): MailContent => ({
      subject: subject(fill(payload, brief)),
      ...write(fill(payload, (text) => oneLine(text))),
    }),
  }
}
type Payload = Record<string, string | null>

/** How a mail greets its reader; `user` is empty if the mail may not contain the name. */
export const hello = (user: string) => (user === '' ? 'Hello,' : `Hello ${user},`)
/** The name of a person in a sentence, also if the mail may not contain it. */
export const somebody = (name: string) => name || 'Somebody'
