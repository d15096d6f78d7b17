// The table of fields of a record: how each field is read, written, imported, exported, merged, searched and erased.
import { getTableColumns, type SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'

export type Field = {
  /** The schema in answers. A field without it is never shown. */
  answer?: z.ZodType
  example?: unknown
  /** The schema in requests. Clients cannot write a field without it. */
  input?: z.ZodType
  required?: true
  /** How a cell of a file is read if it is not text. A patch replaces `json` as a whole, and `entries` one by one: null removes one. */
  kind?: 'choice' | 'instant' | 'number' | 'json' | 'entries' | 'addresses' | 'numbers'
  /** The field that this one is computed from. Both are written together. */
  follows?: string
  /** Computes this field from the text of the field that it follows. `country` has two letters (ISO 3166). */
  derive?: (text: string, country: string | null) => string | null
  /** The same of `entries`, entry by entry; null removes one. Such a field is of the kind `entries` itself. */
  deriveEntries?: (entries: Record<string, unknown>) => Record<string, unknown>
  /** Imports compare it too: its value can change while the field that it follows stays the same. */
  isCompared?: true
  /** A merge fills it from the other record if it is empty. Of `entries`, it adds the missing ones. */
  isMerged?: true
  /** An import reads it. These are its names in other systems, in lower case without spaces and punctuation. */
  imported?: string
  /** Columns of a file that are joined into this field if it has no column of its own, each with its names. */
  parts?: Record<string, string>
  /** An export has it, in this block of columns. Within a block, the table gives the order. */
  exported?: 1 | 2 | 3 | 4 | 5
  /** The name of the column in files if it holds another value than the field: the owner's e-mail instead of the id. */
  inFiles?: string
  /** The property of a vCard. */
  vcard?: string
  /** The column with the text that a search reads. `isPerson` if the field identifies the person. */
  searched?: { text: SQLiteColumn; isPerson?: true }
  /** A portal login may change it in its own record. */
  isPortalWritten?: true
  /** A portal login does not see it. */
  isTeamOnly?: true
  /** Erasing a person keeps the value, because it does not identify them (`isKept`), or replaces it with `erased`. */
  isKept?: true
  erased?: unknown
}

/** Replaces a text that must not be null when a person is erased. */
export const ERASED = 'Erased'

type Stored<T extends SQLiteTable> = keyof T['$inferInsert'] & string
type Computed<T extends SQLiteTable> = Exclude<keyof T['_']['columns'] & string, Stored<T>>
type Policy<Value> = { isKept: true; erased?: never } | { isKept?: never; erased: Value | SQL }
/** Fields by the name of their column. Every stored field says what erasing does with it. */
type Definition<T extends SQLiteTable> = { [K in Stored<T>]?: Field & Policy<T['$inferInsert'][K]> } & {
  [K in Computed<T>]?: Field
} & { tags?: Field }

export type Fields = Record<string, Field & { column?: SQLiteColumn }>
type Defined<T extends SQLiteTable, F> = {
  readonly [K in keyof F]: F[K] & { column: K extends keyof T['_']['columns'] ? SQLiteColumn : undefined }
}

/** A table of fields, in the order of answers, each with its column. Tags have no column: they are rows of another table. */
export function defineFields<T extends SQLiteTable, const F extends Definition<T>>(table: T, fields: F): Defined<T, F> {
  const columns = new Map<string, unknown>(Object.entries(getTableColumns(table)))
  return fromPairs(Object.entries<object | undefined>(fields), (field, name) => ({
    ...field,
    column: columns.get(name),
  }))
}

type NamesWith<F, P extends keyof Field> = { [K in keyof F]: F[K] extends Record<P, unknown> ? K : never }[keyof F]

/** The fields with this property. */
export function fieldsWith<F extends Fields, P extends keyof Field>(fields: F, property: P): Pick<F, NamesWith<F, P>> {
  return fromPairs(pairsWith(fields, property), (field) => field)
}

/** The values of a property, by the name of the field. Fields without the property are left out. */
export function valuesOf<F extends Fields, P extends keyof Field>(
  fields: F,
  property: P,
): { -readonly [K in NamesWith<F, P>]: F[K] extends Record<P, infer V> ? V : never } {
  return fromPairs(pairsWith(fields, property), (field) => field[property])
}

type DerivedValues<F> = {
  -readonly [K in NamesWith<F, 'derive'>]?: F[K] extends { derive: (...args: never) => infer V } ? V : never
} & {
  -readonly [K in NamesWith<F, 'deriveEntries'>]?:
    | (F[K] extends { deriveEntries: (...args: never) => infer V } ? V : never)
    | null
}

/**
 * Computes the derived fields from the values of the fields that they follow. Without such a value, the derived field is
 * left out; null gives null.
 */
export function derivedValues<F extends Fields>(
  fields: F,
  values: { [name: string]: unknown },
  country: string | null,
): DerivedValues<F> {
  const pairs = derivedOf(fields).flatMap(([name, { follows = '', ...field }]): [string, unknown][] => {
    const value = values[follows]
    if (value === undefined) return []
    return [[name, derivedValue(field, value, country)]]
  })
  return fromPairs(pairs, (value) => value)
}

/** The derived fields of each table, found once: every write of a record asks for them. */
const derived = new WeakMap<Fields, [string, Field][]>()
function derivedOf(fields: Fields) {
  const pairs = derived.get(fields) ?? pairsWith(fields, 'follows')
  derived.set(fields, pairs)
  return pairs
}

function derivedValue({ derive, deriveEntries }: Field, value: unknown, country: string | null): unknown {
  if (typeof value === 'string') return derive?.(value, country) ?? null
  return typeof value === 'object' && value !== null ? (deriveEntries?.({ ...value }) ?? null) : null
}

function pairsWith(fields: Fields, property: keyof Field) {
  return Object.entries(fields).filter(([, field]) => field[property] !== undefined)
}

// The return types of the callers give the type of the object.
function fromPairs<V>(pairs: [string, V][], toValue: (value: V, name: string) => unknown) {
  const entries: (readonly unknown[])[] = pairs.map(([name, value]) => [name, toValue(value, name)])
  return Object.fromEntries(entries)
}

export function namesOf<F extends object>(fields: F): (keyof F & string)[] {
  return Object.keys(fields).filter((name): name is keyof F & string => name in fields)
}

/** The names of fields with this property, as a type. */
export type FieldName<F, P extends keyof Field> = NamesWith<F, P> & string

/** The fields of a file in the order of its columns, each with the name of its column. */
export function exportedFields(fields: Fields): [column: string, field: Field][] {
  const blockOf = ([, field]: [string, Field]) => field.exported ?? 0
  const inOrder = pairsWith(fields, 'exported').sort((a, b) => blockOf(a) - blockOf(b))
  return inOrder.map(([name, field]) => [field.inFiles ?? name, field])
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Entries without those that are null, at any depth of objects: null means that there is no such entry. SQLite's json_patch
 * says the same of a patch (RFC 7396), so that it does not matter which request brought an entry.
 */
export function withoutNulls(entries: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(entries).filter(([, value]) => value !== null)
  return Object.fromEntries(kept.map(([name, value]) => [name, isMap(value) ? withoutNulls(value) : value]))
}
