// Prepares a row of a file of interactions, tickets, tags or relationships: its cells become values and references.
import { createHash } from 'node:crypto'
import { instantAt } from '../clock'
import { fieldOf, tagsOf, unescapeFormula } from '../files/csv-cells'
import { derivedValues, isMap } from '../records/fields'
import { TagName } from '../tags/tags.schemas'
import { mailAddress } from '../text/address'
import { readDay } from '../text/days'
import { foldText } from '../text/fold'
import { shownValue } from './imports.cell-texts'
import type { ColumnPlan } from './imports.columns'
import { KINDS, type KindField, type KindName, Reference } from './imports.kinds'
import { wordOf } from './imports.kinds.words'
import type { Issue, PreparedRow } from './imports.rows'

type Rules = { entity: KindName; country: string | null; timeZone: string }
type References = Record<string, Record<string, string>>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** The largest number of a ticket that a file may bring. */
const MAX_NUMBER = 1_000_000_000
/** The size of custom fields that are valid for sure, in characters of JSON. */
const MAX_JSON = 16_384

/** The valid row, or none if its issues contain an error. Adds the name of each tag to `tagNames`, by its key. */
export function prepareKindRow(
  line: number,
  cells: readonly (string | undefined)[],
  plan: ColumnPlan,
  { entity, country, timeZone }: Rules,
  tagNames: Map<string, string>,
): { row?: PreparedRow; issues: Issue[]; isStored: (column: number) => boolean } {
  const kind = KINDS[entity]
  const issues: Issue[] = []
  const stored = new Set<number>()
  const values: Record<string, unknown> = {}
  const refs: References = {}
  const members: Record<string, string> = {}
  const extras: Record<string, unknown> = {}
  const tags: string[] = []
  let foreignId: string | undefined
  const addIssue = (field: string, code: string, value: unknown, message: string, level: Issue['level'] = 'error') =>
    issues.push({ line, level, field, code, value: shownValue(value), message })

  for (const [column, target] of plan.targets.entries()) {
    const cell = unescapeFormula(cells[column] ?? '')
    const text = cell.trim()
    if (text === '' || target.kind === 'unused' || target.kind === 'label') continue
    const keep = (key: string, value: unknown) => {
      if (kind.extras === '' || key === '__proto__' || Object.hasOwn(extras, key)) return
      extras[key] = value
      stored.add(column)
    }
    if (target.kind === 'extra') {
      keep(target.key, target.isJson ? fieldOf(cell) : text)
      continue
    }
    const { field, key } = target
    const known = kind.fields[field]
    if (known === undefined) continue
    if (known.is === 'tags') {
      for (const tag of tagsOf(text)) tags.push(tag)
      stored.add(column)
    } else if (known.is === 'id') {
      if (foreignId === undefined || foreignId === text) stored.add(column)
      if (UUID.test(text) && field === 'id') values.id ??= text.toLowerCase()
      foreignId ??= UUID.test(text) ? text.toLowerCase() : text
    } else if (known.is === 'ref') {
      const by = referenceBy(known.by, text)
      const ref = { [by]: by === 'email' ? (mailAddress(text) ?? text) : by === 'id' ? text.toLowerCase() : text }
      refs[known.ref] = { ...ref, ...refs[known.ref] }
      stored.add(column)
    } else if (known.is === 'member') {
      const as = known.by === 'id' ? `${known.as}Id` : known.as
      if (members[as] !== undefined) {
        keep(key, text)
        continue
      }
      members[as] = known.by === 'id' ? text.toLowerCase() : (mailAddress(text) ?? text)
      stored.add(column)
    } else if (values[field] !== undefined) keep(key, text)
    else if (known.is === 'value') readValue(known, field, key, column, cell, keep)
  }

  function readValue(
    { words, reads, schema }: Extract<KindField, { is: 'value' }>,
    field: string,
    key: string,
    column: number,
    cell: string,
    keep: (key: string, value: unknown) => void,
  ) {
    const text = cell.trim()
    stored.add(column)
    if (words !== undefined) {
      const word = wordOf(words, text)
      if (word === undefined) {
        if (plan.isFirst(column, field))
          addIssue(field, `unknown_${field}`, text, 'Kept beside the record: this word is not known', 'warning')
        if (kind.extras === '') values.unknownWord = text
        else keep(key, text)
        return
      }
      // What a system calls it may say more than our word.
      if (kind.extras !== '' && word !== text.toUpperCase().replace(/[\s-]+/g, '_')) keep(key, text)
      values[field] = word
      return
    }
    const raw =
      reads === 'json'
        ? fieldOf(cell)
        : reads === 'number'
          ? Number(text)
          : reads === 'instant'
            ? instantOf(text, timeZone, country)
            : text
    if (reads === 'json' && isMap(raw)) return void Object.assign(extras, raw)
    const parsed = reads === 'number' && Number(raw) > MAX_NUMBER ? undefined : schema.safeParse(raw)
    if (parsed?.success) values[field] = parsed.data
    else {
      const [issue] = parsed?.error.issues ?? []
      const code = issue?.code === 'too_big' ? 'too_long' : `invalid_${field}`
      addIssue(field, code, text, issue?.message ?? `must be at most ${MAX_NUMBER}`)
    }
  }

  for (const [ref, by] of Object.entries(refs)) {
    const wrong = Object.values(by).find((text) => !Reference.safeParse(text).success)
    if (wrong !== undefined) addIssue(ref, `invalid_${ref}`, wrong, 'must be an id, an external id or an address')
  }
  const tagKeys = tags.flatMap((tag) => {
    const parsed = TagName.safeParse(tag)
    if (!parsed.success) {
      addIssue('tags', 'invalid_tags', tag, parsed.error.issues[0]?.message ?? 'must be a tag')
      return []
    }
    const key = foldText(parsed.data)
    if (!tagNames.has(key)) tagNames.set(key, parsed.data)
    return [key]
  })
  const { unknownWord, ...own } = values
  // Interactions keep a word that is not known in front of what was said.
  if (unknownWord !== undefined && typeof own.body === 'string')
    own.body = `[${unknownWord}] ${own.body}`.slice(0, 10_000)
  if (Object.keys(extras).length > 0) {
    own.customFields = extras
    if (JSON.stringify(extras).length > MAX_JSON)
      addIssue('customFields', 'too_big', null, 'must be at most 16 KB of JSON')
  }
  if (issues.some(({ level }) => level === 'error')) return { issues, isStored: (column) => stored.has(column) }
  const row = {
    ...own,
    ...(kind.record ? derivedValues(kind.record, own, country) : {}),
    ...refs,
    ...members,
    ...memberKeys(members),
    ...(tagKeys.length > 0 ? { tags: [...new Set(tagKeys)] } : {}),
    ...(foreignId === undefined ? {} : { foreignId }),
  }
  return { row: { line, ...row, ...identityOf(entity, row) }, issues, isStored: (column) => stored.has(column) }
}

function referenceBy(by: 'id' | 'external' | 'email' | 'number' | 'any', text: string): string {
  if (by === 'id') return UUID.test(text) ? 'id' : 'external'
  if (by !== 'any') return by
  return UUID.test(text) ? 'id' : text.includes('@') ? 'email' : 'external'
}

const memberKeys = (members: Record<string, string>) =>
  Object.fromEntries(Object.entries(members).map(([as, text]) => [`${as}Key`, text.toLowerCase()]))

// An id of any system is the record; a tag is its name, a pair of customers is told in SQL; all else is what it says.
function identityOf(entity: KindName, row: Record<string, unknown>) {
  if (entity === 'tags')
    return {
      key: `tag:${foldText(String(row.name ?? ''))}`,
      by: 'match' as const,
      tagKey: foldText(String(row.name ?? '')),
    }
  if (typeof row.foreignId === 'string') return { key: `external:${row.foreignId}`, by: 'external' as const }
  const hash = createHash('sha256').update(JSON.stringify(row)).digest('base64url').slice(0, 22)
  return { key: `content:${hash}`, by: entity === 'relationships' ? ('match' as const) : ('content' as const) }
}

// A date, or a date and time without an offset, is meant where the user is.
function instantOf(value: string, timeZone: string, country: string | null): string {
  const read = readDay(value, country)
  return read === undefined ? value : instantAt(timeZone, read)
}
