// What customers are searched by: words, tags and custom fields, in the search index and row by row.
import { and, or, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { fold } from '../db/fold'
import { isSearchable, phrase } from '../db/fts'
import { customers, customerTags, tags as tagTable } from '../db/schema'
import { columnName } from '../db/sql'
import { namesOf, valuesOf } from '../records/fields'
import type { Condition } from '../records/list.definition'
import { CUSTOMER_FIELDS } from './customers.fields'

const SEARCHED = valuesOf(CUSTOMER_FIELDS, 'searched')
type SearchedField = keyof typeof SEARCHED

/** The fields that are searched, and those of them that tell who somebody is. */
export const SEARCHED_FIELDS = namesOf(SEARCHED)
export const PERSON_FIELDS = SEARCHED_FIELDS.filter((field) => 'isPerson' in SEARCHED[field])

/** A part of one of these fields. The index knows parts of three characters and more. */
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
    (name) => sql`EXISTS (SELECT 1 FROM ${customerTags} AS ct CROSS JOIN ${tagTable} AS t ON t.id = ct.tag_id
      WHERE ct.customer_id = ${customers.id} AND t.key = ${fold(name)})`,
  )
  const indexed = names.map((name) => indexedTag(actor.workspaceId, fold(name)))
  const joined = sql.join(indexed, sql.raw(isAny ? `|| ' OR ' ||` : `|| ' AND ' ||`))
  return {
    where: isAny ? or(...has) : and(...has),
    match: sql`'tags : (' || ${joined} || ')'`,
    isByArrival: true,
  }
}

/** Each of these custom fields has this value as a whole. */
export function hasCustomFields(wanted: Record<string, string>): Condition | undefined {
  const pairs = Object.entries(wanted)
  if (pairs.length === 0) return undefined
  const has = pairs.map(
    ([key, value]) => sql`EXISTS (SELECT 1 FROM json_each(${customers.customFields}) WHERE lower(key) = lower(${key})
      AND lower(CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE value END) = lower(${value}))`,
  )
  const match = pairs.map(([key, value]) => `fields : ${wholePhrase(`${key}=${value}`)}`).join(' AND ')
  return { where: and(...has), match, isByArrival: true }
}

// How the index spells a tag. A tag that does not exist is two brackets, which the index never holds.
function indexedTag(workspaceId: string, key: string): SQL {
  const text = sql`replace(replace(replace(coalesce(t.indexed_as, t.key), '"', '""'), '⟦', '⟪'), '⟧', '⟫')`
  return sql`'"⟦' || coalesce((SELECT ${text} FROM tags AS t WHERE t.workspace_id = ${workspaceId} AND t.key = ${key}), '⟦') || '⟧"'`
}

// Tags and custom fields stand in the index in brackets, and it holds no other brackets.
function wholePhrase(text: string): string {
  return phrase(`⟦${text.replaceAll('⟦', '⟪').replaceAll('⟧', '⟫')}⟧`)
}

// A phone number is found by its digits, however it is written on either side.
function spellings(text: string, folded = text): string[] {
  const digits = text.replace(/[\s()+./-]/g, '')
  const isNumber = /^\d{3,}$/.test(digits)
  return [...new Set([text, folded || text, isNumber ? digits : text])]
}
