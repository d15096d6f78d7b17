// The first argument of every service verb: the database, the settings, the clock and the actor.
import type { Actor } from './access/policy'
import type { Config } from './config'
import type { Db } from './db/client'

/** The context of a verb that needs no actor. `now` is the instant of the request, ISO-8601 UTC. */
export type PublicCtx = {
  db: Db
  config: Config
  now: string
  requestId: string
  address: string
  newId: () => string
  /** The instants at which this request has queued mail, which is sent after the answer. */
  outgoing: Set<string>
}

/** The context of a verb that needs the actor. */
export type Ctx = PublicCtx & { actor: Actor }
