// The viewer of a stream, and the ticket by which one opens it: sealed, for a minute, so that no token stands in an address.
import { z } from 'zod'
import { type Actor, isScope } from '../access/policy'
import type { Ctx } from '../context'
import { type Secrets, seal, unseal } from '../crypto'
import { ROLES } from '../db/schema/users'
import { LANGUAGES } from '../languages'
import { MINUTE_MS } from '../time'

const TICKET_MS = MINUTE_MS

const Person = z.object({
  type: z.literal('user'),
  id: z.string(),
  workspaceId: z.string(),
  role: z.enum(ROLES),
  sessionId: z.string(),
  country: z.string().nullable(),
  timeZone: z.string(),
  language: z.enum(LANGUAGES).nullable(),
  emailVerified: z.boolean(),
})
const Machine = z.object({
  type: z.literal('key'),
  id: z.string(),
  workspaceId: z.string(),
  scopes: z.array(z.string()).transform((scopes) => scopes.filter(isScope)),
  country: z.string().nullable(),
  timeZone: z.string(),
})

/** The header in which the Worker says who watches. No request from outside reaches an object. */
export const VIEWER_HEADER = 'X-Viewer'

/** The kinds of records that streams tell of. */
export const KINDS = ['lead', 'customer', 'interaction', 'ticket'] as const
export type Kind = (typeof KINDS)[number]

/** The number of a stream that begins with what happens next. */
export const FROM_NOW = -1

/** Who watches, and from which number of an event on. */
export const Viewer = z.object({ actor: z.discriminatedUnion('type', [Person, Machine]), seq: z.number().int() })
export type Viewer = { actor: Actor; seq: number }

const Ticket = z.object({ actor: Viewer.shape.actor, until: z.string() })

/** A ticket of an actor, and when it is over. */
export async function newTicket(secrets: Secrets, actor: Actor, now: string) {
  const expiresAt = new Date(Date.parse(now) + TICKET_MS).toISOString()
  return { ticket: await seal(secrets, 'stream ticket', JSON.stringify({ actor, until: expiresAt })), expiresAt }
}

/** Where a stream of an actor is opened, within a minute. */
export async function streamPath({ config, actor, now }: Pick<Ctx, 'config' | 'actor' | 'now'>): Promise<string> {
  return pathOf((await newTicket(config, actor, now)).ticket)
}

/** The path of the stream that a ticket opens. */
export const pathOf = (ticket: string) => `/v1/stream?ticket=${encodeURIComponent(ticket)}`

/** The actor of a ticket; undefined if it is none, or over. */
export async function actorOfTicket(secrets: Secrets, ticket: string, now: string): Promise<Actor | undefined> {
  try {
    const { actor, until } = Ticket.parse(JSON.parse(await unseal(secrets, 'stream ticket', ticket)))
    return until > now ? actor : undefined
  } catch {
    return undefined
  }
}
