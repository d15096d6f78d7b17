// The search filters of customers by words, in the search index and row by row.
import { sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { columnName } from '../db/sql'
import { namesOf, valuesOf } from '../records/fields'
import type { Condition } from '../records/list.definition'
import { isPartOf } from '../records/question'
import { CUSTOMER_FIELDS } from './customers.fields'

const SEARCHED = valuesOf(CUSTOMER_FIELDS, 'searched')
type SearchedField = keyof typeof SEARCHED

/** The fields that are searched, and those of them that identify the person. */
export const SEARCHED_FIELDS = namesOf(SEARCHED)
export const PERSON_FIELDS = SEARCHED_FIELDS.filter((field) => 'isPerson' in SEARCHED[field])

/** The text is part of one of these fields. The index finds texts of three characters or more. */
export function contains(...fields: SearchedField[]) {
  const textOf = (field: SearchedField) => sql`coalesce(${SEARCHED[field].text}, '')`
  const words = fields.filter((field) => field !== 'phone')
  const haystack = {
    words:
      words.length === 0
        ? undefined
        : {
            columns: words.map((field) => columnName(CUSTOMER_FIELDS[field].column)).join(' '),
            text: sql.join(words.map(textOf), sql` || char(10) || `),
          },
    phone: fields.includes('phone') ? { column: 'phone', text: textOf('phone') } : undefined,
  }
  return (part: string, { actor }: Ctx): Condition => isPartOf(part, haystack, actor)
}
