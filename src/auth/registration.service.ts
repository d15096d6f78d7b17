// Registering: an account is ADMIN of a new workspace, or joins one with the role it was invited to.
import { and, eq, gt, inArray, isNull, notInArray, or, type SQL, sql } from 'drizzle-orm'
import { TEAM } from '../access/policy'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Config } from '../config'
import type { PublicCtx } from '../context'
import { sha256 } from '../crypto'
import { oneTimeTokens as tokens, users, workspaces } from '../db/schema'
import { ifChanged, insertFrom, isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { isInviterActive } from '../workspaces/invitations.service'
import { SHARED } from '../workspaces/workspaces.default'
import { slugOf } from '../workspaces/workspaces.service'
import { hashPassword } from './passwords'
import { type Client, openSession, userAndWorkspace } from './sessions.service'
import { sendToken } from './verification'

export type Registration = {
  email: string
  password: string
  name: string
  workspaceName?: string
  invitationToken?: string
  /** Whether everybody may found a workspace here, as the contract of another API promises; SIGNUP=closed still closes it. */
  isWelcome?: boolean
}

/** Makes an account and signs it in. Throws `email_taken`, `signup_closed`, `invalid_invitation`, `plan_limit`. */
export async function register(ctx: PublicCtx, input: Registration, client: Client) {
  const { db, config, now } = ctx
  if (config.SIGNUP === 'closed') throw new AppError('signup_closed')
  const { email, name, workspaceName, invitationToken, isWelcome } = input
  const passwordHash = await hashPassword(input.password, config.BCRYPT_COST)
  const account = { id: ctx.newId(), email, name, passwordHash, createdAt: now, updatedAt: now }
  const session = await openSession(ctx, account.id, client)
  const [, , , , [user], [home], [lack]] = await db
    .batch([
      ...(await makeAccount(ctx, account, { workspaceName, invitationToken, isWelcome })),
      session.statement,
      ...userAndWorkspace(ctx, account.id),
      ...(await seatLimitExceeded(ctx, email, invitationToken)),
      ...(await sendToken(ctx, 'VERIFICATION', eq(users.id, account.id))),
    ])
    .catch((error) => {
      throw isUniqueViolation(error, 'users.email') ? new AppError('email_taken') : error
    })
  if (!user && lack) throw limitExceededError(ctx, 'users', lack)
  if (!user || !home) throw new AppError(invitationToken === undefined ? 'signup_closed' : 'invalid_invitation')
  return { user, workspace: home, ...(await session.tokens(user, home)) }
}

export type Account = Pick<
  typeof users.$inferInsert,
  'id' | 'email' | 'name' | 'passwordHash' | 'emailVerifiedAt' | 'createdAt' | 'updatedAt'
>
type Entrance = Pick<Registration, 'workspaceName' | 'invitationToken' | 'isWelcome'> & {
  /** Whether there may be such an account, besides what SIGNUP says. */
  when?: SQL
}

/** Three statements that make an account, if SIGNUP or an invitation lets it in: where it belongs, itself, the event. */
export async function makeAccount(
  ctx: PublicCtx,
  account: Account,
  { workspaceName, invitationToken, isWelcome = false, when }: Entrance,
) {
  const isLetIn = maySignUp(ctx.config, isWelcome || invitationToken !== undefined)
  const may = sql`${isLetIn} AND ${when ?? sql`true`}`
  const event = registrationEvent(ctx, account.id)
  return invitationToken === undefined
    ? ([...foundWorkspace(ctx, account, workspaceName ?? account.name, may), event] as const)
    : ([...joinWorkspace(ctx, account, await sha256(invitationToken), may), event] as const)
}

/** Records, after the statement that made an account if it did, that it was made. */
export function registrationEvent(ctx: PublicCtx, id: string) {
  const workspaceId = sql`(SELECT workspace_id FROM users WHERE id = ${id})`
  return eventInsert(ctx, { verb: 'user.registered', subject: 'user', id, workspaceId, when: ifChanged })
}

// With SIGNUP=invite somebody must come first: an installation without any workspace may still be founded.
function maySignUp({ SIGNUP }: Config, isWelcome: boolean): SQL {
  if (SIGNUP === 'closed') return sql`false`
  return SIGNUP === 'open' || isWelcome ? sql`true` : sql`NOT EXISTS (SELECT 1 FROM workspaces)`
}

function foundWorkspace({ db, now, newId }: PublicCtx, account: Account, name: string, may: SQL) {
  const slug = slugOf(name)
  const taken = sql`EXISTS (SELECT 1 FROM workspaces WHERE slug = ${slug} OR ${slug} = ${SHARED})`
  const workspace = {
    id: newId(),
    name,
    slug: sql`CASE WHEN ${taken} THEN ${`${slug}-${account.id.slice(-8)}`} ELSE ${slug} END`,
    createdAt: now,
    updatedAt: now,
  }
  return [
    insertFrom(db, workspaces, workspace, sql`WHERE ${may}`),
    insertFrom(db, users, { ...account, workspaceId: workspace.id, role: 'ADMIN' }, sql`WHERE ${ifChanged}`),
  ] as const
}

function joinWorkspace(ctx: PublicCtx, account: Account, hash: string, may: SQL) {
  const { db, now } = ctx
  // A portal login takes no seat.
  const isSeated = or(notInArray(tokens.role, TEAM), isWithinLimit(ctx, 'users', sql`${tokens.workspaceId}`))
  return [
    db
      .update(tokens)
      .set({ usedAt: now, usedBy: account.id })
      .where(and(isOpen(ctx, account.email, hash), isSeated, may)),
    insertFrom(
      db,
      users,
      { ...account, workspaceId: sql`${tokens.workspaceId}`, role: sql`${tokens.role}` },
      sql`FROM ${tokens} WHERE ${ifChanged} AND ${tokens.tokenHash} = ${hash}`,
    ),
  ] as const
}

function isOpen({ now }: PublicCtx, email: string, hash: string) {
  return and(
    eq(tokens.tokenHash, hash),
    eq(tokens.kind, 'INVITATION'),
    eq(tokens.email, email),
    isNull(tokens.usedAt),
    gt(tokens.expiresAt, now),
    isInviterActive,
  )
}

/** The statement that says, after `makeAccount`, whether the workspace that invited has no seat left: a row if so. */
export async function seatLimitExceeded(ctx: PublicCtx, email: string, invitationToken: string | undefined) {
  const open = isOpen(ctx, email, await sha256(invitationToken ?? ''))
  const workspaceId = sql`(SELECT ${tokens.workspaceId} FROM ${tokens} WHERE ${and(open, inArray(tokens.role, TEAM))})`
  return [limitExceeded(ctx, 'users', { workspaceId, when: sql`${workspaceId} IS NOT NULL` })] as const
}
