// The filter tree: groups and conditions as clients send them, and the bounds that hold before anything else walks it.

export const OPERATORS = [
  ...['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'between'],
  ...['contains', 'startsWith', 'empty', 'notEmpty', 'within'],
] as const satisfies readonly string[]
export type Operator =
  | ('eq' | 'ne' | 'in' | 'notIn' | 'lt' | 'lte' | 'gt' | 'gte' | 'between')
  | ('contains' | 'startsWith' | 'empty' | 'notEmpty' | 'within')

export type Scalar = string | number | boolean
export type FilterCondition = { field: string; op: Operator; value?: Scalar | Scalar[] }
/** What is asked of a record: one condition, all or any of some, or that one does not hold. */
export type FilterTree = { and: FilterTree[] } | { or: FilterTree[] } | { not: FilterTree } | FilterCondition

/** Groups within each other, conditions, values of all conditions, and bytes of the tree as JSON. */
export const FILTER_BOUNDS = { depth: 4, conditions: 20, values: 100, bytes: 4_096 }

export type Path = (string | number)[]
export type FilterIssue = { path: Path; message: string; code: string }

export const isGroup = (tree: FilterTree): tree is Exclude<FilterTree, FilterCondition> => !('field' in tree)

/** The groups of a tree as one list: `not` holds one. */
export function partsOf(tree: Exclude<FilterTree, FilterCondition>): {
  name: 'and' | 'or' | 'not'
  parts: FilterTree[]
} {
  if ('and' in tree) return { name: 'and', parts: tree.and }
  return 'or' in tree ? { name: 'or', parts: tree.or } : { name: 'not', parts: [tree.not] }
}

const GROUPS = ['and', 'or', 'not']
const CONDITION = ['field', 'op', 'value']
const SHAPE = 'must be a condition { field, op, value } or one of { and: […] }, { or: […] }, { not: … }'

type Node = { node: unknown; path: Path; depth: number }
type Count = { conditions: number; values: number }

/**
 * What is wrong with the shape of a filter, at most 20 issues; none if it is a `FilterTree` within its bounds. It walks
 * without recursion and stops at the first bound that is passed.
 */
export function shapeIssues(raw: unknown): FilterIssue[] {
  const issues: FilterIssue[] = []
  const count: Count = { conditions: 0, values: 0 }
  const waiting: Node[] = [{ node: raw, path: [], depth: 0 }]
  for (let next = waiting.pop(); next !== undefined && issues.length < 20; next = waiting.pop()) {
    const { parts, found } = isRecord(next.node) && 'field' in next.node ? condition(next, count) : group(next)
    issues.push(...found)
    const passed = passedBound(next, count)
    if (passed) return [passed]
    waiting.push(...parts.reverse())
  }
  return issues.length > 0 ? issues : sizeIssues(raw)
}

function passedBound({ path, depth }: Node, { conditions, values }: Count): FilterIssue | undefined {
  const limit = (message: string) => ({ path, message, code: 'too_big' })
  if (depth > FILTER_BOUNDS.depth) return limit(`must be nested at most ${FILTER_BOUNDS.depth} deep`)
  if (conditions > FILTER_BOUNDS.conditions) return limit(`must have at most ${FILTER_BOUNDS.conditions} conditions`)
  return values > FILTER_BOUNDS.values ? limit(`must have at most ${FILTER_BOUNDS.values} values`) : undefined
}

function sizeIssues(raw: unknown): FilterIssue[] {
  const bytes = new TextEncoder().encode(JSON.stringify(raw)).length
  const message = `must be at most ${FILTER_BOUNDS.bytes / 1024} KB of JSON`
  return bytes > FILTER_BOUNDS.bytes ? [{ path: [], message, code: 'too_big' }] : []
}

type Found = { parts: Node[]; found: FilterIssue[] }

function group({ node, path, depth }: Node): Found {
  const names = isRecord(node) ? Object.keys(node) : []
  const [name = ''] = names
  if (!isRecord(node) || names.length !== 1 || !GROUPS.includes(name)) {
    return { parts: [], found: [{ path, message: SHAPE, code: 'invalid_filter' }] }
  }
  const held = node[name]
  const at = [...path, name]
  if (name === 'not') return { parts: [{ node: held, path: at, depth: depth + 1 }], found: [] }
  if (!Array.isArray(held) || held.length === 0) {
    return {
      parts: [],
      found: [{ path: at, message: 'must be a list of at least one filter', code: 'invalid_filter' }],
    }
  }
  // One more than the bound, so that the bound is found to be passed.
  const parts = held.slice(0, FILTER_BOUNDS.conditions + 1)
  return { parts: parts.map((part, i) => ({ node: part, path: [...at, i], depth: depth + 1 })), found: [] }
}

function condition({ node, path }: Node, count: Count): Found {
  if (!isRecord(node)) return { parts: [], found: [] }
  count.conditions += 1
  const { field, op, value } = node
  const values: unknown[] = Array.isArray(value) ? value.slice(0, FILTER_BOUNDS.values + 1) : [value]
  count.values += values.length
  const at = (name: string, message: string, code = 'invalid_filter') => ({ path: [...path, name], message, code })
  const unknown = Object.keys(node).filter((name) => !CONDITION.includes(name))
  const found = [
    ...unknown.slice(0, 3).map((name) => at(name.slice(0, 60), 'Unknown field', 'unknown')),
    ...(typeof field === 'string' && field !== '' ? [] : [at('field', 'must be the name of a field')]),
    ...(isOperator(op) ? [] : [at('op', `must be one of ${OPERATORS.join(', ')}`, 'unknown_operator')]),
    ...(value === undefined || values.every(isScalar)
      ? []
      : [at('value', 'must be a text, a number, true, false, or a list of these')]),
  ]
  return { parts: [], found }
}

function isOperator(op: unknown): op is Operator {
  return OPERATORS.some((each) => each === op)
}

// JSON has numbers that JavaScript reads as Infinity. A lone surrogate or a NUL is no text that a record could hold.
function isScalar(value: unknown): value is Scalar {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\u0000')
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
