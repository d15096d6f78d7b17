// An actor as a job keeps it: the role or the scopes of the request must still hold at each piece.
import { z } from 'zod'
import { ROLES } from '../db/schema/users'
import { isActorCurrent } from './actor-guard'
import { type Actor, isScope } from './policy'

export const StoredActor = z.union([
  z.object({ type: z.literal('user'), id: z.string(), workspaceId: z.string(), role: z.enum(ROLES) }),
  z.object({ type: z.literal('key'), id: z.string(), workspaceId: z.string(), scopes: z.array(z.string()) }),
])

export function storedActor(actor: Actor): z.infer<typeof StoredActor> {
  const { id, workspaceId } = actor
  if (actor.type === 'user') return { type: 'user', id, workspaceId, role: actor.role }
  return { type: 'key', id, workspaceId, scopes: [...actor.scopes] }
}

/** The actor of a piece. What a change sets was read when it was asked for, so country, time zone and language have no effect. */
export function actorOf(stored: z.infer<typeof StoredActor>): Actor {
  const unused = { country: null, timeZone: 'UTC' }
  if (stored.type === 'user') return { ...stored, ...unused, language: null, sessionId: '', emailVerified: true }
  return { ...stored, ...unused, scopes: stored.scopes.filter(isScope) }
}

/** SQL: the account is active and has the role of the request; the key is not revoked and has not expired. */
export const isStillAllowed = (stored: z.infer<typeof StoredActor>) => isActorCurrent(actorOf(stored), true)
