// Linking in SQL: who holds an account of a provider, and the statements that give it to a user.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { isActive } from '../auth/sessions.service'
import { oauthAccounts as accounts, users } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { record } from '../events/events.record'
import type { PublicCtx } from '../http/context'
import { owners } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import { linkTo } from '../mail/mail.settings'
import type { Identity } from './oauth.flow'
import { TITLES } from './oauth.settings'

type Key = Pick<Identity, 'provider' | 'subject'>

export function isThis({ provider, subject }: Key): SQL | undefined {
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
export function isFree(key: Key): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM users AS holder WHERE holder.id = ${holderOf(key)} AND holder.deleted_at IS NULL)`
}

/** Statements that link the account to the active user whom `whose` picks, if it is free and theirs is none yet. */
export function linking(ctx: PublicCtx, identity: Identity, whose: SQL | undefined) {
  const { provider, subject, email } = identity
  const row = { provider, subject, workspaceId: sql`${users.workspaceId}`, userId: sql`${users.id}`, email }
  const hasNone = sql`NOT EXISTS (SELECT 1 FROM oauth_accounts AS other
    WHERE other.user_id = ${users.id} AND other.provider = ${provider})`
  const tail = sql`FROM ${users} WHERE ${and(whose, isActive, hasNone, isFree(identity))}`
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
    record(ctx, {
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
export function tellOwner(ctx: PublicCtx, identity: Identity) {
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
