// The usual filters of lists, by the column that they ask about.
import { type AnyColumn, and, eq, gte, lt, ne, type SQL } from 'drizzle-orm'
import type { Condition } from './list.definition'

export const is =
  (column: AnyColumn) =>
  (value: string): Condition => ({ where: eq(column, value) })

export const isNot =
  (column: AnyColumn) =>
  (value: string): Condition => ({ where: ne(column, value) })

/** From an instant on, itself included. */
export const from =
  (column: AnyColumn) =>
  (instant: string): Condition =>
    range(column, [instant])

/** Before an instant, itself excluded. */
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

/** A parameter that asks nothing itself: another filter reads it. */
export const noCondition = () => undefined
