// A batch whose statements, and so their results, have names.
import type { BatchItem } from 'drizzle-orm/batch'
import type { Db } from './client'

export type Statement = BatchItem<'sqlite'>
/** Statements by name, in the order in which D1 runs them; a list runs in place, and what is undefined is left out. */
type Statements = Record<string, Statement | readonly Statement[] | undefined>
type ResultOf<S> = S extends Statement
  ? S['_']['result']
  : S extends readonly Statement[]
    ? { -readonly [I in keyof S]: ResultOf<S[I]> }
    : undefined
type Results<S extends Statements> = { -readonly [K in keyof S]: ResultOf<S[K]> }

/** Runs statements as one transaction in one round trip, and gives each its result under its own name. */
export async function runBatch<const S extends Statements>(db: Db, statements: S): Promise<Results<S>> {
  const entries = Object.entries(statements)
  // JavaScript lists integer-like keys first, whatever their place: they would change the order.
  const numbered = entries.find(([name]) => /^\d+$/.test(name))
  if (numbered) throw new Error(`A statement needs a name, not the number ${numbered[0]}`)
  const [first, ...others] = entries.flatMap(([, statement]) => statement ?? [])
  const results: unknown[] = first ? await db.batch([first, ...others]) : []
  const named = entries.map(([name, statement]) => {
    if (statement === undefined) return [name, undefined]
    return [name, Array.isArray(statement) ? results.splice(0, statement.length) : results.shift()]
  })
  return Object.fromEntries(named)
}
