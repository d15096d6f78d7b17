// Which part of the search index a query over customers streams, and what of it the index is too coarse for.
import { and, or, type SQL, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import { codeOf, NOBODY } from '../db/codes'
import { fold } from '../db/fold'
import { isSearchable, phrase } from '../db/listing'
import { customers, customerTags, tags as tagTable } from '../db/schema'
import { columnName } from '../db/sql'
import { namesOf, valuesOf } from '../records/fields'
import { CUSTOMER_FIELDS } from './customers.fields'

const SEARCHED = valuesOf(CUSTOMER_FIELDS, 'searched')
type Place = 'q' | 'person' | keyof typeof SEARCHED

/** Words by where to look for them: a field, `q` for any, `person` for any that tells who somebody is. */
export type SearchTerms = { [P in Place]?: string | undefined } & {
  tag?: string[]
  tagMatch?: 'all' | 'any'
  customFields?: Record<string, string>
}

const FIELDS = namesOf(SEARCHED)
const PLACES = [
  placeOf('q', FIELDS),
  placeOf(
    'person',
    FIELDS.filter((field) => 'isPerson' in SEARCHED[field]),
  ),
  ...FIELDS.map((field) => placeOf(field, [field])),
]

/** A place with the columns of the index and, for what is looked at row by row, the text of the row. */
function placeOf(place: Place, fields: (keyof typeof SEARCHED)[]) {
  const texts = fields.flatMap((field) => SEARCHED[field].columns.map((column) => sql`coalesce(${column}, '')`))
  return {
    place,
    columns: fields.map((field) => columnName(CUSTOMER_FIELDS[field].column)).join(' '),
    written: sql.join(texts, sql` || char(10) || `),
  }
}

type Term = { columns: string; written: SQL; text: string }

/** The words sought, each with where to look for it. */
function termsOf(sought: SearchTerms): Term[] {
  return PLACES.flatMap(({ place, ...where }) => {
    const text = sought[place]
    return text === undefined ? [] : [{ ...where, text }]
  })
}

/** Whether anything is sought that the index knows; without it, words of one or two characters need a window. */
export function isIndexed(sought: SearchTerms): boolean {
  const hasFacet = (sought.tag?.length ?? 0) > 0 || Object.keys(sought.customFields ?? {}).length > 0
  return hasFacet || termsOf(sought).some(({ text }) => isSearchable(text))
}

export function hasSearchTerms(sought: SearchTerms): boolean {
  return isIndexed(sought) || termsOf(sought).length > 0
}

/** An FTS5 MATCH expression over customers_fts. */
export function matchOf(workspaceId: string, owners: Owners, sought: SearchTerms): SQL {
  const parts = [`scope : ${phrase(codeOf(workspaceId))}`]
  if (owners !== 'all') {
    parts.push(`scope : (${owners.map((owner) => phrase(owner === null ? NOBODY : codeOf(owner))).join(' OR ')})`)
  }
  for (const { columns, text } of termsOf(sought)) {
    if (isSearchable(text)) parts.push(`{${columns}} : (${spellings(text).map(phrase).join(' OR ')})`)
  }
  for (const [key, value] of Object.entries(sought.customFields ?? {}))
    parts.push(`fields : ${wholeTagPhrase(`${key}=${value}`)}`)
  const all = parts.map((part) => `(${part})`).join(' AND ')
  const tags = (sought.tag ?? []).map((tag) => indexedTag(workspaceId, fold(tag)))
  if (tags.length === 0) return sql`${all}`
  const together = sql.raw(sought.tagMatch === 'any' ? `|| ' OR ' ||` : `|| ' AND ' ||`)
  return sql`(${all} || ' AND (tags : (' || ${sql.join(tags, together)} || '))')`
}

// What stands for a tag in the index; two brackets, which stand nowhere, for one that is not there.
function indexedTag(workspaceId: string, key: string): SQL {
  const text = sql`replace(replace(replace(coalesce(t.indexed_as, t.key), '"', '""'), '⟦', '⟪'), '⟧', '⟫')`
  return sql`'"⟦' || coalesce((SELECT ${text} FROM tags AS t WHERE t.workspace_id = ${workspaceId} AND t.key = ${key}), '⟦') || '⟧"'`
}

// A field, like a tag, stands in the index in brackets, and there are no others in it.
function wholeTagPhrase(text: string): string {
  return phrase(`⟦${text.replaceAll('⟦', '⟪').replaceAll('⟧', '⟫')}⟧`)
}

/** What has to be checked row by row: short words beside the index, and everything where the index is not asked. */
export function rowConditions(sought: SearchTerms, isSearch: boolean): SQL | undefined {
  const terms = termsOf(sought).filter(({ text }) => !isSearch || !isSearchable(text))
  const words = terms.map(({ written, text }) =>
    or(...spellings(text, fold(text)).map((each) => containsText(written, each))),
  )
  if (isSearch) return and(...words)
  const tags = (sought.tag ?? []).map(
    (tag) => sql`EXISTS (SELECT 1 FROM ${customerTags} AS ct CROSS JOIN ${tagTable} AS t ON t.id = ct.tag_id
      WHERE ct.customer_id = ${customers.id} AND t.key = ${fold(tag)})`,
  )
  const fields = Object.entries(sought.customFields ?? {}).map(
    ([key, value]) => sql`EXISTS (SELECT 1 FROM json_each(${customers.customFields}) WHERE lower(key) = lower(${key})
      AND lower(CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE value END) = lower(${value}))`,
  )
  return and(...words, sought.tagMatch === 'any' ? or(...tags) : and(...tags), ...fields)
}

function containsText(text: SQL, part: string): SQL {
  return sql`instr(lower(${text}), lower(${part})) > 0`
}

// A phone number is found by its digits however either side has written it.
function spellings(text: string, folded = text): string[] {
  const digits = text.replace(/[\s()+./-]/g, '')
  const isNumber = /^\d{3,}$/.test(digits)
  return [...new Set([text, folded || text, isNumber ? digits : text])]
}
