// The search filters of customers: words, tags and custom fields, in the search index and row by row.
import { and, or, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { phrase } from '../db/fts'
import { customers, customerTags, tags } from '../db/schema'
import { columnName } from '../db/sql'
import { namesOf, valuesOf } from '../records/fields'
import type { Condition } from '../records/list.definition'
import { isPartOf } from '../records/question'
import { foldText } from '../text/fold'
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

/** All of these tags, or with `tagMatch=any` one of them. */
export function hasTags(
  names: string[],
  { actor }: Ctx,
  { tagMatch }: { tagMatch?: 'all' | 'any' },
): Condition | undefined {
  if (names.length === 0) return undefined
  const isAny = tagMatch === 'any'
  const has = names.map(
    (name) => sql`EXISTS (SELECT 1 FROM ${customerTags} CROSS JOIN ${tags} ON ${tags.id} = ${customerTags.tagId}
      WHERE ${customerTags.customerId} = ${customers.id} AND ${tags.key} = ${foldText(name)})`,
  )
  const indexed = names.map((name) => indexedTag(actor.workspaceId, foldText(name)))
  const joined = sql.join(indexed, isAny ? sql`|| ' OR ' ||` : sql`|| ' AND ' ||`)
  return {
    where: isAny ? or(...has) : and(...has),
    match: sql`'tags : (' || ${joined} || ')'`,
    reads: 2 * names.length,
    isByArrival: true,
  }
}

/** Each of these custom fields has exactly this value, folded. */
export function hasCustomFields(values: Record<string, string>): Condition | undefined {
  const names = Object.keys(values)
  const pairs = Object.entries(values).map(([key, value]) => foldText(`${key}=${value}`))
  if (pairs.length === 0) return undefined
  const has = pairs.map(
    (pair) => sql`EXISTS (SELECT 1 FROM json_each(${customers.customFields}) AS f WHERE ${indexedPair} = ${pair})`,
  )
  // The index leaves out names with `=`, for `a=b` with the value `c` would be the same text as `a` with the value `b=c`.
  const indexed = names.flatMap((key, i) => (key.includes('=') ? [] : [pairs[i] ?? '']))
  const match = indexed.map((pair) => `fields : ${wholePhrase(pair)}`).join(' AND ')
  return {
    where: and(...has),
    match: match === '' ? undefined : match,
    reads: pairs.length,
    isByArrival: true,
    ...(indexed.length < pairs.length && { isCoarse: true }),
  }
}

// The text of a tag in the index. For a tag that does not exist it is two brackets, which the index never contains.
function indexedTag(workspaceId: string, key: string): SQL {
  const text = sql`replace(replace(replace(coalesce(${tags.indexedAs}, ${tags.key}), '"', '""'), '⟦', '⟪'), '⟧', '⟫')`
  const indexed = sql`SELECT ${text} FROM ${tags} WHERE ${tags.workspaceId} = ${workspaceId} AND ${tags.key} = ${key}`
  return sql`'"⟦' || coalesce((${indexed}), '⟦') || '⟧"'`
}

// The index contains tags and custom fields in brackets, and no other brackets.
function wholePhrase(text: string): string {
  return phrase(`⟦${text.replaceAll('⟦', '⟪').replaceAll('⟧', '⟫')}⟧`)
}

// What the index has of a custom field `f`, as in the view `customers_searchable`.
const indexedPair = sql`coalesce(
  (SELECT k.value ->> 1 FROM json_each(${customers.foldedFields}) AS k WHERE k.key = f.key AND k.value ->> 0 = f.value),
  lower(f.key || '=' || CASE f.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE f.value END))`
