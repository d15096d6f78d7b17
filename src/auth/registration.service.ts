// Registration: the account becomes ADMIN of a new workspace, or joins the inviting workspace with the invited role.
import { and, eq, gt, inArray, isNull, notInArray, or, type SQL, sql } from 'drizzle-orm'
import { TEAM } from '../access/policy'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Config } from '../config'
import type { PublicCtx } from '../context'
import { sha256 } from '../crypto'
import { one, runBatch } from '../db/batch'
import { oneTimeTokens, users, workspaces } from '../db/schema'
import { ifChanged, insertFrom, isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { isInviterActive } from '../workspaces/invitations.service'
import { SHARED_SLUG, workspaceIdOf } from '../workspaces/workspaces.default'
import { slugOf } from '../workspaces/workspaces.service'
import { hashPassword } from './passwords'
import { type Client, prepareSession, userAndWorkspace } from './sessions.service'
import { tokenStatements } from './verification'

export type Registration = {
  email: string
  password: string
  name: string
  workspaceName?: string
  invitationToken?: string
  /** Lets everyone create a workspace, as another API's contract promises; SIGNUP=closed still refuses. */
  isAlwaysOpen?: boolean
}

/** Creates an account and signs it in. Throws `email_taken`, `signup_closed`, `invalid_invitation`, `plan_limit`. */
export async function register(ctx: PublicCtx, input: Registration, client: Client) {
  const { db, config, now } = ctx
  if (config.SIGNUP === 'closed') throw new AppError('signup_closed')
  const { email, name, workspaceName, invitationToken, isAlwaysOpen } = input
  const passwordHash = await hashPassword(input.password, config.BCRYPT_COST)
  const account = { id: ctx.newId(), email, name, passwordHash, createdAt: now, updatedAt: now }
  const session = await prepareSession(ctx, account.id, client)
  const { user, workspace, exceeded } = await runBatch(db, {
    account: await accountStatements(ctx, account, { workspaceName, invitationToken, isAlwaysOpen }),
    session: session.insert,
    ...userAndWorkspace(ctx, account.id),
    exceeded: await seatLimitExceeded(ctx, email, invitationToken),
    verification: await tokenStatements(ctx, 'VERIFICATION', eq(users.id, account.id)),
  }).catch((error) => {
    throw isUniqueViolation(error, 'users.email') ? new AppError('email_taken') : error
  })
  if (!user && exceeded) throw limitExceededError(ctx, 'users', exceeded)
  if (!user || !workspace) throw new AppError(invitationToken === undefined ? 'signup_closed' : 'invalid_invitation')
  return { user, workspace, ...(await session.issueTokens(user, workspace)) }
}

type Account = Pick<
  typeof users.$inferInsert,
  'id' | 'email' | 'name' | 'passwordHash' | 'emailVerifiedAt' | 'createdAt' | 'updatedAt'
>
type Membership = Pick<Registration, 'workspaceName' | 'invitationToken' | 'isAlwaysOpen'> & {
  /** A condition beside SIGNUP and the invitation. */
  when?: SQL
}

/** Statements that create an account if SIGNUP or the invitation allows it: new workspace or invitation, account, event. */
export async function accountStatements(
  ctx: PublicCtx,
  account: Account,
  { workspaceName, invitationToken, isAlwaysOpen = false, when }: Membership,
) {
  const isAllowed = sql`${canRegister(ctx.config, isAlwaysOpen || invitationToken !== undefined)} AND ${when ?? sql`true`}`
  const statements =
    invitationToken === undefined
      ? newWorkspaceStatements(ctx, account, workspaceName ?? account.name, isAllowed)
      : joinStatements(ctx, account, await sha256(invitationToken), isAllowed)
  return [...statements, registrationEvent(ctx, account.id)]
}

/** The event of a new account, for right after the statement that inserts the account. */
export function registrationEvent(ctx: PublicCtx, id: string) {
  const workspaceId = sql`(SELECT ${users.workspaceId} FROM ${users} WHERE ${users.id} = ${id})`
  return eventInsert(ctx, { verb: 'user.registered', subject: 'user', id, workspaceId, when: ifChanged })
}

// With SIGNUP=invite the first workspace can still be created: before it, there is no user who could invite.
function canRegister({ SIGNUP }: Config, isAlwaysOpen: boolean): SQL {
  if (SIGNUP === 'closed') return sql`false`
  return SIGNUP === 'open' || isAlwaysOpen ? sql`true` : sql`NOT EXISTS (SELECT 1 FROM ${workspaces})`
}

function newWorkspaceStatements({ db, now, newId }: PublicCtx, account: Account, name: string, isAllowed: SQL) {
  const slug = slugOf(name)
  const isSlugTaken = sql`EXISTS (SELECT 1 FROM ${workspaces}
    WHERE ${workspaces.slug} = ${slug} OR ${slug} = ${SHARED_SLUG})`
  const workspace = {
    id: workspaceIdOf(newId()),
    name,
    slug: sql`CASE WHEN ${isSlugTaken} THEN ${`${slug}-${account.id.slice(-8)}`} ELSE ${slug} END`,
    createdAt: now,
    updatedAt: now,
  }
  return [
    insertFrom(db, workspaces, workspace, sql`WHERE ${isAllowed}`),
    insertFrom(db, users, { ...account, workspaceId: workspace.id, role: 'ADMIN' }, sql`WHERE ${ifChanged}`),
  ]
}

function joinStatements(ctx: PublicCtx, account: Account, tokenHash: string, isAllowed: SQL) {
  const { db, now } = ctx
  const { workspaceId, role } = oneTimeTokens
  // A portal login takes no seat of the plan.
  const hasSeat = or(notInArray(role, TEAM), isWithinLimit(ctx, 'users', sql`${workspaceId}`))
  return [
    db
      .update(oneTimeTokens)
      .set({ usedAt: now, usedBy: account.id })
      .where(and(isOpenInvitation(ctx, account.email, tokenHash), hasSeat, isAllowed)),
    insertFrom(
      db,
      users,
      { ...account, workspaceId: sql`${workspaceId}`, role: sql`${role}` },
      sql`FROM ${oneTimeTokens} WHERE ${ifChanged} AND ${oneTimeTokens.tokenHash} = ${tokenHash}`,
    ),
  ]
}

function isOpenInvitation({ now }: PublicCtx, email: string, tokenHash: string) {
  return and(
    eq(oneTimeTokens.tokenHash, tokenHash),
    eq(oneTimeTokens.kind, 'INVITATION'),
    eq(oneTimeTokens.email, email),
    isNull(oneTimeTokens.usedAt),
    gt(oneTimeTokens.expiresAt, now),
    isInviterActive,
  )
}

/** The statement that explains a refused invitation: yields count and limit if the inviting team has no free seat. */
export async function seatLimitExceeded(ctx: PublicCtx, email: string, invitationToken: string | undefined) {
  const isOpen = isOpenInvitation(ctx, email, await sha256(invitationToken ?? ''))
  const isForTeam = inArray(oneTimeTokens.role, TEAM)
  const workspaceId = sql`(SELECT ${oneTimeTokens.workspaceId} FROM ${oneTimeTokens} WHERE ${and(isOpen, isForTeam)})`
  return one(limitExceeded(ctx, 'users', { workspaceId, when: sql`${workspaceId} IS NOT NULL` }))
}
