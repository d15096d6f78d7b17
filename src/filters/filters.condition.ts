// A filter that was read, as SQL over the rows of a list.
import { type SQL, sql } from 'drizzle-orm'
import type { Asker } from './filters.fields'
import type { Asked, AskedField } from './filters.read'

/** A filter as SQL, and about how many rows of other tables it reads for a row. */
export type FilterSql = { where: SQL; reads: number }

/**
 * The condition of a filter. Its values stand in the SQL as literals, which Drizzle quotes: D1 binds at most 100 parameters
 * to a statement, and a page has the condition up to three times.
 */
export function filterSql(asked: Asked, asker: Asker): FilterSql {
  return { where: sql`(${conditionOf(asked, asker)})`.inlineParams(), reads: readsOf(asked) }
}

function conditionOf(asked: Asked, asker: Asker): SQL {
  if ('all' in asked) return joined(asked.all, sql` AND `, asker, sql`true`)
  if ('some' in asked) return joined(asked.some, sql` OR `, asker, sql`false`)
  const tests = asked.any.map((test) => asked.field.where(test, asker))
  const passes = sql`(${sql.join(tests, sql` OR `)})`
  return asked.isNot ? sql`${passes} IS NOT TRUE` : passes
}

function joined(parts: Asked[], word: SQL, asker: Asker, none: SQL): SQL {
  if (parts.length === 0) return none
  const all = parts.map((part) => sql`(${conditionOf(part, asker)})`)
  return sql.join(all, word)
}

function readsOf(asked: Asked): number {
  return fieldsIn(asked).reduce((sum, { field, any }) => sum + (field.reads ?? 0) * any.length, 0)
}

/** Every condition in a filter. */
export function fieldsIn(asked: Asked): AskedField[] {
  if ('all' in asked) return asked.all.flatMap(fieldsIn)
  return 'some' in asked ? asked.some.flatMap(fieldsIn) : [asked]
}
