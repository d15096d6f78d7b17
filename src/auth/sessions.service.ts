// Sessions: each is a family of refresh tokens of which one is good at a time; stored are hashes alone.
import { and, desc, eq, gt, isNull, ne, not, type SQL, sql } from 'drizzle-orm'
import { isActive, requirePerson } from '../access/person'
import type { Person } from '../access/policy'
import type { Ctx, PublicCtx } from '../context'
import { sha256 } from '../crypto'
import { sessions, users, workspaces } from '../db/schema'
import { allOf, ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import {
  ACCESS_SECONDS,
  accessToken,
  firstRefreshToken,
  GRACE_MS,
  isGenuine,
  nextRefreshToken,
  REFRESH_MS,
  sessionOf,
} from './tokens'

/** Who opens a session; `accessSeconds` is how long its first access token lives, where that is not the usual. */
export type Client = { userAgent: string | null; accessSeconds?: number }
type UserRow = typeof users.$inferSelect
type WorkspaceRow = typeof workspaces.$inferSelect

/**
 * A session to be: the statement that opens it if the user is active, and what to answer once the user is known. `id`
 * names what the session is opened for, where that may happen only once.
 */
export async function openSession(
  ctx: PublicCtx,
  userId: string | SQL<string>,
  { userAgent, accessSeconds }: Client,
  id = ctx.newId(),
) {
  const refreshToken = await firstRefreshToken(ctx.config, id)
  const statement = insertFrom(
    ctx.db,
    sessions,
    {
      id,
      workspaceId: sql`${users.workspaceId}`,
      userId: sql`${users.id}`,
      refreshHash: await sha256(refreshToken),
      rotatedAt: ctx.now,
      expiresAt: later(ctx.now, REFRESH_MS),
      userAgent,
      address: ctx.address,
      createdAt: ctx.now,
    },
    sql`FROM ${users} WHERE ${and(eq(users.id, userId), isActive)}`,
  )
  const given = { sessionId: id, refreshToken, accessSeconds }
  return { statement, tokens: (user: UserRow, home: WorkspaceRow) => issueTokens(ctx, user, home, given) }
}

/** Exchanges a refresh token; a used one that comes back after the grace ends its whole family. */
export async function refreshSession(ctx: PublicCtx, token: string) {
  if (!(await isGenuine(ctx.config, token))) throw new AppError('invalid_refresh_token')
  const id = sessionOf(token)
  const successor = await nextRefreshToken(ctx.config, token)
  const [presentedHash, successorHash] = [await sha256(token), await sha256(successor)]
  const theirs = sql`${users.id} = (SELECT user_id FROM sessions WHERE id = ${id})`
  const graceStart = later(ctx.now, -GRACE_MS)
  const isExchanged = allOf(eq(sessions.refreshHash, successorHash), gt(sessions.rotatedAt, graceStart))
  const [, , , [session], [user], [home]] = await ctx.db.batch([
    ctx.db
      .update(sessions)
      .set({
        refreshHash: successorHash,
        previousHash: presentedHash,
        rotatedAt: ctx.now,
        expiresAt: later(ctx.now, REFRESH_MS),
      })
      .where(
        and(
          eq(sessions.id, id),
          eq(sessions.refreshHash, presentedHash),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, ctx.now),
          sql`EXISTS (SELECT 1 FROM ${users} WHERE ${and(theirs, isActive)})`,
        ),
      ),
    ctx.db
      .update(sessions)
      .set({ revokedAt: ctx.now })
      .where(and(eq(sessions.id, id), isNull(sessions.revokedAt), not(isExchanged))),
    eventInsert(ctx, {
      verb: 'user.session_revoked',
      subject: 'user',
      id: sql`(SELECT user_id FROM sessions WHERE id = ${id})`,
      workspaceId: sql`(SELECT workspace_id FROM sessions WHERE id = ${id})`,
      when: ifChanged,
    }),
    ctx.db.select().from(sessions).where(eq(sessions.id, id)),
    ctx.db.select().from(users).where(theirs),
    ctx.db
      .select()
      .from(workspaces)
      .where(sql`${workspaces.id} = (SELECT workspace_id FROM sessions WHERE id = ${id})`),
  ])
  if (!session || !user || !home || session.revokedAt !== null) throw new AppError('invalid_refresh_token')
  return issueTokens(ctx, user, home, { sessionId: id, refreshToken: successor })
}

/** A person as they are now, where the session still lives; else undefined. For tokens too old to be believed. */
export async function presentPerson(ctx: PublicCtx, { id, sessionId }: Person): Promise<Person | undefined> {
  const { db, now } = ctx
  const isTheirs = and(eq(sessions.id, sessionId), eq(sessions.userId, id))
  const [[session], [user], [home]] = await db.batch([
    db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(isTheirs, isNull(sessions.revokedAt), gt(sessions.expiresAt, now))),
    ...userAndWorkspace(ctx, id),
  ])
  return session && user && home ? inSession(user, home, session.id) : undefined
}

/** Ends the session of a refresh token, as whoever holds it may; one that is none, or has ended, ends nothing. */
export async function endSessionOfToken(ctx: PublicCtx, refreshToken: string): Promise<void> {
  if (await isGenuine(ctx.config, refreshToken)) await revoke(ctx, eq(sessions.id, sessionOf(refreshToken)))
}

/** The living sessions of the actor, newest first. */
export async function listSessions({ db, now, ...ctx }: Ctx) {
  const actor = requirePerson(ctx.actor, 'A session')
  const rows = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, actor.id), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.createdAt))
    .limit(100)
  return rows.map((row) => ({ ...row, lastUsedAt: row.rotatedAt, current: row.id === actor.sessionId }))
}

/** Ends one of the actor's own sessions; `not_found` for anybody else's. */
export async function endSession(ctx: Ctx, id: string): Promise<void> {
  const ended = await revoke(ctx, and(eq(sessions.userId, ctx.actor.id), eq(sessions.id, id))).returning({
    id: sessions.id,
  })
  if (ended.length === 0) throw new AppError('not_found')
}

/** The statement that ends the sessions of a user, one of them perhaps excepted. */
export function endSessionsOf(
  ctx: Pick<Ctx, 'db' | 'now'>,
  userId: string | SQL<string>,
  { except, when }: { except?: string; when?: SQL } = {},
) {
  return revoke(ctx, and(eq(sessions.userId, userId), except ? ne(sessions.id, except) : undefined, when))
}

/** The statements that read a user and the workspace of that user. */
export function userAndWorkspace({ db }: Pick<Ctx, 'db'>, userId: string) {
  return [
    db
      .select()
      .from(users)
      .where(and(eq(users.id, userId), isActive)),
    db.select().from(workspaces).where(sql`${workspaces.id} = (SELECT workspace_id FROM users WHERE id = ${userId})`),
  ] as const
}

function revoke({ db, now }: Pick<Ctx, 'db' | 'now'>, which: SQL | undefined) {
  return db
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(which, isNull(sessions.revokedAt)))
}

type Given = { sessionId: string; refreshToken: string; accessSeconds?: number }

async function issueTokens(ctx: PublicCtx, user: UserRow, home: WorkspaceRow, given: Given) {
  const { sessionId, refreshToken, accessSeconds: expiresIn = ACCESS_SECONDS } = given
  return {
    accessToken: await accessToken(ctx.config, inSession(user, home, sessionId), expiresIn),
    refreshToken,
    expiresIn,
  }
}

function inSession(user: UserRow, home: WorkspaceRow, sessionId: string): Person {
  const { id, workspaceId, role, timeZone, emailVerified } = user
  const country = home.defaultCountry
  return { type: 'user', id, workspaceId, role, sessionId, country, timeZone, emailVerified: emailVerified === true }
}

function later(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString()
}
