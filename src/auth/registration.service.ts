// Registration: the account becomes ADMIN of a new workspace, or joins the inviting workspace with the invited role.
import { and, eq, gt, inArray, isNull, notInArray, or, type SQL, sql } from 'drizzle-orm'
import { TEAM } from '../access/policy'
import { isWithinLimit, limitExceeded, limitExceededError } from '../billing/limits'
import type { Config } from '../config'
import { located, type PublicCtx } from '../context'
import { one, runBatch } from '../db/batch'
import { oneTimeTokens, users, workspaces } from '../db/schema'
import { ifChanged, insertFrom, isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { type Place, workspaceIdOf } from '../objects/place'
import { type InvitationToken, invitationOf, isInviterActive } from '../workspaces/invitations.service'
import { SHARED_SLUG } from '../workspaces/workspaces.default'
import { slugOf } from '../workspaces/workspaces.service'
import { hashPassword } from './passwords'
import { type Client, prepareSession, userAndWorkspace } from './sessions.service'
import { isToken, tokenStatements } from './verification'
import { addressYielding } from './yielding'

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
export function register(caller: PublicCtx, input: Registration, client: Client) {
  return withFreeSlug((isSlugTaken) => registerOnce(caller, { ...input, isSlugTaken }, client))
}

/** Founds again, with another slug, where only the directory of all objects knows that the slug is taken. */
export function withFreeSlug<T>(found: (isSlugTaken: boolean) => Promise<T>): Promise<T> {
  return found(false).catch((error) => {
    if (isUniqueViolation(error, 'workspaces.slug')) return found(true)
    throw error
  })
}

async function registerOnce(caller: PublicCtx, input: Registration & { isSlugTaken: boolean }, client: Client) {
  if (caller.config.SIGNUP === 'closed') throw new AppError('signup_closed')
  const { email, name, workspaceName, invitationToken, isAlwaysOpen, isSlugTaken } = input
  const ctx = await located(caller, await placeOfAccount(caller.config, { invitationToken, isAlwaysOpen }))
  const { db, config, now } = ctx
  const passwordHash = await hashPassword(input.password, config.BCRYPT_COST)
  const account = { id: ctx.newId(), email, name, passwordHash, createdAt: now, updatedAt: now }
  const session = await prepareSession(ctx, account.id, client)
  const { user, workspace, exceeded } = await runBatch(db, {
    account: await accountStatements(ctx, account, { workspaceName, invitationToken, isAlwaysOpen, isSlugTaken }),
    session: session.insert,
    ...userAndWorkspace(ctx, account.id),
    exceeded: await seatLimitExceeded(ctx, email, invitationToken),
    verification: await tokenStatements(
      ctx,
      'VERIFICATION',
      and(eq(users.id, account.id), isNull(users.emailVerifiedAt)),
    ),
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
  /** Whether another workspace is known to have the slug of the name. */
  isSlugTaken: boolean
  /** A condition beside SIGNUP and the invitation. */
  when?: SQL
  /** Whether the person has proven the address; an invitation that came by mail proves it as well. */
  isProven?: boolean
}

/** Where a new account goes: to the inviting workspace, or to a new one, unless there may be only a first. */
export async function placeOfAccount(
  config: Config,
  { invitationToken, isAlwaysOpen = false }: Pick<Registration, 'invitationToken' | 'isAlwaysOpen'>,
): Promise<Exclude<Place, 'shared'>> {
  if (invitationToken === undefined) return { founding: { isFirstOnly: config.SIGNUP !== 'open' && !isAlwaysOpen } }
  return { workspace: (await invitationOf(config, invitationToken)).workspaceId }
}

/**
 * Statements that create an account if SIGNUP or the invitation allows it: new workspace or invitation, account, event.
 * An account that never verified the address loses it to a person who has proven it.
 */
export async function accountStatements(
  ctx: PublicCtx,
  account: Account,
  { workspaceName, invitationToken, isAlwaysOpen = false, isSlugTaken, when, isProven = false }: Membership,
) {
  const isAllowed = sql`${canRegister(ctx.config, isAlwaysOpen || invitationToken !== undefined)} AND ${when ?? sql`true`}`
  const invitation = invitationToken === undefined ? undefined : await invitationOf(ctx.config, invitationToken)
  const hasProof = isProven || invitation?.isMailed === true
  const proven = hasProof ? { ...account, emailVerifiedAt: ctx.now } : account
  const { permit, from, workspaceId, role, isPermitted } = invitation
    ? joining(ctx, account, invitation, isAllowed)
    : founding(ctx, account, { name: workspaceName ?? account.name, isSlugTaken }, isAllowed)
  return [
    permit,
    ...(hasProof ? addressYielding(ctx, account.email, isPermitted) : []),
    insertFrom(ctx.db, users, { ...proven, workspaceId, role }, sql`${from} WHERE ${isPermitted}`),
    registrationEvent(ctx, account.id),
  ]
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

// What permits an account, and then whether it did: a workspace of its own, or an invitation.
function founding(
  { db, now, newId, newWorkspaceId, language }: PublicCtx,
  account: Account,
  { name, ...known }: Pick<Membership, 'isSlugTaken'> & { name: string },
  isAllowed: SQL,
) {
  const slug = slugOf(name)
  const isSlugTaken = known.isSlugTaken
    ? sql`true`
    : sql`EXISTS (SELECT 1 FROM ${workspaces}
    WHERE ${workspaces.slug} = ${slug} OR ${slug} = ${SHARED_SLUG})`
  const workspace = {
    id: newWorkspaceId ?? workspaceIdOf(newId()),
    name,
    slug: sql`CASE WHEN ${isSlugTaken} THEN ${`${slug}-${account.id.slice(-8)}`} ELSE ${slug} END`,
    createdAt: now,
    updatedAt: now,
    ...(language ? { language } : {}),
  }
  // An id that was given may be that of a workspace which a request at the same time has made.
  const isNew =
    newWorkspaceId === undefined
      ? sql``
      : sql` AND NOT EXISTS (SELECT 1 FROM ${users} WHERE ${users.workspaceId} = ${newWorkspaceId})`
  return {
    permit: insertFrom(db, workspaces, workspace, sql`WHERE ${isAllowed}`),
    from: sql``,
    workspaceId: workspace.id,
    role: 'ADMIN' as const,
    isPermitted: sql`EXISTS (SELECT 1 FROM ${workspaces} WHERE ${workspaces.id} = ${workspace.id})${isNew}`,
  }
}

function joining(ctx: PublicCtx, account: Account, invitation: InvitationToken, isAllowed: SQL) {
  const { db, now } = ctx
  const { workspaceId, role } = oneTimeTokens
  // A portal login takes no seat of the plan.
  const hasSeat = or(notInArray(role, TEAM), isWithinLimit(ctx, 'users', sql`${workspaceId}`))
  const isUsed = sql`${isToken(invitation)} AND ${oneTimeTokens.usedBy} = ${account.id}`
  return {
    permit: db
      .update(oneTimeTokens)
      .set({ usedAt: now, usedBy: account.id })
      .where(and(isOpenInvitation(ctx, account.email, invitation), hasSeat, isAllowed)),
    from: sql`FROM (SELECT ${workspaceId}, ${role} FROM ${oneTimeTokens} WHERE ${isUsed}) AS invitation`,
    workspaceId: sql`invitation.workspace_id`,
    role: sql`invitation.role`,
    isPermitted: sql`EXISTS (SELECT 1 FROM ${oneTimeTokens} WHERE ${isUsed})`,
  }
}

function isOpenInvitation({ now }: PublicCtx, email: string, invitation: InvitationToken) {
  return and(
    isToken(invitation),
    eq(oneTimeTokens.kind, 'INVITATION'),
    eq(oneTimeTokens.email, email),
    isNull(oneTimeTokens.usedAt),
    gt(oneTimeTokens.expiresAt, now),
    isInviterActive,
  )
}

/** The statement that explains a refused invitation: yields count and limit if the inviting team has no free seat. */
export async function seatLimitExceeded(ctx: PublicCtx, email: string, invitationToken: string | undefined) {
  const isOpen = isOpenInvitation(ctx, email, await invitationOf(ctx.config, invitationToken ?? ''))
  const isForTeam = inArray(oneTimeTokens.role, TEAM)
  const workspaceId = sql`(SELECT ${oneTimeTokens.workspaceId} FROM ${oneTimeTokens} WHERE ${and(isOpen, isForTeam)})`
  return one(limitExceeded(ctx, 'users', { workspaceId, when: sql`${workspaceId} IS NOT NULL` }))
}
