// The ways in of the actor besides the password: listing, linking, unlinking accounts at providers.
import { and, eq, isNotNull, isNull, or, sql } from 'drizzle-orm'
import { isActive } from '../auth/sessions.service'
import { oauthAccounts as accounts, users } from '../db/schema'
import { ifChanged } from '../db/sql'
import { AppError } from '../errors'
import { record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { holderOf, isThis, linking, tellOwner } from './accounts.queries'
import type { Proof } from './oauth.flow'
import { type Provider, TITLES } from './oauth.settings'

const shown = { provider: accounts.provider, email: accounts.email, createdAt: accounts.createdAt }

/** The accounts that are linked to the actor, one of a provider at the most. */
export function listAccounts({ db, actor }: Ctx) {
  return db.select(shown).from(accounts).where(eq(accounts.userId, actor.id)).orderBy(accounts.provider)
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
    ...linking(ctx, proof, and(me, or(isNotNull(users.emailVerifiedAt), provesIt))),
    db
      .update(users)
      .set({ emailVerifiedAt: now, updatedAt: now, version: sql`${users.version} + 1` })
      .where(and(me, isActive, isNull(users.emailVerifiedAt), provesIt, isMine)),
    record(ctx, { verb: 'user.email_verified', subject: 'user', id: actor.id, when: ifChanged }),
    db
      .select({ ...shown, userId: accounts.userId })
      .from(accounts)
      .where(isThis(proof)),
    db.select({ isVerified: users.emailVerified }).from(users).where(and(me, isActive)),
    ...tellOwner(ctx, proof),
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
    record(ctx, {
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
