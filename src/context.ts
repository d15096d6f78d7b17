// What every service verb is given first: the database, the settings, the clock, and who asks.
import type { Actor } from './access/policy'
import type { Config } from './config'
import type { Db } from './db/client'

/** What every service verb is given first; `now` is the instant of the request, ISO-8601 UTC. */
export type PublicCtx = {
  db: Db
  config: Config
  now: string
  requestId: string
  address: string
  newId: () => string
  /** The instants at which this request has queued mail, to be sent once it is answered. */
  outgoing: Set<string>
}

/** The same for verbs that need to know who asks. */
export type Ctx = PublicCtx & { actor: Actor }
