// The languages in which the desk and mails are written, and which of them a browser asks for.
import { parseAccept } from 'hono/utils/accept'
import { LANGUAGES } from './db/schema/workspaces'

export { LANGUAGES }
export type Language = (typeof LANGUAGES)[number]

/** The language of a tag such as `de-AT`; undefined where there are no words in it. */
export function languageOf(tag: string): Language | undefined {
  const [primary] = tag.toLowerCase().split('-')
  return LANGUAGES.find((language) => language === primary)
}

const MAX_HEADER = 300

/** The language tags of an `Accept-Language`, the most wanted first. */
export function acceptedTags(header = ''): string[] {
  return parseAccept(header.slice(0, MAX_HEADER))
    .filter(({ type, q }) => q > 0 && /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(type))
    .map(({ type }) => type)
}

/** The first of our languages that an `Accept-Language` names; undefined for none. */
export function acceptedLanguage(header?: string): Language | undefined {
  return acceptedTags(header)
    .map(languageOf)
    .find((language) => language !== undefined)
}
