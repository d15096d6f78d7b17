// The kinds of rows that a merge of customers concerns: the records that it moves, and what it copies.
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { type CopiedName, type MovedName, type RecordReference, recordReferencesTo } from '../db/relations'
import { customers } from '../db/schema'

export type Moved = RecordReference & { name: MovedName; home: SQLiteColumn }

/** The references to customers from records that a merge moves. */
export const MOVED = recordReferencesTo(customers).filter((each): each is Moved => each.onMerge === 'move')

/** What a merge calls the rows that it copies. Their SQL is written by hand, for each table has its own idea of a duplicate. */
export const COPIED = { customerTags: 'tags', relationships: 'relationships' } as const satisfies Record<
  CopiedName,
  string
>
export type CopiedKind = (typeof COPIED)[CopiedName]
export type Kind = MovedName | CopiedKind

/** An object with a value for each kind of rows, in the order of the answer. */
export function byKind<V>(of: (kind: Kind) => V): Record<Kind, V> {
  const kinds: Kind[] = [...MOVED.map(({ name }) => name), ...Object.values(COPIED)]
  // Object.fromEntries forgets which names there are.
  const entries: (readonly unknown[])[] = kinds.map((kind) => [kind, of(kind)])
  return Object.fromEntries(entries)
}
