// The shapes that the files of the benchmark share.
import type { Database } from '../scripts/local-database.ts'
import type { startWorker } from '../scripts/worker.ts'
import type { Bytes } from './bytes.ts'
import type { Home, Homes, Member } from './population.ts'

export type Worker = Awaited<ReturnType<typeof startWorker>>
export type Log = (line: string) => void
export type { Database, Home, Homes, Member }

/** A Worker on a copy of the seeded database; `now` is the moment the data ends. */
export type Seeded = Worker & { now: number; rows: number; workspaces: Homes }

/** Who the requests are sent as. */
export type Role = 'admin' | 'manager' | 'sales' | 'changer' | 'portal' | 'smallAdmin'
export type Bench = Seeded & {
  people: Record<Role, Member>
  tokens: Partial<Record<Role, string>>
  refreshTokens: string[]
}

/** What a request may cost: round trips, statements, rows read and written. A figure left out promises nothing. */
export type Budget = { trips?: number; statements?: number; read?: number; written?: number }

/** What is sent; {names} in braces are filled in. */
export type Content = { request: string; body?: object; headers?: Record<string, string>; before?: string }
export type Endpoint = Content & {
  name: string
  /** Nobody of an open route. */
  as?: Role
  status?: number
  /** The least number of rows that a list must answer (1), so that nothing empty is measured by mistake. */
  gives?: number
  /** A request that is sent before, unmeasured. */
  before?: string
  /** Whether the same request is sent before, unmeasured. */
  twice?: boolean
  budget: Budget
}
/** What may be added to a request that is written in short. */
export type More = Partial<Endpoint>
export type Group = [heading: string, endpoints: Endpoint[]]

export type Fill = (request: Content) => Content
export type Cost = {
  group: string
  name: string
  as: string
  request: string
  trips: number
  statements: number
  read: number
  written: number
  ms: number
  given: number | null
  budget: Budget
  /** The figures that exceed the budget. */
  over: string[]
}
export type Ratio = {
  name: string
  against: string
  ratio: number
  quartiles: [low: number, high: number]
  perSecond: number
  againstPerSecond: number
  /** CPU of workerd a request in milliseconds, and that of `against` by it; null where the system does not tell. */
  cpuMs: number
  cpuRatio: number | null
}
export type Run = {
  rows: number
  date: string
  pages: Record<string, number>
  costs: Cost[]
  bytes: Bytes
  throughput: Ratio[] | null
}

type Value = string | number
/** SQL with what is bound to it. */
export type Query = [sql: string, ...values: Value[]]
/** Who asks, for which list, and the positions of its rows in order. */
export type Depth = [as: Role, path: string, positions: Query]
