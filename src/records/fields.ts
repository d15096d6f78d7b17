// The table of fields that a record has: what comes in, goes out, is imported, exported, merged, searched and erased.
import { getTableColumns, type SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'

export type Field = {
  /** As it stands in answers; a field without it is never shown. */
  answer?: z.ZodType
  example?: unknown
  /** As callers write it; a field without it is not theirs to write. */
  input?: z.ZodType
  required?: true
  /** What is read out of a cell of a file, if no text. A patch changes `json` as a whole, `entries` one by one. */
  kind?: 'choice' | 'instant' | 'number' | 'json' | 'entries'
  /** The field that this one is computed from. Both are written together. */
  follows?: string
  /** Computes this field from the text of the field that it follows. `country` has two letters (ISO 3166). */
  derive?: (text: string, country: string | null) => string | null
  /** Imports compare it too: its value can change while the field that it follows stays the same. */
  isCompared?: true
  /** A merge fills it from the other record where it is empty; of `entries`, those that are missing. */
  isMerged?: true
  /** What other systems call it, in lower case without spaces and marks; an import reads it. */
  imported?: string
  /** Columns of a file that are joined into this field where it has none of its own, with what they are called. */
  parts?: Record<string, string>
  /** An export has it: in which block of columns. Within a block, the order is that of the table. */
  exported?: 1 | 2 | 3 | 4 | 5
  /** The column's name in files, where it holds something else than the field: the owner's address, not the id. */
  inFiles?: string
  /** The property of a vCard. */
  vcard?: string
  /** The columns in which a search looks for it; `isPerson` where it tells who somebody is. */
  searched?: { columns: readonly SQLiteColumn[]; isPerson?: true }
  /** A portal login may change it in the own record. */
  isPortalWritten?: true
  /** A portal login does not see it. */
  isTeamOnly?: true
  /** What erasing a person leaves: `isKept` where it says nothing of who somebody is, else the value that it becomes. */
  isKept?: true
  erased?: unknown
}

/** What stands where there has to be a text. */
export const ERASED = 'Erased'

type Stored<T extends SQLiteTable> = keyof T['$inferInsert'] & string
type Computed<T extends SQLiteTable> = Exclude<keyof T['_']['columns'] & string, Stored<T>>
type Policy<Value> = { isKept: true; erased?: never } | { isKept?: never; erased: Value | SQL }
/** Fields by the name of their column. Every one that is stored says what erasing makes of it. */
type Definition<T extends SQLiteTable> = { [K in Stored<T>]?: Field & Policy<T['$inferInsert'][K]> } & {
  [K in Computed<T>]?: Field
} & { tags?: Field }

export type Fields = Record<string, Field & { column?: SQLiteColumn }>
type Defined<T extends SQLiteTable, F> = {
  readonly [K in keyof F]: F[K] & { column: K extends keyof T['_']['columns'] ? SQLiteColumn : undefined }
}

/** A table of fields, in the order of its answers, each with its column. Tags have none: they are rows of their own. */
export function defineFields<T extends SQLiteTable, const F extends Definition<T>>(table: T, fields: F): Defined<T, F> {
  const columns = new Map<string, unknown>(Object.entries(getTableColumns(table)))
  return fromPairs(Object.entries<object | undefined>(fields), (field, name) => ({
    ...field,
    column: columns.get(name),
  }))
}

type NamesWith<F, P extends keyof Field> = { [K in keyof F]: F[K] extends Record<P, unknown> ? K : never }[keyof F]

/** The fields that have this property. */
export function fieldsWith<F extends Fields, P extends keyof Field>(fields: F, property: P): Pick<F, NamesWith<F, P>> {
  return fromPairs(pairsWith(fields, property), (field) => field)
}

/** A property of each field that has it, by the field's name. */
export function valuesOf<F extends Fields, P extends keyof Field>(
  fields: F,
  property: P,
): { -readonly [K in NamesWith<F, P>]: F[K] extends Record<P, infer V> ? V : never } {
  return fromPairs(pairsWith(fields, property), (field) => field[property])
}

type DerivedValues<F> = {
  -readonly [K in NamesWith<F, 'derive'>]?: F[K] extends { derive: (...args: never) => infer V } ? V : never
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
  const pairs = pairsWith(fields, 'derive').flatMap(([name, { follows = '', derive }]): [string, unknown][] => {
    const text = values[follows]
    if (text === undefined) return []
    return [[name, typeof text === 'string' && derive ? derive(text, country) : null]]
  })
  return fromPairs(pairs, (value) => value)
}

function pairsWith(fields: Fields, property: keyof Field) {
  return Object.entries(fields).filter(([, field]) => field[property] !== undefined)
}

// Its callers say what the type of the object is.
function fromPairs<V>(pairs: [string, V][], of: (value: V, name: string) => unknown) {
  const entries: (readonly unknown[])[] = pairs.map(([name, value]) => [name, of(value, name)])
  return Object.fromEntries(entries)
}

export function namesOf<F extends object>(fields: F): (keyof F & string)[] {
  return Object.keys(fields).filter((name): name is keyof F & string => name in fields)
}

/** The names of fields with this property, as a type. */
export type FieldName<F, P extends keyof Field> = NamesWith<F, P> & string

/** The fields of a file in the order of its columns, each under the column's name. */
export function exportedFields(fields: Fields): [column: string, field: Field][] {
  const blockOf = ([, field]: [string, Field]) => field.exported ?? 0
  const inOrder = pairsWith(fields, 'exported').sort((a, b) => blockOf(a) - blockOf(b))
  return inOrder.map(([name, field]) => [field.inFiles ?? name, field])
}
