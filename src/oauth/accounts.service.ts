// The accounts at providers by which the actor signs in: listing, linking, unlinking, and the SQL of it.

import { and, eq, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../access/person'
import type { Ctx, PublicCtx } from '../context'
import { oauthAccounts as accounts, users } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { eventInsert } from '../events/event-insert'
import { owners } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { linkTo } from '../mail/mail.settings'
import type { Identity, Proof } from './oauth.flow'
import { type Provider, TITLES } from './oauth.providers'

type Key = Pick<Identity, 'provider' | 'subject'>

export function isAccount({ provider, subject }: Key): SQL | undefined {
  return and(eq(accounts.provider, provider), eq(accounts.subject, subject))
}

/** The user to whom the account is linked, removed ones included. */
export function holderOf({ provider, subject }: Key): SQL<string> {
  return sql`(SELECT held.user_id FROM oauth_accounts AS held
    WHERE held.provider = ${provider} AND held.subject = ${subject})`
}

/** The workspace of that user. */
export function homeOf({ provider, subject }: Key): SQL<string> {
  return sql`(SELECT held.workspace_id FROM oauth_accounts AS held
    WHERE held.provider = ${provider} AND held.subject = ${subject})`
}

/** Nobody holds the account, or somebody who has been removed. */
export function isAccountFree(key: Key): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM users AS holder WHERE holder.id = ${holderOf(key)} AND holder.deleted_at IS NULL)`
}

/** Statements that link the account to the active user whom `whose` picks, if it is free and theirs is none yet. */
export function linkStatements(ctx: PublicCtx, identity: Identity, whose: SQL | undefined) {
  const { provider, subject, email } = identity
  const row = { provider, subject, workspaceId: sql`${users.workspaceId}`, userId: sql`${users.id}`, email }
  const hasNone = sql`NOT EXISTS (SELECT 1 FROM oauth_accounts AS other
    WHERE other.user_id = ${users.id} AND other.provider = ${provider})`
  const tail = sql`FROM ${users} WHERE ${and(whose, isActive, hasNone, isAccountFree(identity))}`
  return [
    insertFrom(ctx.db, accounts, { ...row, createdAt: ctx.now }, tail)
      .onConflictDoUpdate({
        target: [accounts.provider, accounts.subject],
        set: {
          userId: sql`excluded.user_id`,
          workspaceId: sql`excluded.workspace_id`,
          email,
          createdAt: ctx.now,
        },
      })
      .returning({ userId: accounts.userId }),
    eventInsert(ctx, {
      verb: 'user.linked',
      subject: 'user',
      id: holderOf(identity),
      changes: { provider: [null, provider] },
      workspaceId: homeOf(identity),
      when: ifChanged,
    }),
  ] as const
}

/** The mail that tells its owner of a way in that an account did not have before; for the end of the batch. */
export function linkMail(ctx: PublicCtx, identity: Identity) {
  const { now, config } = ctx
  const { provider, subject } = identity
  const isOld = sql`${users.createdAt} <> ${now}`
  const isNewlyLinked = sql`EXISTS (SELECT 1 FROM oauth_accounts AS made WHERE made.user_id = ${users.id}
    AND made.provider = ${provider} AND made.subject = ${subject} AND made.created_at = ${now})`
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
    when: sql`${users.id} = ${holderOf(identity)} AND ${isOld} AND ${isNewlyLinked}`,
    workspaceId: homeOf(identity),
  })
}

const accountColumns = { provider: accounts.provider, email: accounts.email, createdAt: accounts.createdAt }

/** The accounts that are linked to the actor, one of a provider at the most. */
export function listAccounts({ db, actor }: Ctx) {
  return db.select(accountColumns).from(accounts).where(eq(accounts.userId, actor.id)).orderBy(accounts.provider)
}

/**
 * Links the account of a proof to the actor; one that is already theirs stays. An account whose address nobody has
 * proven takes only a provider that proves that very address, or who registered another's address could come back by
 * the link after its owner has recovered it. Throws `identity_taken`, `provider_taken`, `email_unverified`.
 */
export async function linkAccount(ctx: Ctx, proof: Proof) {
  const { db, actor, now } = ctx
  const me = eq(users.id, actor.id)
  const provesIt = eq(users.email, proof.email ?? '')
  const isMine = sql`${holderOf(proof)} = ${actor.id}`
  const [, , , , [held], [user]] = await db.batch([
    ...linkStatements(ctx, proof, and(me, or(isNotNull(users.emailVerifiedAt), provesIt))),
    db
      .update(users)
      .set({ emailVerifiedAt: now, updatedAt: now, version: sql`${users.version} + 1` })
      .where(and(me, isActive, isNull(users.emailVerifiedAt), provesIt, isMine)),
    eventInsert(ctx, { verb: 'user.email_verified', subject: 'user', id: actor.id, when: ifChanged }),
    db
      .select({ ...accountColumns, userId: accounts.userId })
      .from(accounts)
      .where(isAccount(proof)),
    db.select({ isVerified: users.emailVerified }).from(users).where(and(me, isActive)),
    ...linkMail(ctx, proof),
  ])
  if (held?.userId === actor.id) return held
  const provider = TITLES[proof.provider]
  if (!user) throw new AppError('unauthenticated')
  if (!user.isVerified) {
    const detail = `Verify your address first, or link a ${provider} account that has the same one.`
    throw new AppError('email_unverified', { detail })
  }
  if (held) throw new AppError('identity_taken', { detail: `Unlink it there, or choose another ${provider} account.` })
  throw new AppError('provider_taken', { detail: `Unlink your other ${provider} account first.` })
}

/** Unlinks the actor's account at a provider. Throws `not_found`, and `last_way_in` where nothing else would be left. */
export async function unlinkAccount(ctx: Ctx, provider: Provider): Promise<void> {
  const { db, actor } = ctx
  const isTheirs = and(eq(accounts.userId, actor.id), eq(accounts.provider, provider))
  const hasAnother = sql`EXISTS (
    SELECT 1 FROM users AS me WHERE me.id = ${actor.id} AND me.password_hash IS NOT NULL
    UNION ALL
    SELECT 1 FROM oauth_accounts AS other WHERE other.user_id = ${actor.id} AND other.provider <> ${provider})`
  const [gone, , present] = await db.batch([
    db.delete(accounts).where(and(isTheirs, hasAnother)).returning({ provider: accounts.provider }),
    eventInsert(ctx, {
      verb: 'user.unlinked',
      subject: 'user',
      id: actor.id,
      changes: { provider: [provider, null] },
      when: ifChanged,
    }),
    db.select({ provider: accounts.provider }).from(accounts).where(isTheirs),
  ])
  if (gone.length > 0) return
  if (present.length === 0) throw new AppError('not_found')
  throw new AppError('last_way_in', {
    detail: 'Choose a password first, by forgot-password, or link another provider.',
  })
}
