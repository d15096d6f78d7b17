// The search filters of customers: words, tags and custom fields, in the search index and row by row.
import { and, or, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { fold } from '../db/fold'
import { isSearchable, phrase } from '../db/fts'
import { customers, customerTags, tags } from '../db/schema'
import { columnName } from '../db/sql'
import { namesOf, valuesOf } from '../records/fields'
import type { Condition } from '../records/list.definition'
import { CUSTOMER_FIELDS } from './customers.fields'

const SEARCHED = valuesOf(CUSTOMER_FIELDS, 'searched')
type SearchedField = keyof typeof SEARCHED

/** The fields that are searched, and those of them that identify the person. */
export const SEARCHED_FIELDS = namesOf(SEARCHED)
export const PERSON_FIELDS = SEARCHED_FIELDS.filter((field) => 'isPerson' in SEARCHED[field])

/** The text is part of one of these fields. The index finds texts of three characters or more. */
export function contains(...fields: SearchedField[]) {
  const texts = fields.flatMap((field) => SEARCHED[field].columns.map((column) => sql`coalesce(${column}, '')`))
  const text = sql.join(texts, sql` || char(10) || `)
  const columns = fields.map((field) => columnName(CUSTOMER_FIELDS[field].column)).join(' ')
  return (part: string): Condition => ({
    where: or(...spellings(part, fold(part)).map((each) => sql`instr(lower(${text}), lower(${each})) > 0`)),
    match: isSearchable(part) ? `{${columns}} : (${spellings(part).map(phrase).join(' OR ')})` : undefined,
    isByArrival: true,
  })
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
      WHERE ${customerTags.customerId} = ${customers.id} AND ${tags.key} = ${fold(name)})`,
  )
  const indexed = names.map((name) => indexedTag(actor.workspaceId, fold(name)))
  const joined = sql.join(indexed, isAny ? sql`|| ' OR ' ||` : sql`|| ' AND ' ||`)
  return {
    where: isAny ? or(...has) : and(...has),
    match: sql`'tags : (' || ${joined} || ')'`,
    reads: 2 * names.length,
    isByArrival: true,
  }
}

/** Each of these custom fields has exactly this value, in any case. */
export function hasCustomFields(values: Record<string, string>): Condition | undefined {
  const pairs = Object.entries(values)
  if (pairs.length === 0) return undefined
  const has = pairs.map(
    ([key, value]) => sql`EXISTS (SELECT 1 FROM json_each(${customers.customFields}) WHERE lower(key) = lower(${key})
      AND lower(CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE value END) = lower(${value}))`,
  )
  // The index leaves out names with `=`, for `a=b` with the value `c` would be the same text as `a` with the value `b=c`.
  const indexed = pairs.filter(([key]) => !key.includes('='))
  const match = indexed.map(([key, value]) => `fields : ${wholePhrase(`${key}=${value}`)}`).join(' AND ')
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

// A phone number is found by its digits, however the number and the search are written.
function spellings(text: string, folded = text): string[] {
  const digits = text.replace(/[\s()+./-]/g, '')
  const isNumber = /^\d{3,}$/.test(digits)
  return [...new Set([text, folded || text, isNumber ? digits : text])]
}
