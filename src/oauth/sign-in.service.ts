// Signing in by what a provider confirmed: as the linked user, as the one with the same address, or as a new one.
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { makeAccount, seatLimitExceeded } from '../auth/registration.service'
import { type Client, openSession } from '../auth/sessions.service'
import { limitExceededError } from '../billing/limits'
import type { PublicCtx } from '../context'
import { oauthAccounts, sessions, users, workspaces } from '../db/schema'
import { isUniqueViolation } from '../db/sql'
import { AppError } from '../errors'
import { holderOf, homeOf, isAccount, isAccountFree, linkMail, linkStatements } from './accounts.service'
import type { Proof } from './oauth.flow'
import { TITLES } from './oauth.providers'

/**
 * Signs in, in one round trip: makes the account where there is none and SIGNUP or the invitation lets it in, links it
 * where provider and account both have verified the address, and opens the session. That has the id of the flow, so
 * that a second one is a conflict and nothing of its batch happens. `isWelcome` is as in registering. Throws what
 * `signInError` says, `invalid_oauth_code`, `plan_limit`.
 */
export async function signIn(ctx: PublicCtx, proof: Proof, client: Client, isWelcome = false) {
  const { db, now } = ctx
  const { name, invitationToken } = proof
  const email = proof.email ?? ''
  const account = { id: ctx.newId(), email, name, emailVerifiedAt: now, createdAt: now, updatedAt: now }
  const holder = holderOf(proof)
  const isInvited = invitationToken !== undefined
  const namesake = sql`(SELECT same.id FROM users AS same WHERE same.email = ${email} AND same.deleted_at IS NULL)`
  // Whoever was removed comes back by an invitation, as with a password; an invitation is for those without an account.
  const isNew = and(
    sql`${email} <> ''`,
    isInvited ? isAccountFree(proof) : sql`${holder} IS NULL`,
    sql`${namesake} IS NULL`,
  )
  const isTheirs = and(
    eq(users.email, email),
    isNotNull(users.emailVerifiedAt),
    isInvited ? eq(users.id, account.id) : undefined,
  )
  const session = await openSession(ctx, isInvited ? sql`${account.id}` : holder, client, proof.id)
  const [, , , , , opened, [held], people, [home], [lack]] = await db
    .batch([
      ...(await makeAccount(ctx, account, { invitationToken, isWelcome, when: isNew })),
      ...linkStatements(ctx, proof, isTheirs),
      session.statement.returning({ id: sessions.id }),
      db.select({ userId: oauthAccounts.userId }).from(oauthAccounts).where(isAccount(proof)),
      db
        .select()
        .from(users)
        .where(and(isNull(users.deletedAt), sql`${users.id} IN (${holder}, ${namesake})`)),
      db
        .select()
        .from(workspaces)
        .where(eq(workspaces.id, homeOf(proof))),
      ...(await seatLimitExceeded(ctx, email, invitationToken)),
      ...linkMail(ctx, proof),
    ])
    .catch((error) => {
      throw isUniqueViolation(error, 'sessions.id') ? new AppError('invalid_oauth_code') : error
    })
  const user = people.find(({ id }) => id === held?.userId)
  if (opened.length === 0 && lack) throw limitExceededError(ctx, 'users', lack)
  if (opened.length === 0 || !user || !home) throw signInError(ctx, proof, people, held?.userId)
  return { user, workspace: home, ...(await session.tokens(user, home)) }
}

type UserRow = typeof users.$inferSelect

// Whoever may not sign in with a password may not come in this way either, and is told the same.
function signInError({ config }: PublicCtx, proof: Proof, people: UserRow[], holderId: string | undefined): AppError {
  const linked = people.find(({ id }) => id === holderId)
  const namesake = people.find(({ email }) => email === proof.email)
  const provider = TITLES[proof.provider]
  if (proof.invitationToken !== undefined && (linked || namesake)) return new AppError('email_taken')
  if (linked || namesake?.status === 'INACTIVE') return new AppError('invalid_credentials')
  if (namesake && !namesake.emailVerified) {
    const detail = `Choose a new password by mail, which proves the address, or sign in with the password and link ${provider} there.`
    return new AppError('account_unverified', { detail })
  }
  if (namesake) {
    const detail = `Sign in as you did before, and unlink the other ${provider} account first.`
    return new AppError('provider_taken', { detail })
  }
  if (proof.email === null) {
    return new AppError('oauth_email_unverified', {
      detail: `Verify your primary address at ${provider}, then come again.`,
    })
  }
  if (config.SIGNUP === 'closed') return new AppError('signup_closed')
  if (proof.invitationToken !== undefined) return new AppError('invalid_invitation')
  return new AppError(holderId === undefined ? 'signup_closed' : 'invalid_credentials')
}
