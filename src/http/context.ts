// The context of a request: settings, the metered D1 session, the actor, and the clock.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { v7 as uuidv7 } from 'uuid'
import { actorGuard } from '../access/actor-guard'
import type { Actor } from '../access/policy'
import { type Config, configOf } from '../config'
import type { Ctx, PublicCtx } from '../context'
import { type Connection, connect } from '../db/client'
import { AppError, invalidError } from '../errors'
import { acceptedLanguage } from '../languages'
import { loadObjects } from '../late'
import { databaseOf, type Place, workspaceIdOf } from '../objects/place'
import { networkOf } from './address'

export type AppEnv = {
  Bindings: Env
  Variables: {
    requestId: string
    config: Config
    connection: Connection
    outgoing: Set<string>
    begun: Set<string>
    happened: Set<string>
    /** With STORAGE=objects, the workspaces whose objects this request has asked. */
    asked?: Set<string>
    actor?: Actor
    /** When the access token was issued, in seconds since 1970; unset without one. */
    tokenIssuedAt?: number
    refusal?: unknown
    /** In a dialect: the message of an error, by its status. */
    wording?: Record<number, string>
    /** In a dialect: which API this is, for errors that the other system has no words for. */
    dialectHint?: string
  }
}
const BOOKMARK = /^[0-9a-f-]{1,128}$/i

/** Parses the settings and opens the D1 session: at the client's bookmark, else at any replica for reads. */
export const context = createMiddleware<AppEnv>(async function context(c, next) {
  c.set('config', configOf(c.env))
  const bookmark = c.req.header('D1-Bookmark')
  if (bookmark !== undefined && !BOOKMARK.test(bookmark)) {
    throw invalidError('header.D1-Bookmark', 'Send the value unchanged', 'invalid_bookmark')
  }
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  const connection = connect(c.env.DB, bookmark ?? (isRead ? 'first-unconstrained' : 'first-primary'))
  c.set('connection', connection)
  c.set('outgoing', new Set())
  c.set('begun', new Set())
  c.set('happened', new Set())
  if (c.get('config').STORAGE === 'objects') c.set('asked', new Set())
  await next()
  // A 304 saves the body. The answer to a change may contain a token: no cache may store it.
  if (!c.res.headers.has('Cache-Control')) {
    const isStorable = isRead && !c.req.path.startsWith('/v1/auth/')
    c.res.headers.set('Cache-Control', isStorable ? 'private, no-cache' : 'no-store')
  }
  const latest = connection.bookmark()
  if (latest) c.res.headers.set('D1-Bookmark', latest)
  if (c.get('config').ENVIRONMENT === 'development') c.res.headers.set('Server-Timing', serverTiming(connection))
})

function serverTiming({ cost }: Connection): string {
  const { roundTrips, statements, rowsRead, rowsWritten, ms } = cost
  const desc = `round trips ${roundTrips}, statements ${statements}, rows read ${rowsRead}, rows written ${rowsWritten}`
  return `db;dur=${ms};desc="${desc}"`
}

/** Sets who asks, or that nobody known does, and with that the database of the request. */
export function setActor(c: Context<AppEnv>, actor: Actor | undefined): void {
  c.set('actor', actor)
  if (c.get('config').STORAGE === 'objects') c.set('connection', connectionOf(c, actor?.workspaceId))
}

/** A connection to the database of a workspace; without one, to D1. Its cost is the request's. */
export function connectionOf(c: Context<AppEnv>, workspaceId: string | undefined, mayMake = false): Connection {
  const database = workspaceId === undefined ? c.env.DB : databaseOf(c.env, workspaceId, mayMake)
  if (workspaceId !== undefined) c.get('asked')?.add(workspaceId)
  return connect(database, 'first-primary', c.get('connection').cost)
}

/** The databases to look into after a request: of the workspaces that it has asked, or the one that holds all. */
export function databasesAfter({ env, var: { asked } }: Context<AppEnv>): { database: D1Database; of?: string }[] {
  return asked ? [...asked].map((of) => ({ database: databaseOf(env, of), of })) : [{ database: env.DB }]
}

/** The context of a verb in an open route. */
export function publicCtx(c: Context<AppEnv>): PublicCtx {
  const { connection, config, requestId, actor, ...caused } = c.var
  const now = new Date()
  const newId = () => uuidv7({ msecs: now.getTime() })
  const { outgoing, begun, happened, asked } = caused
  const basis = { db: connection.db, config, now: now.toISOString(), requestId, address: addressOf(c), newId }
  const chosen = actor?.type === 'user' ? actor.language : null
  const language = chosen ?? acceptedLanguage(c.req.header('Accept-Language'))
  const locate = asked && ((place: Place) => databaseAt(c, place, () => workspaceIdOf(newId())))
  return {
    ...basis,
    ...{ outgoing, begun, happened },
    ...(language ? { language } : {}),
    ...(locate ? { locate } : {}),
  }
}

// The database of a place in a request. What no workspace has is looked for in D1, which has none.
async function databaseAt(c: Context<AppEnv>, place: Place, newId: () => string) {
  const { findWorkspace } = await loadObjects()
  const { workspaceId, mayMake } = await findWorkspace(connectionOf(c, undefined).db, place, newId)
  const newWorkspaceId = mayMake ? workspaceId : undefined
  return { db: connectionOf(c, workspaceId, mayMake).db, newWorkspaceId }
}

/** The client that opens a session, as the session stores it. */
export function clientOf(c: Context<AppEnv>): { userAgent: string | null } {
  return { userAgent: c.req.header('User-Agent')?.slice(0, 300) ?? null }
}

/** The context of a verb in a guarded route, where `allow()` has required an actor. */
export function ctx(c: Context<AppEnv>): Ctx {
  const actor = c.get('actor')
  if (!actor) throw new AppError('unauthenticated')
  return { ...publicCtx(c), actor }
}

/** The same for requests that grant a power: each batch checks that the session or key still holds. */
export function standingCtx(c: Context<AppEnv>): Ctx {
  const context = ctx(c)
  return { ...context, db: c.var.connection.guarded(actorGuard(context.actor)).db }
}

/**
 * The caller's network as Cloudflare sees it, for counting: for IPv6 the /48 of one site; `local` where there is no
 * Cloudflare in front.
 */
export function addressOf(c: Context<AppEnv>): string {
  return networkOf(c.req.header('CF-Connecting-IP') ?? 'local')
}

/** Statements of an invocation that are left to mail and streams, which also go after the response. */
const FOR_MAIL = 5

/** How many statements webhooks or jobs may each send to D1 after the response: they share what the request has left. */
export function statementsAfter(c: Context<AppEnv>): number {
  const { config, connection, happened, begun } = c.var
  const left = config.IMPORT_STATEMENTS - connection.cost.statements - FOR_MAIL
  return happened.size > 0 && begun.size > 0 ? Math.floor(left / 2) : left
}

/** Continues `work` after the answer is sent; without an execution context, as in a unit test, it runs as well. Its errors are ignored. */
export function runAfter(c: Pick<Context, 'executionCtx'>, work: Promise<unknown>): void {
  const settled = work.catch(() => {})
  try {
    c.executionCtx.waitUntil(settled)
  } catch {
    // There is no execution context to wait for it.
  }
}
