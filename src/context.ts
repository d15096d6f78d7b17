// The context of a verb, its first argument: database, settings, time of the request, and the actor.
import type { Actor } from './access/policy'
import type { Config } from './config'
import type { Db } from './db/client'
import type { Language } from './languages'
import type { Place } from './objects/place'

/** The context of a verb that needs no actor; `now` is the instant of the request, ISO-8601 UTC. */
export type PublicCtx = {
  db: Db
  config: Config
  now: string
  requestId: string
  address: string
  newId: () => string
  /** The language of the person who asks: of the profile, else of the browser; undefined where neither says one. */
  language?: Language
  /** The instants at which this request queued mail. The mail is sent after the response. */
  outgoing: Set<string>
  /** The workspaces in which this request began jobs. They run after the response. */
  begun: Set<string>
  /** The workspaces in which events have happened and something listens. It is told after the response. */
  happened?: Set<string>
  /** Finds the database of a place; absent where one database holds all workspaces. */
  locate?: (place: Place) => Promise<Pick<PublicCtx, 'db' | 'newWorkspaceId'>>
  /** The id of the workspace that a batch may make in this database; undefined where one database holds all. */
  newWorkspaceId?: string
}

/** The context of a verb that needs an actor. */
export type Ctx = PublicCtx & { actor: Actor }

/**
 * The same context in the database that holds a place, for verbs of callers who name one. A name that nothing has leads to
 * a database without workspaces, so that its statements find nothing. Throws `signup_closed`.
 */
export async function located<C extends PublicCtx>(ctx: C, place: Place): Promise<C> {
  return ctx.locate ? { ...ctx, ...(await ctx.locate(place)) } : ctx
}
