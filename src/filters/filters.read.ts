// Reads a filter for the actor: fields that exist and that the actor may read, operators and values that fit them.
import { AppError, type ProblemExtras } from '../errors'
import { type Asker, canAsk, type FilterField, type FilterFields, type Test } from './filters.fields'
import { didYouMean } from './filters.nearest'
import { type FilterCondition, type FilterTree, isGroup, type Path, partsOf } from './filters.tree'
import { testsOf } from './filters.values'

/** A condition of a filter that was read: one of the tests passes, or with `isNot` none of them. */
export type AskedField = { name: string; field: FilterField; any: Test[]; isNot: boolean }
/** A filter that was read. Negations stand at the conditions alone. */
export type Asked = { all: Asked[] } | { some: Asked[] } | AskedField

/**
 * Reads a filter by a record's fields. `place` is where it came from, such as `query.filter`. Throws `invalid` with every
 * field, operator and value that does not fit, each with its path.
 */
export function readFilter(asker: Asker, fields: FilterFields, tree: FilterTree, place: string): Asked {
  const issues: NonNullable<ProblemExtras['errors']> = []
  const asked = read(asker, fields, tree, { path: [], isNot: false }, ({ path, ...issue }) =>
    issues.push({ ...issue, path: [place, ...path].join('.') }),
  )
  if (issues.length > 0) throw new AppError('invalid', { errors: issues })
  return asked
}

/** The conditions that must all hold for the filter to hold: those of the outermost `and`. */
export function conjunctsOf(asked: Asked): Asked[] {
  return 'all' in asked ? asked.all.flatMap(conjunctsOf) : [asked]
}

type At = { path: Path; isNot: boolean }
type Report = (issue: { path: Path; message: string; code: string }) => void

// `not (a and b)` is `not a or not b`: negation goes down to the conditions.
function read(asker: Asker, fields: FilterFields, tree: FilterTree, { path, isNot }: At, report: Report): Asked {
  if (!isGroup(tree)) return readCondition(asker, fields, tree, { path, isNot }, report)
  const { name, parts } = partsOf(tree)
  if (name === 'not') {
    const asked = parts.map((part) => read(asker, fields, part, { path: [...path, name], isNot: !isNot }, report))
    return { all: asked }
  }
  const asked = parts.map((part, i) => read(asker, fields, part, { path: [...path, name, i], isNot }, report))
  return (name === 'and') === isNot ? { some: asked } : { all: asked }
}

function readCondition(
  asker: Asker,
  fields: FilterFields,
  given: FilterCondition,
  { path, isNot }: At,
  report: Report,
): Asked {
  const field = fieldNamed(asker, fields, given.field)
  if (!field) {
    const names = askableNames(asker, fields)
    const known =
      didYouMean(given.field, names) || `. There are ${names.filter((name) => !name.includes('.')).join(', ')}`
    report({ path: [...path, 'field'], message: `No such field to filter by${known}`, code: 'unknown_field' })
    return { all: [] }
  }
  const tests = testsOf(field, given, asker)
  if ('at' in tests) {
    const code = tests.at === 'op' ? 'unfit_operator' : 'invalid_value'
    report({ path: [...path, tests.at], message: tests.message, code })
    return { all: [] }
  }
  return { name: given.field, field, any: tests.any, isNot: tests.isNot !== isNot }
}

/** The field of this name, if there is one that the actor may filter by. */
export function fieldNamed({ actor }: Asker, fields: FilterFields, name: string): FilterField | undefined {
  const field = Object.hasOwn(fields, name) ? fields[name] : openField(fields, name)
  return typeof field === 'object' && canAsk(actor, field) ? field : undefined
}

const MAX_KEY = 100

function openField(fields: FilterFields, name: string): FilterField | undefined {
  const open = Object.keys(fields).find((each) => each.endsWith('.*') && name.startsWith(each.slice(0, -1)))
  const field = open === undefined ? undefined : fields[open]
  const key = name.slice((open ?? '').length - 1)
  return typeof field === 'function' && key !== '' && key.length <= MAX_KEY ? field(key) : undefined
}

/** The names of the fields that the actor may filter by, `customFields.*` and the like left out. */
export function askableNames({ actor }: Asker, fields: FilterFields): string[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    typeof field === 'object' && canAsk(actor, field) ? name : [],
  )
}
