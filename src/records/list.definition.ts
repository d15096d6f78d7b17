// The definition of a list as data: orders, filters, search index and counter. `runList` runs it.
// It fits rows of one table. Groups, two-sided relationships and tags by use have other shapes, and queries of their own.
import type { AnyColumn, SQL, SQLWrapper, Subquery } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Owners } from '../access/visible'
import type { Ctx } from '../context'
import type { Db } from '../db/client'
import type { PageRequest } from '../db/page'
import type { Marked } from '../db/window'
import type { AppError, ProblemExtras } from '../errors'
import type { FilterFields } from '../filters/filters.fields'
import type { AskedField } from '../filters/filters.read'
import type { FilterTree } from '../filters/filters.tree'
import type { Included, Includes } from './included'
import type { IndexedFields } from './list.indexed'

/** Query parameters that are not filters with one condition each. */
type Paging = 'limit' | 'cursor' | 'sort' | 'total' | 'filter' | 'fields' | 'include' | 'view' | 'viewed'
export type FilterName<Q> = Exclude<keyof Q, Paging> & string
/** The orders that a query may name in `sort`, without the minus. */
type OrderName<Q> = Q extends { sort?: infer S } ? (S extends `-${infer Name}` ? Name : S & string) : never

/** A request for a list: filters with the values of the query parameters, a page, an order, and whether to count. */
export type ListRequest<Q> = PageRequest &
  FilterValues<Q> & {
    sort?: OrderName<Q> | `-${OrderName<Q>}`
    total?: boolean
    /** Related records beside each row, by their names in `includes`. */
    include?: readonly string[]
    /** A filter beside the parameters, and where it came from, for errors: `query.filter` if that is not said. */
    filter?: FilterTree
    filterAt?: string
    /** A view whose filter holds as well, and whose order holds if the request names none. */
    viewed?: Viewed
    /** The conditions of the filter, once it was read. */
    asked?: AskedCondition[]
  }
/** A view as its list asks it. `refuse` makes the error for what does not fit any more. */
export type Viewed = {
  id: string
  name: string
  filter?: FilterTree
  sort?: string
  columns?: string[]
  refuse: (errors?: ProblemExtras['errors']) => AppError
}
/** What is left of a filter to check: a condition with the name of its field. */
export type AskedCondition = Condition & { name: string; indexed?: { key: string; bounds: SQL } }
export type FilterValues<Q> = { [K in FilterName<Q>]?: Q[K] }

/** The condition of a filter. */
export type Condition = {
  where: SQL | undefined
  /** The filter is a range of instants in this column: the order by it starts and ends there. */
  range?: { of: AnyColumn; ends: [from?: string, to?: string] }
  /** The FTS5 query that finds the rows in the search index. */
  match?: string | SQL
  /** The index finds too many rows, so `where` checks each hit as well. */
  isCoarse?: true
  /** About how many rows of other tables `where` reads for a row. */
  reads?: number
  /**
   * A search or the trash: its indexes have rows in the order of arrival alone. In another order, the newest of them are
   * sorted. A search without the index has no total.
   */
  isByArrival?: true
}

/** A filter returns the condition for a value, or undefined if there is none. */
export type Filter<V, Q> = (value: V, ctx: Ctx, request: ListRequest<Q>) => Condition | undefined

export type Order<Row> = {
  /** The columns of the order. The last one is unique. `seq` alone is the order of arrival. */
  by: readonly (keyof Row & string)[]
  /** For the order of arrival: the column with the time of creation, for ranges of it. */
  arrivedAt?: AnyColumn
  /** The order contains only these rows. */
  only?: SQL
  /** For owned records: the index over all rows, and the index by owner. */
  indexes?: readonly [ofAll: string, ofOwner: string]
  /** If the index by owner leaves out the rows without an owner: the indexes that have them, each with its WHERE. */
  unowned?: readonly { index: string; where: SQL }[]
}

/** One index that returns rows in the order of the list. */
export type Walk<Name extends string = string> = {
  /** The index to use; without it, SQLite chooses. `where` must contain the WHERE of the index. */
  index?: string
  where: SQL | undefined
  /** The index answers these filters: their conditions are added to `where`. */
  answers?: readonly Name[]
  /** It has few rows, however large the table. All filters are checked in the same scan. */
  isSmall?: true
}

/** A statement that returns rows with the marks of a page. */
export type Query<Row> = RunnableQuery<Marked<Row>[], 'sqlite'> & PromiseLike<Marked<Row>[]>

export type ListDefinition<Row, Q> = {
  table: SQLiteTable
  name: string
  columns: Record<keyof Row & string, AnyColumn>
  /** SELECT of the columns, what is included, and `pageMarks`, from a page as SQL. */
  read: (db: Db, rows: Subquery, included: Included) => Query<Row>
  /** Custom fields by which the list is sorted, if they are indexed. */
  indexed?: IndexedFields
  /** The related records that a request may include. */
  includes?: Includes
  /** The owners whose rows are requested and in reach of the actor. Throws `forbidden`. */
  owners: (ctx: Ctx, request: ListRequest<Q>) => Owners
  orders: { [O in OrderName<Q>]: Order<Row> }
  /** The order if the request names none. Searches and the trash come newest first. */
  usualOrder: (request: ListRequest<Q>) => OrderName<Q> | `-${OrderName<Q>}`
  /** An entry for each query parameter. */
  filters: { [K in FilterName<Q>]-?: Filter<NonNullable<Q[K]>, Q> }
  /** The indexes that return the rows for this actor and request. No two walks share a row. */
  walks: (ctx: Ctx, request: ListRequest<Q>, ownerIds: Owners, order: Order<Row>) => Walk<FilterName<Q>>[]
  /** The fields of filters, and for some of them how a parameter or an index answers a condition. */
  asked?: { fields: FilterFields; lifts: { [field: string]: Lift<Q> } }
  /** A condition that is checked row by row in every request of an order. */
  check?: (ctx: Ctx, order: Order<Row>) => SQL | undefined
  /** The search index, or the one for a request. */
  search?: Search<Q> | ((request: ListRequest<Q>) => Search<Q>)
  counter?: Counter<Q>
  /** How many rows of other tables `check` reads for a row. */
  checkReads?: number
  /**
   * Orders in whose indexes a filter may find few rows, which a page then sorts instead of scanning on. A filter that the
   * index of such an order answers must imply the `only` of that order.
   */
  narrowOrders?: readonly OrderName<Q>[]
  /** Totals of pages by number are capped at 1,000. Without this, a page scans REACH rows and counts every hit. */
  isCountCapped?: true
}

/**
 * How the list answers a condition of a filter faster than row by row: by parameters of the request, which then hold instead
 * of it; or beside it by an index, as a `Condition` without its `where`.
 */
export type Lift<Q> = (
  asked: AskedField,
  ctx: Ctx,
) => { parameters: FilterValues<Q> } | { condition: Omit<Condition, 'where'> } | undefined

/** The search index of the table. Its rowid is the `seq` of the table. */
export type Search<Q> = {
  index: string
  seq: AnyColumn
  /** Whether the index contains the requested rows and can find every word. */
  isUsable?: (ctx: Ctx, request: ListRequest<Q>) => boolean
  /** FTS5 queries for the rows in reach. `where` checks the rows in the table again. */
  scope: (ctx: Ctx, ownerIds: Owners) => (string | SQL)[]
  where: (ctx: Ctx) => SQL | undefined
  /** The scope answers these filters: their conditions are added to `where`. */
  answers?: readonly FilterName<Q>[]
}

/**
 * Counts that triggers keep by owner, with a row `'*'` for everybody and none for nobody. They give the total only if the
 * request has no filter but these; with another one, rows are counted.
 */
export type Counter<Q> = {
  table: SQLWrapper & { workspaceId: AnyColumn; owner: AnyColumn }
  answers: readonly FilterName<Q>[]
  /** SQL: the count of a row of `table`. */
  count: (request: ListRequest<Q>) => SQL
}
