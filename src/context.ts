// The context of a verb, its first argument: database, settings, time of the request, and the actor.
import type { Actor } from './access/policy'
import type { Config } from './config'
import type { Db } from './db/client'
import type { Language } from './languages'

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
}

/** The context of a verb that needs an actor. */
export type Ctx = PublicCtx & { actor: Actor }
