// What a list is, as data: its orders, filters, search index and counter. A definition runs by `runList`.
import type { AnyColumn, SQL, SQLWrapper, Subquery } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Owners } from '../access/visible'
import type { Ctx } from '../context'
import type { Db } from '../db/client'
import type { PageRequest } from '../db/page'
import type { Marked } from '../db/window'

/** Query parameters that are not filters. */
type Paging = 'limit' | 'cursor' | 'sort' | 'total'
export type FilterName<Q> = Exclude<keyof Q, Paging> & string
/** The orders that a query may name in `sort`, without the minus. */
type OrderName<Q> = Q extends { sort?: infer S } ? (S extends `-${infer Name}` ? Name : S & string) : never

/** A list as services ask for it: filters as the query parameters have them, a page, an order, and whether to count. */
export type ListRequest<Q> = PageRequest &
  FilterValues<Q> & {
    sort?: OrderName<Q> | `-${OrderName<Q>}`
    total?: boolean
  }
export type FilterValues<Q> = { [K in FilterName<Q>]?: Q[K] }

/** What a filter asks of rows. */
export type Condition = {
  where: SQL | undefined
  /** The filter is a range of instants in this column: the order by it starts and ends there. */
  range?: { of: AnyColumn; ends: [from?: string, to?: string] }
  /** What finds the rows in the search index, in the syntax of FTS5. */
  match?: string | SQL
  /** The index finds too much: each hit is checked by `where` as well. */
  isCoarse?: true
  /** A search or the trash: rows come in the order of arrival alone. If a search is checked row by row, there is no total. */
  isByArrival?: true
}

/** A filter gives the condition of a value, or undefined if the value asks nothing. */
export type Filter<V, Q> = (value: V, ctx: Ctx, request: ListRequest<Q>) => Condition | undefined

export type Order<Row> = {
  /** The columns of the order. The last is unique, and `seq` alone is the order of arrival. */
  by: readonly (keyof Row & string)[]
  /** Of an order by arrival: the instant at which rows were made, for ranges of it. */
  arrivedAt?: AnyColumn
  /** The order has only these rows. */
  only?: SQL
  /** Of owned records: the index over all rows, and the one by owner. */
  indexes?: readonly [ofAll: string, ofOwner: string]
}

/** Rows that one index gives in the order of the list. */
export type Walk<Name extends string = string> = {
  /** The index to take; without one, SQLite chooses. `where` must hold the index's own WHERE. */
  index?: string
  where: SQL | undefined
  /** Filters that the index answers: their conditions are added to `where`. */
  answers?: readonly Name[]
  /** It has few rows, however large the table: any filter is checked on the way. */
  isSmall?: true
}

/** A statement that gives rows with the marks of a page. */
export type Query<Row> = RunnableQuery<Marked<Row>[], 'sqlite'> & PromiseLike<Marked<Row>[]>

export type ListDefinition<Row, Q> = {
  table: SQLiteTable
  name: string
  columns: Record<keyof Row & string, AnyColumn>
  /** SELECT of the columns and `pageMarks`, from a page as SQL. */
  read: (db: Db, rows: Subquery) => Query<Row>
  /** Whose rows are asked for, as far as the actor reaches them. Throws `forbidden`. */
  owners: (ctx: Ctx, request: ListRequest<Q>) => Owners
  orders: { [O in OrderName<Q>]: Order<Row> }
  /** The order if the request names none; searches and the trash come newest first. */
  usualOrder: (request: ListRequest<Q>) => OrderName<Q> | `-${OrderName<Q>}`
  /** An entry for each query parameter. */
  filters: { [K in FilterName<Q>]-?: Filter<NonNullable<Q[K]>, Q> }
  /** Which indexes give the rows, for the actor and the filters at hand. No two walks share a row. */
  walks: (ctx: Ctx, request: ListRequest<Q>, whose: Owners, order: Order<Row>) => Walk<FilterName<Q>>[]
  /** What is checked row by row, whatever the request. */
  check?: (ctx: Ctx) => SQL | undefined
  search?: Search<Q>
  counter?: Counter<FilterName<Q>>
  /** How many rows a page looks through for what no index knows; 250 unless it says otherwise. */
  windowRows?: number
  /** In a window, a page by number has a capped total. Without this, it looks through REACH rows and counts every hit. */
  isCountCapped?: true
}

/** The search index beside the table; its rowid is the table's `seq`. */
export type Search<Q> = {
  index: string
  seq: AnyColumn
  /** Whether it has the rows asked for, and all the words are long enough for it. */
  isUsable?: (ctx: Ctx, request: ListRequest<Q>) => boolean
  /** The rows in reach, as the index finds them; `where` checks them in the table. */
  scope: (ctx: Ctx, whose: Owners) => (string | SQL)[]
  where: (ctx: Ctx) => SQL | undefined
  /** Filters that are a part of the scope: their conditions are added to `where`. */
  answers?: readonly FilterName<Q>[]
}

/**
 * Sums that triggers keep by owner, and by filters whose values stand in these columns. Such a sum is the total only if
 * the request asks by no other filter: of any other, rows are counted.
 */
export type Counter<Name extends string = string> = {
  table: SQLWrapper & { workspaceId: AnyColumn; owner: AnyColumn }
  by: { [K in Name]?: AnyColumn }
}
