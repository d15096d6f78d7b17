// The fields of two customers as a merge makes them, and what is left of them without one of the merges.
import { type Field, fieldsWith, isMap, namesOf, withoutNulls } from '../records/fields'
import { CUSTOMER_FIELDS } from './customers.fields'
import type { CustomerRow } from './customers.record'

export type Prefer = 'this' | 'other'

/** The fields that a merge may fill or replace. */
export const MERGED = fieldsWith(CUSTOMER_FIELDS, 'isMerged')
export type MergedField = keyof typeof MERGED
export type MergedValues = Pick<CustomerRow, MergedField>

/** The fields of a survivor before a merge and after it. Of an erased person, there are none. */
export type MergedFields = { [K in MergedField]?: [before: MergedValues[K], after: MergedValues[K]] }

/** A merge as a link between two customers. */
export type Link = { id: string; survivorId: string; mergedId: string; prefer: Prefer; fields: MergedFields }

// Fields are compared and filled by cell: a field with those that follow it, or one custom field.
type Cell = readonly [value: unknown, ...followers: unknown[]]
type Cells = ReadonlyMap<string, Cell>
const EMPTY: Cell = [null]

/** The fields of a survivor: those of one customer, filled up with the other's. */
export function mergedValues(prefer: Prefer, survivor: MergedValues, other: MergedValues): MergedValues {
  const [mine, theirs] = [cellsOf(survivor), cellsOf(other)]
  return valuesOf(mapCells([mine, theirs], (name) => filledCell(prefer, mine.get(name), theirs.get(name))))
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
      return isSame ? after.get(name) : filledCell(link.prefer, newBefore.get(name), newTheirs.get(name))
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
  const cells = new Map<string, Cell>()
  for (const [name, { kind, follows }] of Object.entries<Field>(MERGED)) {
    const value = values[name] ?? null
    if (follows) continue
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
  const values = Object.entries<Field>(MERGED).map(([name, { kind, follows = name }]) => {
    const [value = null, ...followers] = cells.get(follows) ?? EMPTY
    if (follows !== name) return [name, followers[followersOf(follows).indexOf(name)] ?? null]
    return [name, kind === 'entries' ? entriesOf(cells, name) : value]
  })
  return Object.fromEntries(values)
}

function entriesOf(cells: Cells, field: string) {
  const prefix = `${field}.`
  const entries = [...cells].filter(([name, [value]]) => name.startsWith(prefix) && value !== null)
  if (entries.length === 0) return cells.get(field)?.[0] ?? null
  return Object.fromEntries(entries.map(([name, [value]]) => [name.slice(prefix.length), value]))
}

function followersOf(name: string): string[] {
  return Object.entries<Field>(MERGED).flatMap(([each, { follows }]) => (follows === name ? [each] : []))
}

function filledCell(prefer: Prefer, mine: Cell = EMPTY, theirs: Cell = EMPTY): Cell {
  const [first, second] = prefer === 'this' ? [mine, theirs] : [theirs, mine]
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
  return mapCells([cells, now], (name) => (areSame(cells, was, name) ? now.get(name) : cells.get(name)))
}

function mapCells(all: readonly Cells[], toCell: (name: string) => Cell | undefined): Cells {
  const names = new Set(all.flatMap((cells) => [...cells.keys()]))
  return new Map([...names].map((name) => [name, toCell(name) ?? EMPTY]))
}

// What follows a value may be read anew, and is no change of it.
function areSame(a: Cells, b: Cells, name: string): boolean {
  return isEqual((a.get(name) ?? EMPTY)[0], (b.get(name) ?? EMPTY)[0])
}

function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [mine, theirs] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))]
  return mine.length === theirs.size && mine.every(([name, value]) => isEqual(value, theirs.get(name)))
}
