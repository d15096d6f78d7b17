// The orders of lists as `sort` names them, and their common filters, each for a column.
import { type AnyColumn, and, eq, gte, lt, ne, type SQL } from 'drizzle-orm'
import type { Condition } from './list.definition'

/** The orders of each list: of queries, bodies and views. */
export const SORTS = {
  lead: ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', '-followUpAt', 'followUpAt'],
  customer: [
    ...(['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name'] as const),
    ...(['-lastInteractionAt', 'lastInteractionAt', 'nextFollowUpAt', 'nextTouchAt'] as const),
  ],
  ticket: ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt'],
  interaction: ['-occurredAt', 'occurredAt', 'followUpAt', '-followUpAt', '-updatedAt', 'updatedAt'],
} as const

export const is =
  (column: AnyColumn) =>
  (value: string): Condition => ({ where: eq(column, value) })

export const isNot =
  (column: AnyColumn) =>
  (value: string): Condition => ({ where: ne(column, value) })

/** At an instant or later. */
export const from =
  (column: AnyColumn) =>
  (instant: string): Condition =>
    range(column, [instant])

/** Before an instant. */
export const before =
  (column: AnyColumn) =>
  (instant: string): Condition =>
    range(column, [undefined, instant])

export function range(column: AnyColumn, ends: [from?: string, to?: string]): Condition {
  return { where: within(column, ends), range: { of: column, ends } }
}

export function within(column: AnyColumn, [low, high]: [from?: string, to?: string]): SQL | undefined {
  return and(low === undefined ? undefined : gte(column, low), high === undefined ? undefined : lt(column, high))
}

/** A parameter without a condition: another filter reads it. */
export const noCondition = () => undefined
