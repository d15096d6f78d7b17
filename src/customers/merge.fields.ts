// The fields of two customers as a merge makes them, and what is left of them without one of the merges.
import { getTableColumns } from 'drizzle-orm'
import { customers } from '../db/schema'
import { type Field, fieldsWith, isMap, namesOf, withoutNulls } from '../records/fields'
import {
  allContactsOf,
  contactKey,
  type Email,
  emailColumns,
  type OtherPhone,
  phoneColumns,
  united,
} from './customers.contacts'
import { CUSTOMER_FIELDS } from './customers.fields'

export type Prefer = 'this' | 'other'

/** The fields that a merge may fill or replace. */
export const MERGED = fieldsWith(CUSTOMER_FIELDS, 'isMerged')
export type MergedField = keyof typeof MERGED
export type MergedValues = Pick<typeof customers.$inferSelect, MergedField>

/** The columns of these fields, for a SELECT. */
export const mergedColumns: Pick<(typeof customers)['_']['columns'], MergedField> = columnsOf(MERGED)

/** The fields of a survivor before a merge and after it. Of an erased person, there are none. */
export type MergedFields = { [K in MergedField]?: [before: MergedValues[K], after: MergedValues[K]] }

/** A merge as a link between two customers. */
export type Link = { id: string; survivorId: string; mergedId: string; prefer: Prefer; fields: MergedFields }

// Fields are compared and filled by cell: a field with those that follow it, one custom field, or a list of contacts.
type Cell = readonly [value: unknown, ...followers: unknown[]]
type Cells = ReadonlyMap<string, Cell>
const EMPTY: Cell = [null]

type Contact = Email | OtherPhone
// The cells that are lists: all addresses and all numbers, the main one first. Their columns are made of them.
const LISTS = { emails: emailColumns([]), phones: phoneColumns([]) }
const IN_LISTS = new Set(Object.values(LISTS).flatMap((columns) => Object.keys(columns)))
const contactsIn = (cell: Cell = EMPTY): readonly Contact[] => (Array.isArray(cell[0]) ? cell[0] : [])

/** The fields of a survivor: those of one customer, filled up with the other's. */
export function mergedValues(prefer: Prefer, survivor: MergedValues, other: MergedValues): MergedValues {
  const [mine, theirs] = [cellsOf(survivor), cellsOf(other)]
  return valuesOf(mapCells([mine, theirs], (name) => filledCell(name, prefer, mine.get(name), theirs.get(name))))
}

/**
 * What customers would have had the first of these merges never been made, and what the later merges would have made of it.
 * `links` are that merge and those after it, oldest first; `rows` has every customer of them. A value that was changed after a
 * merge stays. Returns only the customers and merges that the first one reached.
 */
export function withoutMerge([first, ...later]: readonly Link[], rows: ReadonlyMap<string, MergedValues>) {
  const values = new Map<string, MergedValues>()
  const fields = new Map<string, MergedFields>()
  if (!first) return { values, fields }
  let survivorId = first.survivorId
  let { after: was, before: now } = sidesOf(first)
  const presentOf = (id: string) => cellsOf(rows.get(id) ?? {})
  for (const link of later) {
    const { before, after } = sidesOf(link)
    const theirs = presentOf(link.mergedId)
    let [newBefore, newTheirs] = [before, theirs]
    if (link.mergedId === survivorId) {
      newTheirs = replaced(theirs, was, now)
      values.set(survivorId, valuesOf(newTheirs))
      survivorId = link.survivorId
    } else {
      newBefore = replaced(before, was, now)
    }
    const newAfter = mapCells([after, newBefore, newTheirs], (name) => {
      const isSame = areSame(newBefore, before, name) && areSame(newTheirs, theirs, name)
      return isSame ? after.get(name) : filledCell(name, link.prefer, newBefore.get(name), newTheirs.get(name))
    })
    fields.set(link.id, fieldsOf(valuesOf(newBefore), valuesOf(newAfter)))
    was = after
    now = newAfter
  }
  values.set(survivorId, valuesOf(replaced(presentOf(survivorId), was, now)))
  return { values, fields }
}

/** The fields before and after, for the note of a merge. */
export function fieldsOf(before: MergedValues, after: MergedValues): MergedFields {
  return Object.fromEntries(namesOf(MERGED).map((name) => [name, [before[name], after[name]]]))
}

function sidesOf({ fields }: Link): { before: Cells; after: Cells } {
  const side = (i: 0 | 1) => cellsOf(Object.fromEntries(Object.entries(fields).map(([name, pair]) => [name, pair[i]])))
  return { before: side(0), after: side(1) }
}

function cellsOf(values: { [name: string]: unknown }): Cells {
  const { emails, phones } = allContactsOf(contactValuesOf(values))
  const cells = new Map<string, Cell>([
    ['emails', [emails]],
    ['phones', [phones]],
  ])
  for (const [name, { kind, follows }] of Object.entries<Field>(MERGED)) {
    const value = values[name] ?? null
    if (follows || IN_LISTS.has(name)) continue
    if (kind !== 'entries') cells.set(name, [value, ...followersOf(name).map((each) => values[each] ?? null)])
    else if (isMap(value)) {
      // That there are entries, if only none, is a cell as well.
      cells.set(name, [{}])
      for (const [key, each] of Object.entries(value)) cells.set(`${name}.${key}`, [each])
    }
  }
  return cells
}

function valuesOf(cells: Cells): MergedValues {
  const customFields = entriesOf(cells, 'customFields')
  const contacts: { [name: string]: unknown } = {
    ...emailColumns(contactsIn(cells.get('emails')).filter((contact) => 'email' in contact)),
    ...phoneColumns(contactsIn(cells.get('phones')).filter((contact) => 'phone' in contact)),
  }
  const values = Object.entries<Field>(MERGED).map(([name, { kind, follows = name, deriveEntries }]) => {
    if (IN_LISTS.has(name)) return [name, contacts[name]]
    if (deriveEntries) return [name, customFields && withoutNulls(deriveEntries(customFields))]
    const [value = null, ...followers] = cells.get(follows) ?? EMPTY
    if (follows !== name) return [name, followers[followersOf(follows).indexOf(name)] ?? null]
    return [name, kind === 'entries' ? customFields : value]
  })
  return Object.fromEntries(values)
}

// A note of a merge may lack fields, which are then empty.
function contactValuesOf(values: { [name: string]: unknown }): Parameters<typeof allContactsOf>[0] {
  const pairs: (readonly unknown[])[] = [...IN_LISTS].map((name) => [name, values[name] ?? null])
  return Object.fromEntries(pairs)
}

function entriesOf(cells: Cells, field: string): Record<string, unknown> | null {
  const prefix = `${field}.`
  const entries = [...cells].filter(([name, [value]]) => name.startsWith(prefix) && value !== null)
  const [none] = cells.get(field) ?? EMPTY
  if (entries.length === 0) return isMap(none) ? none : null
  return Object.fromEntries(entries.map(([name, [value]]) => [name.slice(prefix.length), value]))
}

function followersOf(name: string): string[] {
  return Object.entries<Field>(MERGED).flatMap(([each, { follows }]) => (follows === name ? [each] : []))
}

function filledCell(name: string, prefer: Prefer, mine: Cell = EMPTY, theirs: Cell = EMPTY): Cell {
  const [first, second] = prefer === 'this' ? [mine, theirs] : [theirs, mine]
  if (name in LISTS) return [united(contactsIn(first), contactsIn(second))]
  if (first[0] === null) return second
  return isMap(first[0]) ? [filled(first[0], second[0])] : first
}

function filled(first: unknown, second: unknown): unknown {
  if (first === null || first === undefined) return second
  if (!isMap(first) || !isMap(second)) return first
  const names = new Set([...Object.keys(first), ...Object.keys(second)])
  return withoutNulls(Object.fromEntries([...names].map((name) => [name, filled(first[name], second[name])])))
}

/** Cells that have the value of `was` get that of `now`. */
function replaced(cells: Cells, was: Cells, now: Cells): Cells {
  return mapCells([cells, now], (name) => {
    if (areSame(cells, was, name)) return now.get(name)
    return name in LISTS ? [replacedContacts(cells.get(name), was.get(name), now.get(name))] : cells.get(name)
  })
}

/** The contacts without those that only `was` has, and with those that only `now` has. A main one is replaced by the main one. */
function replacedContacts(...cells: [present?: Cell, was?: Cell, now?: Cell]): Contact[] {
  const [present = [], was = [], now = []] = cells.map(contactsIn)
  const has = (list: readonly Contact[], one: Contact) => list.some((each) => contactKey(each) === contactKey(one))
  const kept = present.filter((each) => !has(was, each) || has(now, each))
  const gained = now.filter((each) => !has(was, each))
  const hasSameMain = present.slice(0, 1).some((main) => has(was.slice(0, 1), main))
  return united(hasSameMain ? now.slice(0, 1) : [], kept, gained)
}

function mapCells(all: readonly Cells[], toCell: (name: string) => Cell | undefined): Cells {
  const names = new Set(all.flatMap((cells) => [...cells.keys()]))
  return new Map([...names].map((name) => [name, toCell(name) ?? EMPTY]))
}

// What follows a value may be read anew, and is no change of it.
function areSame(a: Cells, b: Cells, name: string): boolean {
  if (name in LISTS) return isEqual(asWritten(a.get(name)), asWritten(b.get(name)))
  return isEqual((a.get(name) ?? EMPTY)[0], (b.get(name) ?? EMPTY)[0])
}

function asWritten(cell?: Cell): string[][] {
  return contactsIn(cell).map((each) => ['email' in each ? each.email : each.phone, each.label ?? ''])
}

function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [mine, theirs] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))]
  return mine.length === theirs.size && mine.every(([name, value]) => isEqual(value, theirs.get(name)))
}

function columnsOf(fields: object) {
  const columns: (readonly unknown[])[] = Object.entries(getTableColumns(customers)).filter(([name]) => name in fields)
  return Object.fromEntries(columns)
}
