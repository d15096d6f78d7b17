// A batch whose statements, and so their results, have names.
import type { BatchItem } from 'drizzle-orm/batch'
import { AppError } from '../errors'
import type { Db } from './client'
import { isUniqueViolation } from './sql'

export type Statement = BatchItem<'sqlite'>
type One<S extends Statement> = { first: S }
type Entry = Statement | One<Statement> | readonly Statement[] | undefined

type ResultOf<E> =
  E extends One<infer S>
    ? S['_']['result'][number] | undefined
    : E extends Statement
      ? E['_']['result']
      : E extends readonly Statement[]
        ? { -readonly [I in keyof E]: ResultOf<E[I]> }
        : undefined
type Results<S extends Record<string, Entry>> = { -readonly [K in keyof S]: ResultOf<S[K]> }

/** A statement of a batch of which only the first row is wanted; its result is that row, or undefined. */
export function one<S extends Statement>(statement: S): One<S> {
  return { first: statement }
}

/**
 * Runs statements as one transaction in one round trip, in the order in which they are written, and gives each its
 * result under its own name. A list of statements runs in place; an entry that is undefined is left out.
 */
export async function runBatch<const S extends Record<string, Entry>>(db: Db, statements: S): Promise<Results<S>> {
  const entries = Object.entries(statements)
  // JavaScript lists integer-like keys first, whatever their place: they would change the order.
  const numbered = entries.find(([name]) => /^\d+$/.test(name))
  if (numbered) throw new Error(`A statement needs a name, not the number ${numbered[0]}`)
  const [first, ...others] = entries.flatMap(([, entry]) => statementsOf(entry))
  const results: unknown[][] = first ? await db.batch([first, ...others]).catch(throwKnown) : []
  // Object.fromEntries forgets which name has which type.
  return Object.fromEntries(entries.map(([name, entry]) => [name, resultOf(entry, results)])) as Results<S>
}

// Whatever writes an external id may run into the one index that keeps it unique: no request needs to ask first.
function throwKnown(error: unknown): never {
  const isTaken = ['customers', 'leads'].some((table) =>
    isUniqueViolation(error, `${table}.workspace_id, ${table}.external_id`),
  )
  throw isTaken ? new AppError('external_id_taken') : error
}

function statementsOf(entry: Entry): readonly Statement[] {
  if (entry === undefined) return []
  if (isList(entry)) return entry
  return [isOne(entry) ? entry.first : entry]
}

// Takes what belongs to the entry off the results that are left.
function resultOf(entry: Entry, results: unknown[][]): unknown {
  if (entry === undefined) return undefined
  if (isList(entry)) return results.splice(0, entry.length)
  const rows = results.shift()
  return isOne(entry) ? rows?.[0] : rows
}

function isList(entry: NonNullable<Entry>): entry is readonly Statement[] {
  return Array.isArray(entry)
}

function isOne(entry: Statement | One<Statement>): entry is One<Statement> {
  return 'first' in entry
}
