// Filters by custom fields whose kind nobody has said: the kind of the value that is asked for decides what is compared.
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { foldText } from '../text/fold'
import { type FilterField, type FilterFields, isAmong, isBetween, isInSpan, type Test } from './filters.fields'

/** The column of a JSON object, and what `foldedEntries` writes beside it; without that, only the case of A to Z does not matter. */
type Columns = { entries: SQLWrapper; folded?: SQLWrapper; isTeamOnly?: true }

/** The entries of an object as `name.*`, so that any key can be asked for. */
export function jsonFields(name: string, { entries, folded, ...rules }: Columns): FilterFields {
  return {
    [`${name}.*`]: (key): FilterField => ({
      kind: 'json',
      ...rules,
      ...(!folded && { compares: 'letters' }),
      where: (test) => sql`EXISTS (SELECT 1 FROM json_each(${entries}) AS f
        WHERE f.key = ${key} AND ${entryTest(folded ? foldedEntry(key, folded) : sql`lower(f.value)`, test)})`,
    }),
  }
}

const isText = sql`f.type = 'text'`
const isNumber = sql`f.type IN ('integer', 'real')`

function entryTest(text: SQL, test: Test): SQL {
  switch (test.of) {
    case 'in':
      return anyIn(text, test.values)
    case 'range': {
      const isOfNumbers = typeof (test.from ?? test.to)?.at === 'number'
      return isOfNumbers
        ? sql`${isNumber} AND ${isBetween(sql`f.value`, test.from, test.to)}`
        : sql`${isText} AND ${isBetween(text, test.from, test.to)}`
    }
    case 'span':
      return sql`${isText} AND CASE WHEN length(f.value) = 10
        THEN ${isInSpan(sql`f.value`, test.days)} ELSE ${isInSpan(sql`f.value`, test.instants)} END`
    case 'contains':
      return sql`${isText} AND instr(${text}, ${test.text}) > 0`
    case 'startsWith':
      return sql`${isText} AND substr(${text}, 1, ${[...test.text].length}) = ${test.text}`
    case 'filled':
      return sql`f.type <> 'null' AND (NOT ${isText} OR ${text} <> '')
        AND NOT (f.type IN ('array', 'object') AND f.value IN ('[]', '{}'))`
  }
}

function anyIn(text: SQL, values: readonly (string | number | boolean)[]): SQL {
  const texts = values.filter((value) => typeof value === 'string')
  const numbers = values.filter((value) => typeof value === 'number')
  const truths = values.filter((value) => typeof value === 'boolean').map(String)
  const parts = [
    ...(texts.length > 0 ? [sql`(${isText} AND ${isAmong(text, texts)})`] : []),
    ...(numbers.length > 0 ? [sql`(${isNumber} AND ${isAmong(sql`f.value`, numbers)})`] : []),
    ...(truths.length > 0 ? [isAmong(sql`f.type`, truths)] : []),
  ]
  return sql`(${sql.join(parts, sql` OR `)})`
}

// The folded text of an entry `f`. Beside the entries stands `key=value` where folding makes more of it than lower case.
function foldedEntry(key: string, folded: SQLWrapper): SQL {
  const behind = [...foldText(`${key}=`)].length + 1
  return sql`ltrim(coalesce((SELECT substr(p.value ->> 1, ${behind}) FROM json_each(${folded}) AS k,
      json_each(CASE k.type WHEN 'array' THEN k.value END) AS p
    WHERE k.key = f.key AND p.value ->> 0 = f.value), lower(f.value)))`
}
