// Which part of the search index a query over customers streams, and what of it the index is too coarse for.
import { and, or, type SQL, sql } from 'drizzle-orm'
import type { Owners } from '../access/visible'
import { codeOf, NOBODY } from '../db/codes'
import { fold } from '../db/fold'
import { isSearchable, phrase } from '../db/listing'
import { customers, customerTags, tags as tagTable } from '../db/schema'

export type Sought = {
  q?: string | undefined
  /** Like `q`, but not in the company. */
  person?: string | undefined
  name?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  company?: string | undefined
  tag?: string[] | undefined
  tagMatch?: 'all' | 'any' | undefined
  customFields?: Record<string, string> | undefined
}

const COLUMNS = {
  q: 'name email phone company',
  person: 'name email phone',
  name: 'name',
  email: 'email',
  phone: 'phone',
  company: 'company',
} as const
type Term = { columns: keyof typeof COLUMNS; text: string }

/** The words sought, each with where to look for it. */
function termsOf(sought: Sought): Term[] {
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
  return names.flatMap((columns) => (sought[columns] === undefined ? [] : [{ columns, text: sought[columns] }]))
}

/** Whether anything is sought that the index knows; without it, words of one or two characters need a window. */
export function isIndexed(sought: Sought): boolean {
  const hasFacet = (sought.tag?.length ?? 0) > 0 || Object.keys(sought.customFields ?? {}).length > 0
  return hasFacet || termsOf(sought).some(({ text }) => isSearchable(text))
}

export function isSought(sought: Sought): boolean {
  return isIndexed(sought) || termsOf(sought).length > 0
}

/** An FTS5 MATCH expression over customers_fts. */
export function matchOf(workspaceId: string, owners: Owners, sought: Sought): SQL {
  const parts = [`scope : ${phrase(codeOf(workspaceId))}`]
  if (owners !== 'all') {
    parts.push(`scope : (${owners.map((owner) => phrase(owner === null ? NOBODY : codeOf(owner))).join(' OR ')})`)
  }
  for (const { columns, text } of termsOf(sought)) {
    if (isSearchable(text)) parts.push(`{${COLUMNS[columns]}} : (${spellings(text).map(phrase).join(' OR ')})`)
  }
  for (const [key, value] of Object.entries(sought.customFields ?? {}))
    parts.push(`fields : ${whole(`${key}=${value}`)}`)
  const all = parts.map((part) => `(${part})`).join(' AND ')
  const tags = (sought.tag ?? []).map((tag) => standingFor(workspaceId, fold(tag)))
  if (tags.length === 0) return sql`${all}`
  const together = sql.raw(sought.tagMatch === 'any' ? `|| ' OR ' ||` : `|| ' AND ' ||`)
  return sql`(${all} || ' AND (tags : (' || ${sql.join(tags, together)} || '))')`
}

// What stands for a tag in the index; two brackets, which stand nowhere, for one that is not there.
function standingFor(workspaceId: string, key: string): SQL {
  const text = sql`replace(replace(replace(coalesce(t.indexed_as, t.key), '"', '""'), '⟦', '⟪'), '⟧', '⟫')`
  return sql`'"⟦' || coalesce((SELECT ${text} FROM tags AS t WHERE t.workspace_id = ${workspaceId} AND t.key = ${key}), '⟦') || '⟧"'`
}

// A field, like a tag, stands in the index in brackets, and there are no others in it.
function whole(text: string): string {
  return phrase(`⟦${text.replaceAll('⟦', '⟪').replaceAll('⟧', '⟫')}⟧`)
}

/** What has to be checked row by row: short words beside the index, and everything where the index is not asked. */
export function checked(sought: Sought, isSearch: boolean): SQL | undefined {
  const terms = termsOf(sought).filter(({ text }) => !isSearch || !isSearchable(text))
  const words = terms.map(({ columns, text }) =>
    or(...spellings(text, fold(text)).map((each) => has(texts[columns], each))),
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

function has(text: SQL, part: string): SQL {
  return sql`instr(lower(${text}), lower(${part})) > 0`
}

const phones = sql.join(
  [customers.phone, customers.phoneDigits, customers.phoneE164].map((column) => sql`coalesce(${column}, '')`),
  sql` || char(10) || `,
)
// SQLite's lower() knows A to Z alone; beside the name stands the one that was folded when it was written.
const names = sql`${customers.name} || char(10) || ${customers.sortName}`
const person = sql`${names} || char(10) || coalesce(${customers.email}, '') || char(10) || ${phones}`
const texts = {
  q: sql`${person} || char(10) || coalesce(${customers.company}, '')`,
  person,
  name: names,
  email: sql`coalesce(${customers.email}, '')`,
  phone: phones,
  company: sql`coalesce(${customers.company}, '')`,
}

// A phone number is found by its digits however either side has written it.
function spellings(text: string, folded = text): string[] {
  const digits = text.replace(/[\s()+./-]/g, '')
  const isNumber = /^\d{3,}$/.test(digits)
  return [...new Set([text, folded || text, isNumber ? digits : text])]
}
