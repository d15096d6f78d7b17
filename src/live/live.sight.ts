// What of some events a viewer is told: records that changed and are in sight, and those that passed out of it.
import { type AnyColumn, or, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { isActorCurrent } from '../access/actor-guard'
import { type Actor, type Permission, reach } from '../access/policy'
import { owners, reachable, ticketParts, ticketsInReach, visible, visibleInteractions } from '../access/visible'
import { one, runBatch } from '../db/batch'
import type { Db } from '../db/client'
import { customers, interactions, leads, tickets } from '../db/schema'
import { allOf, anyOf } from '../db/sql'
import { type EventRow, sequenceOf } from '../events/event-envelope'
import { KINDS, type Kind } from './live.viewer'

export type Message = { op: 'changed' | 'left'; kind: Kind; id: string; version: number | null; sequence: string }

type Sight = {
  table: SQLiteTable & { id: AnyColumn; version: AnyColumn }
  permission: Permission
  /** The rows that the viewer sees, and those in reach, which may be in the trash. */
  seen: (actor: Actor) => SQL | undefined
  reached: (actor: Actor) => SQL | undefined
  /** The fields that put a record into somebody's reach. */
  holders: readonly string[]
}

const SIGHTS: Record<Kind, Sight> = {
  lead: {
    table: leads,
    permission: 'leads:read',
    seen: (actor) => visible(actor, 'leads:read', leads),
    reached: (actor) => reachable(actor, 'leads:read', leads),
    holders: ['ownerId'],
  },
  customer: {
    table: customers,
    permission: 'customers:read',
    seen: (actor) => visible(actor, 'customers:read', customers),
    reached: (actor) => reachable(actor, 'customers:read', customers),
    holders: ['ownerId', 'userId'],
  },
  interaction: {
    table: interactions,
    permission: 'interactions:read',
    seen: (actor) => visibleInteractions(actor, 'interactions:read'),
    reached: (actor) => visibleInteractions(actor, 'interactions:read'),
    holders: [],
  },
  ticket: {
    table: tickets,
    permission: 'tickets:read',
    seen: (actor) => ticketsInReach(actor, 'tickets:read'),
    reached: (actor) => or(...ticketParts(actor, 'tickets:read')),
    holders: ['ownerId', 'assigneeId'],
  },
}

/**
 * The messages about events, one for each record, in order; undefined if the viewer's session, key or role has ended. One
 * round trip. A record is `left` only where the viewer saw it before.
 */
export async function messagesFor(db: Db, actor: Actor, rows: readonly EventRow[]): Promise<Message[] | undefined> {
  const last = new Map(rows.flatMap((row) => (isKind(row.subjectType) ? [[row.subjectId, row] as const] : [])))
  const asked = KINDS.flatMap((kind) => {
    const { permission } = SIGHTS[kind]
    const ids = [...last.values()].flatMap(({ subjectType, subjectId }) => (subjectType === kind ? [subjectId] : []))
    return ids.length === 0 || reach(actor, permission) === undefined ? [] : [{ kind, ids }]
  })
  const parents = [...last.values()].flatMap((row) => parentOf(row) ?? [])
  const parentsSeen = {
    lead: idsSelect(db, actor, 'lead', parents),
    customer: idsSelect(db, actor, 'customer', parents),
  }
  const { current, seen, reached, ...known } = await runBatch(db, {
    current: one(db.select({ holds: sql<number>`${isActorCurrent(actor)}`.as('is_current') }).from(sql`(SELECT 1)`)),
    seen: asked.map(({ kind, ids }) => versionsSelect(db, actor, kind, ids)),
    reached: asked.map(({ kind, ids }) => reachedSelect(db, actor, kind, ids)),
    ...parentsSeen,
  })
  if (!current?.holds) return undefined
  const versions = new Map(seen.flat().map(({ id, version }) => [id, version]))
  const inReach = new Set(reached.flat().map(({ id }) => id))
  const inSight = new Set([...(known.lead ?? []), ...(known.customer ?? [])].map(({ id }) => id))
  const wasSeen = (kind: Kind, row: EventRow) =>
    owners(actor, SIGHTS[kind].permission) === 'all' ||
    inReach.has(row.subjectId) ||
    inSight.has(parentOf(row) ?? '') ||
    wasHeld(actor, SIGHTS[kind], rows, row.subjectId)
  return asked
    .flatMap(({ kind, ids }) => ids.map((id) => ({ kind, row: last.get(id) })))
    .flatMap(({ kind, row }): Message[] => {
      if (!row) return []
      const version = versions.get(row.subjectId)
      const about = { kind, id: row.subjectId, sequence: sequenceOf(row.seq) }
      if (version !== undefined) return [{ op: 'changed', ...about, version }]
      return wasSeen(kind, row) ? [{ op: 'left', ...about, version: null }] : []
    })
    .toSorted((a, b) => (a.sequence < b.sequence ? -1 : 1))
}

const isKind = (subject: string): subject is Kind => KINDS.some((kind) => kind === subject)

function versionsSelect(db: Db, actor: Actor, kind: Kind, ids: readonly string[]) {
  const { table, seen } = SIGHTS[kind]
  const columns = {
    id: sql<string>`${table.id}`.as('seen_id'),
    version: sql<number>`${table.version}`.as('seen_version'),
  }
  return db
    .select(columns)
    .from(table)
    .where(allOf(anyOf(table.id, ids), seen(actor)))
}

function reachedSelect(db: Db, actor: Actor, kind: Kind, ids: readonly string[]) {
  const { table, reached } = SIGHTS[kind]
  return db
    .select({ id: sql<string>`${table.id}`.as('reached_id') })
    .from(table)
    .where(allOf(anyOf(table.id, ids), reached(actor)))
}

function idsSelect(db: Db, actor: Actor, kind: 'lead' | 'customer', ids: readonly string[]) {
  if (ids.length === 0 || reach(actor, SIGHTS[kind].permission) === undefined) return undefined
  return versionsSelect(db, actor, kind, ids)
}

// An interaction that is deleted tells no more whose it was: its event says of which record.
function parentOf({ subjectType, verb, changes }: EventRow): string | undefined {
  if (subjectType !== 'interaction' || !verb.endsWith('.deleted')) return undefined
  const parent = changes?.customerId?.[0] ?? changes?.leadId?.[0]
  return typeof parent === 'string' ? parent : undefined
}

// One of the events took the record from the viewer, or out of the pool that the viewer sees.
function wasHeld(actor: Actor, { permission, holders }: Sight, rows: readonly EventRow[], id: string): boolean {
  const mine = owners(actor, permission)
  if (mine === 'all') return true
  return rows.some(
    ({ subjectId, verb, changes }) =>
      // What has just been made was nobody's before.
      !verb.endsWith('.created') &&
      subjectId === id &&
      holders.some((field) => {
        const before = changes?.[field]?.[0]
        return before !== undefined && mine.some((owner) => owner === before)
      }),
  )
}
