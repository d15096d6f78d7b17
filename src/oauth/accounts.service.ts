// The provider accounts with which a user signs in: listing, linking and unlinking them.
import { and, type Column, eq, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isActive } from '../access/person'
import { linkTo } from '../config'
import type { Ctx, PublicCtx } from '../context'
import { one, runBatch } from '../db/batch'
import { oauthAccounts, users } from '../db/schema'
import { ifChanged, insertFrom, isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { owners } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { versionStamp } from '../records/version'
import type { Identity, Proof } from './oauth.flow'
import { type Provider, TITLES } from './oauth.providers'

type AccountKey = Pick<Identity, 'provider' | 'subject'>

const [linked, other] = [alias(oauthAccounts, 'linked'), alias(oauthAccounts, 'other')]
const holder = alias(users, 'holder')

/** The row of `oauth_accounts` is this account. */
export function isAccount({ provider, subject }: AccountKey): SQL | undefined {
  return and(eq(oauthAccounts.provider, provider), eq(oauthAccounts.subject, subject))
}

/** SQL: the id of the user that has the account linked, a removed user included. */
export function linkedUserId(key: AccountKey): SQL<string> {
  return fieldOfAccount(key, linked.userId)
}

/** The id of that user's workspace, as SQL. */
export function linkedWorkspaceId(key: AccountKey): SQL<string> {
  return fieldOfAccount(key, linked.workspaceId)
}

function fieldOfAccount({ provider, subject }: AccountKey, column: Column): SQL<string> {
  return sql`(SELECT ${column} FROM ${oauthAccounts} AS ${linked}
    WHERE ${linked.provider} = ${provider} AND ${linked.subject} = ${subject})`
}

/** The account is linked to no user, or to a removed one. */
export function isLinkable(key: AccountKey): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${users} AS ${holder}
    WHERE ${holder.id} = ${linkedUserId(key)} AND ${holder.deletedAt} IS NULL)`
}

/** Statements that link the account to the active user that `isUser` selects, unless one of the two has a link already. */
export function linkStatements(ctx: PublicCtx, identity: Identity, isUser: SQL | undefined) {
  const { provider, subject, email } = identity
  const row = { provider, subject, workspaceId: sql`${users.workspaceId}`, userId: sql`${users.id}`, email }
  const hasNoLink = sql`NOT EXISTS (SELECT 1 FROM ${oauthAccounts} AS ${other}
    WHERE ${other.userId} = ${users.id} AND ${other.provider} = ${provider})`
  const tail = sql`FROM ${users} WHERE ${and(isUser, isActive, hasNoLink, isLinkable(identity))}`
  return [
    insertFrom(ctx.db, oauthAccounts, { ...row, createdAt: ctx.now }, tail)
      .onConflictDoUpdate({
        target: [oauthAccounts.provider, oauthAccounts.subject],
        set: {
          userId: sql`excluded.user_id`,
          workspaceId: sql`excluded.workspace_id`,
          email,
          createdAt: ctx.now,
        },
      })
      .returning({ userId: oauthAccounts.userId }),
    eventInsert(ctx, {
      verb: 'user.linked',
      subject: 'user',
      id: linkedUserId(identity),
      changes: { provider: [null, provider] },
      workspaceId: linkedWorkspaceId(identity),
      when: ifChanged,
    }),
  ] as const
}

/** Statements for the end of the batch: a mail tells the owner of an older account about its new link. */
export function linkMail(ctx: PublicCtx, identity: Identity) {
  const { now, config } = ctx
  const { provider, subject } = identity
  const isOlderAccount = sql`${users.createdAt} <> ${now}`
  const isNewLink = sql`EXISTS (SELECT 1 FROM ${oauthAccounts} AS ${linked} WHERE ${linked.userId} = ${users.id}
    AND ${linked.provider} = ${provider} AND ${linked.subject} = ${subject} AND ${linked.createdAt} = ${now})`
  return enqueue(ctx, {
    template: 'providerLinked',
    to: sql`${users.email}`,
    audience: owners(ctx),
    payload: {
      user: sql`${users.name}`,
      provider: TITLES[provider],
      at: now,
      link: linkTo(config, 'forgot-password'),
    },
    from: sql`${users}`,
    when: sql`${users.id} = ${linkedUserId(identity)} AND ${isOlderAccount} AND ${isNewLink}`,
    workspaceId: linkedWorkspaceId(identity),
  })
}

const accountColumns = {
  provider: oauthAccounts.provider,
  email: oauthAccounts.email,
  createdAt: oauthAccounts.createdAt,
}

/** The provider accounts that are linked to the actor, at most one per provider. */
export function listAccounts({ db, actor }: Ctx) {
  return db
    .select(accountColumns)
    .from(oauthAccounts)
    .where(eq(oauthAccounts.userId, actor.id))
    .orderBy(oauthAccounts.provider)
}

/**
 * Links the proven account to the actor; an existing link of the two stays. Throws `identity_taken`, `provider_taken`,
 * `email_unverified`.
 */
export async function linkAccount(ctx: Ctx, proof: Proof) {
  const { db, actor, now } = ctx
  const isActor = eq(users.id, actor.id)
  const hasSameAddress = eq(users.email, proof.email ?? '')
  const isLinkedToActor = sql`${linkedUserId(proof)} = ${actor.id}`
  // Otherwise an attacker who registered a victim's address could still sign in after the victim recovered the account.
  const mayLink = or(isNotNull(users.emailVerifiedAt), hasSameAddress)
  const { account, user } = await runBatch(db, {
    newLink: linkStatements(ctx, proof, and(isActor, mayLink)),
    verified: db
      .update(users)
      .set({ emailVerifiedAt: now, ...versionStamp(users, now) })
      .where(and(isActor, isActive, isNull(users.emailVerifiedAt), hasSameAddress, isLinkedToActor)),
    verifiedEvent: eventInsert(ctx, {
      verb: 'user.email_verified',
      subject: 'user',
      id: actor.id,
      when: ifChanged,
    }),
    account: one(
      db
        .select({ ...accountColumns, userId: oauthAccounts.userId })
        .from(oauthAccounts)
        .where(isAccount(proof)),
    ),
    user: one(db.select({ isVerified: users.emailVerified }).from(users).where(and(isActor, isActive))),
    mail: linkMail(ctx, proof),
  }).catch((error) => {
    // Only the directory of all objects knows of a link in another workspace.
    throw isUniqueViolation(error, 'oauth_accounts.provider, oauth_accounts.subject')
      ? identityTakenError(proof)
      : error
  })
  if (account?.userId === actor.id) return account
  const provider = TITLES[proof.provider]
  if (!user) throw new AppError('unauthenticated')
  if (!user.isVerified) {
    const detail = `Verify your address first, or link a ${provider} account that has the same one.`
    throw new AppError('email_unverified', { detail })
  }
  if (account) throw identityTakenError(proof)
  throw new AppError('provider_taken', { detail: `Unlink your other ${provider} account first.` })
}

function identityTakenError({ provider }: Proof): AppError {
  return new AppError('identity_taken', { detail: `Unlink it there, or choose another ${TITLES[provider]} account.` })
}

const me = alias(users, 'me')

/** Unlinks the actor's account at a provider. Throws `not_found`, and `last_way_in` if no other way to sign in is left. */
export async function unlinkAccount(ctx: Ctx, provider: Provider): Promise<void> {
  const { db, actor } = ctx
  const isLink = and(eq(oauthAccounts.userId, actor.id), eq(oauthAccounts.provider, provider))
  const canSignInOtherwise = sql`EXISTS (
    SELECT 1 FROM ${users} AS ${me} WHERE ${me.id} = ${actor.id} AND ${me.passwordHash} IS NOT NULL
    UNION ALL SELECT 1 FROM ${oauthAccounts} AS ${other}
      WHERE ${other.userId} = ${actor.id} AND ${other.provider} <> ${provider})`
  const { unlinked, present } = await runBatch(db, {
    unlinked: one(
      db.delete(oauthAccounts).where(and(isLink, canSignInOtherwise)).returning({ provider: oauthAccounts.provider }),
    ),
    event: eventInsert(ctx, {
      verb: 'user.unlinked',
      subject: 'user',
      id: actor.id,
      changes: { provider: [provider, null] },
      when: ifChanged,
    }),
    present: one(db.select({ provider: oauthAccounts.provider }).from(oauthAccounts).where(isLink)),
  })
  if (unlinked) return
  if (!present) throw new AppError('not_found')
  const detail = 'Choose a password first, by forgot-password, or link another provider.'
  throw new AppError('last_way_in', { detail })
}
