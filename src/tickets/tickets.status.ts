// What a ticket's status may become, and for whom: decided by SQL in the change itself, so that no race gets past it.
import { eq, inArray, or, type SQL, sql } from 'drizzle-orm'
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

/** Closing, and taking up again what was finished, is all that one without `tickets:handle` does with a status. */
function canSet(actor: Actor, from: Status, to: Status): boolean {
  return reach(actor, 'tickets:handle') !== undefined || to === 'CLOSED' || (to === 'IN_PROGRESS' && isFinished(from))
}

/** The ticket at hand has this status already, or may get it from this actor. */
export function canBecome(actor: Actor, to: Status): SQL {
  const statuses = Object.keys(TRANSITIONS) as Status[]
  const before = statuses.filter((from) => TRANSITIONS[from].includes(to) && canSet(actor, from, to))
  return or(eq(tickets.status, to), inArray(tickets.status, before)) ?? sql`false`
}

/** Why a ticket with this status was refused another one. */
export function transitionError(actor: Actor, from: Status, to: Status): AppError {
  if (!canSet(actor, from, to)) {
    const detail = `You close and reopen tickets, and do not make them ${to}: ${missingPermission(actor, 'tickets:handle')}`
    return new AppError('forbidden', { detail })
  }
  const detail = `A ticket that is ${from} cannot become ${to}, only ${TRANSITIONS[from].join(' or ')}.`
  return new AppError('invalid_transition', { detail })
}

/** When the ticket at hand was finished, once it has this status. */
export function resolvedAt(to: Status, now: string): SQL {
  return isFinished(to) ? sql`coalesce(${tickets.resolvedAt}, ${now})` : sql`NULL`
}
