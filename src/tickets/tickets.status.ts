// The transitions of a ticket's status, and who may make them. The UPDATE itself checks them, so that there is no race.
import { inArray, type SQL, sql } from 'drizzle-orm'
import { type Actor, missingPermission, reach } from '../access/policy'
import { tickets } from '../db/schema'
import type { TICKET_STATUSES } from '../db/schema/tickets'
import { AppError } from '../errors'

export type Status = (typeof TICKET_STATUSES)[number]

const TRANSITIONS: Record<Status, readonly Status[]> = {
  OPEN: ['IN_PROGRESS', 'RESOLVED', 'CLOSED'],
  IN_PROGRESS: ['OPEN', 'RESOLVED', 'CLOSED'],
  RESOLVED: ['IN_PROGRESS', 'CLOSED'],
  CLOSED: ['IN_PROGRESS'],
}

const isFinished = (status: Status) => status === 'RESOLVED' || status === 'CLOSED'

/** Without `tickets:handle`, an actor may only close and reopen. */
function canSet(actor: Actor, from: Status, to: Status): boolean {
  return reach(actor, 'tickets:handle') !== undefined || to === 'CLOSED' || (to === 'IN_PROGRESS' && isFinished(from))
}

/** The statuses that an actor may give a ticket, from its present one. */
export function statusesAfter(actor: Actor, from: Status): Status[] {
  return TRANSITIONS[from].filter((to) => canSet(actor, from, to))
}

/** SQL: the ticket has this status already, or the actor may give it this status. */
export function canBecome(actor: Actor, to: Status): SQL {
  const statuses = Object.keys(TRANSITIONS) as Status[]
  const before = statuses.filter((from) => TRANSITIONS[from].includes(to) && canSet(actor, from, to))
  return inArray(tickets.status, [to, ...before])
}

/** SQL: the same of a status that SQL computes. */
export function canBecomeStatus(actor: Actor, to: SQL): SQL {
  const statuses = Object.keys(TRANSITIONS) as Status[]
  const each = statuses.map((status) => sql`(${to} = ${status} AND ${canBecome(actor, status)})`)
  return sql`(${sql.join(each, sql` OR `)})`
}

/** SQL: the same of a status that SQL computes. */
export function resolvedAtOf(to: SQL, now: string): SQL {
  return sql`CASE WHEN ${to} IN ('RESOLVED', 'CLOSED') THEN coalesce(${tickets.resolvedAt}, ${now}) END`
}

/** The error of a transition that was refused. */
export function transitionError(actor: Actor, from: Status, to: Status): AppError {
  if (!canSet(actor, from, to)) {
    const detail = `You can close and reopen tickets, but not make them ${to}: ${missingPermission(actor, 'tickets:handle')}`
    return new AppError('forbidden', { detail })
  }
  const detail = `A ticket that is ${from} can become ${TRANSITIONS[from].join(' or ')}, not ${to}.`
  return new AppError('invalid_transition', { detail })
}

/** SQL: when the ticket was resolved or closed, if it gets this status; null if it is open again. */
export function resolvedAt(to: Status, now: string): SQL {
  return isFinished(to) ? sql`coalesce(${tickets.resolvedAt}, ${now})` : sql`NULL`
}
