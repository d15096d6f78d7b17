// Registering: an account is ADMIN of a new workspace, or joins one with the role it was invited to.
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { oneTimeTokens as tokens, users, workspaces } from '../db/schema'
import { ifChanged, insertFrom, isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { record } from '../events/events.record'
import type { PublicCtx } from '../http/context'
import { slugOf } from '../workspaces/workspaces.service'
import { sha256 } from './crypto'
import { hashPassword } from './passwords'
import { type Client, openSession, whoIs } from './sessions.service'
import { sendToken } from './verification'

export type Registration = {
  email: string
  password: string
  name: string
  workspaceName?: string | undefined
  invitationToken?: string | undefined
  /** Whether everybody may found a workspace here, as the contract of another API promises; SIGNUP=closed still closes it. */
  isOpen?: boolean | undefined
}

/** Makes an account and signs it in. Throws `email_taken`, `signup_closed`, `invalid_invitation`. */
export async function register(ctx: PublicCtx, input: Registration, client: Client) {
  const { SIGNUP, BCRYPT_COST } = ctx.config
  if (SIGNUP === 'closed') throw new AppError('signup_closed')
  const { email, name } = input
  const passwordHash = await hashPassword(input.password, BCRYPT_COST)
  const account = { id: ctx.newId(), email, name, passwordHash, createdAt: ctx.now, updatedAt: ctx.now }
  const enter = input.invitationToken === undefined ? found : join
  return enter(ctx, input, account, client).catch((error) => {
    throw isUniqueViolation(error, 'users.email') ? new AppError('email_taken') : error
  })
}

export type Account = Pick<
  typeof users.$inferInsert,
  'id' | 'email' | 'name' | 'passwordHash' | 'createdAt' | 'updatedAt'
>

// With SIGNUP=invite somebody must come first: an installation without any workspace may still be founded.
async function found(ctx: PublicCtx, input: Registration, account: Account, client: Client) {
  const { db, now, config } = ctx
  const name = input.workspaceName ?? input.name
  const slug = slugOf(name)
  const taken = sql`EXISTS (SELECT 1 FROM workspaces WHERE slug = ${slug})`
  const workspace = {
    id: ctx.newId(),
    name,
    slug: sql`CASE WHEN ${taken} THEN ${`${slug}-${account.id.slice(-8)}`} ELSE ${slug} END`,
    createdAt: now,
    updatedAt: now,
  }
  const may = config.SIGNUP === 'open' || input.isOpen ? sql`true` : sql`NOT EXISTS (SELECT 1 FROM workspaces)`
  const session = await openSession(ctx, account.id, client)
  const [, , , , [user], [home]] = await db.batch([
    insertFrom(db, workspaces, workspace, sql`WHERE ${may}`),
    insertFrom(db, users, { ...account, workspaceId: workspace.id, role: 'ADMIN' }, sql`WHERE ${ifChanged}`),
    recordRegistration(ctx, account.id),
    session.statement,
    ...whoIs(ctx, account.id),
    ...(await sendToken(ctx, 'VERIFICATION', eq(users.id, account.id))),
  ])
  if (!user || !home) throw new AppError('signup_closed')
  return { user, workspace: home, ...(await session.tokens(user, home)) }
}

async function join(ctx: PublicCtx, input: Registration, account: Account, client: Client) {
  const { db, now } = ctx
  const hash = await sha256(input.invitationToken ?? '')
  const isOpen = and(
    eq(tokens.tokenHash, hash),
    eq(tokens.kind, 'INVITATION'),
    eq(tokens.email, account.email),
    isNull(tokens.usedAt),
    gt(tokens.expiresAt, now),
  )
  const session = await openSession(ctx, account.id, client)
  const [, , , , [user], [home]] = await db.batch([
    db.update(tokens).set({ usedAt: now, usedBy: account.id }).where(isOpen),
    insertFrom(
      db,
      users,
      { ...account, workspaceId: sql`${tokens.workspaceId}`, role: sql`${tokens.role}` },
      sql`FROM ${tokens} WHERE ${ifChanged} AND ${tokens.tokenHash} = ${hash}`,
    ),
    recordRegistration(ctx, account.id),
    session.statement,
    ...whoIs(ctx, account.id),
    ...(await sendToken(ctx, 'VERIFICATION', eq(users.id, account.id))),
  ])
  if (!user || !home) throw new AppError('invalid_invitation')
  return { user, workspace: home, ...(await session.tokens(user, home)) }
}

/** Records, after the statement that made an account if it did, that it was made. */
export function recordRegistration(ctx: PublicCtx, id: string) {
  const workspaceId = sql`(SELECT workspace_id FROM users WHERE id = ${id})`
  return record(ctx, { verb: 'user.registered', subject: 'user', id, workspaceId, when: ifChanged })
}
