// What a request carries: settings, the metered D1 session, who is asking, and the clock.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { v7 as uuidv7 } from 'uuid'
import { actorGuard } from '../access/actor-guard'
import type { Actor } from '../access/policy'
import { type Config, configOf } from '../config'
import type { Ctx, PublicCtx } from '../context'
import { type Connection, connect } from '../db/client'
import { AppError, invalidError } from '../errors'

export type AppEnv = {
  Bindings: Env
  Variables: {
    requestId: string
    config: Config
    connection: Connection
    outgoing: Set<string>
    begun: Set<string>
    actor?: Actor
    refusal?: unknown
    /** In a dialect: the message of a failure, by its status. */
    wording?: Record<number, string>
  }
}
const BOOKMARK = /^[0-9a-f-]{1,128}$/i

/** Parses the settings and opens the D1 session: at the client's bookmark, else any replica for reads. */
export const context = createMiddleware<AppEnv>(async function context(c, next) {
  c.set('config', configOf(c.env))
  const bookmark = c.req.header('D1-Bookmark')
  if (bookmark !== undefined && !BOOKMARK.test(bookmark)) {
    throw invalidError('header.D1-Bookmark', 'Send back the value as it was given', 'invalid_bookmark')
  }
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  const connection = connect(c.env.DB, bookmark ?? (isRead ? 'first-unconstrained' : 'first-primary'))
  c.set('connection', connection)
  c.set('outgoing', new Set())
  c.set('begun', new Set())
  await next()
  // A 304 saves the body. What changes something may answer with a token, and is never kept at all.
  if (!c.res.headers.has('Cache-Control')) {
    const isKept = isRead && !c.req.path.startsWith('/v1/auth/')
    c.res.headers.set('Cache-Control', isKept ? 'private, no-cache' : 'no-store')
  }
  const latest = connection.bookmark()
  if (latest) c.res.headers.set('D1-Bookmark', latest)
  if (c.var.config.ENVIRONMENT === 'development') c.res.headers.set('Server-Timing', serverTiming(connection))
})

function serverTiming({ cost }: Connection): string {
  const { roundTrips, statements, rowsRead, rowsWritten, ms } = cost
  const desc = `round trips ${roundTrips}, statements ${statements}, rows read ${rowsRead}, rows written ${rowsWritten}`
  return `db;dur=${ms};desc="${desc}"`
}

/** The context of an open route. */
export function publicCtx(c: Context<AppEnv>): PublicCtx {
  const { connection, config, requestId, outgoing, begun } = c.var
  const now = new Date()
  const newId = () => uuidv7({ msecs: now.getTime() })
  return { db: connection.db, config, now: now.toISOString(), requestId, address: addressOf(c), newId, outgoing, begun }
}

/** What a session remembers of the program that opened it. */
export function clientOf(c: Context<AppEnv>): { userAgent: string | null } {
  return { userAgent: c.req.header('User-Agent')?.slice(0, 300) ?? null }
}

/** The context of a guarded route; `allow()` has made sure of the actor. */
export function ctx(c: Context<AppEnv>): Ctx {
  const { actor } = c.var
  if (!actor) throw new AppError('unauthenticated')
  return { ...publicCtx(c), actor }
}

/** The same where what is asked for gives somebody a power: whether the caller still stands is asked in each batch. */
export function standingCtx(c: Context<AppEnv>): Ctx {
  const context = ctx(c)
  return { ...context, db: c.var.connection.guarded(actorGuard(context.actor)) }
}

/**
 * The caller's address as Cloudflare sees it, for counting: of IPv6 the network (/64), for a host has all of it to
 * itself; `local` where nothing stands in front of the Worker.
 */
export function addressOf(c: Context<AppEnv>): string {
  const address = c.req.header('CF-Connecting-IP') ?? 'local'
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':').filter(Boolean)
  const rest =
    tail === undefined ? [] : Array<string>(8 - groups.length - tail.split(':').filter(Boolean).length).fill('0')
  return `${[...groups, ...rest].slice(0, 4).join(':')}::/64`
}
