// How a list of leads is read: which index it walks, so that it passes about a page of rows whatever the table's size.
import { and, asc, desc, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import { type Owners, ownedBy, owners, reachable } from '../access/visible'
import { leads } from '../db/schema'
import { AppError } from '../errors'
import type { Ctx } from '../http/context'
import type { PageRequest, Position } from '../http/pagination'
import { arrivedBetween, type Filters, matching } from './leads.filters'
import { isSearchable, matchOf } from './leads.search'
import type { LeadRow } from './leads.service'

const COLUMNS = ['createdAt', 'updatedAt', 'followUpAt'] as const
type Column = (typeof COLUMNS)[number]

export type LeadRequest = PageRequest &
  Filters & {
    q?: string | undefined
    owner?: string | undefined
    trashed?: boolean | undefined
    sort?: Column | `-${Column}` | undefined
    total?: boolean | undefined
  }

/** How to read leads: conditions, one walk for each owner (or one for all), order, and where in it a row stands. */
export type Plan = {
  isSearch: boolean
  walks: (SQL | undefined)[]
  where: SQL | undefined
  orderBy: SQL[]
  isDown: boolean
  positionOf: (row: LeadRow) => Position
}

/** Whose leads are asked for, as far as the actor reaches them; none where they are out of reach. */
export function wanted({ actor }: Ctx, { owner, trashed }: LeadRequest): Owners {
  const reached = owners(actor, trashed ? 'leads:write' : 'leads:read')
  if (owner === undefined) return reached
  const asked = owner === 'none' ? null : owner === 'me' ? actor.id : owner
  return reached === 'all' || reached.includes(asked) ? [asked] : []
}

/** Throws `invalid` for an order that a search or the trash cannot have. */
export function planOf({ actor }: Ctx, request: LeadRequest, whose: Owners): Plan {
  const { by, isDown } = orderOf(request)
  const isSearch = by === 'createdAt' && isNarrowed(request)
  const seq = isSearch ? sql`leads_fts.rowid` : sql`${leads.seq}`
  const keys = by === 'createdAt' ? [seq] : [sql`${leads[by]}`, seq]
  const match = sql`leads_fts MATCH ${matchOf(actor.workspaceId, whose, request)} AND ${leads.seq} = leads_fts.rowid`
  const ahead = spansAhead(request, isDown)
  // Unless told that an owner has few, SQLite walks everybody's follow-ups of a span for those of one owner.
  const walk = (owner: string | null) => sql`unlikely(${ownedBy(leads.ownerId, owner)})`
  return {
    isSearch,
    walks: isSearch || whose === 'all' ? [undefined] : whose.map(walk),
    where: and(
      isSearch ? match : undefined,
      reachable(actor, request.trashed ? 'leads:write' : 'leads:read', leads),
      request.trashed ? isNotNull(leads.deletedAt) : isNull(leads.deletedAt),
      by === 'followUpAt' ? isNotNull(leads.followUpAt) : undefined,
      matching(by === 'followUpAt' ? { ...request, ...ahead.followUps } : request),
      by === 'createdAt' ? arrivedBetween(seq, ahead.arrivals) : undefined,
      beyond(keys, request.after, isDown),
    ),
    orderBy: keys.map((key) => (isDown ? desc(key) : asc(key))),
    isDown,
    positionOf: (row) => (by === 'createdAt' ? [row.seq] : [row[by] ?? '', row.seq]),
  }
}

function orderOf({ sort, q, trashed, followUpAfter, followUpBefore }: LeadRequest): { by: Column; isDown: boolean } {
  const byArrival = q !== undefined || trashed === true
  const usual = !byArrival && (followUpAfter ?? followUpBefore) ? 'followUpAt' : '-createdAt'
  const order = sort ?? usual
  const by = COLUMNS.find((column) => order.endsWith(column)) ?? 'createdAt'
  if (byArrival && by !== 'createdAt') {
    const message = 'A search, and the trash, come by createdAt: leave sort out'
    throw new AppError('invalid', { errors: [{ path: 'query.sort', message, code: 'not_with_search' }] })
  }
  return { by, isDown: order.startsWith('-') }
}

// A walk that filters might pass a million leads on its way to twenty; the search index does not.
function isNarrowed({ q, status, source, trashed }: LeadRequest): boolean {
  const hasTerm = q === undefined ? status !== undefined || source !== undefined : isSearchable(q)
  return !trashed && hasTerm
}

// A cursor lies within the span asked for. The end that the walk has come from is left out then: SQLite seeks by one
// bound on a side, and by that end it would pass every page before this one.
function spansAhead(request: LeadRequest, isDown: boolean): Record<'arrivals' | 'followUps', Filters> {
  const { createdAfter, createdBefore, followUpAfter, followUpBefore, after } = request
  const [hasTop, hasBottom] = [!after || !isDown, !after || isDown]
  return {
    arrivals: { createdAfter: hasBottom ? createdAfter : undefined, createdBefore: hasTop ? createdBefore : undefined },
    followUps: {
      followUpAfter: hasBottom ? followUpAfter : undefined,
      followUpBefore: hasTop ? followUpBefore : undefined,
    },
  }
}

// D1 binds a number as REAL, and the search index seeks no rowid by a REAL: it would pass every page before this one.
function beyond(keys: SQL[], after: Position | undefined, isDown: boolean): SQL | undefined {
  if (!after) return undefined
  const position = sql.join(
    after.map((value) => (typeof value === 'number' ? sql`cast(${value} AS integer)` : sql`${value}`)),
    sql`, `,
  )
  return sql`(${sql.join(keys, sql`, `)}) ${sql.raw(isDown ? '<' : '>')} (${position})`
}
