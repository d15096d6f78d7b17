// Sessions: each is a family of refresh tokens, of which one is valid at a time. Only hashes of them are stored.
import { and, desc, eq, gt, isNull, ne, not, type SQL, sql } from 'drizzle-orm'
import { isActive, requirePerson } from '../access/person'
import type { Person } from '../access/policy'
import { type Ctx, located, type PublicCtx } from '../context'
import { one, runBatch } from '../db/batch'
import { sessions, users, workspaces } from '../db/schema'
import { allOf, anyOf, ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import {
  ACCESS_SECONDS,
  accessToken,
  GRACE_MS,
  newNonce,
  REFRESH_MS,
  readRefreshToken,
  refreshHash,
  refreshTokenText,
  successorsOf,
} from './tokens'

/** The client of a new session; `accessSeconds` replaces the usual lifetime of its first access token. */
export type Client = { userAgent: string | null; accessSeconds?: number }
type UserRow = typeof users.$inferSelect
type WorkspaceRow = typeof workspaces.$inferSelect

/**
 * Prepares a session: `insert` is the statement that opens it if the user is active, `issueTokens` makes the tokens to
 * return. Give an `id` if the session may be opened only once: a second insert is a conflict.
 */
export async function prepareSession(
  ctx: PublicCtx,
  userId: string | SQL<string>,
  { userAgent, accessSeconds }: Client,
  id = ctx.newId(),
) {
  const nonce = newNonce()
  const insert = insertFrom(
    ctx.db,
    sessions,
    {
      id,
      workspaceId: sql`${users.workspaceId}`,
      userId: sql`${users.id}`,
      refreshHash: await refreshHash({ sessionId: id, nonce }),
      rotatedAt: ctx.now,
      expiresAt: addMs(ctx.now, REFRESH_MS),
      userAgent,
      address: ctx.address,
      createdAt: ctx.now,
    },
    sql`FROM ${users} WHERE ${and(eq(users.id, userId), isActive)}`,
  )
  const tokens = { sessionId: id, nonce, accessSeconds }
  return { insert, issueTokens: (user: UserRow, workspace: WorkspaceRow) => issueTokens(ctx, user, workspace, tokens) }
}

/**
 * Exchanges a refresh token for the next one. A token that is used again after the grace period ends the session, and
 * with it all tokens of its family. Throws `invalid_refresh_token`.
 */
export async function refreshSession(caller: PublicCtx, token: string) {
  const presented = await readRefreshToken(caller.config, token)
  if (!presented) throw new AppError('invalid_refresh_token')
  const ctx = await located(caller, { workspace: presented.workspaceId })
  const id = presented.sessionId
  const successors = await Promise.all(
    (await successorsOf(ctx.config, presented)).map(async (each) => ({ ...each, hash: await refreshHash(each) })),
  )
  const [presentedHash, [next]] = [await refreshHash(presented), successors]
  const userId = sql`(SELECT ${sessions.userId} FROM ${sessions} WHERE ${sessions.id} = ${id})`
  const workspaceId = sql`(SELECT ${sessions.workspaceId} FROM ${sessions} WHERE ${sessions.id} = ${id})`
  const isTheirUser = sql`${users.id} = ${userId}`
  const graceStart = addMs(ctx.now, -GRACE_MS)
  const isExchanged = allOf(
    anyOf(
      sessions.refreshHash,
      successors.map(({ hash }) => hash),
    ),
    gt(sessions.rotatedAt, graceStart),
  )
  const { session, user, workspace } = await runBatch(ctx.db, {
    exchange: ctx.db
      .update(sessions)
      .set({
        refreshHash: next?.hash,
        previousHash: presentedHash,
        rotatedAt: ctx.now,
        expiresAt: addMs(ctx.now, REFRESH_MS),
      })
      .where(
        and(
          eq(sessions.id, id),
          eq(sessions.refreshHash, presentedHash),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, ctx.now),
          sql`EXISTS (SELECT 1 FROM ${users} WHERE ${and(isTheirUser, isActive)})`,
        ),
      ),
    revocation: revocation(ctx, and(eq(sessions.id, id), gt(sessions.expiresAt, ctx.now), not(isExchanged))),
    event: eventInsert(ctx, {
      verb: 'user.session_revoked',
      subject: 'user',
      id: userId,
      workspaceId,
      when: ifChanged,
    }),
    session: one(ctx.db.select().from(sessions).where(eq(sessions.id, id))),
    user: one(ctx.db.select().from(users).where(isTheirUser)),
    workspace: one(ctx.db.select().from(workspaces).where(sql`${workspaces.id} = ${workspaceId}`)),
  })
  // Another isolate may have exchanged it under the other secret.
  const successor = successors.find(({ hash }) => hash === session?.refreshHash)
  const isOver = !session || session.revokedAt !== null || session.expiresAt <= ctx.now
  if (isOver || !user || !workspace || !successor) {
    throw new AppError('invalid_refresh_token')
  }
  return issueTokens(ctx, user, workspace, successor)
}

/** The person with the present role and settings; undefined if session or account have ended. */
export async function currentPerson(ctx: PublicCtx, { id, sessionId }: Person): Promise<Person | undefined> {
  const { db, now } = ctx
  const isTheirs = and(eq(sessions.id, sessionId), eq(sessions.userId, id))
  const { session, user, workspace } = await runBatch(db, {
    session: one(
      db
        .select({ id: sessions.id })
        .from(sessions)
        .where(and(isTheirs, isNull(sessions.revokedAt), gt(sessions.expiresAt, now))),
    ),
    ...userAndWorkspace(ctx, id),
  })
  return session && user && workspace ? personOf(user, workspace, session.id) : undefined
}

/** Ends the session of a refresh token. Does nothing if the token is invalid or the session has ended. */
export async function endSessionOfToken(ctx: PublicCtx, refreshToken: string): Promise<void> {
  const token = await readRefreshToken(ctx.config, refreshToken)
  if (!token) return
  await signingOut(await located(ctx, { workspace: token.workspaceId }), eq(sessions.id, token.sessionId))
}

/** The actor's active sessions, newest first. */
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

/**
 * Ends one of the actor's sessions. The device that signs out itself stays known; that of another session does not.
 * Throws `not_found`, also for a session of another user.
 */
export async function endSession(ctx: Ctx, id: string): Promise<void> {
  const end = id === requirePerson(ctx.actor, 'A session').sessionId ? signingOut : revocation
  const ended = await end(ctx, sql`${and(eq(sessions.userId, ctx.actor.id), eq(sessions.id, id))}`).returning({
    id: sessions.id,
  })
  if (ended.length === 0) throw new AppError('not_found')
}

/** The statement that ends all sessions of a user, but the one that `except` names. */
export function sessionRevocation(
  ctx: Pick<Ctx, 'db' | 'now'>,
  userId: string | SQL<string>,
  { except, when }: { except?: string; when?: SQL } = {},
) {
  return revocation(ctx, and(eq(sessions.userId, userId), except ? ne(sessions.id, except) : undefined, when))
}

/** Statements that read an active user and the user's workspace. */
export function userAndWorkspace({ db }: Pick<Ctx, 'db'>, userId: string) {
  const workspaceId = sql`(SELECT ${users.workspaceId} FROM ${users} WHERE ${users.id} = ${userId})`
  return {
    user: one(
      db
        .select()
        .from(users)
        .where(and(eq(users.id, userId), isActive)),
    ),
    workspace: one(db.select().from(workspaces).where(sql`${workspaces.id} = ${workspaceId}`)),
  }
}

// The session runs out at once. Its family is not revoked, for nobody else has it.
function signingOut({ db, now }: Pick<Ctx, 'db' | 'now'>, where: SQL) {
  return db
    .update(sessions)
    .set({ expiresAt: now })
    .where(and(where, isNull(sessions.revokedAt), gt(sessions.expiresAt, now)))
}

function revocation({ db, now }: Pick<Ctx, 'db' | 'now'>, where: SQL | undefined) {
  return db
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(where, isNull(sessions.revokedAt)))
}

type SessionTokens = { sessionId: string; nonce: string; accessSeconds?: number }

async function issueTokens(ctx: PublicCtx, user: UserRow, workspace: WorkspaceRow, tokens: SessionTokens) {
  const { sessionId, nonce, accessSeconds: expiresIn = ACCESS_SECONDS } = tokens
  return {
    accessToken: await accessToken(ctx.config, personOf(user, workspace, sessionId), expiresIn),
    refreshToken: await refreshTokenText(ctx.config, { workspaceId: workspace.id, sessionId, nonce }),
    expiresIn,
  }
}

function personOf(user: UserRow, workspace: WorkspaceRow, sessionId: string): Person {
  const { id, workspaceId, role, timeZone, language, emailVerified } = user
  const country = workspace.defaultCountry
  const verified = emailVerified === true
  return { type: 'user', id, workspaceId, role, sessionId, country, timeZone, language, emailVerified: verified }
}

function addMs(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString()
}
