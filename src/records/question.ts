// The question of a search: what is looked for in the searched texts of a record, row by row and in the search index.
import { or, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../access/policy'
import { isSearchable, phrase, signOf } from '../db/fts'
import { foldText } from '../text/fold'
import { gramsOf, SIGN_MARK } from '../text/phone-grams'
import { phoneTerms } from '../text/phone-search'
import type { Condition } from './list.definition'

/** What a question is looked for in: the columns of the index, and the same texts of a row. */
export type Haystack = { words?: { columns: string; text: SQL }; phone?: { column: string; text: SQL } }

/** The question is a part of the text, or of any form of the phone number. One of invisible characters finds nothing. */
export function isPartOf(question: string, { words, phone }: Haystack, { country, workspaceId }: Actor): Condition {
  const folded = foldText(question)
  if (folded === '') return { where: sql`false`, isByArrival: true }
  const terms = phone ? numberTerms(question, folded, country) : []
  const has = (text: SQL, term: string) => sql`instr(${text}, ${term}) > 0`
  const phrases = terms.map((term) => phrase(gramsOf(term)?.replaceAll(SIGN_MARK, signOf(workspaceId)) ?? term))
  const matches = [
    ...(words ? [`({${words.columns}} : ${phrase(folded)})`] : []),
    ...(phone ? [`(${phone.column} : (${phrases.join(' OR ')}))`] : []),
  ]
  return {
    where: or(
      ...(words ? [has(words.text, folded)] : []),
      ...(phone ? terms.map((term) => has(phone.text, term)) : []),
    ),
    match: [folded, ...terms].every(isSearchable) ? matches.join(' OR ') : undefined,
    isByArrival: true,
  }
}

const DIGITS_AND_SIGNS = /^[+\d\s()./-]+$/

// One or two digits are part of a number as well, whatever stands around them.
function numberTerms(question: string, folded: string, country: string | null): string[] {
  const terms = phoneTerms(question, { country })
  const digits = folded.replace(/\D/g, '')
  const hasFewDigits = terms.length === 0 && digits !== '' && DIGITS_AND_SIGNS.test(folded)
  return [...new Set([folded, ...terms, ...(hasFewDigits ? [digits] : [])])]
}
